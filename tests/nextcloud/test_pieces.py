"""How a file is cut, read and hashed."""

import asyncio
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degoog.errors import Refused
from degoog.model import LossKind
from degoog.nextcloud import bulk, stamps
from degoog.nextcloud.chunks import MIB, USUAL, pieces, upload_id
from degoog.nextcloud.reader import Reader, digest
from tests.contract.desk import blob, file

TIB = 1024**4


@given(st.integers(0, 10 * TIB), st.sampled_from([5 * MIB, USUAL]), st.sampled_from([None, MIB, 20 * MIB, 104857600]))
def test_pieces_make_up_the_file_and_suit_every_server(size, usual, largest):
    cut = list(pieces(size, usual=usual, largest=largest))
    assert sum(piece.length for piece in cut) == size
    assert 1 <= len(cut) <= 10_000
    assert [piece.name for piece in cut] == [f"{n:05d}" for n in range(1, len(cut) + 1)]
    assert all(piece.length >= 5 * MIB for piece in cut[:-1])


def test_an_upload_is_named_after_lane_item_and_content():
    ids = {upload_id(lane, file(name, content)) for lane in "ab" for name in "ab" for content in "ab"}
    assert len(ids) == 8
    assert upload_id("a", file("a", "a")) in ids


@given(st.binary(max_size=2000), st.lists(st.integers(0, 300), max_size=10))
def test_a_blob_is_given_in_the_lengths_asked_for(data, lengths):
    async def go():
        async with blob(data).open() as source:
            reader = Reader(source, len(data), "sha256")
            given = []
            left = len(data)
            for wanted in lengths:
                length = min(wanted, left)
                left -= length
                given.append(b"".join([p async for p in reader.take(length)]))
                assert len(given[-1]) == length
            given += [p async for p in reader.take(left)]
            await reader.end()
            return b"".join(given), reader.digest

    assert asyncio.run(go()) == (data, f"sha256:{hashlib.sha256(data).hexdigest()}")


@pytest.mark.parametrize("announced", [0, 4, 6])
def test_a_blob_of_another_length_is_refused(announced):
    with pytest.raises(Refused, match="gave"):
        asyncio.run(digest(blob(b"12345", size=announced), "md5"))


@pytest.mark.parametrize("path", ["/a/trailing ", "/a/nbsp\u00a0", "/a/tab\t", "/a\nb"])
def test_a_path_that_the_server_would_trim_does_not_travel_in_bulk(path):
    assert not bulk.fits(path, 1)


def test_other_paths_do_up_to_a_mebibyte():
    assert bulk.fits("/a/👩\u200d🌾 été.txt", bulk.LARGEST)
    assert not bulk.fits("/a/b", bulk.LARGEST + 1)


def test_times_the_server_does_not_take_are_clamped_and_told():
    old = file("a", modified=datetime(1601, 1, 1, tzinfo=UTC), created=datetime(1601, 1, 1, tzinfo=UTC))
    assert stamps.headers(old) == {"X-OC-Mtime": "86401"}
    assert [loss.kind for loss in stamps.losses(old)] == [LossKind.TIME]
    assert stamps.properties(old)[stamps.CREATED] == "-11644473600"


def test_what_has_no_time_gets_none():
    assert stamps.headers(file("a", modified=None)) == {}
    assert stamps.losses(file("a", modified=None)) == ()


def test_refused_properties_are_losses_of_their_kind():
    given = {stamps.CREATED: 403, stamps.STAR: 403, "{urn:degoog}source-id": 507}
    assert [loss.kind for loss in stamps.refused(given)] == [LossKind.CREATED, LossKind.STAR, LossKind.PROPERTY]
