"""`degoog plan`, `migrate` and `verify files` from a live Drive: one account, and everybody of an association."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from degoog.sandbox.google import Fault, GoogleSandbox, Trouble
from degoog.sandbox.google.drawing import Drawn, draw_association
from tests.cli.conftest import Call
from tests.cli.files import Cloud, summary, told
from tests.google_stand_in import judged_google

CAMILLE = "camille@lauze.example"
PEOPLE = """name,google,nextcloud
Camille,camille@lauze.example,camille
Maëlle,maelle@lauze.example,maelle
Yann-Ael,yann-ael@lauze.example,yann
"""


ROADS = """
google:
  mode: delegation
  account: camille@lauze.example
roads:
  files:
    source: google
    to: nextcloud
    accounts: people
    shared_drives:
      Bureau:
        folder: /Équipe/Bureau
"""


@pytest.fixture
def drawn() -> Drawn:
    return draw_association(seed=1, ordinary=30)


@pytest.fixture
def google(drawn: Drawn) -> Iterator[GoogleSandbox]:
    with judged_google(drawn.world, seed=1) as google:
        yield google


@pytest.fixture
def given(google: GoogleSandbox) -> dict[str, str]:
    return {"DEGOOG_GOOGLE_API_URL": google.url, "DEGOOG_GOOGLE_TOKEN": google.access_token(CAMILLE)}


def test_a_drive_arrives_in_a_folder_and_a_second_run_asks_for_changes_only(call: Call, google, given):
    words = ("migrate", "files", "--source", "google", "--to", "folder:archive", "--json")

    first = call(*words, environ=given)
    google.requests.clear()
    second = call(*words, environ=given)

    once, again = summary(first.out), summary(second.out)
    assert (first.code, second.code) == (3, 3)  # malware, and what owners keep from being downloaded
    assert once["found"] == once["moved"] + once["failed"] + once["skipped"] == again["found"]
    assert again["moved"] == 0
    assert google.requests.count("GET", door="drive.files.list") == 0
    assert (Path("archive") / "00 - Gouvernance").is_dir()


def test_what_changed_in_between_follows(call: Call, google, given, drawn):
    words = ("migrate", "files", "--source", "google", "--to", "folder:archive", "--json")
    call(*words, environ=given)
    chosen = drawn.named("Livre blanc illustré")
    google.hands.rename(chosen.id, "Livre gris")

    again = summary(call(*words, environ=given).out)

    assert again["moved"] == 1
    assert list(Path("archive").rglob("Livre gris*"))
    assert not list(Path("archive").rglob("Livre blanc illustré*"))


def test_a_daily_limit_ends_the_run_with_the_hour_to_resume(call: Call, google, given):
    google.faults.add(Fault(Trouble.DAILY, on="drive.files.get:media", after=5))

    ended = call("migrate", "files", "--source", "google", "--to", "folder:archive", environ=given)

    assert ended.code == 4
    assert "limit for one day" in " ".join(ended.out.split())
    google.faults.clear()
    assert call("migrate", "files", "--source", "google", "--to", "folder:archive", environ=given).code == 3


def test_without_access_it_says_how_to_get_one(call: Call, google):
    ended = call("plan", "files", "--source", "google", "--to", "folder:archive")

    assert ended.code == 2
    assert "degoog connect google" in ended.err


# Everybody


@pytest.fixture
def association(call: Call, workspace: Path, google: GoogleSandbox, cloud: Cloud, tmp_path: Path) -> dict[str, str]:
    text = (workspace / "workspace.yml").read_text(encoding="utf-8").partition("roads:")[0]
    (workspace / "workspace.yml").write_text(text + ROADS, encoding="utf-8")
    (workspace / "people.csv").write_text(PEOPLE, encoding="utf-8")
    key = tmp_path / "key.json"
    key.write_text(json.dumps(google.service_account()), encoding="utf-8")
    cloud.add_user("maelle", "x")
    words = ("connect", "nextcloud", "--account", "maelle", "--password-stdin")
    environ = {**cloud.environ, "DEGOOG_GOOGLE_API_URL": google.url, "DEGOOG_GOOGLE_CREDENTIALS": str(key)}
    assert call(*words, typed=cloud.app_password("maelle"), environ=environ).code == 0
    return environ


def test_everybody_s_documents_go_to_their_own_account_and_nobody_s_to_another(call: Call, association, cloud):
    ended = call("migrate", "files", "--json", environ=association)

    all_ = summary(ended.out)
    assert all_["found"] == all_["moved"] + all_["skipped"] + all_["failed"]
    assert all_["skipped"] > 0
    paths = cloud.paths("camille"), cloud.paths("maelle")
    assert "/Google Drive/00 - Gouvernance" in paths[0]
    assert not any("00 - Gouvernance" in path for path in paths[1])
    assert any(path.startswith("/Équipe/Bureau/") for path in paths[0])
    assert not any("Drives partagés/Bureau" in path or "Shared drives/Bureau" in path for path in paths[0])


def test_a_plan_tells_what_one_must_know_before_deciding(call: Call, google, given):
    screen = told(call("plan", "files", "--source", "google", "--to", "folder:archive", environ=given).out)

    for words in (
        "Google documents", "Whose they are:", CAMILLE, "together with something that stays", "names will be changed",
        "could not be read", "Google will be asked", "shared with people", "a page with a link",
    ):  # fmt: skip
        assert words in screen


def test_people_of_a_folder_are_named_with_where_they_would_go_and_in_good_french(call, association, workspace):
    file = workspace / "workspace.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("to: nextcloud", "to: folder:archive"), encoding="utf-8")
    (workspace / "people.csv").write_text(
        "name,google,nextcloud\nCamille,camille@lauze.example,camille\nMaëlle,maelle@lauze.example,\n"
        "Personne,personne@lauze.example,personne\n",
        encoding="utf-8",
    )
    ended = call("--lang", "fr", "plan", "files", environ=association)

    said = ended.out + ended.err
    assert "vers  (" not in told(said)
    assert "archive/maelle@lauze.example" in "".join(said.split())
    assert "lauze.example: " not in said
    assert "personne@lauze.example\u202f: Google ne connaît pas" in " ".join(said.split(" "))
