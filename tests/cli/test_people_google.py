"""`degoog people import --google`: rows from the organisation's directory, and what lets degoog read it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from degoog import config, people
from degoog.cli.context import Context
from degoog.people import Person
from degoog.sandbox.google import GoogleSandbox
from degoog.sandbox.google.drawing import draw_association
from degoog.secrets import Secret
from tests.cli.conftest import Call
from tests.cli.files import told
from tests.cli.memory import MemoryStore
from tests.google_stand_in import judged_google

ME = "camille@lauze.example"
DIRECTORY = "https://www.googleapis.com/auth/directory.readonly"


@pytest.fixture
def google() -> Iterator[GoogleSandbox]:
    with judged_google(draw_association(seed=2, ordinary=0).world, seed=2) as google:
        google.consent(ME)
        yield google


@pytest.fixture
def workspace(call: Call) -> Path:
    assert call("init", "--name", "Les Jardins de la Lauze", "--yes").code == 0
    people.write(Path("people.csv"), [Person("Camille", email=ME, role="présidente")])
    return Path.cwd()


def entered(keyring: MemoryStore, workspace: Path, account: str, secret: dict[str, str]) -> None:
    keyring.set(f"{config.load(workspace).id}/google/{account}", Secret(json.dumps(secret)))
    mode = "delegation" if account == "delegation" else "user"
    with (workspace / "workspace.yml").open("a", encoding="utf-8") as file:
        file.write(f"\ngoogle:\n  mode: {mode}\n  account: {ME}\n")


def test_a_given_token_lists_the_organisation_and_rows_are_merged_by_address(call: Call, workspace, google):
    environ = {"DEGOOG_GOOGLE_API_URL": google.url,
               "DEGOOG_GOOGLE_TOKEN": google.access_token(ME, scopes=[DIRECTORY])}  # fmt: skip

    ended = call("people", "import", "--google", "--yes", environ=environ)

    rows = {row.email: row for row in people.read(workspace)}
    assert ended.code == 0
    assert (rows[ME].name, rows[ME].role, rows[ME].google) == ("Camille", "présidente", ME)
    assert rows["maelle@lauze.example"].google == "maelle@lauze.example"
    assert "ortensia@lauze.example" not in rows  # her account is suspended
    assert "noemie.castagne@maraichage.example" not in rows
    assert google.requests.count("GET", door="people.people.listDirectoryPeople") == 1


def test_without_the_option_google_is_not_asked(call: Call, workspace, google):
    environ = {"DEGOOG_GOOGLE_API_URL": google.url,
               "DEGOOG_GOOGLE_TOKEN": google.access_token(ME, scopes=[DIRECTORY])}  # fmt: skip

    assert call("people", "import", environ=environ).code == 0
    assert not list(google.requests)


def test_a_token_without_the_permission_says_what_to_do(call: Call, workspace, google):
    environ = {"DEGOOG_GOOGLE_API_URL": google.url, "DEGOOG_GOOGLE_TOKEN": google.access_token(ME)}

    ended = call("people", "import", "--google", "--yes", environ=environ)

    assert ended.code == 4
    assert "directory.readonly" in told(ended.err)
    assert "degoog people import --google" in told(ended.err)
    assert len(people.read(workspace)) == 1


def test_a_private_account_has_no_directory(call: Call, workspace, google):
    token = google.access_token("noemie.castagne@maraichage.example", scopes=[DIRECTORY])
    environ = {"DEGOOG_GOOGLE_API_URL": google.url, "DEGOOG_GOOGLE_TOKEN": token}

    ended = call("people", "import", "--google", "--yes", environ=environ)

    assert ended.code == 4
    assert "Google shows no directory" in told(ended.err)


def test_a_service_account_asks_for_it_in_the_name_of_its_account(call: Call, workspace, google, keyring):
    entered(keyring, workspace, "delegation", google.service_account(scopes=[DIRECTORY]))

    ended = call("people", "import", "--google", "--yes", environ={"DEGOOG_GOOGLE_API_URL": google.url})

    assert ended.code == 0
    assert "maelle@lauze.example" in {row.google for row in people.read(workspace)}


def test_a_delegation_that_lacks_it_leads_to_a_page_that_keeps_the_others(call: Call, workspace, google, keyring):
    entered(keyring, workspace, "delegation", google.service_account())

    ended = call("people", "import", "--google", "--yes", environ={"DEGOOG_GOOGLE_API_URL": google.url})

    assert ended.code == 4
    link = next(word for word in ended.err.split() if "clientScopeToAdd=" in word)
    assert DIRECTORY in link
    assert "drive.readonly" in link


def test_a_person_says_yes_once_more_and_the_migration_keeps_its_own_access(call: Call, workspace, google, keyring,
                                                                             monkeypatch):  # fmt: skip
    entered(keyring, workspace, ME, google.authorized_user(ME))
    before = dict(keyring.known)
    environ = {"DEGOOG_GOOGLE_API_URL": google.url}
    opened = answering(monkeypatch)

    ended = call("people", "import", "--google", "--yes", environ=environ)
    again = call("people", "import", "--google", "--yes", environ=environ)

    assert (ended.code, again.code) == (0, 0)
    assert len(opened) == 1
    assert "drive" not in opened[0]
    assert "maelle@lauze.example" in {row.google for row in people.read(workspace)}
    assert keyring.known.items() >= before.items()
    assert [key.partition("/")[2] for key in keyring.known.keys() - before.keys()] == [f"google/{ME}/directory"]

    assert call("release", "--yes", environ=environ).code == 0
    assert keyring.known == {}


def test_a_box_left_unticked_keeps_nothing(call: Call, workspace, google, keyring, monkeypatch):
    entered(keyring, workspace, ME, google.authorized_user(ME))
    before = dict(keyring.known)
    google.consent(ME, untick=[DIRECTORY])
    answering(monkeypatch)

    ended = call("people", "import", "--google", "--yes", environ={"DEGOOG_GOOGLE_API_URL": google.url})

    assert ended.code == 2
    assert "directory.readonly" in told(ended.err)
    assert keyring.known == before


def answering(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have somebody open every link that degoog shows; gives the links."""
    opened: list[str] = []
    emit = Context.emit

    def emitting(self: Context, event: str, **told: object) -> None:
        emit(self, event, **told)
        if event == "open":
            opened.append(str(told["link"]))
            threading.Thread(target=httpx.get, args=[opened[-1]], kwargs={"follow_redirects": True}).start()

    monkeypatch.setattr(Context, "emit", emitting)
    return opened
