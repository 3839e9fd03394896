"""Walk a source into the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from degoog.happenings import Counted
from degoog.ledger import Lane
from degoog.ledger.walk import Keep, Scope, Walk
from degoog.model import Found
from degoog.ports import Following, Gone, MaybeUnowned, Naming, Observer, Outdated, Source

_PAGE = 2000


async def plan(
    source: Source[Any],
    lane: Lane,
    naming: Naming,
    *,
    run: int,
    observer: Observer,
    keep: Keep | None = None,
    stop: asyncio.Event | None = None,
    hold: Callable[[Lane], None] = lambda _lane: None,
) -> Lane:
    """Enter what the source has, then decide what moves where. A walk that dies has changed nothing.

    A source that can follow changes is asked for those only, where the last walk left a bookmark. `keep` tells of an
    item and its path at the source whether the run's filters keep it. `stop`, once set, ends the walk as if it had
    died. Gives the lane to go on with: where the source cannot tell whose data it has, they may belong to another one.
    `hold` is asked to hold a second lane before it is touched.
    """
    following = source if isinstance(source, Following) else None
    if following is not None and (bookmark := lane.bookmark):
        try:
            walk = lane.walk(naming, scope=Scope.CHANGES)
            whole = await _enter(walk, following.changes(bookmark, lane.known), observer, stop)
        except Outdated:
            pass
        else:
            if whole:
                walk.finish(run, keep=keep, bookmark=following.bookmark)
            return lane
    walk = lane.walk(naming)
    if not await _enter(walk, source.walk(), observer, stop):
        return lane
    if isinstance(source, MaybeUnowned):
        belongs, other = walk.belong(source.unowned)
        if other is not None:
            second = Lane(lane.ledger, other if belongs == lane.id else belongs)
            hold(second)
            lane = lane if belongs == lane.id else second
    walk.finish(run, keep=keep, bookmark=following.bookmark if following is not None else "")
    return lane


async def _enter(
    walk: Walk, founds: AsyncIterator[Found | Gone], observer: Observer, stop: asyncio.Event | None
) -> bool:
    """Set aside what comes, a page at a time; False where somebody asked to stop."""
    page: list[Found] = []
    count = 0
    async for found in founds:
        if isinstance(found, Gone):
            walk.lose([found.ref])
            continue
        page.append(found)
        if len(page) == _PAGE:
            walk.enter(page)
            count += len(page)
            page.clear()
            observer.notify(Counted(count))
            await asyncio.sleep(0)  # the loop must get its turn to hear of Ctrl-C
            if stop is not None and stop.is_set():
                return False
    walk.enter(page)
    observer.notify(Counted(count + len(page)))
    return True
