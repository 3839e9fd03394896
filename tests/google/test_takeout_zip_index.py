"""The zip reader and Python's own `zipfile` see the same archive, whatever is in it."""

import asyncio
import io
import os
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from degoog.errors import Usage
from degoog.google.takeout import TakeoutSource
from degoog.model import FailReason
from degoog.zips.broken import Broken
from degoog.zips.index import ZipIndex
from degoog.zips.names import decode_name, guess_name
from tests.google.reading import digest, seen

TOP = "Takeout/Drive/"
names = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="/\\:"), min_size=1, max_size=30)
files = st.dictionaries(
    names.filter(lambda name: name not in {".", ".."}), st.binary(max_size=3000), min_size=0, max_size=12
)


def members(path: Path):
    with path.open("rb") as file:
        index = ZipIndex(file.fileno())
        return list(index.members())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    files=files,
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    comment=st.binary(max_size=70).filter(lambda data: b"PK" not in data),
)
def test_it_gives_the_members_that_zipfile_gives(tmp_path, files, method, comment):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.comment = comment
        for name, data in files.items():
            archive.writestr(TOP + name, data)
    with zipfile.ZipFile(path) as archive:
        theirs = [(i.filename, i.header_offset, i.compress_size, i.file_size, i.CRC) for i in archive.infolist()]
    ours = [(m.path, m.offset, m.packed, m.size, m.crc) for m in members(path)]
    assert ours == theirs


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(files=files)
def test_the_source_gives_every_files_bytes(tmp_path, files):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(TOP + name, data)
    view = seen(path)
    ours = sorted((item.name, view.contents[str(item.ref)]) for item in view.files.values())
    with zipfile.ZipFile(path) as archive:
        theirs = sorted((i.filename.removeprefix(TOP), digest(archive.read(i))) for i in archive.infolist())
    assert ours == theirs


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(place=st.integers(0, 10_000), value=st.integers(0, 255))
def test_any_byte_changed_gives_the_right_bytes_or_an_error_of_ours(tmp_path, place, value):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"{TOP}{number}.txt", b"%d bonjour " % number * 30)
    data = bytearray(buffer.getvalue())
    data[place % len(data)] = value
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    good = {digest(b"%d bonjour " % number * 30) for number in range(5)}
    try:
        view = seen(path)
    except Usage:
        return
    reasons = {reason.value for reason in FailReason}
    assert set(view.contents.values()) <= good | reasons


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.binary(max_size=400))
def test_bytes_that_begin_like_a_zip_never_cause_a_bug(tmp_path, data):
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04" + data + b"PK\x05\x06" + data[:18])
    try:
        members(path)
    except Broken:
        return


def test_zip64_records_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{TOP}{number}.txt", b"contenu %d " % number * 10)
    view = seen(path)
    assert {view.contents[str(item.ref)] for item in view.files.values()} == {
        digest(b"contenu %d " % number * 10) for number in range(3)
    }


def test_members_beyond_four_gibibytes_are_found(tmp_path):
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        file.truncate(5 << 30)  # a hole: takes no place on the disk
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(TOP + "loin.txt", b"au loin")
    view = seen(path)
    assert view.contents[str(view.files["loin.txt"].ref)] == digest(b"au loin")


def test_more_members_than_sixteen_bits_count_are_all_given(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(70_000):
            archive.writestr(zipfile.ZipInfo(f"{TOP}{number}"), b"")
    assert len(members(path)) == 70_000


def test_bytes_before_the_archive_are_allowed_for(tmp_path):
    path = tmp_path / "a.zip"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(TOP + "a.txt", b"a")
    path.write_bytes(b"#!/bin/sh\n" * 20 + buffer.getvalue())
    view = seen(path)
    assert view.contents[str(view.files["a.txt"].ref)] == digest(b"a")


def test_an_impossible_size_is_a_bomb(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(TOP + "a.txt", b"a" * 1000)
        archive.writestr(TOP + "b.txt", b"b")
    data = bytearray(path.read_bytes())
    struct.pack_into("<L", data, data.index(b"PK\x01\x02") + 24, 0xFFFFFFF0)
    path.write_bytes(data)
    view = seen(path)
    assert [one.item.name for one in view.with_verdict(FailReason.BOMB)] == ["a.txt"]
    assert set(view.files) == {"b.txt"}


@pytest.mark.parametrize("page", ["cp437", "cp850", "cp1252", "latin-1", "utf-8"])
def test_french_names_of_any_code_page_are_read(page):
    name = "Procès-verbal de la réunion d'été à Béziers, où ça gêne.txt"
    assert guess_name(name.encode(page)) == name


def test_the_unicode_path_field_outranks_the_code_page():
    raw = b"Re?u.txt".replace(b"?", b"\x87")
    field = struct.pack("<BL", 1, zlib.crc32(raw)) + "Reçu 🌻.txt".encode()
    assert decode_name(raw, 0, struct.pack("<HH", 0x7075, len(field)) + field) == "Reçu 🌻.txt"


def test_a_unicode_path_field_of_another_name_is_ignored():
    raw = b"Re\x87u.txt"
    field = struct.pack("<BL", 1, 1234) + b"Autre.txt"
    assert decode_name(raw, 0, struct.pack("<HH", 0x7075, len(field)) + field) == "Reçu.txt"


def test_a_member_is_read_as_often_as_asked_and_left_early(tmp_path):
    data = os.urandom(3 << 20)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(TOP + "grand.bin", data)

    async def run() -> list[bytes]:
        async with TakeoutSource([path]) as source:
            (found,) = [one async for one in source.walk()]
            blob = await source.read(found.item)
            assert (blob.size, blob.digest) == (len(data), f"crc32:{zlib.crc32(data):08x}")
            async with blob.open() as chunks:
                async for chunk in chunks:
                    assert 0 < len(chunk) <= 1 << 20
                    break
            whole = []
            for _ in range(2):
                async with blob.open() as chunks:
                    whole.append(b"".join([chunk async for chunk in chunks]))
            return whole

    assert asyncio.run(run()) == [data, data]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Jardins de la Lauze\n" * 40, "it is not a zip or tgz archive"),
        (b"PK\x03\x04" + bytes(400), "it is not complete"),
    ],
)
def test_what_is_no_zip_is_told_from_one_that_was_cut(tmp_path, data, said):
    path = tmp_path / "takeout-001.zip"
    path.write_bytes(data)
    with pytest.raises(Broken, match=said):
        members(path)
