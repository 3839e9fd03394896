"""`degoog verify files`: what it finds, what it says, how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.files import LOGIN, MIGRATE, offered, summary, told

VERIFY = ("verify", "files", "--to", "folder:archive")
PLAN = Path("archive/05 - Jardin/Plan(1).pdf")


@pytest.fixture
def moved(call, takeout) -> None:
    """A folder into which everything was moved."""
    assert call(*MIGRATE, "--to", "folder:archive").code == 0


@pytest.fixture
def online(call, takeout, cloud):
    """A Nextcloud into which everything was moved, and the words that compare it."""
    assert call(*MIGRATE, "--to", "nextcloud", environ=cloud.environ).code == 0

    def verify(*words: str):
        return call("verify", "files", "--to", "nextcloud", *words, environ=cloud.environ)

    return verify


@pytest.mark.parametrize("how", [(), ("--full",), ("--sample", "50%")], ids=" ".join)
def test_what_arrived_whole_is_proven(call, moved, how):
    ended = call(*VERIFY, *how)

    assert ended.code == 0
    assert "they are proven identical to what was sent." in told(ended.out)


@pytest.mark.parametrize("how", [(), ("--full",), ("--sample", "50%")], ids=" ".join)
def test_what_arrived_whole_in_nextcloud_is_proven(online, how):
    ended = online(*how)

    assert ended.code == 0
    assert "they are proven identical to what was sent." in told(ended.out)


def test_a_comparison_writes_nothing_at_the_server(online, cloud):
    written = cloud.requests.writes
    online()

    assert cloud.requests.writes == written


def test_a_missing_file_is_found(call, moved):
    PLAN.unlink()
    ended = call(*VERIFY)

    assert ended.code == 3
    assert "1 item is no longer where degoog put it." in told(ended.out)
    assert "To do: look in the trash" in told(ended.out)


def test_a_changed_file_is_found(call, moved):
    PLAN.write_bytes(b"changed")
    ended = call(*VERIFY)

    assert ended.code == 3
    assert "1 item differs from what degoog put there." in told(ended.out)


def test_a_file_somebody_changed_in_nextcloud_is_found(online, cloud):
    cloud.write(LOGIN, "Google Drive/05 - Jardin/Plan(1).pdf", b"changed")

    assert online().code == 3


def test_what_degoog_did_not_put_there_is_told_and_is_no_fault(call, moved):
    Path("archive/mine.txt").write_text("mine")
    ended = call(*VERIFY)

    assert ended.code == 0
    assert "1 other thing is in the new place" in told(ended.out)


def test_only_what_concerns_the_comparison_is_told(call, moved):
    assert "Changed on the way" not in call(*VERIFY).out


def test_it_ends_with_the_command_that_shows_everything(call, moved):
    assert offered(call(*VERIFY).out, "report") == ["report"]


def test_after_a_fault_it_offers_to_compare_again(call, moved):
    PLAN.unlink()

    assert offered(call(*VERIFY).out, "verify") == list(VERIFY)


def test_a_place_to_which_nothing_was_moved_is_said_to_be_such(call, moved):
    ended = call("verify", "files", "--to", "folder:another")

    assert ended.code == 2
    assert "run degoog migrate first" in told(ended.err)


def test_without_a_target_it_says_what_to_add(call, moved):
    ended = call("verify", "files")

    assert ended.code == 2
    assert "--to nextcloud or --to folder:DIR" in told(ended.err)


def test_a_server_that_is_down_ends_with_4(online, cloud):
    cloud.close()
    ended = online()

    assert ended.code == 4
    assert "run the same command again" in told(ended.err)


def test_two_places_of_one_workspace_are_compared_apart(call, moved):
    call(*MIGRATE, "--to", "folder:second")
    PLAN.unlink()

    assert summary(call("verify", "files", "--to", "folder:second", "--json").out)["proof"]["missing"] == 0
