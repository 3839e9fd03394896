"""degoog provision --only populate."""

import json
from pathlib import Path

import pytest

from degoog import people
from degoog.people import Person
from degoog.sandbox.nextcloud import NextcloudSandbox


@pytest.fixture
def server(tmp_path):
    with NextcloudSandbox(tmp_path / "cloud") as running:
        yield running


@pytest.fixture
def environ(server):
    return {"DEGOOG_NEXTCLOUD_URL": server.url, "DEGOOG_NEXTCLOUD_USER": "admin",
            "DEGOOG_NEXTCLOUD_PASSWORD": server.admin_password}  # fmt: skip


@pytest.fixture
def described(call):
    assert (
        call("init", "--name", "Les Jardins de la Lauze", "--template", "association", "--lang", "fr", "--yes").code
        == 0
    )
    people.write(
        Path("people.csv"), [Person("Zoé Ôtre", "zoe@lauze.example", groups=("bureau", "referents-numeriques"))]
    )
    return Path.cwd()


def test_check_shows_the_difference_and_writes_nothing(call, described, environ, server):
    before = sorted(described.rglob("*"))
    server.requests.clear()

    ended = call("provision", "--only", "populate", "--check", "--lang", "fr", environ=environ)

    assert ended.code == 5
    assert "+ créer le dossier « 02 Gouvernance (AG, CA) »" in ended.out.replace("\u202f", " ")
    assert {entry.method for entry in server.requests} <= {"GET", "PROPFIND"}
    assert [path for path in sorted(described.rglob("*")) if "logs" not in path.parts] == [
        path for path in before if "logs" not in path.parts
    ]


def test_it_asks_then_makes_everything_and_the_second_time_says_so(call, described, environ, server):
    refused = call("provision", "--only", "populate", "--lang", "en", interactive=True, typed="n\n", environ=environ)
    assert (refused.code, server.team_folders.all) == (0, {})

    made = call("provision", "--only", "populate", "--lang", "en", interactive=True, typed="y\n", environ=environ)
    again = call("provision", "--only", "populate", "--lang", "en", "--check", environ=environ)

    assert made.code == 0
    assert "degoog welcome" in made.err
    assert (again.code, again.out) == (0, "")
    assert "Everything is as workspace.yml says." in again.err
    assert server.accounts.find("zoe.otre").groups == {"bureau", "referents-numeriques", "tout-le-monde"}


def test_what_is_wrong_in_both_files_is_told_together_before_anything_is_asked_of_a_server(
    call, described, environ, server
):
    text = Path("workspace.yml").read_text(encoding="utf-8")
    Path("workspace.yml").write_text(text.replace("referents-numeriques: rwds", "referents-numerique: rwds"), "utf-8")
    Path("people.csv").write_text("name,email,nextcloud\nA B,a@x.example,a\nC D,a@x.example,c\n", encoding="utf-8")
    server.requests.clear()

    ended = call("provision", "--only", "populate", "--lang", "en", "--check", environ=environ)

    assert ended.code == 2
    assert "there is no group “referents-numerique”" in ended.err
    assert "is already on line 2" in ended.err
    assert len(server.requests) == 0


def test_people_whose_group_or_login_cannot_be_are_told_together(call, described, environ, server):
    rows = "name,email,groups\nZoé,zoe@x.example,bureaux\nZoé,z2@x.example,\n日本,j@x.example,\n"
    Path("people.csv").write_text(rows, encoding="utf-8")

    ended = call("provision", "--only", "populate", "--lang", "en", "--yes", environ=environ)

    assert ended.code == 2
    for words in ("line 2: there is no group “bureaux”", "line 3: the login “zoe” would be", "line 4: “” cannot be"):
        assert words in ended.err
    assert server.team_folders.all == {}


def test_without_rights_a_request_to_the_host_is_written(call, described, environ, server):
    server.add_user("agendas", "a very long password")
    own = environ | {"DEGOOG_NEXTCLOUD_USER": "agendas", "DEGOOG_NEXTCLOUD_PASSWORD": "a very long password"}

    ended = call("provision", "--only", "populate", "--yes", "--lang", "fr", environ=own)

    (letter,) = Path.cwd().glob("demande-*.md")
    assert ended.code in {3, 4}
    assert "Conseil d'administration" in letter.read_text(encoding="utf-8")
    assert str(letter) in ended.err


def test_a_program_gets_every_action_and_the_sum(call, described, environ):
    *lines, last = map(
        json.loads,
        call("provision", "--only", "populate", "--lang", "en", "--check", "--json", environ=environ).out.splitlines(),
    )

    assert last["event"] == "summary"
    assert last["exit"] == 5
    assert sum(line["event"] == "action" for line in lines) == last["actions"]


def test_a_workspace_without_a_space_says_what_to_do(call, workspace, environ):
    ended = call("provision", "--only", "populate", "--lang", "en", environ=environ)

    assert ended.code == 2
    assert "init --template NAME" in ended.err


def test_a_machine_without_a_keyring_looks_and_is_told_before_anything_is_made(call, described, environ, server):
    words = ("provision", "--only", "populate", "--lang", "en")

    looked = call(*words, "--check", environ=environ, store=None)
    refused = call(*words, "--yes", environ=environ, store=None)

    assert (looked.code, refused.code) == (5, 2)
    assert "degoog connect nextcloud --store file" in " ".join(refused.err.split())
    assert server.team_folders.all == {}


def test_a_folder_under_another_key_is_kept_and_a_removal_names_its_option(call, described, environ, server):
    words = ("provision", "--only", "populate", "--lang", "en")
    assert call(*words, "--yes", environ=environ).code == 0
    path = Path("workspace.yml")
    path.write_text(
        path.read_text("utf-8").replace("    vie-associative:\n      name", "    vie:\n      name"), "utf-8"
    )

    kept = call(*words, "--check", "--prune", environ=environ)
    people.write(Path("people.csv"), [])
    taken = call(*words, "--check", "--prune", environ=environ)

    assert (kept.code, taken.code) == (0, 5)
    assert "degoog provision --only populate --prune" in " ".join((taken.out + taken.err).split())
