"""The bytes of one member, checked as they pass: from a zip by its offset, from a tar once it was spooled."""

from __future__ import annotations

import asyncio
import os
import struct
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from degoog.errors import Refused, Unavailable
from degoog.google.takeout.tree import Entry
from degoog.i18n import _, trouble
from degoog.model import FailReason
from degoog.ports import Blob
from degoog.zips.index import DEFLATED

T = TypeVar("T")

CHUNK = 256 << 10
_STORED = 1 << 20  # of what is not packed, at once: each handing over to a thread costs its time
IN_MEMORY = 8 << 20
_LOCAL_EXTRA = 256  # a local header may have other extra fields than the directory's
_LOCAL = struct.Struct("<4s22xHH")


class ZipBytes:
    """One pass over a zip member's content. `next()` gives chunks of at most 1 MiB, None once all was right.

    The last chunk is given only after length and CRC-32 proved right. Raises `Refused` or `Unavailable`.
    """

    def __init__(self, descriptor: int, entry: Entry) -> None:
        self._descriptor = descriptor
        self._entry = entry
        self._position = -1
        self._left = entry.packed
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS) if entry.method == DEFLATED else None
        self._given = 0
        self._crc = 0
        self._over = False

    @property
    def small(self) -> bool:
        """Whether it is read in less time than handing it to a thread takes."""
        return self._entry.packed <= CHUNK and self._entry.size <= 4 * CHUNK

    def next(self) -> bytes | None:
        """Give the next chunk."""
        if self._over:
            return None
        chunk = self._chunk()
        self._given += len(chunk)
        self._crc = zlib.crc32(chunk, self._crc)
        if self._given > self._entry.size:
            text = _("It unpacks to more than the archive declares, as an archive made to fill a disk does.")
            raise Refused(FailReason.BOMB, text)
        if self._given == self._entry.size:
            if self._crc != self._entry.crc or self._more():
                raise damaged()
            self._over = True
        elif not chunk:
            raise damaged()
        return chunk or None

    def _chunk(self) -> bytes:
        if self._inflate is None:
            return self._read()
        while not self._inflate.eof:
            data = self._inflate.unconsumed_tail or self._read()
            try:
                chunk = self._inflate.decompress(data, CHUNK)
            except zlib.error as error:
                raise damaged() from error
            if chunk or not data:
                return chunk
        return b""

    def _more(self) -> bool:
        """Whether the content goes on after its declared end."""
        return bool(self._chunk())

    def _read(self) -> bytes:
        if self._position < 0:
            local = self._pread(_LOCAL.size, self._entry.offset)
            if len(local) < _LOCAL.size or not local.startswith(b"PK\x03\x04"):
                raise damaged()
            _signature, names, extra = _LOCAL.unpack(local)
            self._position = self._entry.offset + _LOCAL.size + names + extra
        most = _STORED if self._inflate is None else CHUNK
        data = self._pread(min(most, self._left), self._position)
        self._position += len(data)
        self._left -= len(data)
        return data

    def _pread(self, length: int, offset: int) -> bytes:
        try:
            return os.pread(self._descriptor, length, offset) if length else b""
        except OSError as error:
            raise unreadable(error) from error


def small_content(descriptor: int, entry: Entry) -> bytes:
    """Give a small zip member's content whole, in one read where it can. Raises as `ZipBytes`."""
    data = os.pread(descriptor, entry.finish - entry.offset + _LOCAL_EXTRA, entry.offset)
    if len(data) >= _LOCAL.size and data.startswith(b"PK\x03\x04"):
        _signature, names, extra = _LOCAL.unpack_from(data)
        start = _LOCAL.size + names + extra
        packed = data[start : start + entry.packed]
        if len(packed) == entry.packed:
            try:
                inflate = zlib.decompressobj(-zlib.MAX_WBITS)
                content = inflate.decompress(packed, entry.size + 1) if entry.method == DEFLATED else packed
            except zlib.error as error:
                raise damaged() from error
            if len(content) == entry.size and zlib.crc32(content) == entry.crc:
                return content
    whole = ZipBytes(descriptor, entry)
    return b"".join(iter(whole.next, None))


class Spool:
    """A member's content kept so that it can be read again: in memory, or beyond 8 MiB in a file without a name."""

    def __init__(self, size: int, scratch: Path | None) -> None:
        self._pieces: list[bytes] | None = []
        self._descriptor = -1
        self._crc = 0
        self._size = 0
        if size > IN_MEMORY:
            self._pieces = None
            self._descriptor, name = tempfile.mkstemp(prefix="degoog-", dir=scratch)
            Path(name).unlink()

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self._crc = zlib.crc32(data, self._crc)
        self._size += len(data)
        if self._pieces is None:
            view = memoryview(data)
            while view:
                view = view[os.write(self._descriptor, view) :]
        else:
            self._pieces.append(data)

    def check(self, entry: Entry) -> None:
        """Raise `Refused` unless the bytes are those of the index."""
        if self._size != entry.size or self._crc != entry.crc:
            raise damaged()

    def chunks(self) -> Iterator[bytes]:
        """Give the content from its start."""
        if self._pieces is not None:
            yield from self._pieces
            return
        position = 0
        while data := os.pread(self._descriptor, CHUNK, position):
            position += len(data)
            yield data

    def __del__(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)


async def in_thread(work: Callable[[], T]) -> T:
    """Do blocking work beside the event loop; on a cancellation it ends before the cancellation goes on."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # looked at, so that nobody complains that it was not
        raise


def zip_blob(descriptor: Callable[[], int], entry: Entry) -> Blob:
    """Describe a zip member's content without reading it."""

    @asynccontextmanager
    async def start() -> AsyncIterator[AsyncIterator[bytes]]:
        yield _pass(ZipBytes(descriptor(), entry))

    return Blob(entry.size, start, f"crc32:{entry.crc:08x}")


def spooled_blob(spool: Spool, entry: Entry) -> Blob:
    """Describe a spooled member's content; the spool lives as long as the blob."""

    @asynccontextmanager
    async def start() -> AsyncIterator[AsyncIterator[bytes]]:
        async def again() -> AsyncIterator[bytes]:
            for chunk in spool.chunks():
                yield chunk

        yield again()

    return Blob(entry.size, start, f"crc32:{entry.crc:08x}")


async def _pass(content: ZipBytes) -> AsyncIterator[bytes]:
    while chunk := content.next() if content.small else await in_thread(content.next):
        yield chunk


def damaged() -> Refused:
    """Say that a member's bytes are not those it was packed with."""
    return Refused(
        FailReason.DAMAGED,
        _("Its bytes in the archive are damaged. Download this part of the Takeout again, then run the same command."),
    )


def unreadable(error: OSError) -> Unavailable:
    """Say that the disk with the archive does not answer."""
    text = _("The Takeout archive cannot be read any more: {reason}. Check its disk, then run the same command.")
    return Unavailable(text.format(reason=trouble(error)))
