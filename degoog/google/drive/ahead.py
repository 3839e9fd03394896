"""Small files are fetched several at once, ahead of whoever reads them: each alone is mostly waiting for an answer.

A target opens one file of a batch after the other. By the time it does, its bytes are here, or on their way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from degoog.ports import Blob

SMALL = 1 << 20
_AT_ONCE = 12


class Ahead:
    """Fetches begun and not yet read. What a batch holds is in memory: a target says when one is full."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._begun: set[asyncio.Task[bytes]] = set()

    def blob(self, size: int, digest: str, start: Callable[[], AsyncIterator[bytes]]) -> Blob:
        """Begin to fetch what `start` gives; what goes wrong is raised where the bytes are read."""
        task = asyncio.create_task(self._fetch(start))
        self._begun.add(task)
        task.add_done_callback(self._ended)

        @asynccontextmanager
        async def open_() -> AsyncIterator[AsyncIterator[bytes]]:
            yield _once(task)

        return Blob(size, open_, digest)

    async def close(self) -> None:
        """Give up what nobody will read."""
        for task in self._begun:
            task.cancel()
        await asyncio.gather(*self._begun, return_exceptions=True)
        self._begun.clear()

    async def _fetch(self, start: Callable[[], AsyncIterator[bytes]]) -> bytes:
        async with self._turn:
            return b"".join([chunk async for chunk in start()])

    def _ended(self, task: asyncio.Task[bytes]) -> None:
        self._begun.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that nobody complains where the bytes are never read


async def _once(task: asyncio.Task[bytes]) -> AsyncIterator[bytes]:
    data = await asyncio.shield(task)
    if data:
        yield data
