"""What is wrong with an archive is named, and the good beside it still comes through."""

import asyncio
import gzip
import zipfile

import pytest

from degoog.errors import Usage
from degoog.google.takeout import TakeoutSource
from degoog.model import FailReason, Kind
from degoog.sandbox.takeout.nasty import Nasty, draw_nasty
from tests.google.reading import digest, seen, tarred, zipped

TOP = "Takeout/Drive/"
ONE_BAD = {
    Nasty.CLIMBING_PATH: FailReason.UNSAFE_PATH,
    Nasty.ABSOLUTE_PATH: FailReason.UNSAFE_PATH,
    Nasty.WINDOWS_PATH: FailReason.UNSAFE_PATH,
    Nasty.SYMLINK: FailReason.LINK,
    Nasty.SYMLINK_TGZ: FailReason.LINK,
    Nasty.HARDLINK_TGZ: FailReason.LINK,
    Nasty.DEVICE_TGZ: FailReason.LINK,
    Nasty.BOMB_RATIO: FailReason.BOMB,
    Nasty.BOMB_OVERLAPPING: FailReason.BOMB,
    Nasty.ENCRYPTED: FailReason.ENCRYPTED,
}
WHEN_READ = {Nasty.DAMAGED_MEMBER: FailReason.DAMAGED, Nasty.BOMB_LYING: FailReason.BOMB}
ALL_BAD = [
    Nasty.TRUNCATED,
    Nasty.TRUNCATED_TGZ,
    Nasty.DAMAGED_DIRECTORY,
    Nasty.DAMAGED_TGZ,
    Nasty.ZERO_LENGTH,
    Nasty.NOT_AN_ARCHIVE,
]
ALL_GOOD = [
    Nasty.NAMES_CP437,
    Nasty.NAMES_CP850,
    Nasty.NAMES_LATIN1,
    Nasty.NAMES_UTF8_UNFLAGGED,
    Nasty.OTHER_TOP,
    Nasty.NO_TOP,
    Nasty.ADMIN_LAYOUT,
    Nasty.EMPTY_ZIP,
]


@pytest.mark.parametrize("kind", ONE_BAD)
def test_the_bad_is_failed_by_name_and_the_good_arrives(tmp_path, kind):
    drawn = draw_nasty(tmp_path, kind)
    view = seen(*drawn.parts)
    failed = {one.item.path for one in view.with_verdict(ONE_BAD[kind])}
    assert {path.removeprefix(TOP) for path in drawn.bad} <= {path.removeprefix(TOP) for path in failed}
    contents = {path: view.contents[str(item.ref)] for path, item in view.files.items()}
    assert contents == {path.removeprefix(TOP): sha256 for path, sha256 in drawn.good.items()}


@pytest.mark.parametrize("kind", ONE_BAD)
def test_every_failure_says_what_it_means(tmp_path, kind):
    drawn = draw_nasty(tmp_path, kind)
    assert all(one.detail.endswith(".") for one in seen(*drawn.parts).found if one.verdict is not None)


@pytest.mark.parametrize("kind", WHEN_READ)
def test_what_only_reading_shows_is_refused_then(tmp_path, kind):
    drawn = draw_nasty(tmp_path, kind)
    view = seen(*drawn.parts)
    contents = {path: view.contents[str(item.ref)] for path, item in view.files.items()}
    good = {path.removeprefix(TOP): sha256 for path, sha256 in drawn.good.items()}
    bad = {path.removeprefix(TOP): WHEN_READ[kind].value for path in drawn.bad}
    assert contents == good | bad


@pytest.mark.parametrize("kind", ALL_BAD)
def test_an_archive_that_gives_nothing_is_named_with_a_cure(tmp_path, kind):
    drawn = draw_nasty(tmp_path, kind)
    with pytest.raises(Usage, match="Download it again") as raised:
        seen(*drawn.parts)
    assert drawn.bad[0] in str(raised.value)


@pytest.mark.parametrize("kind", ALL_BAD)
def test_a_broken_part_beside_a_good_one_is_one_failed_line(tmp_path, kind):
    good = zipped(tmp_path / "takeout-20260105T080000Z-002.zip", {TOP + "a.txt": b"a"})
    drawn = draw_nasty(tmp_path, kind)
    view = seen(*drawn.parts, good)
    (line,) = view.with_verdict(FailReason.DAMAGED)
    assert drawn.parts[0].name in line.detail
    assert "Download this part again" in line.detail
    assert [one.item.path for one in view.found if one is not line] == ["a.txt"]


@pytest.mark.parametrize("kind", ALL_GOOD)
def test_archives_zipped_again_by_hand_give_their_files_under_their_true_names(tmp_path, kind):
    drawn = draw_nasty(tmp_path, kind)
    view = seen(*drawn.parts)
    contents = {path: view.contents[str(item.ref)] for path, item in view.files.items()}
    assert contents == {path.split("Drive/", 1)[1]: sha256 for path, sha256 in drawn.good.items()}
    assert len(view.found) == len(view.files) + len(view.folders)


