"""`degoog connect google`, `doctor` and `release`, with the stand-in of Google's sign-in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from degoog import config
from degoog.google.scopes import SCOPES
from degoog.sandbox.google import GoogleSandbox
from degoog.sandbox.google.drawing import draw_association
from degoog.secrets import Secret
from tests.cli.conftest import Call
from tests.cli.files import Cloud, told
from tests.cli.memory import MemoryStore
from tests.google_stand_in import judged_google

ME = "camille@lauze.example"


@pytest.fixture
def google() -> Iterator[GoogleSandbox]:
    with judged_google(draw_association(seed=2, ordinary=0).world, seed=2) as google:
        google.consent(ME)
        yield google


def written(path: Path, content: dict[str, Any]) -> str:
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def known(keyring: MemoryStore) -> list[str]:
    return sorted(entry.partition("/")[2] for entry in keyring.known)


def entered(keyring: MemoryStore, workspace: Path, account: str, secret: dict[str, Any]) -> None:
    keyring.set(f"{config.load(workspace).id}/google/{account}", Secret(json.dumps(secret)))
    mode = "delegation" if account == "delegation" else "user"
    with (workspace / "workspace.yml").open("a", encoding="utf-8") as file:
        file.write(f"\ngoogle:\n  mode: {mode}\n  account: {ME}\n")


def test_a_person_connects_in_a_browser(workspace, google, tmp_path):
    file = written(tmp_path / "client_secret.json", google.client_file())
    secrets = tmp_path / "secret" / "secrets.json"
    environ = {**os.environ, "DEGOOG_GOOGLE_API_URL": google.url, "DEGOOG_SECRETS_FILE": str(secrets),
               "XDG_STATE_HOME": str(tmp_path), "LANG": "en_GB.UTF-8"}  # fmt: skip
    words = ["connect", "google", "--credentials", file, "--store", "file", "--json"]
    with subprocess.Popen([sys.executable, "-m", "degoog", *words], cwd=workspace, env=environ, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:  # fmt: skip
        assert running.stdout is not None
        opened = json.loads(running.stdout.readline())
        httpx.get(opened["link"], follow_redirects=True)
        out, err = running.communicate(timeout=60)

    assert running.returncode == 0, err
    assert json.loads(out.splitlines()[-1]) == {"event": "summary", "account": ME, "exit": 0}
    kept = secrets.read_text(encoding="utf-8")
    assert "refresh_token" in kept
    google_section = config.load(workspace).google
    assert google_section is not None
    assert (google_section.mode, google_section.account) == ("user", ME)
    refresh = json.loads(json.loads(kept).popitem()[1])["refresh_token"]
    everything = out + err + "".join(path.read_text() for path in workspace.rglob("*") if path.is_file())
    assert refresh not in everything


def test_the_console_is_gone_through_step_by_step_and_testing_is_not_passed(call: Call, workspace, tmp_path):
    missing = str(tmp_path / "nothing.json")
    typed = "\n".join(["", "", "", "t", "T", "i", "", missing, written(tmp_path / "wrong.json", {"web": {}})]) + "\n"

    ended = call("connect", "google", "--lang", "fr", typed=typed, interactive=True)

    screen = told(ended.err)
    assert ended.code == 2
    for link in ("projectcreate", "apis/library/drive.googleapis.com", "auth/overview", "auth/audience",
                 "auth/clients/create"):  # fmt: skip
        assert f"https://console.cloud.google.com/{link}" in ended.err
    assert screen.count("sept jours") == 2
    assert "Application de bureau" in screen


def test_a_service_account_is_kept_for_everybody_and_tried_for_one(call: Call, workspace, google, keyring, tmp_path):
    file = written(tmp_path / "key.json", google.service_account())
    environ = {"DEGOOG_GOOGLE_API_URL": google.url}

    ended = call("connect", "google", "--credentials", file, "--account", ME, environ=environ)

    assert ended.code == 0
    assert "domainwidedelegation?clientScopeToAdd=" in ended.err
    assert known(keyring) == ["google/delegation"]
    section = config.load(workspace).google
    assert section is not None
    assert (section.mode, section.account) == ("delegation", ME)
    assert "PRIVATE KEY" not in ended.out + ended.err


def test_other_contacts_are_asked_for_where_workspace_yml_wants_them(call: Call, workspace, google, keyring, tmp_path):
    words = ("connect", "google", "--credentials", written(tmp_path / "key.json", google.service_account()))
    environ = {"DEGOOG_GOOGLE_API_URL": google.url}
    without = call(*words, "--account", ME, environ=environ)
    file = workspace / "workspace.yml"
    text = file.read_text(encoding="utf-8").partition("roads:")[0]
    file.write_text(f"{text}\nroads:\n  contacts:\n    other: true\n", encoding="utf-8")

    wanted = call(*words, "--account", ME, environ=environ)

    assert (without.code, wanted.code) == (0, 0)
    assert "contacts.other.readonly" not in without.err
    assert "contacts.other.readonly" in wanted.err


def test_a_delegation_that_does_not_work_yet_is_kept_and_told(call: Call, workspace, google, keyring, tmp_path):
    file = written(tmp_path / "key.json", google.service_account(scopes=[]))
    environ = {"DEGOOG_GOOGLE_API_URL": google.url}

    ended = call("connect", "google", "--credentials", file, "--account", ME, environ=environ)

    assert ended.code == 4
    assert "degoog doctor" in told(ended.err)
    assert known(keyring) == ["google/delegation"]


# doctor


def checks(out: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for line in map(json.loads, out.splitlines()):
        if line["event"] == "check" and line["check"].startswith("google"):
            found.setdefault(line["check"], []).append((line["level"], line["what"] + line["cure"] + line["link"]))
    return found


def test_doctor_asks_one_thing_after_the_other(call: Call, workspace, google, keyring):
    entered(keyring, workspace, ME, google.authorized_user(ME))

    found = checks(call("doctor", "--json", environ={"DEGOOG_GOOGLE_API_URL": google.url}).out)

    assert list(found) == ["google-clock", "google-access", "google-scope", "google-drive"]
    assert {level for answers in found.values() for level, _what in answers} == {"ok"}


def test_doctor_tries_every_permission_that_the_roads_need(call: Call, workspace, google, keyring):
    text = (workspace / "workspace.yml").read_text()
    (workspace / "workspace.yml").write_text(
        text.replace("\nroads:\n", "\nroads:\n  calendars:\n    source: google\n", 1)
    )
    entered(keyring, workspace, "delegation", google.service_account(scopes=[]))

    found = checks(call("doctor", "--json", environ={"DEGOOG_GOOGLE_API_URL": google.url}).out)

    assert len(found["google-scope"]) == len(SCOPES["calendars"])


def test_doctor_tries_everybody_s_delegation(call: Call, workspace, google, keyring):
    entered(keyring, workspace, "delegation", google.service_account())
    (workspace / "people.csv").write_text(f"name,google\nCamille,{ME}\nOrtensia,ortensia@lauze.example\n")

    found = checks(call("doctor", "--json", environ={"DEGOOG_GOOGLE_API_URL": google.url}).out)

    assert [level for level, _what in found["google-person"]] == ["ok", "fail"]
    assert "ortensia@lauze.example" in found["google-person"][1][1]


@pytest.mark.parametrize(
    ("trouble", "check", "expected"),
    [
        ("disabled", "google-drive", "drive.googleapis.com"),
        ("scope", "google-scope", "domainwidedelegation"),
        ("key", "google-access", "new key"),
        ("revoked", "google-scope", "degoog connect google"),
        ("nothing", "google", "degoog connect google"),
    ],
)
def test_doctor_says_of_each_trouble_what_mends_it(call: Call, workspace, google, keyring, trouble, check, expected):
    match trouble:
        case "disabled":
            google.settings.disabled.add("drive")
            entered(keyring, workspace, ME, google.authorized_user(ME))
        case "scope":
            entered(keyring, workspace, "delegation", google.service_account(scopes=[]))
        case "key":
            damaged = {**google.service_account(), "private_key": "-----BEGIN-----"}
            entered(keyring, workspace, "delegation", damaged)
        case "revoked":
            entered(keyring, workspace, ME, {**google.authorized_user(ME), "refresh_token": "1//gone"})
        case _nothing:
            entered(keyring, workspace, ME, {})
            keyring.known.clear()

    ended = call("doctor", "--json", environ={"DEGOOG_GOOGLE_API_URL": google.url})

    assert ended.code == 2
    (level, what), *_more = checks(ended.out)[check]
    assert level == "fail"
    assert expected in what


def test_doctor_does_not_ask_google_of_who_has_an_archive_only(call: Call, workspace):
    assert checks(call("doctor", "--json").out) == {}


# release


def test_release_gives_everything_back(call: Call, workspace, google, keyring, cloud: Cloud):
    given = google.authorized_user(ME)
    entered(keyring, workspace, ME, given)
    password = cloud.app_password("camille")
    words = ("connect", "nextcloud", "--url", cloud.url, "--account", "camille", "--password-stdin")
    assert call(*words, typed=password).code == 0
    (workspace / "people.csv").write_text("name,nextcloud\nCamille,camille\n")
    environ = {"DEGOOG_GOOGLE_API_URL": google.url, "DEGOOG_NEXTCLOUD_URL": cloud.url}

    ended = call("release", "--yes", environ=environ)

    assert ended.code == 0, ended.err
    assert keyring.known == {}
    assert google.requests.count("POST", door="oauth2.revoke") == 1
    denied = httpx.request("PROPFIND", f"{cloud.url}/remote.php/webdav/", auth=("camille", password))
    assert denied.status_code == 401


def test_release_says_what_must_be_done_by_hand(call: Call, workspace, google, keyring):
    entered(keyring, workspace, "delegation", google.service_account())

    ended = call("release", "--yes", environ={"DEGOOG_GOOGLE_API_URL": google.url})

    assert ended.code == 4
    assert "iam-admin/serviceaccounts" in ended.err
    assert keyring.known == {}


def test_release_asks_first(call: Call, workspace, google, keyring):
    entered(keyring, workspace, ME, google.authorized_user(ME))

    ended = call("release", typed="n\n", interactive=True, environ={"DEGOOG_GOOGLE_API_URL": google.url})

    assert ended.code == 0
    assert known(keyring) == [f"google/{ME}"]
