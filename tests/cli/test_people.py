"""degoog people, welcome and rgpd."""

import csv
import stat
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from degoog import people
from degoog.errors import Usage
from degoog.people import Person
from degoog.sandbox.nextcloud import NextcloudSandbox
from degoog.sandbox.slack import draw_export
from degoog.secrets import Secrets


@pytest.fixture
def server(tmp_path):
    with NextcloudSandbox(tmp_path / "cloud") as running:
        yield running


@pytest.fixture
def environ(server):
    return {"DEGOOG_NEXTCLOUD_URL": server.url, "DEGOOG_NEXTCLOUD_USER": "admin",
            "DEGOOG_NEXTCLOUD_PASSWORD": server.admin_password}  # fmt: skip


@pytest.fixture
def space(call):
    words = ("--name", "Les Jardins de la Lauze", "--nextcloud-url", "https://cloud.lauze.example")
    assert call("init", *words, "--template", "association", "--answer", "employees=yes", "--yes").code == 0
    return Path.cwd()


def rows(*known):
    people.write(Path("people.csv"), known)


TODAY = datetime.now(UTC).date()
ZOE = Person(
    "Zoé <Ôtre>", "zoe@lauze.example", groups=("bureau", "referents-numeriques"), nextcloud="zoe", language="fr"
)


