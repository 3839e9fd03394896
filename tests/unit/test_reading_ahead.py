"""The road of channels reads ahead while channels and accounts are made."""

import asyncio
from datetime import UTC, datetime

import pytest

from degoog.convert.talk import Channel, Post, Team, Thread
from degoog.errors import Refused
from degoog.model import Item, Kind, Loss, LossKind, Ref, Stage
from degoog.ports import Write
from degoog.roads.ahead import Ahead, unfolded
from tests.mattermost.talking import Talk


def ref(id_: str) -> Ref:
    return Ref("slack", id_)


ROOM = Channel(ref("T/C"), "t", "c")


def thread(number: int) -> Write[Thread]:
    said = Post(ref(f"T/C/{number}"), "ann", datetime(2024, 1, 1, tzinfo=UTC), f"m{number}")
    return Write(Item(said.ref, ROOM.ref, Kind.MESSAGE, "", Stage.CONTENT), None, Thread(ROOM.ref, said))  # type: ignore[arg-type]


class Watched(Talk):
    """A source that notes what it was asked for."""

    def __init__(self, *threads) -> None:
        super().__init__([Team(ref("T"), "t", "T"), ROOM], threads)
        self.asked: list[str] = []

    async def read(self, item):
        self.asked.append(item.ref.id)
        return await super().read(item)


def convert(item, value):
    return value, (Loss(LossKind.TEXT, item.ref.id),)


def going(source: Watched, *, idle: int):
    """Walk, describe the team, wait a little, then read every message; gives what came, and what was asked when."""

    async def go():
        async with Ahead(source, convert) as ahead:
            items = [found.item async for found in ahead.walk()]
            await ahead.read(items[0])
            for _turn in range(idle):
                await asyncio.sleep(0)
            before = list(source.asked)
            messages = [item for item in items if item.kind is Kind.MESSAGE]
            return [unfolded(item, await ahead.read(item)) for item in messages], before

    return asyncio.run(go())


def test_messages_are_read_and_converted_while_holders_are_made():
    source = Watched(*map(thread, range(3)))
    given, before = going(source, idle=20)

    assert before == ["T", "T/C/0", "T/C/1", "T/C/2"]
    assert [(value.root.text, losses[0].detail) for value, losses in given] == [
        ("m0", "T/C/0"), ("m1", "T/C/1"), ("m2", "T/C/2")
    ]  # fmt: skip
    assert sorted(source.asked) == ["T", "T/C/0", "T/C/1", "T/C/2"]


def test_reading_ahead_ends_with_the_first_message_asked_for():
    source = Watched(*map(thread, range(5)))
    given, before = going(source, idle=2)

    assert len(given) == 5
    assert len(before) < 6
    assert len(source.asked) == 6


def test_what_cannot_be_read_ahead_is_told_to_whoever_asks():
    source = Watched(thread(1))

    async def go():
        async with Ahead(source, convert) as ahead:
            items = [found.item async for found in ahead.walk()]
            source.threads.clear()
            await ahead.read(items[0])
            await asyncio.sleep(0)
            await ahead.read(items[-1])

    with pytest.raises(Refused):
        asyncio.run(go())
