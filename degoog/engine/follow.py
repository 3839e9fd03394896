"""Follow deletions: what is gone at the source goes to the target's trash, where nobody has touched it since."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from degoog.engine.migrate import Road
from degoog.happenings import Done
from degoog.ledger import Row
from degoog.ledger.departed import Departed
from degoog.model import Departure, Item, Outcome, Place, Ref, Seen
from degoog.ports import Bytes, Kept, Observer, Overlooking, Trash

_AT_ONCE = 4
_MOST_INSIDE = 10_000  # of a holder that goes in one piece; more are looked at one by one

# Keeps a copy of what a target gives up for good: its path at the target, and its bytes.
Shelter = Callable[[str, Bytes], Awaitable[None]]


def departed(road: Road[Any, Any]) -> Departed:
    """Look at what is gone in a road's lane, with what its source says of it."""
    source = road.source
    return Departed(road.lane, overlooked=source.overlooks if isinstance(source, Overlooking) else _nothing)


def _nothing(_ref: Ref) -> bool:
    return False


async def follow_deletions(
    road: Road[Any, Any], *, run: int, observer: Observer, stop: asyncio.Event, shelter: Shelter
) -> None:
    """Have what is gone leave the target too, and note of each thing what became of it.

    A holder goes in one piece where all that lies in it goes and is as it was proven: it can be had back in one piece.
    Else one thing after the other, and a holder in which something stays remains. Nothing happens at a target without
    a trash. Once `stop` is set, it ends after what is in hand. Raises `Unavailable`; run again, it goes on.
    """
    trash = road.target.trash
    if trash is None:
        return
    gone = departed(road)
    gone.keep_the_rest()
    follow = _Follow(road, trash, gone, run=run, observer=observer, shelter=shelter)
    if await trash.lasting():
        for row in gone.holders():
            if stop.is_set():
                return
            await follow.whole(row)
    for rows in gone.contents(_AT_ONCE):
        if stop.is_set():
            return
        await follow.each(rows)
    for row in gone.emptied():
        if stop.is_set():
            return
        await follow.empty(row)


class _Follow:
    """One run of it."""

    def __init__(
        self, road: Road[Any, Any], trash: Trash, gone: Departed, *, run: int, observer: Observer, shelter: Shelter
    ) -> None:
        self._target = road.target
        self._trash = trash
        self._gone = gone
        self._run = run
        self._observer = observer
        self._shelter = shelter

    async def whole(self, row: Row) -> None:
        """Have a holder go with all that is in it; what cannot be done so is left to be looked at one by one."""
        item, at = row.item, row.place
        inside = self._gone.inside(row, most=_MOST_INSIDE)
        mark = await self._trash.look(item, at) if inside else ""
        if not inside or isinstance(mark, Kept):
            return
        left = dict(inside)
        async for path, seen in self._all(at.path):
            known = left.pop(path, None)
            if known is None or not _as_proven(known[1], seen):
                return
        if left:
            return
        rows = {row.id: at.path} | {id_: path for path, (id_, _seen) in inside.items()}
        self._gone.intend(rows)
        kept = await self._trash.discard(item, at, mark)
        if kept is None:
            self._gone.settle([(id_, Departure.FOLLOWED, "") for id_ in rows], run=self._run)
            self._tell(item, Departure.FOLLOWED, "")

    async def each(self, rows: Sequence[Row]) -> None:
        """Look at things side by side and have those go that are as they were proven."""
        looked = await asyncio.gather(*(self._trash.look(row.item, row.place) for row in rows))
        if not await self._trash.lasting():
            for row, mark in zip(rows, looked, strict=True):
                if not isinstance(mark, Kept):
                    await self._shelter(row.place.path, self._target.fetch(row.place.path))
        self._gone.intend(
            {row.id: row.place.path for row, mark in zip(rows, looked, strict=True) if not isinstance(mark, Kept)}
        )
        results = await asyncio.gather(
            *(self._discard(row.item, row.place, mark) for row, mark in zip(rows, looked, strict=True)),
            return_exceptions=True,
        )
        done = [
            (row, result) for row, result in zip(rows, results, strict=True) if not isinstance(result, BaseException)
        ]
        self._settle(done)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def empty(self, row: Row) -> None:
        """Have a holder go in which nothing is left."""
        mark = await self._trash.look(row.item, row.place)
        kept: Kept | None
        if isinstance(mark, Kept):
            kept = mark
        elif [seen async for seen in self._target.list(row.place.path)]:
            kept = Kept(Departure.OCCUPIED)
        else:
            self._gone.intend({row.id: row.place.path})
            kept = await self._trash.discard(row.item, row.place, mark)
        self._settle([(row, kept)])

    async def _discard(self, item: Item, at: Place, mark: str | Kept) -> Kept | None:
        return mark if isinstance(mark, Kept) else await self._trash.discard(item, at, mark)

    def _settle(self, done: Sequence[tuple[Row, Kept | None]]) -> None:
        told = [(row, *_said(row, kept)) for row, kept in done]
        self._gone.settle([(row.id, why, detail) for row, why, detail in told], run=self._run)
        for row, why, detail in told:
            self._tell(row.item, why, detail)

    def _tell(self, item: Item, why: Departure, detail: str) -> None:
        self._observer.notify(Done(item, item.stage, Outcome.GONE, why, detail))

    async def _all(self, path: str) -> AsyncIterator[tuple[str, Seen]]:
        """Give everything in a holder, with its path."""
        async for seen in self._target.list(path):
            here = f"{path}/{seen.name}"
            yield here, seen
            if seen.holder:
                async for below in self._all(here):
                    yield below


def _said(row: Row, kept: Kept | None) -> tuple[Departure, str]:
    """Say what became of something; what a run that died was about to give up is not there because of it."""
    if kept is None or (kept.why is Departure.ABSENT and row.place.intent is not None):
        return Departure.FOLLOWED, ""
    return kept.why, kept.detail


def _as_proven(known: Seen, seen: Seen) -> bool:
    """Whether something is listed as it was when it was proven."""
    if known.holder or seen.holder:
        return known.holder == seen.holder
    return (known.id, known.etag) == (seen.id, seen.etag) and known.size in {None, seen.size}
