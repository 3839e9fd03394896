"""degoog doctor."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from degoog import config, people
from tests.cli.nextcloud import Nextcloud

CAMILLE = {"DEGOOG_NEXTCLOUD_USER": "camille", "DEGOOG_NEXTCLOUD_PASSWORD": "kestrel"}


def levels(ended):
    lines = [json.loads(line) for line in ended.out.splitlines()]
    return {line["check"]: line["level"] for line in lines if line["event"] == "check"}


@pytest.mark.parametrize(("language", "words"), [("fr", "Tout est prêt."), ("en", "Everything is ready.")])
def test_a_workspace_that_is_ready_ends_with_0_and_the_next_command(call, workspace, language, words):
    ended = call("doctor", "--lang", language, environ=CAMILLE, transport=Nextcloud())

    assert ended.code == 0, ended.out
    assert words in ended.out
    assert "degoog migrate files" in ended.out


def test_every_check_is_a_line_for_a_program(call, workspace):
    now = format_datetime(datetime.now(UTC), usegmt=True)

    ended = call("doctor", "--json", environ=CAMILLE, transport=Nextcloud(date=now))

    assert levels(ended) == dict.fromkeys(
        ["python", "disk", "workspace", "people", "keyring", "nextcloud", "clock", "login", "quota", "write"], "ok"
    )
    assert json.loads(ended.out.splitlines()[-1]) == {"event": "summary", "failed": 0, "exit": 0}


@pytest.mark.parametrize(
    ("server", "check"),
    [
        (Nextcloud(free=0), "quota"),
        (Nextcloud(permissions="R"), "write"),
        (Nextcloud(date=format_datetime(datetime.now(UTC) - timedelta(hours=3), usegmt=True)), "clock"),
        (httpx.MockTransport(lambda _request: httpx.Response(200, text="<html>")), "nextcloud"),
    ],
)
def test_what_is_wrong_at_the_server_is_a_fail(call, workspace, server, check):
    ended = call("doctor", "--json", environ=CAMILLE, transport=server)

    assert ended.code == 2
    assert [name for name, level in levels(ended).items() if level == "fail"] == [check]


def test_a_refused_password_is_tried_once(call, workspace):
    server = Nextcloud()

    ended = call("doctor", environ=CAMILLE | {"DEGOOG_NEXTCLOUD_PASSWORD": "wrong"}, transport=server)

    assert ended.code == 2
    assert "degoog connect nextcloud" in ended.out.replace("\n         ", " ")
    assert server.seen.count("PROPFIND /remote.php/webdav/") == 1


def test_an_account_that_is_not_connected_says_how(call, workspace):
    ended = call("doctor", transport=Nextcloud())

    assert ended.code == 2
    assert "run “degoog connect nextcloud”" in ended.out


def test_all_problems_of_the_files_are_listed_with_their_lines(call, workspace):
    (workspace / config.FILE).write_text("id: wa9c3\nstructre: Lauze\nlanguage: de\n", encoding="utf-8")
    (workspace / people.FILE).write_text("nom\nZoé\n", encoding="utf-8")

    ended = call("doctor")

    assert ended.code == 2
    for words in ("workspace.yml, line 2", "workspace.yml, line 3", "people.csv, line 1", "write “structure”."):
        assert words in ended.out


def test_a_folder_that_is_no_workspace_is_a_fail_that_names_init(call):
    ended = call("doctor")

    assert ended.code == 2
    assert "degoog init" in ended.out


def test_a_machine_without_a_keyring_is_worth_knowing_and_stops_nothing(call, workspace):
    ended = call("doctor", "--json", environ=CAMILLE, store=None, transport=Nextcloud())

    assert levels(ended)["keyring"] == "note"
    assert ended.code == 0


def test_a_workspace_without_a_nextcloud_is_ready_to_copy_into_a_folder(call, workspace):
    (workspace / config.FILE).write_text("id: wa9c3\nstructure: Lauze\n", encoding="utf-8")

    ended = call("doctor", "--json")

    assert ended.code == 0
    assert levels(ended)["nextcloud"] == "note"


def test_no_line_is_wider_than_80_columns_but_what_is_copied(call, workspace):
    ended = call("doctor", "--lang", "fr", environ=CAMILLE, transport=Nextcloud(free=0, permissions="R"))

    assert [line for line in ended.out.splitlines() if len(line) > 80 and "http" not in line] == []
