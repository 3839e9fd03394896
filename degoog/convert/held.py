"""Bytes in memory as a `Blob`: what a conversion has made."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from degoog.ports import Blob


def held(data: bytes) -> Blob:
    """Give a blob of these bytes."""

    @asynccontextmanager
    async def open_() -> AsyncIterator[AsyncIterator[bytes]]:
        yield _once(data)

    return Blob(len(data), open_)


async def _once(data: bytes) -> AsyncIterator[bytes]:
    if data:
        yield data


async def taken(blob: Blob) -> bytes:
    """Read a blob whole: only for what is known to be small."""
    async with blob.open() as chunks:
        return b"".join([chunk async for chunk in chunks])
