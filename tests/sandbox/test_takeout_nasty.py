"""The nasty archives: broken, hostile or packed by hand, each the same every time."""

import gzip
import hashlib
import tarfile
import zipfile

import pytest

from degoog.sandbox.takeout.nasty import Nasty, draw_nasty


@pytest.mark.parametrize("kind", list(Nasty))
def test_a_nasty_archive_is_the_same_each_time(tmp_path, kind):
    first = [path.read_bytes() for path in draw_nasty(tmp_path, kind).parts]
    assert [path.read_bytes() for path in draw_nasty(tmp_path, kind).parts] == first


READABLE = [
    Nasty.MISSING_PART,
    Nasty.DAMAGED_MEMBER,
    Nasty.CLIMBING_PATH,
    Nasty.ABSOLUTE_PATH,
    Nasty.WINDOWS_PATH,
    Nasty.SYMLINK,
    Nasty.BOMB_RATIO,
    Nasty.BOMB_LYING,
    Nasty.BOMB_OVERLAPPING,
    Nasty.DUPLICATE_ENTRIES,
    Nasty.OTHER_TOP,
    Nasty.NO_TOP,
    Nasty.ADMIN_LAYOUT,
    Nasty.ENCRYPTED,
    Nasty.NO_DRIVE,
    Nasty.UNKNOWN_LANGUAGE,
]


@pytest.mark.parametrize("kind", READABLE)
def test_the_good_files_of_a_nasty_zip_can_be_read(tmp_path, kind):
    nasty = draw_nasty(tmp_path, kind)
    found = {}
    for path in nasty.parts:
        with zipfile.ZipFile(path) as archive:
            for name in set(archive.namelist()) & set(nasty.good):
                found[name] = hashlib.sha256(archive.read(name)).hexdigest()
            if kind is not Nasty.MISSING_PART:
                assert set(nasty.bad) <= set(archive.namelist())
            else:
                assert not set(nasty.bad) & set(archive.namelist())
    assert found == nasty.good


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [
        (Nasty.NAMES_CP437, "cp437"),
        (Nasty.NAMES_CP850, "cp850"),
        (Nasty.NAMES_LATIN1, "latin-1"),
        (Nasty.NAMES_UTF8_UNFLAGGED, "utf-8"),
    ],
)
def test_names_packed_by_hand_are_in_another_encoding(tmp_path, kind, encoding):
    nasty = draw_nasty(tmp_path, kind)
    with zipfile.ZipFile(nasty.parts[0]) as archive:
        names = {name.encode("cp437").decode(encoding) for name in archive.namelist()}
        assert all(not info.flag_bits & 0x800 for info in archive.infolist())
    assert names == set(nasty.good)


@pytest.mark.parametrize("kind", [Nasty.TRUNCATED, Nasty.DAMAGED_DIRECTORY, Nasty.ZERO_LENGTH, Nasty.NOT_AN_ARCHIVE])
def test_a_broken_zip_does_not_open(tmp_path, kind):
    with pytest.raises(zipfile.BadZipFile), zipfile.ZipFile(draw_nasty(tmp_path, kind).parts[0]):
        pass


@pytest.mark.parametrize("kind", [Nasty.TRUNCATED_TGZ, Nasty.DAMAGED_TGZ])
def test_a_broken_tgz_cannot_be_unpacked_to_its_end(tmp_path, kind):
    packed = draw_nasty(tmp_path, kind).parts[0].read_bytes()
    with pytest.raises((EOFError, OSError)):
        gzip.decompress(packed)


def test_only_the_end_of_a_damaged_tgz_tells(tmp_path):
    nasty = draw_nasty(tmp_path, Nasty.DAMAGED_TGZ)
    with tarfile.open(nasty.parts[0]) as archive:
        assert [info.size for info in archive] == [60_000]


@pytest.mark.parametrize("kind", [Nasty.SYMLINK_TGZ, Nasty.HARDLINK_TGZ, Nasty.DEVICE_TGZ])
def test_a_tgz_holds_its_special_member_beside_good_files(tmp_path, kind):
    nasty = draw_nasty(tmp_path, kind)
    with tarfile.open(nasty.parts[0]) as archive:
        special = [info.name for info in archive if not info.isreg()]
        assert special == list(nasty.bad)
        assert set(archive.getnames()) == {*nasty.good, *nasty.bad}


def test_the_overlapping_bomb_unpacks_to_a_thousand_times_its_size(tmp_path):
    nasty = draw_nasty(tmp_path, Nasty.BOMB_OVERLAPPING)
    with zipfile.ZipFile(nasty.parts[0]) as archive:
        unpacked = sum(info.file_size for info in archive.infolist())
    assert unpacked > 1000 * nasty.parts[0].stat().st_size