class Text(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found, self.codes, self.sheets = "", 0, 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.codes += tag == "svg"
        self.sheets += ("class", "sheet") in attrs

    def handle_data(self, data):
        self.found += data + " "


# due


def test_what_ends_or_begins_soon_is_listed_in_order(call, space):
    today = TODAY
    rows(
        Person("Ali", ends=today + timedelta(days=20), role="trésorier"),
        Person("Bea", ends=today + timedelta(days=50)),
        Person("Cle", arrives=today + timedelta(days=3)),
        Person("Dan", nextcloud="dan", ends=today - timedelta(days=5)),
        Person("Eva", ends=today - timedelta(days=5), status="left"),
    )

    ended = call("people", "due")

    lines = ended.out.splitlines()
    assert [("Dan" in lines[0]), ("Cle arrives" in lines[1]), ("Ali (trésorier)" in lines[2])] == [True] * 3
    assert "degoog people leave dan" in lines[0]
    assert len(lines) == 3


# arrive and leave


def test_an_arrival_is_a_row_and_a_wrong_group_is_none(call, space):
    rows(ZOE)
    wrong = call("people", "arrive", "Camille Roux", "--group", "buro")
    right = call("people", "arrive", "Camille Roux", "--email", "camille@lauze.example", "--group", "bureau")

    assert (wrong.code, right.code) == (2, 0)
    assert "write “bureau”" in wrong.err
    assert [one.name for one in people.read(space)] == ["Zoé <Ôtre>", "Camille Roux"]


def test_a_departure_closes_accounts_deletes_nothing_and_is_noted(call, space, environ, server):
    rows(ZOE)
    assert call("provision", "--only", "populate", "--yes", environ=environ).code == 0
    folders = dict(server.team_folders.all)

    refused = call("people", "leave", "zoe", interactive=True, typed="n\n", environ=environ)
    assert server.accounts.find("zoe").enabled
    ended = call("people", "leave", "zoe", "--to", "ali", "--yes", environ=environ)

    assert (refused.code, ended.code) == (0, 0)
    assert not server.accounts.find("zoe").enabled
    assert not any(entry.path.endswith("/wipe") for entry in server.requests)
    assert server.team_folders.all == folders
    assert "occ files:transfer-ownership zoe ali" in ended.err
    (row,) = people.read(space)
    assert (row.status, row.ends) == ("left", TODAY)


def test_who_left_gets_no_account_again(call, space, environ, server):
    rows(Person("Zoé", "zoe@lauze.example", nextcloud="zoe", status="left"))

    call("provision", "--only", "populate", "--yes", environ=environ)

    assert server.accounts.find("zoe") is None


# import


def test_rows_are_proposed_from_accounts_and_slack_and_merged_by_address(call, space, environ, server, tmp_path):
    export = draw_export(tmp_path / "export.zip", seed=1)
    server.add_user("zo", "a very long password")
    server.accounts.find("zo").email = "zoe@lauze.example"
    rows(Person("Zoé", "zoe@lauze.example"))
    before = Path("people.csv").read_bytes()

    looked = call("people", "import", "--slack", str(tmp_path / "export.zip"), environ=environ)
    assert Path("people.csv").read_bytes() == before
    written = call("people", "import", "--slack", str(tmp_path / "export.zip"), "--yes", environ=environ)

    known = people.read(space)
    assert (looked.code, written.code) == (0, 0)
    assert known[0].nextcloud == "zo"
    assert known[0].name == "Zoé"
    assert any(one.slack for one in known)
    assert len({one.email for one in known if one.email}) == len([one for one in known if one.email])
    assert export
    assert Path("people.proposed.csv").exists()


# welcome


def test_each_person_gets_a_page_with_addresses_codes_and_what_is_theirs(call, space):
    rows(ZOE, Person("John Smith", "john@lauze.example", groups=("benevoles",), language="en"))

    ended = call("welcome")

    (path,) = space.glob("*.html")
    text = Text(path.read_text(encoding="utf-8"))
    assert ended.code == 0
    assert (text.sheets, text.codes) == (2, 4)
    for words in ("Bienvenue, Zoé <Ôtre>", "https://cloud.lauze.example", "Welcome, John Smith", "Thunderbird",
                  "https://cloud.lauze.example/remote.php/dav", "03 Committee (confidential)"):  # fmt: skip
        assert words in text.found
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_first_password_is_printed_only_when_asked_for_and_only_without_an_address(call, space, environ, server):
    rows(ZOE, Person("Bob Sans"))
    call("provision", "--only", "populate", "--yes", environ=environ)
    first = server.accounts.find("bob.sans").password

    call("welcome")
    (path,) = space.glob("*.html")
    assert first not in path.read_text(encoding="utf-8")
    ended = call("welcome", "--one-time-passwords")

    assert first in path.read_text(encoding="utf-8")
    assert "hand each sheet over" in ended.err
    assert server.accounts.find("zoe").password not in path.read_text(encoding="utf-8")


def test_a_first_password_is_kept_before_its_account_is_made(call, space, environ, server, monkeypatch):
    rows(ZOE, Person("Bob Sans"))

    def refuse(*_told, keeper):
        raise Usage("The keyring is locked.")

    with monkeypatch.context() as locked:
        locked.setattr(Secrets, "keep", refuse)
        stopped = call("provision", "--only", "populate", "--yes", environ=environ)
    assert (stopped.code, server.accounts.find("bob.sans")) == (2, None)

    assert call("provision", "--only", "populate", "--yes", environ=environ).code == 0
    call("welcome", "--one-time-passwords")

    (path,) = space.glob("*.html")
    assert server.accounts.find("bob.sans").password in path.read_text(encoding="utf-8")


def test_a_sheet_points_at_nobody_below_where_nobody_is_named(call, space):
    rows(Person("Bob Sans", nextcloud="bob"))

    call("--lang", "fr", "welcome")

    (path,) = space.glob("*.html")
    found = Text(path.read_text(encoding="utf-8")).found
    assert "plus bas" not in found
    assert "Thunderbird\u202f:" in found


# release


def test_release_gives_back_what_provisioning_was_given(call, space, environ, server, keyring):
    rows(ZOE, Person("Bob Sans"))
    call("provision", "--only", "populate", "--app-passwords", "--yes", environ=environ)
    assert server.accounts.find("zoe").app_passwords
    assert server.accounts.find("agendas").app_passwords

    call("release", "--yes", environ=environ)

    assert not server.accounts.find("zoe").app_passwords
    assert not server.accounts.find("agendas").app_passwords
    assert keyring.known == {}


# rgpd


def test_the_papers_say_what_the_workspace_is_and_that_they_are_no_legal_advice(call, space):
    rows(ZOE)

    ended = call("rgpd", "--notice", "30")

    papers = {path.name: Text(path.read_text(encoding="utf-8")).found for path in (space / "rgpd").iterdir()}
    assert ended.code == 0
    assert set(papers) == {
        "registre.html", "lettre-information.html", "accord-messages-prives.html", "fermeture-des-anciens-comptes.html",
    }  # fmt: skip
    for text in papers.values():
        assert "n’est pas un avis juridique" in text
        assert "Les Jardins de la Lauze" in text
    assert "cloud.lauze.example" in papers["registre.html"]
    assert "Zoé <Ôtre>" in papers["registre.html"]
    assert "07 Human resources (confidential)" in papers["registre.html"]
    assert "no legal advice" in ended.err


def test_agreements_begin_with_their_columns_and_are_never_overwritten(call, space):
    call("rgpd")
    path = space / "agreements.csv"
    (head,) = csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
    path.write_text("mine", encoding="utf-8")
    call("rgpd")

    assert head == ["kind", "channel_or_pair", "person", "date", "proof", "withdrawn"]
    assert path.read_text(encoding="utf-8") == "mine"


def test_rgpd_papers_call_the_report_as_the_commands_do(call, space):
    assert call("rgpd").code == 0

    page = (space / "rgpd" / "fermeture-des-anciens-comptes.html").read_text(encoding="utf-8")

    assert ("bilan" in page, "rapport" in page) == (False, True)
