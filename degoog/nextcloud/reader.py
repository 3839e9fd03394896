"""Reads a blob once, in pieces of given length, hashing what passes and refusing what is not as long as announced."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

from degoog.errors import Refused
from degoog.i18n import _
from degoog.model import FailReason
from degoog.ports import Blob


class Reader:
    """The bytes of a blob of `size` bytes. Raises `Refused(DAMAGED)` before the last byte is given when they differ."""

    def __init__(self, source: AsyncIterator[bytes], size: int, algorithm: str) -> None:
        self._source = source
        self._size = size
        self._rest = b""
        self._algorithm = algorithm
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        self.position = 0

    @property
    def digest(self) -> str:
        """What has passed by now, as `algorithm:hex`."""
        return f"{self._algorithm}:{self._hash.hexdigest()}"

    async def take(self, length: int) -> AsyncIterator[bytes]:
        """Give the next `length` bytes."""
        while length:
            data = self._rest or await self._next()
            if not data:
                raise self._damaged(self.position)
            piece, self._rest = data[:length], data[length:]
            length -= len(piece)
            self.position += len(piece)
            self._hash.update(piece)
            if self.position == self._size:
                await self.end()
            yield piece

    async def end(self) -> None:
        """Check that nothing follows."""
        more = self._rest or await self._next()
        if more:
            raise self._damaged(self.position + len(more))

    async def _next(self) -> bytes:
        async for data in self._source:
            if data:
                return data
        return b""

    def _damaged(self, found: int) -> Refused:
        text = _("The source announced {size} bytes and gave {found}.")
        return Refused(FailReason.DAMAGED, text.format(size=self._size, found=found))


async def load(blob: Blob, algorithm: str) -> tuple[bytes, str]:
    """Read a small blob into memory: its bytes and their `algorithm:hex`."""
    async with blob.open() as source:
        reader = Reader(source, blob.size, algorithm)
        data = b"".join([piece async for piece in reader.take(blob.size)])
        await reader.end()
    return data, reader.digest


async def digest(blob: Blob, algorithm: str) -> str:
    """Hash a blob without keeping it: `algorithm:hex`."""
    async with blob.open() as source:
        reader = Reader(source, blob.size, algorithm)
        async for _piece in reader.take(blob.size):
            pass
        await reader.end()
    return reader.digest
