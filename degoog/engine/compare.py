"""Read both ends again and compare what they mean, item by item: what hashes of what was sent cannot tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from degoog.errors import Refused
from degoog.ledger import Lane
from degoog.model import Item, Stage
from degoog.ports import Leg, Meaning, Source, Target


@dataclass(frozen=True, slots=True)
class Differs:
    """One item that means something else at the target: how, in sentences; none where it is the same."""

    item: Item
    path: str
    how: tuple[str, ...]


async def compare(
    leg: Leg, lane: Lane, meaning: Meaning, *, stop: asyncio.Event | None = None
) -> AsyncIterator[Differs]:
    """Give each item that arrived and is at the source as it was then, with how it differs. Both ends are entered.

    What changed at the source since, and what is no longer at the target, is left to others. Nothing is written.
    """
    source: Source[object] = leg.source
    target: Target[object] = leg.target
    await meaning.prepare()
    async for found in source.walk():
        if stop is not None and stop.is_set():
            return
        item = found.item
        if item.stage is not Stage.CONTENT or found.verdict is not None:
            continue
        path = lane.lies_as(item)
        if path is None:
            continue
        try:
            raw = await source.read(item)
            async with target.fetch(path) as chunks:
                data = b"".join([chunk async for chunk in chunks])
        except Refused:
            continue
        yield Differs(item, path, tuple(meaning.differences(item, raw, data)))
