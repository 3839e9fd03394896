"""What every source must do, whatever it is: a backend is a subclass with a `place` fixture, and nothing else."""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pytest

from degoog.errors import Refused
from degoog.model import Found, Item, Ref, Stage
from degoog.ports import Blob, Source

T = TypeVar("T")


@dataclass(frozen=True)
class Expected:
    """A file that must be found: the names of its holders and its own, its bytes' sha256 and their number."""

    path: tuple[str, ...]
    sha256: str
    size: int


@dataclass(frozen=True)
class Place:
    """Where a source reads. `open` gives a new one each time; the rest is told by who filled the place.

    `expected`: at least these files; `holders`: at least these folders, by the names that lead there. `damaged`: the
    names of files whose bytes turn out to be no good.
    """

    open: Callable[[], Source[Blob]]
    expected: tuple[Expected, ...] = ()
    holders: tuple[tuple[str, ...], ...] = ()
    damaged: frozenset[str] = field(default_factory=frozenset)

    def run(self, go: Callable[[Source[Blob]], Awaitable[T]]) -> T:
        """Run a coroutine function on an entered source."""

        async def inner() -> T:
            async with self.open() as source:
                return await go(source)

        return asyncio.run(inner())

    def walk(self) -> list[Found]:
        return self.run(walked)


