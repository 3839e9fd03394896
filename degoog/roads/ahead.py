"""A source that reads ahead: what messages become is made while the target still makes channels and accounts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self

from degoog.errors import Refused, Unavailable
from degoog.model import Found, Item, Loss, Ref
from degoog.ports import Convert, Source

_MOST = 20_000  # things read ahead; the first batch holds them later in their place

Ready = tuple[Any, tuple[Loss, ...]]


class Ahead:
    """A source and its conversion as one source; `convert` of a road's leg is then `unfolded`.

    What has bytes to fetch is not read ahead, for a later run may not need it. Asked for a first content, it stops.
    """

    sequential = False

    def __init__(self, source: Source[Any], convert: Convert[Any, Any]) -> None:
        self._source = source
        self._convert = convert
        self._first: list[Item] = []
        self._ready: dict[Ref, Ready] = {}
        self._reading: asyncio.Task[None] | None = None

    @property
    def account(self) -> str:
        """The source's."""
        return self._source.account

    async def walk(self) -> AsyncIterator[Found]:
        """As the source walks; what comes first is remembered."""
        self._first = []
        async for found in self._source.walk():
            item = found.item
            if len(self._first) < _MOST and found.verdict is None and not (item.holder or item.unit or item.size):
                self._first.append(item)
            yield found

    async def read(self, item: Item) -> Ready:
        """Give what an item becomes, with what that loses."""
        if item.holder:
            if self._reading is None and self._first:
                self._reading = asyncio.create_task(self._read_on())
        elif self._first:
            await self._stop()
        ready = self._ready.pop(item.ref, None)
        return ready or await self._one(item)

    async def _one(self, item: Item) -> Ready:
        return self._convert(item, await self._source.read(item))

    async def _read_on(self) -> None:
        for item in self._first:
            await asyncio.sleep(0)
            try:
                self._ready[item.ref] = await self._one(item)
            except (Refused, Unavailable):
                continue  # whoever asks for it hears of it

    async def _stop(self) -> None:
        self._first = []
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def __aenter__(self) -> Self:
        await self._source.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()
        self._ready.clear()
        await self._source.__aexit__(kind, error, trace)


def unfolded(_item: Item, ready: Ready) -> Ready:
    """Give what was made already."""
    return ready
