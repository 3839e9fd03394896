"""What every target must tell of what it holds, and keep for degoog."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from degoog.errors import Refused
from degoog.ports import Blob, Target
from tests.contract.site import (
    LARGE,
    blob,
    hashed,
    write,
)


class Looking:
    """Lists, digests, downloads, the map."""

    def test_a_holder_that_is_not_there_lists_nothing(self, desk, site):
        site.foreign_write("f.txt", b"x")
        assert desk.listing("nowhere") == {}
        assert desk.listing("nowhere/deeper") == {}
        assert desk.listing("f.txt") == {}

    def test_a_digest_is_that_of_the_bytes_stored(self, desk, site):
        done = desk.one(write("f.bin", bytes(70_000)))
        site.foreign_write("g.txt", b"theirs")

        async def go(target: Target[Blob]) -> list[str]:
            algorithm = done.proof.digest.partition(":")[0]
            return [
                await target.digest("f.bin", algorithm),
                await target.digest("g.txt", algorithm),
                await target.digest("nowhere.txt", algorithm),
                await target.digest("f.bin", "crc7"),
            ]

        ours, theirs, missing, unheard_of = desk.run(go)
        assert ours == done.proof.digest
        assert theirs == hashed(b"theirs", done.proof.digest.partition(":")[0])
        assert (missing, unheard_of) == ("", "")

    @pytest.mark.parametrize("size", [0, 5, LARGE])
    def test_what_is_fetched_is_what_was_written(self, desk, size):
        data = secrets.token_bytes(size)
        desk.one(write("f.bin", data))
        assert desk.run(lambda target: taken(target.fetch("f.bin"))) == data

    def test_what_is_not_there_cannot_be_fetched(self, desk):
        async def go(target: Target[Blob]) -> None:
            with pytest.raises(Refused):
                await taken(target.fetch("nowhere.bin"))

        desk.run(go)

    def test_a_map_is_kept_replaced_and_not_shown(self, desk, site):
        name, other = "files-0123456789ab.jsonl.gz", "calendars-0123456789ab.jsonl.gz"

        async def save(target: Target[Blob], data: bytes, name: str = name) -> None:
            await target.save_map(name, blob(data))

        first, second = secrets.token_bytes(300_000), secrets.token_bytes(200)
        desk.run(lambda target: save(target, first))
        assert desk.run(lambda target: taken(target.load_map(name))) == first
        desk.run(lambda target: save(target, second))
        desk.run(lambda target: save(target, b"other", other))
        assert desk.run(lambda target: taken(target.load_map(name))) == second
        assert desk.listing() == {}
        assert site.leftovers() == set()

    def test_where_no_map_was_kept_none_is_found(self, desk):
        async def go(target: Target[Blob]) -> None:
            with pytest.raises(Refused):
                await taken(target.load_map("files-0123456789ab.jsonl.gz"))

        desk.run(go)


async def taken(opening: Any) -> bytes:
    """All bytes of an opening."""
    async with opening as chunks:
        return b"".join([chunk async for chunk in chunks])
