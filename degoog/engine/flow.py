"""How bytes and rows flow through a run: the pace of bytes, and a feed that gives failed transfers again."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Protocol, runtime_checkable

from degoog.happenings import Transferred
from degoog.ledger import Row
from degoog.ports import Blob, Observer

Sleep = Callable[[float], Awaitable[None]]
_LATE = 0.2  # seconds: who was woken late, or waited for a disk, may catch up on so much


@runtime_checkable
class Slow(Protocol):
    """A target at which closing a batch is mostly waiting: meanwhile the next one is filled, and begins to close too.

    Such a target has them wait for one another where it must. No third one is filled before the first has ended.
    """

    fills_ahead: bool


class Throttle:
    """A pace for all transfers of a run together, in bytes a second."""

    def __init__(
        self, rate: float, *, clock: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._free_at = clock()

    async def take(self, amount: int) -> None:
        """Wait until `amount` bytes may pass."""
        now = self._clock()
        self._free_at = max(self._free_at, now - _LATE) + amount / self._rate
        if self._free_at - now > 0:
            await self._sleep(self._free_at - now)


def watched(blob: Blob, observer: Observer, throttle: Throttle | None) -> Blob:
    """Give the same bytes, told to the observer and kept to the pace as they pass."""

    @asynccontextmanager
    async def open_() -> AsyncIterator[AsyncIterator[bytes]]:
        async with blob.open() as chunks:
            yield _pass(chunks, observer, throttle)

    return replace(blob, open=open_)


async def _pass(chunks: AsyncIterator[bytes], observer: Observer, throttle: Throttle | None) -> AsyncIterator[bytes]:
    passed = 0
    try:
        async for chunk in chunks:
            if throttle is not None:
                await throttle.take(len(chunk))
            passed += len(chunk)
            observer.notify(Transferred(len(chunk)))
            yield chunk
    except BaseException:
        observer.notify(Transferred(-passed))
        raise


class Feed:
    """Rows to do, each once, and again those whose transfer broke."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._again: deque[Row] = deque()
        self._tries: dict[int, int] = {}

    def next(self) -> Row | None:
        """Give the next row, None when there is none for now."""
        row = next(self._rows, None)
        if row is None and self._again:
            row = self._again.popleft()
        return row

    def broke(self, row: Row) -> int:
        """Take a row back whose transfer broke; gives how often it did."""
        self._tries[row.id] = tries = self._tries.get(row.id, 0) + 1
        return tries

    def tries(self, row: Row) -> int:
        """Tell how often a row's transfer broke."""
        return self._tries.get(row.id, 0)

    def put_back(self, row: Row) -> None:
        """Give the row again, after the others."""
        self._again.append(row)
