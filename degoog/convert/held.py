"""Bytes that are here already, in memory or on this disk, given as a `Blob` gives them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from degoog.errors import Refused
from degoog.i18n import trouble
from degoog.model import FailReason
from degoog.ports import Blob

_PIECE = 1 << 18


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


@asynccontextmanager
async def reading(path: Path) -> AsyncIterator[AsyncIterator[bytes]]:
    """Read a file in pieces. Raises `Refused` where there is none."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise Refused(FailReason.UNREADABLE, trouble(error)) from error
    with file:
        yield _pieces(file)


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