def test_two_entries_of_one_name_and_two_contents_are_both_kept(tmp_path):
    drawn = draw_nasty(tmp_path, Nasty.DUPLICATE_ENTRIES)
    view = seen(*drawn.parts)
    items = [one.item for one in view.found if one.item.name == "Double.txt"]
    assert {view.contents[str(item.ref)] for item in items} == {digest(b"le premier\n"), digest(b"le second, autre\n")}
    assert len({item.ref for item in items}) == 2


def test_drive_under_an_unknown_name_is_recognised_by_its_sidecars(tmp_path):
    view = seen(*draw_nasty(tmp_path, Nasty.UNKNOWN_LANGUAGE).parts)
    assert set(view.files) == {"Jegyzőkönyv.txt"}
    (line,) = [one for one in view.found if one.item.kind is Kind.PRODUCT]
    assert (line.item.name, line.verdict) == ("Naptár", "other_road")


def test_an_archive_without_drive_is_its_other_products(tmp_path):
    view = seen(*draw_nasty(tmp_path, Nasty.NO_DRIVE).parts)
    assert [(one.item.name, one.item.count, one.verdict) for one in view.found] == [("Keep", 1, "not_supported")]


def test_each_file_of_a_missing_part_is_a_failed_line(tmp_path):
    drawn = draw_nasty(tmp_path, Nasty.MISSING_PART)
    view = seen(*drawn.parts)
    missing = {one.item.path for one in view.with_verdict(FailReason.MISSING_PART) if one.item.kind is not Kind.PRODUCT}
    absent = {path.removeprefix(TOP) for path in drawn.bad if path.startswith(TOP)}
    assert missing <= absent
    assert {path for path in absent if not path.endswith(".json")} <= missing
    contents = {TOP + path: view.contents[str(item.ref)] for path, item in view.files.items()}
    assert drawn.good.items() <= contents.items()


def test_the_missing_numbers_are_named(tmp_path):
    drawn = draw_nasty(tmp_path, Nasty.MISSING_PART)
    gone = {f"00{number}" for number in (1, 2, 3)} - {part.stem[-3:] for part in drawn.parts}
    if gone == {"003"}:
        pytest.skip("the last part leaves no hole")
    lines = seen(*drawn.parts).with_verdict(FailReason.MISSING_PART)
    assert lines
    assert all(f"-{next(iter(gone))}.zip" in one.detail for one in lines)


def test_a_link_to_nothing_keeps_no_folder_from_moving(tmp_path):
    drawn = draw_nasty(tmp_path, Nasty.SYMLINK)
    assert seen(*drawn.parts).folders["Photos"]


def test_a_sound_beginning_of_a_cut_tgz_is_kept(tmp_path):
    whole = tarred(tmp_path / "whole.tgz", {TOP + f"{n}.bin": bytes([n]) * 10 for n in range(9)})
    data = gzip.decompress(whole.read_bytes())
    cut = tmp_path / "takeout-1-001.tgz"
    cut.write_bytes(gzip.compress(data[: 3 * 1024], mtime=0)[:-8])
    view = seen(cut)
    assert set(view.files) == {"0.bin", "1.bin", "2.bin"}
    assert len(view.with_verdict(FailReason.DAMAGED)) == 1


def test_a_folder_in_place_of_an_archive_is_a_usage_error_with_the_cure(tmp_path):
    with pytest.raises(Usage, match="one by one"):
        seen(tmp_path)


def test_a_name_that_is_no_file_is_a_usage_error(tmp_path):
    good = zipped(tmp_path / "a.zip", {TOP + "a.txt": b"a"})
    with pytest.raises(Usage, match="does not exist"):
        seen(good, tmp_path / "takeout-9.zip")


def test_a_path_deeper_than_drive_allows_is_unsafe_and_harmless(tmp_path):
    part = zipped(tmp_path / "a.zip", {TOP + "d/" * 3000 + "x": b"x", TOP + "y": b"y"})
    view = seen(part)
    assert set(view.files) == {"y"}
    assert len(view.with_verdict(FailReason.UNSAFE_PATH)) == 1


def test_an_unknown_compression_is_said_not_guessed(tmp_path):
    part = tmp_path / "a.zip"
    with zipfile.ZipFile(part, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr(TOP + "a.txt", b"a" * 100)
    assert "method 12" in seen(part).of("a.txt").detail


def test_a_name_with_a_nul_is_unsafe(tmp_path):
    part = zipped(tmp_path / "a.zip", {TOP + "a?b.txt": b"x", TOP + "y": b"y"})
    part.write_bytes(part.read_bytes().replace(b"a?b.txt", b"a\0b.txt"))
    view = seen(part)
    assert [one.item.name for one in view.with_verdict(FailReason.UNSAFE_PATH)] == ["a\ufffdb.txt"]
    assert set(view.files) == {"y"}


def test_interrupting_the_indexing_leaves_nothing_open(tmp_path):
    parts, scratch = tmp_path / "parts", tmp_path / "scratch"
    parts.mkdir()
    scratch.mkdir()
    part = tarred(parts / "a.tgz", {f"{TOP}{number}": b"x" * 5000 for number in range(5000)})

    async def run() -> None:
        opening = asyncio.create_task(TakeoutSource([part], scratch=scratch).__aenter__())
        await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening

    asyncio.run(run())
    assert list(scratch.iterdir()) == []
