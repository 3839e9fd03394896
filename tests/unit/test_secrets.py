"""Secrets: where they are looked for and kept, and that nothing shows them."""

import pickle
import stat

import pytest

from degoog.errors import Usage
from degoog.secrets import Keeper, Secret, SecretFile, Secrets, Service
from tests.cli.memory import MemoryStore


def secrets(tmp_path, *, environ=None, keyring=None, told=None):
    return Secrets(
        "wa9c3",
        environ=environ or {},
        keyring=lambda: keyring,
        file=SecretFile(tmp_path / "config" / "secrets.json"),
        told=(told if told is not None else []).append,
    )


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r:>30}".format, lambda secret: "%s" % secret])  # noqa: UP031
def test_a_secret_prints_as_stars(show):
    assert "kestrel" not in show(Secret("kestrel"))
    assert "***" in show(Secret("kestrel"))


def test_a_secret_is_not_pickled():
    with pytest.raises(TypeError):
        pickle.dumps(Secret("kestrel"))


def test_two_workspaces_never_share_an_entry(tmp_path):
    assert secrets(tmp_path).entry(Service.NEXTCLOUD, "camille") == "wa9c3/nextcloud/camille"


def test_the_environment_comes_before_the_keyring_and_does_not_open_it(tmp_path):
    def locked():
        raise AssertionError("the keyring was opened")

    known = Secrets(
        "wa9c3",
        environ={"DEGOOG_NEXTCLOUD_PASSWORD": "kestrel"},
        keyring=locked,
        file=SecretFile(tmp_path / "none"),
        told=lambda _secret: None,
    )

    assert known.find(Service.NEXTCLOUD, "camille") == Secret("kestrel")


def test_a_password_of_the_environment_is_not_tried_on_another_account(tmp_path):
    environ = {"DEGOOG_NEXTCLOUD_USER": "camille", "DEGOOG_NEXTCLOUD_PASSWORD": "kestrel"}

    assert secrets(tmp_path, environ=environ).find(Service.NEXTCLOUD, "zoe") is None
    assert secrets(tmp_path, environ=environ).find(Service.NEXTCLOUD, "camille") == Secret("kestrel")


def test_what_the_keyring_keeps_is_found_and_forgotten(tmp_path):
    known = secrets(tmp_path, keyring=MemoryStore())

    known.keep(Service.NEXTCLOUD, "camille", Secret("kestrel"), keeper=Keeper.KEYRING)
    assert known.find(Service.NEXTCLOUD, "camille") == Secret("kestrel")
    known.forget(Service.NEXTCLOUD, "camille")
    assert known.find(Service.NEXTCLOUD, "camille") is None
    assert not known.file.exists


def test_a_secret_that_is_handed_out_is_told_to_the_log(tmp_path):
    told: list[Secret] = []
    known = secrets(tmp_path, environ={"DEGOOG_MATTERMOST_TOKEN": "kestrel"}, told=told)

    known.find(Service.MATTERMOST, "bot")

    assert told == [Secret("kestrel")]


def test_without_a_keyring_nothing_is_kept_until_the_file_is_chosen(tmp_path):
    known = secrets(tmp_path)

    with pytest.raises(Usage, match="--store file"):
        known.keep(Service.NEXTCLOUD, "camille", Secret("kestrel"), keeper=Keeper.KEYRING)
    assert not known.file.exists


def test_the_file_is_readable_by_its_owner_only(tmp_path):
    known = secrets(tmp_path)

    known.keep(Service.NEXTCLOUD, "camille", Secret("kestrel"), keeper=Keeper.FILE)

    assert known.find(Service.NEXTCLOUD, "camille") == Secret("kestrel")
    assert stat.S_IMODE(known.file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(known.file.path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(("part", "mode"), [("file", 0o640), ("file", 0o604), ("folder", 0o750)])
def test_a_file_that_others_could_read_is_refused(tmp_path, part, mode):
    known = secrets(tmp_path)
    known.keep(Service.NEXTCLOUD, "camille", Secret("kestrel"), keeper=Keeper.FILE)
    (known.file.path if part == "file" else known.file.path.parent).chmod(mode)

    with pytest.raises(Usage, match="chmod") as caught:
        known.find(Service.NEXTCLOUD, "camille")
    assert "kestrel" not in str(caught.value)


def test_a_broken_file_is_told_without_its_content(tmp_path):
    known = secrets(tmp_path)
    known.keep(Service.NEXTCLOUD, "camille", Secret("kestrel"), keeper=Keeper.FILE)
    known.file.path.write_text('{"wa9c3/nextcloud/camille": kestrel')

    with pytest.raises(Usage) as caught:
        known.find(Service.NEXTCLOUD, "camille")
    assert "kestrel" not in str(caught.value)
    assert caught.value.__cause__ is None