class SourceContract:
    """The tests."""

    @pytest.fixture
    def place(self) -> Place:
        raise NotImplementedError

    # The walk

    def test_two_walks_find_the_same(self, place):
        async def go(source: Source[Blob]) -> tuple[list[Found], list[Found]]:
            return await walked(source), await walked(source)

        first, second = place.run(go)
        assert first == second
        assert first

    def test_a_source_opened_anew_finds_the_same_with_the_same_fingerprints(self, place):
        assert place.walk() == place.walk()

    def test_its_account_is_told_and_stays(self, place):
        async def go(source: Source[Blob]) -> str:
            return source.account

        assert place.run(go) == place.run(go) != ""

    def test_a_key_stands_for_one_thing(self, place):
        refs = [found.item.ref for found in place.walk()]
        assert len(set(refs)) == len(refs)

    def test_what_has_a_parent_lies_in_a_holder_that_is_found_too(self, place):
        founds = place.walk()
        holders = {found.item.ref for found in founds if found.item.stage is Stage.HOLDERS}
        assert {found.item.parent for found in founds if found.item.parent} <= holders

    def test_from_every_item_the_way_up_ends(self, place):
        parents = {found.item.ref: found.item.parent for found in place.walk()}
        for ref in parents:
            steps, at = 0, ref
            while (above := parents[at]) is not None:
                at, steps = above, steps + 1
                assert steps <= len(parents)

    def test_a_file_that_moves_has_fingerprints_and_aware_times(self, place):
        for found in place.walk():
            item = found.item
            if found.verdict is None:
                assert item.name
                assert item.place
                assert item.content or item.holder
                assert all(time.tzinfo for time in (item.modified, item.created) if time)

    def test_all_that_was_put_there_is_found_where_it_was_put(self, place):
        founds = place.walk()
        names = paths(founds)
        at = {names[found.item.ref] for found in founds if found.item.holder}
        assert at >= set(place.holders)
        files = {(names[found.item.ref], found.item.size) for found in founds if not found.item.holder}
        assert files >= {(expected.path, expected.size) for expected in place.expected}

    # Reading

    def test_all_bytes_are_those_that_were_put_there_and_of_the_length_announced(self, place):
        async def go(source: Source[Blob]) -> dict[Ref, tuple[str, int]]:
            seen = {}
            for found in await walked(source):
                if moves(found) and found.item.name not in place.damaged:
                    content = await source.read(found.item)
                    data = await taken(content)
                    assert len(data) == content.size
                    assert found.item.size in {None, content.size}
                    assert content.digest in {"", digest(data, content.digest)}
                    seen[found.item.ref] = (hashlib.sha256(data).hexdigest(), len(data))
            return seen

        read, names = place.run(go), paths(place.walk())
        found = {(names[ref], sha256, size) for ref, (sha256, size) in read.items()}
        assert found >= {(expected.path, expected.sha256, expected.size) for expected in place.expected}

    def test_what_is_read_again_is_the_same(self, place):
        async def go(source: Source[Blob]) -> None:
            for item in (await readable(source, place))[:8]:
                content = await source.read(item)
                first = await taken(content)
                assert await taken(content) == first
                assert await taken(await source.read(item)) == first

        place.run(go)

    def test_something_earlier_can_be_read_after_something_later(self, place):
        async def go(source: Source[Blob]) -> None:
            items = await readable(source, place)
            there = {item.ref: await taken(await source.read(item)) for item in items}
            for item in (items[-1], items[0], items[len(items) // 2], items[-1]):
                assert await taken(await source.read(item)) == there[item.ref]

        place.run(go)

    def test_a_reader_may_stop_early_and_several_may_read_one_content(self, place):
        async def go(source: Source[Blob]) -> None:
            items = await readable(source, place)
            item = max(items, key=lambda one: one.size or 0)
            content = await source.read(item)
            async with content.open() as chunks:
                start = await anext(chunks)
            assert 0 < len(start) <= 1 << 20
            first, second = await asyncio.gather(taken(content), taken(content))
            assert first == second
            assert first.startswith(start)

        place.run(go)

    def test_items_are_read_without_a_walk_before(self, place):
        founds = [found for found in place.walk() if moves(found) and found.item.name not in place.damaged]

        async def go(source: Source[Blob]) -> int:
            return len(await taken(await source.read(founds[0].item)))

        assert place.run(go) == founds[0].item.size

    def test_what_is_not_there_is_refused(self, place):
        async def go(source: Source[Blob]) -> None:
            (item, *_others) = await readable(source, place)
            stranger = replace(item, ref=Ref(item.ref.service, "nobody has this id"))
            with pytest.raises(Refused):
                await taken(await source.read(stranger))
            assert await taken(await source.read(item)) is not None

        place.run(go)

    def test_what_is_damaged_is_refused_before_its_end_and_the_rest_is_not(self, place):
        async def go(source: Source[Blob]) -> int:
            refused = 0
            for found in await walked(source):
                if found.item.name in place.damaged and not found.item.holder:
                    with pytest.raises(Refused) as error:
                        await taken(await source.read(found.item))
                    assert error.value.reason
                    refused += 1
            return refused

        assert place.run(go) >= len(place.damaged)

    # Entering and leaving

    def test_it_may_be_left_twice_and_entered_again(self, place):
        async def go() -> None:
            source = place.open()
            for _time in range(2):
                async with source:
                    assert await walked(source)
                await source.__aexit__(None, None, None)

        asyncio.run(go())

    def test_it_may_be_left_in_the_middle_of_a_walk(self, place):
        async def go(source: Source[Blob]) -> Any:
            walk = source.walk()
            return await anext(aiter(walk))

        assert place.run(go)


async def walked(source: Source[Blob]) -> list[Found]:
    return [found async for found in source.walk()]


async def readable(source: Source[Blob], place: Place) -> list[Item]:
    """Files that can be read, in the order of the walk."""
    founds = await walked(source)
    return [found.item for found in founds if moves(found) and found.item.name not in place.damaged]


def moves(found: Found) -> bool:
    return found.verdict is None and not found.item.holder


async def taken(content: Blob) -> bytes:
    async with content.open() as chunks:
        return b"".join([chunk async for chunk in chunks])


def paths(founds: list[Found]) -> dict[Ref, tuple[str, ...]]:
    """Each thing's path by the names that lead to it."""
    items = {found.item.ref: found.item for found in founds}

    def path(item: Item) -> tuple[str, ...]:
        return (*(path(items[item.parent]) if item.parent else ()), item.name)

    return {ref: path(item) for ref, item in items.items()}


def digest(data: bytes, announced: str) -> str:
    """What the digest of such bytes is, in the announced algorithm."""
    algorithm = announced.partition(":")[0]
    if algorithm == "crc32":
        return f"crc32:{zlib.crc32(data):08x}"
    return f"{algorithm}:{hashlib.new(algorithm or 'md5', data, usedforsecurity=False).hexdigest()}"
