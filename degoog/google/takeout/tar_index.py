"""A tar, gzipped or not, read in one pass: its members one after the other, in memory that does not grow.

Format: POSIX.1-2008 `pax` (ustar and extended headers) with GNU's long names and base-256 numbers.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from degoog.i18n import _
from degoog.model import FailReason
from degoog.zips.broken import Broken
from degoog.zips.member import Member, is_bomb
from degoog.zips.names import guess_name

BLOCK = 512
CHUNK = 256 << 10
_MAX_HEADER = 1 << 20
_REGULAR = frozenset({b"0", b"\0", b"7"})
_LINKS = frozenset({b"1", b"2", b"3", b"4", b"6"})
_GZIP = b"\x1f\x8b"

Sink = Callable[[bytes], None]


class Truncated(Exception):
    """The stream ends in the middle: what was complete before it is good."""


class TarStream:
    """The unpacked bytes of a tar or tgz, read forwards; going back starts again at the beginning."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("rb")
        self.packed = self._file.read(2) == _GZIP
        self._file.seek(0)
        self._stream: BinaryIO | gzip.GzipFile = self._file
        if self.packed:
            self._stream = gzip.GzipFile(fileobj=self._file, mode="rb")
        self.position = 0

    @property
    def packed_position(self) -> int:
        """How much of the file was read; a little more than what was unpacked."""
        return self._file.tell()

    def read(self, length: int) -> bytes:
        """Give exactly so many bytes. Raises `Truncated` or `Broken`."""
        data = self.some(length)
        if len(data) == length:
            return data
        pieces = [data]
        missing = length - len(data)
        while missing:
            data = self.some(missing)
            if not data:
                raise Truncated
            pieces.append(data)
            missing -= len(data)
        return b"".join(pieces)

    def some(self, length: int) -> bytes:
        """Give at most so many bytes, none at the end. Raises `Truncated` or `Broken`."""
        try:
            data = self._stream.read(length)
        except EOFError as error:
            raise Truncated from error
        except (zlib.error, gzip.BadGzipFile) as error:
            raise Broken(_("its compressed data is damaged")) from error
        self.position += len(data)
        return data

    def skip_to(self, position: int) -> None:
        """Go to a place; backwards means reading again from the start."""
        if position < self.position:
            self._stream.seek(0)
            self.position = 0
        while self.position < position:
            if not self.some(min(CHUNK, position - self.position)):
                raise Truncated

    def close(self) -> None:
        """Close the file."""
        if self._stream is not self._file:
            self._stream.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(slots=True)
class _Override:
    """What an extended header says of the member after it."""

    path: str | None = None
    size: int | None = None
    mtime: int | None = None
    sparse: bool = False


def members(stream: TarStream, wants: Callable[[Member], Sink | None]) -> Iterator[Member]:
    """Give each complete member with its CRC-32; `wants` may ask for its content as it passes by.

    Raises `Truncated` where the stream stops too early (what was given is good) and `Broken` where it is damaged
    (nothing of it can be trusted: tar has no checksum of contents, gzip only one at the very end).
    """
    override = _Override()
    while True:
        block = stream.some(BLOCK)
        if block == bytes(BLOCK) or (not block and stream.packed):
            break  # some writers leave out the two empty blocks: gzip then tells that the end is the end
        if len(block) < BLOCK:
            block += stream.read(BLOCK - len(block))
        if not _valid(block):
            raise Broken(_("it is damaged, or is not a tar archive"))
        kind = block[156:157]
        size = _number(block[124:136])
        if kind in {b"x", b"g", b"L", b"K"}:
            _extend(override, kind, stream, size)
            continue
        member = _member(block, kind, size, override, stream.position)
        override = _Override()
        before = stream.packed_position
        crc = _pass(stream, member.finish - member.offset, wants(member))
        if stream.packed and is_bomb(stream.packed_position - before, member.size):
            member = member._replace(problem=FailReason.BOMB)
        yield member._replace(crc=crc)
        stream.skip_to(stream.position + -(member.finish - member.offset) % BLOCK)
    while stream.some(CHUNK):
        pass  # to the end, where gzip keeps its checksum


def _pass(stream: TarStream, length: int, sink: Sink | None) -> int:
    crc = 0
    while length:
        data = stream.read(min(length, CHUNK))
        crc = zlib.crc32(data, crc)
        length -= len(data)
        if sink is not None:
            sink(data)
    return crc


def _member(block: bytes, kind: bytes, size: int, override: _Override, offset: int) -> Member:
    path = override.path if override.path is not None else _path(block)
    mtime = override.mtime if override.mtime is not None else _number(block[136:148])
    size = override.size if override.size is not None else size
    folder = kind == b"5" or (kind in _REGULAR and path.endswith("/"))
    problem: FailReason | None = None
    if kind in _LINKS:
        problem, size = FailReason.LINK, 0
    elif folder:
        size = 0
    elif kind not in _REGULAR or override.sparse:
        problem = FailReason.UNREADABLE
    return Member(path, folder, problem, offset, offset + size, size, size, 0, 0, mtime or None)


def _extend(override: _Override, kind: bytes, stream: TarStream, size: int) -> None:
    if size > _MAX_HEADER:
        raise Broken(_("it is damaged, or is not a tar archive"))
    data = stream.read(size)
    stream.read(-size % BLOCK)
    if kind == b"L":
        override.path = guess_name(data.rstrip(b"\0"))
    elif kind == b"x":
        for keyword, value in _records(data):
            if keyword == b"path":
                override.path = guess_name(value)
            elif keyword == b"size" and value.isdigit():
                override.size = int(value)
            elif keyword == b"mtime":
                override.mtime = _seconds(value)
            elif keyword.startswith(b"GNU.sparse"):
                override.sparse = True


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position < len(data):
        space = data.find(b" ", position, position + 20)
        length = data[position:space] if space > 0 else b""
        if not length.isdigit() or int(length) < 5:
            return
        keyword, _equals, value = data[space + 1 : position + int(length) - 1].partition(b"=")
        yield keyword, value
        position += int(length)


def _seconds(value: bytes) -> int | None:
    try:
        return int(float(value))
    except (ValueError, OverflowError):
        return None


def _path(block: bytes) -> str:
    name = block[:100].split(b"\0", 1)[0]
    prefix = block[345:500].split(b"\0", 1)[0] if block[257:263] == b"ustar\0" else b""
    return guess_name(prefix + b"/" + name if prefix else name)


def _number(field: bytes) -> int:
    if field[0] & 0x80:
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big") if field[0] != 0xFF else 0
    digits = field.strip(b" \0")
    try:
        return int(digits, 8) if digits else 0
    except ValueError as error:
        raise Broken(_("it is damaged, or is not a tar archive")) from error


def _valid(block: bytes) -> bool:
    try:
        declared = int(block[148:156].strip(b" \0") or b"0", 8)
    except ValueError:
        return False
    return declared == sum(block) - sum(block[148:156]) + 8 * 0x20
