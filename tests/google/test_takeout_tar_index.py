"""The tar reader and Python's own `tarfile` see the same archive; reading goes forwards and back."""

import asyncio
import io
import os
import tarfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from degoog.google.takeout import TakeoutSource
from degoog.google.takeout.tar_index import TarStream, members
from tests.google.reading import content, digest, seen, tarred

TOP = "Takeout/Drive/"
FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
names = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="/\\:"), min_size=1, max_size=60)
files = st.dictionaries(names.filter(lambda name: name not in {".", ".."}), st.binary(max_size=2000), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(files=files, tar_format=st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
def test_it_gives_the_members_that_tarfile_gives(tmp_path, files, tar_format):
    path = tarred(tmp_path / "a.tgz", {TOP + name: data for name, data in files.items()}, tar_format)
    with tarfile.open(path) as archive:
        theirs = [(info.name, info.offset_data, info.size) for info in archive]
    with TarStream(path) as stream:
        ours = [(member.path, member.offset, member.size) for member in members(stream, lambda _member: None)]
    assert ours == theirs


@pytest.mark.parametrize("tar_format", FORMATS)
def test_every_format_of_tar_gives_its_bytes(tmp_path, tar_format):
    files = {f"{TOP}{'long' * 10}/fichier {number}.bin": os.urandom(number * 700) for number in range(6)}
    view = seen(tarred(tmp_path / "a.tgz", files, FORMATS[tar_format]))
    ours = {TOP + path: view.contents[str(item.ref)] for path, item in view.files.items()}
    assert ours == {path: digest(data) for path, data in files.items()}


def test_a_name_longer_than_a_header_is_whole(tmp_path):
    for tar_format in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        view = seen(tarred(tmp_path / "a.tgz", {TOP + "é" * 120 + ".txt": b"x"}, tar_format))
        assert set(view.files) == {"é" * 120 + ".txt"}


def test_an_unpacked_tar_is_read_too(tmp_path):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo(TOP + "a.txt")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"abc"))
    view = seen(path)
    assert view.contents[str(view.files["a.txt"].ref)] == digest(b"abc")


def run_in(path: Path, order: list[int], files: dict[str, bytes]) -> None:
    async def run() -> None:
        async with TakeoutSource([path]) as source:
            items = {found.item.name: found.item async for found in source.walk()}
            for number in order:
                assert await content(source, items[f"{number}.bin"]) == files[f"{TOP}{number}.bin"]

    asyncio.run(run())


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [2, 4], [4, 0, 4], [3, 3, 1]])
def test_members_are_read_forwards_over_gaps_again_and_back(tmp_path, order):
    files = {f"{TOP}{number}.bin": os.urandom(200_000 + number) for number in range(5)}
    run_in(tarred(tmp_path / "a.tgz", files), order, files)


def test_a_large_member_is_spooled_and_read_twice(tmp_path):
    data = os.urandom(9 << 20)
    path = tarred(tmp_path / "a.tgz", {TOP + "grand.bin": data, TOP + "petit.bin": b"petit"})

    async def run() -> None:
        async with TakeoutSource([path]) as source:
            items = {found.item.name: found.item async for found in source.walk()}
            blob = await source.read(items["grand.bin"])
            assert await content(source, items["petit.bin"]) == b"petit"
            for _ in range(2):
                async with blob.open() as chunks:
                    got = b"".join([chunk async for chunk in chunks])
                assert got == data
            assert blob.digest == f"crc32:{zlib.crc32(data):08x}"

    asyncio.run(run())


def test_a_source_can_be_read_without_walking_first(tmp_path):
    path = tarred(tmp_path / "a.tgz", {TOP + "a.bin": b"a", TOP + "b.bin": b"b"})

    async def run() -> bytes:
        async with TakeoutSource([path]) as source:
            item = [found.item async for found in source.walk()][1]
        async with TakeoutSource([path]) as again:
            return await content(again, item)

    assert asyncio.run(run()) == b"b"


def test_a_sidecar_in_another_tgz_is_found(tmp_path):
    one = tarred(tmp_path / "t-001.tgz", {TOP + "a.txt": b"a"})
    told = b'{"title": "a?.txt", "created": "2020-01-01T00:00:00Z", "id": "1234567890abc"}'
    two = tarred(tmp_path / "t-002.tgz", {TOP + "a.txt-info.json": told})
    (item,) = seen(one, two).files.values()
    assert (item.name, item.ref.id) == ("a?.txt", "1234567890abc")
