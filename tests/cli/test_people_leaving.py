"""`degoog people leave --heir`: what somebody had goes to somebody else, and nothing of it is destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from degoog import config, people
from degoog.people import Person
from degoog.sandbox.nextcloud import NextcloudSandbox
from degoog.sandbox.nextcloud_agendas import Shelf, Thing
from degoog.secrets import Secret
from tests.cli.conftest import Call
from tests.cli.files import told
from tests.cli.memory import MemoryStore

NAME = ("DAV:", "displayname")
MEETING = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:a1\r\nDTSTART:20260901T090000Z\r\n"
    b"DTSTAMP:20260901T090000Z\r\nSUMMARY:CA\r\nORGANIZER:mailto:ali@lauze.example\r\n"
    b"ATTENDEE:mailto:guest@elsewhere.example\r\nATTENDEE:mailto:zoe@lauze.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
TASK = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VTODO\r\nUID:t1\r\nDTSTAMP:20260901T090000Z\r\n"
    b"SUMMARY:Compost\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NextcloudSandbox]:
    with NextcloudSandbox(tmp_path / "cloud") as running:
        for login in ("zoe", "ali"):
            running.add_user(login, f"a long password of {login}")
            running.accounts.by_login[login].email = f"{login}@lauze.example"
        desk = running.agenda("zoe")
        desk.calendars["personal"].things["a1.ics"] = Thing(MEETING, "a1")
        desk.calendars["potager"] = Shelf(("VEVENT", "VTODO"), {NAME: "Potager"}, {"t1.ics": Thing(TASK, "t1")})
        desk.calendars["contact_birthdays"] = Shelf(("VEVENT",), {NAME: "Birthdays"})
        desk.calendars["board_shared_by_ali"] = Shelf(("VEVENT",), {NAME: "Board"}, owner="ali")
        running.write("zoe", "plan.txt", b"les planches")
        yield running


@pytest.fixture
def environ(server: NextcloudSandbox) -> dict[str, str]:
    return {"DEGOOG_NEXTCLOUD_URL": server.url, "DEGOOG_NEXTCLOUD_USER": "admin",
            "DEGOOG_NEXTCLOUD_PASSWORD": server.admin_password}  # fmt: skip


@pytest.fixture
def space(call: Call) -> Path:
    words = ("--name", "Les Jardins de la Lauze", "--nextcloud-url", "https://cloud.lauze.example")
    assert call("init", *words, "--template", "association", "--answer", "employees=yes", "--yes").code == 0
    people.write(Path("people.csv"), [Person("Zoé", "zoe@lauze.example", nextcloud="zoe")])
    return Path.cwd()


def keep(keyring: MemoryStore, space: Path, server: NextcloudSandbox, *logins: str) -> None:
    for login in logins:
        keyring.set(f"{config.load(space).id}/nextcloud/{login}", Secret(server.app_password(login)))


def test_files_and_calendars_go_to_the_heir_and_nobody_is_invited(call: Call, space, environ, server, keyring):
    keep(keyring, space, server, "zoe", "ali")

    ended = call("people", "leave", "zoe", "--heir", "ali", "--yes", environ=environ)
    server.transfers.run()

    assert ended.code == 0
    calendars = server.agenda("ali").calendars
    shown = {shelf.values[NAME]: {thing.data for thing in shelf.things.values()} for shelf in calendars.values()}
    assert shown == {"Personal": set(), "Personal (Zoé)": {MEETING}, "Potager (Zoé)": {TASK}}
    assert server.agendas.mails == []
    assert server.agenda("zoe").inbox == []
    (path,) = (path for path in server.paths("ali") if path.endswith("plan.txt"))
    assert path.removeprefix("/").startswith("Transferred from zoe on ")
    assert not server.accounts.find("zoe").enabled
    assert server.agenda("zoe").calendars["personal"].things["a1.ics"].data == MEETING
    assert "occ" not in ended.err


def test_it_is_all_shown_first_and_a_no_changes_nothing(call: Call, space, environ, server, keyring):
    keep(keyring, space, server, "zoe", "ali")

    ended = call("people", "leave", "zoe", "--heir", "ali", environ=environ, interactive=True, typed="n\n")

    assert ended.code == 0
    for words in ("“Potager” (1 entry)", "“Potager (Zoé)”", "(12 B)", "disable the account zoe"):
        assert words in told(ended.err)
    assert list(server.agenda("ali").calendars) == ["personal"]
    assert server.transfers.all == {}
    assert server.accounts.find("zoe").enabled


@pytest.mark.parametrize("held", [(), ("zoe",), ("ali",)])
def test_without_both_app_passwords_the_host_is_told_what_to_run(call: Call, space, environ, server, keyring, held):
    keep(keyring, space, server, *held)

    ended = call("people", "leave", "zoe", "--heir", "ali", "--yes", environ=environ)

    assert ended.code == 0
    assert "occ files:transfer-ownership zoe ali" in ended.err
    assert "degoog connect nextcloud --account" in told(ended.err)
    assert list(server.agenda("ali").calendars) == ["personal"]
    assert server.transfers.all == {}


def test_a_second_run_copies_nothing_twice(call: Call, space, environ, server, keyring):
    keep(keyring, space, server, "zoe", "ali")
    call("people", "leave", "zoe", "--heir", "ali", "--yes", environ=environ)
    server.accounts.find("zoe").enabled = True

    call("people", "leave", "zoe", "--heir", "ali", "--yes", environ=environ)

    assert [len(one.things) for one in server.agenda("ali").calendars.values()] == [0, 1, 1]


def test_an_account_that_is_closed_already_is_left_to_the_host(call: Call, space, environ, server, keyring):
    keep(keyring, space, server, "zoe", "ali")
    call("people", "leave", "zoe", "--heir", "ali", "--yes", environ=environ)

    again = call("people", "leave", "zoe", "--heir", "ali", "--yes", environ=environ)

    assert again.code == 0
    assert "occ files:transfer-ownership zoe ali" in again.err


def test_a_server_without_notifications_has_its_host_move_the_files(call: Call, space, environ, server, keyring):
    keep(keyring, space, server, "zoe", "ali")
    server.transfers.notifies = False

    ended = call("people", "leave", "zoe", "--heir", "ali", "--yes", environ=environ)

    assert ended.code == 3
    assert "Notifications" in told(ended.err)
    assert "occ files:transfer-ownership zoe ali" in ended.err
    assert len(server.agenda("ali").calendars) == 3


def test_files_that_do_not_fit_stop_it_before_anything_is_done(call: Call, space, environ, server, keyring):
    keep(keyring, space, server, "zoe", "ali")
    server.set_quota("ali", 5)

    ended = call("people", "leave", "zoe", "--heir", "ali", "--yes", environ=environ)

    assert ended.code == 2
    assert "raise the quota of ali" in told(ended.err)
    assert list(server.agenda("ali").calendars) == ["personal"]
    assert server.accounts.find("zoe").enabled


def test_nobody_is_their_own_heir(call: Call, space, environ, server):
    ended = call("people", "leave", "zoe", "--heir", "zoe", "--yes", environ=environ)

    assert ended.code == 2
    assert server.accounts.find("zoe").enabled
