"""What stops a command of files, and what the person is told to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from degoog.sandbox.faults import Fault, FaultKind
from degoog.sandbox.takeout.nasty import Nasty, draw_nasty
from tests.cli.files import LOGIN, MIGRATE, Cloud, files_in, lines, summary, told

THERE = (*MIGRATE, "--to", "nextcloud")


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (("migrate", "files", "--source", "takeout:takeout"), "--to nextcloud or --to folder:DIR"),
        (("plan", "files", "--source", "takeout:takeout"), "--to nextcloud or --to folder:DIR"),
        (("verify", "files"), "No migration was begun"),
        (("migrate", "files", "--to", "folder:x"), "--source takeout:FILE"),
        (("migrate", "files", "--source", "dropbox", "--to", "folder:x"), "use one of: google, takeout"),
        (("migrate", "files", "--source", "takeot:takeout", "--to", "folder:x"), "write “takeout:takeout”"),
        (("migrate", "files", "--source", "takeout.zip", "--to", "folder:x"), "write “takeout:takeout.zip”"),
        (("migrate", "files", "--source", "slack:x.zip", "--to", "folder:x"), "use --source takeout:takeout-001.zip"),
        (("migrate", "files", "--source", "takeout:none.zip", "--to", "folder:x"), "none.zip does not exist"),
        (("migrate", "files", "--source", "takeout:empty", "--to", "folder:x"), "There is no archive"),
        ((*MIGRATE, "--to", "folder:"), "write for example “folder:./archive”"),
        ((*MIGRATE, "--to", "folder:caf\udce9"), "a name written in UTF-8"),
        ((*MIGRATE, "--to", "mattermost"), "Mattermost takes channels"),
        ((*MIGRATE, "--to", "nextcloud"), "degoog connect nextcloud"),
        ((*MIGRATE, "--to", "folder:x", "--exclude", "type=vidéo"), "write “video”"),
        ((*MIGRATE, "--to", "folder:x", "--limit-rate", "fast"), "“2 GB” or “500 MB”"),
        ((*MIGRATE, "--to", "folder:x", "--jobs", "0"), "1<=x<=64"),
        (("verify", "files", "--to", "folder:x", "--full", "--sample", "5%"), "choose one"),
        (("verify", "files", "--to", "folder:x", "--sample", "lots"), "write for example “5%”"),
        (("report",), "No migration was begun"),
        (("status",), "No migration was begun"),
        (("find", "statuts"), "No migration was begun"),
        (("status", "nowhere"), "does not exist"),
        (("find",), "Missing argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_must_be_mended_first_ends_with_2_and_a_cure(call, takeout, words, cure):
    Path("empty").mkdir()
    ended = call(*words)

    assert ended.code == 2
    assert cure in told(ended.err)
    assert not Path("x").exists()


def test_a_file_where_degoog_keeps_what_it_knows_is_named(call, takeout):
    Path(".degoog").write_text("mine")
    ended = call(*MIGRATE, "--to", "folder:x")

    assert ended.code == 2
    assert "Nothing can be written in" in told(ended.err)
    assert ".degoog: " in told(ended.err)


def test_what_must_be_mended_is_one_line_of_json_for_a_program(call, takeout):
    ended = call(*MIGRATE, "--json")

    (line,) = lines(ended.out)
    assert (line["event"], line["kind"], line["exit"]) == ("error", "usage", 2)


def test_a_workspace_file_with_mistakes_stops_before_anything(call, workspace, takeout):
    (workspace / "workspace.yml").write_text("id: wa9c3\nstructure: Lauze\nroads:\n  flies: {}\n")
    ended = call(*MIGRATE, "--to", "folder:x")

    assert ended.code == 2
    assert "files" in ended.err


@pytest.mark.parametrize("kind", [Nasty.NOT_AN_ARCHIVE, Nasty.ZERO_LENGTH, Nasty.TRUNCATED])
def test_an_archive_that_is_none_is_named(call, kind):
    Path("nasty").mkdir()
    (part,) = draw_nasty(Path("nasty"), kind).parts
    ended = call("migrate", "files", "--source", f"takeout:{part}", "--to", "folder:x")

    assert ended.code == 2
    assert part.name in told(ended.err)


def test_a_target_that_is_a_file_is_refused(call, takeout):
    Path("x").write_text("mine")
    ended = call(*MIGRATE, "--to", "folder:x")

    assert ended.code == 2
    assert Path("x").read_text() == "mine"


# A service stopped


def stopped(ended) -> str:
    """What is said on a stop that lost nothing."""
    assert ended.code == 4
    assert "Traceback" not in ended.out + ended.err
    return told(ended.out + ended.err)


def test_a_refused_password_stops_at_the_first_refusal(call, takeout, cloud):
    ended = call(*THERE, environ=cloud.environ | {"DEGOOG_NEXTCLOUD_PASSWORD": "wrong password"})

    assert "degoog connect nextcloud" in stopped(ended)
    assert cloud.requests.with_status(401) == 1


def test_a_server_in_maintenance_is_waited_for_then_left(call, takeout, cloud):
    cloud.faults.add(Fault(FaultKind.MAINTENANCE))

    said = stopped(call(*THERE, environ=cloud.environ))
    assert "is in maintenance. Nothing is lost; run the same command later." in said


def test_a_server_that_is_down_is_told_at_once(call, takeout, cloud):
    cloud.close()

    said = stopped(call(*THERE, environ=cloud.environ))
    assert "Nothing answers at 127.0.0.1. Nothing is lost. To do: check the address" in said


def test_a_server_that_goes_down_on_the_way_loses_nothing(call, takeout, cloud):
    cloud.faults.add(Fault(FaultKind.DROP_REQUEST, path="*/dav/*", after=8))
    ended = call(*THERE, "--json", environ=cloud.environ)

    assert ended.code == 4
    assert summary(ended.out)["balanced"] is True
    assert summary(ended.out)["pending"] > 0
    cloud.faults.clear()
    again = call(*THERE, "--json", environ=cloud.environ)
    assert again.code == 0
    assert summary(again.out)["pending"] == 0


def test_too_small_a_quota_stops_before_the_first_byte(call, takeout, tmp_path):
    with Cloud(tmp_path / "cloud", quota=1000) as cloud:
        ended = call(*THERE, environ=cloud.environ)

        assert "There is not enough room" in stopped(ended)
        assert "ask for a larger quota" in told(ended.out)
        assert cloud.files() == {}


def test_a_quota_that_fills_on_the_way_stops_and_the_rest_comes_later(call, takeout, cloud):
    cloud.faults.add(Fault(FaultKind.QUOTA, methods=frozenset({"PUT", "BULK"})))
    ended = call(*THERE, "--json", environ=cloud.environ)

    assert ended.code == 4
    assert summary(ended.out)["pending"] == 13
    cloud.faults.clear()
    assert summary(call(*THERE, "--json", environ=cloud.environ).out)["moved"] == 13


def test_a_place_that_was_put_in_the_stead_of_the_first_is_not_written_to(call, takeout):
    call(*MIGRATE, "--to", "folder:archive")
    Path("archive").rename("first")
    ended = call(*MIGRATE, "--to", "folder:archive")

    assert ended.code == 2
    assert "is no longer the place this migration began with" in told(ended.err)
    assert not Path("archive").exists()


def test_a_folder_that_was_carried_elsewhere_is_known_again(call, takeout):
    call(*MIGRATE, "--to", "folder:archive")
    Path("archive").rename("elsewhere")
    ended = call(*MIGRATE, "--to", "folder:elsewhere", "--json")

    assert summary(ended.out)["moved"] == 0


def test_one_file_that_is_in_use_leaves_the_others_and_ends_with_3(call, takeout, cloud):
    cloud.faults.add(Fault(FaultKind.LOCKED, path=f"*/files/{LOGIN}/*/Budget.xlsx"))
    ended = call(*THERE, environ=cloud.environ)

    assert ended.code == 3
    assert "1 file could not be written: somebody was working on it in the new place." in told(ended.out)
    cloud.faults.clear()
    assert call(*THERE, environ=cloud.environ).code == 0


def test_nothing_of_an_archive_is_written_outside_the_new_place(call, tmp_path):
    Path("nasty").mkdir()
    draw_nasty(Path("nasty"), Nasty.CLIMBING_PATH)
    ended = call("migrate", "files", "--source", "takeout:nasty", "--to", "folder:archive")

    assert ended.code == 3
    assert "leads out of it" in told(ended.out)
    assert not list(tmp_path.rglob("evil.txt"))
    assert files_in(Path("archive"))
