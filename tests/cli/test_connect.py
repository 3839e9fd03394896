"""degoog connect nextcloud."""

import json

import httpx
import pytest

from degoog import config
from degoog.secrets import Secret
from tests.cli.nextcloud import Nextcloud


def entry(workspace, login):
    return f"{config.load(workspace).id}/nextcloud/{login}"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_step_says_where_to_click_and_what_one_sees(call, workspace, keyring, language):
    ended = call("connect", "nextcloud", "--lang", language, transport=Nextcloud())

    assert ended.code == 0
    assert "https://cloud.lauze.example/login/v2/flow/abc" in ended.err
    for words in {
        "fr": ("Connectez-vous à votre compte", "Autoriser l’accès", "Compte connecté", "trousseau"),
        "en": ("Connect to your account", "Grant access", "Account connected", "keyring"),
    }[language]:
        assert words in ended.err.replace("\n   ", " ")
    assert keyring.known == {entry(workspace, "camille"): Secret("kestrel")}


def test_nothing_secret_is_shown_logged_or_written_into_the_workspace(call, workspace):
    ended = call("connect", "nextcloud", transport=Nextcloud())

    assert "kestrel" not in ended.out + ended.err
    for path in workspace.rglob("*"):
        assert path.is_dir() or b"kestrel" not in path.read_bytes()


def test_the_account_is_written_into_the_workspace_file(call, workspace):
    call("connect", "nextcloud", transport=Nextcloud())

    known = config.load(workspace).nextcloud
    assert known is not None
    assert known.login == "camille"


def test_the_account_of_another_person_does_not_become_the_workspaces_own(call, workspace, keyring):
    ended = call("connect", "nextcloud", "--account", "zoe", transport=Nextcloud(who="zoe"))

    assert ended.code == 0
    assert list(keyring.known) == [entry(workspace, "zoe")]
    known = config.load(workspace).nextcloud
    assert known is not None
    assert known.login is None


def test_a_link_opened_by_the_wrong_person_keeps_nothing(call, workspace, keyring):
    ended = call("connect", "nextcloud", "--account", "zoe", transport=Nextcloud(who="camille"))

    assert ended.code == 2
    assert "camille" in ended.err
    assert not keyring.known


def test_a_server_that_does_not_answer_is_told_before_anybody_is_bothered(call, workspace):
    def refuse(_request):
        raise httpx.ConnectError("no route")

    ended = call("connect", "nextcloud", transport=httpx.MockTransport(refuse))

    assert ended.code == 4
    assert "Open this link" not in ended.err


def test_an_app_password_can_come_from_the_standard_input(call, workspace, keyring):
    ended = call("connect", "nextcloud", "--account", "zoe", "--password-stdin", typed="kestrel\n")

    assert ended.code == 0
    assert keyring.known == {entry(workspace, "zoe"): Secret("kestrel")}


@pytest.mark.parametrize("words", [(), ("--account", "zoe")])
def test_an_empty_standard_input_or_no_account_is_told(call, workspace, words):
    assert call("connect", "nextcloud", "--password-stdin", *words).code == 2


def test_without_a_keyring_the_file_is_explained_and_wants_a_yes(call, workspace, tmp_path):
    refused = call("connect", "nextcloud", typed="\n", interactive=True, store=None, transport=Nextcloud())
    assert refused.code == 2
    assert not (tmp_path / "config").exists()

    agreed = call("connect", "nextcloud", typed="y\n", interactive=True, store=None, transport=Nextcloud())
    assert agreed.code == 0
    assert "secrets.json" in agreed.err.replace("\n", "")
    assert (tmp_path / "config" / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_without_a_keyring_and_anybody_to_ask_the_option_is_named_before_the_link(call, workspace):
    ended = call("connect", "nextcloud", store=None, transport=Nextcloud())

    assert ended.code == 2
    assert "--store file" in ended.err
    assert "Open this link" not in ended.err


def test_the_file_can_be_chosen_on_a_machine_with_a_keyring(call, workspace, keyring, tmp_path):
    ended = call("connect", "nextcloud", "--store", "file", transport=Nextcloud())

    assert ended.code == 0
    assert not keyring.known
    assert (tmp_path / "config" / "secrets.json").exists()


def test_without_a_workspace_init_is_named(call):
    ended = call("connect", "nextcloud", transport=Nextcloud())

    assert ended.code == 2
    assert "degoog init" in ended.err


def test_the_address_is_asked_for_where_nobody_gave_it(call, workspace):
    (workspace / config.FILE).write_text("id: wa9c3\nstructure: Lauze\n", encoding="utf-8")

    ended = call("connect", "nextcloud", typed="cloud.lauze.example\n", interactive=True, transport=Nextcloud())

    assert ended.code == 0
    known = config.load(workspace).nextcloud
    assert known is not None
    assert known.url == "https://cloud.lauze.example"


def test_a_program_is_told_the_link_and_the_account(call, workspace):
    ended = call("connect", "nextcloud", "--json", transport=Nextcloud())

    first, last = (json.loads(line) for line in ended.out.splitlines())
    assert first == {"event": "open", "link": "https://cloud.lauze.example/login/v2/flow/abc"}
    assert last == {"event": "summary", "url": "https://cloud.lauze.example", "login": "camille", "exit": 0}
