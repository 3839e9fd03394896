"""degoog connect mattermost, and what doctor says of it."""

import json

import httpx
import pytest

from degoog import config
from degoog.secrets import Secret
from tests.cli.mattermost import Mattermost

CHAT = ("--url", "https://chat.lauze.example")
HERE = {"DEGOOG_MATTERMOST_URL": "https://chat.lauze.example", "DEGOOG_MATTERMOST_TOKEN": "kestrel"}


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", ("Console système", "jeton d’accès", "trousseau")), ("en", ("System Console", "access token", "keyring"))],
)
def test_each_step_says_where_to_click(call, workspace, keyring, language, words):
    said = call(
        "connect", "mattermost", *CHAT, "--lang", language, typed="kestrel\n", interactive=True, transport=Mattermost()
    )

    assert said.code == 0, said.err
    for word in words:
        assert word in said.err.replace("\n   ", " ").replace("\n", " ")
    assert keyring.known == {f"{config.load(workspace).id}/mattermost/token": Secret("kestrel")}


def test_the_token_is_shown_and_written_nowhere_else(call, workspace):
    ended = call("connect", "mattermost", *CHAT, "--token-stdin", typed="kestrel\n", transport=Mattermost())

    assert ended.code == 0
    assert "kestrel" not in ended.out + ended.err
    assert all(path.is_dir() or b"kestrel" not in path.read_bytes() for path in workspace.rglob("*"))


def test_the_address_is_written_into_the_workspace_file_beside_what_is_there(call, workspace):
    call("connect", "mattermost", *CHAT, "--token-stdin", typed="kestrel\n", transport=Mattermost())

    known = config.load(workspace)
    assert known.mattermost is not None
    assert known.mattermost.url == "https://chat.lauze.example"
    assert known.nextcloud is not None


@pytest.mark.parametrize(
    ("server", "code"),
    [
        (Mattermost(token="other"), 4),
        (Mattermost(roles="system_user"), 2),
        (Mattermost(version="5.37.0"), 2),
        (httpx.MockTransport(lambda _request: httpx.Response(200, text="<html>")), 2),
    ],
)
def test_what_cannot_import_is_told_and_nothing_is_kept(call, workspace, keyring, server, code):
    ended = call("connect", "mattermost", *CHAT, "--token-stdin", typed="kestrel\n", transport=server)

    assert ended.code == code
    assert not keyring.known


def test_an_empty_standard_input_is_told(call, workspace):
    assert call("connect", "mattermost", *CHAT, "--token-stdin", typed="\n", transport=Mattermost()).code == 2


def test_a_program_is_told_the_address_and_the_account(call, workspace):
    ended = call("connect", "mattermost", *CHAT, "--token-stdin", "--json", typed="kestrel\n", transport=Mattermost())

    last = json.loads(ended.out.splitlines()[-1])
    assert last == {"event": "summary", "url": "https://chat.lauze.example", "login": "camille", "exit": 0}


@pytest.mark.parametrize(
    ("server", "environ", "level"),
    [
        (Mattermost(), HERE, ("ok", "ok")),
        (Mattermost(roles="system_user"), HERE, ("ok", "fail")),
        (Mattermost(token="other"), HERE, ("ok", "fail")),
        (Mattermost(), {"DEGOOG_MATTERMOST_URL": HERE["DEGOOG_MATTERMOST_URL"]}, ("ok", "fail")),
    ],
)
def test_doctor_says_whether_the_token_may_import(call, workspace, server, environ, level):
    ended = call("doctor", "--json", environ=environ, transport=server)

    found = {line["check"]: line["level"] for line in map(json.loads, ended.out.splitlines()) if "check" in line}
    assert (found["mattermost"], found["token"]) == level


def test_doctor_asks_no_mattermost_that_nobody_named(call, workspace):
    ended = call("doctor", "--json", transport=Mattermost())

    assert '"mattermost"' not in ended.out
