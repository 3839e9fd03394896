"""Walk a source into the ledger."""

from __future__ import annotations

import asyncio
from typing import Any

from degoog.ledger import Lane
from degoog.ledger.walk import Keep
from degoog.model import Found
from degoog.ports import Counted, Naming, Observer, Source

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
) -> None:
    """Enter everything the source has, then decide what moves where. A walk that dies has changed nothing.

    `keep` tells of an item and its path at the source whether the run's filters keep it. `stop`, once set, ends the
    walk as if it had died.
    """
    walk = lane.walk(naming)
    page: list[Found] = []
    count = 0
    async for found in source.walk():
        page.append(found)
        if len(page) == _PAGE:
            walk.enter(page)
            count += len(page)
            page.clear()
            observer.notify(Counted(count))
            await asyncio.sleep(0)  # the loop must get its turn to hear of Ctrl-C
            if stop is not None and stop.is_set():
                return
    walk.enter(page)
    observer.notify(Counted(count + len(page)))
    walk.finish(run, keep=keep)
