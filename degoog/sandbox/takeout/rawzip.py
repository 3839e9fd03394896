"""Writes zip archives record by record (PKWARE APPNOTE 6.3): flat memory however many members, lies if asked.

`zipfile` keeps every member in memory and refuses to write what a reader must survive; this does neither.
"""

import struct
import tempfile
import zlib
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, BinaryIO, Self

STORED = 0
DEFLATED = 8
UTF8 = 0x0800
ENCRYPTED = 0x0001

_LIMIT = 0xFFFFFFFF
_MANY = 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What a member's two headers say; nothing obliges them to be true. `name` is bytes, as stored."""

    name: bytes
    crc: int
    packed: int
    size: int
    method: int = STORED
    flags: int = UTF8
    attributes: int = 0o100644 << 16
    time: int = (8 << 11) | 0
    date: int = ((2026 - 1980) << 9) | (1 << 5) | 5

    def local(self) -> bytes:
        """The header before the data."""
        return (
            struct.pack(
                "<4s5H3L2H",
                b"PK\3\4",
                20,
                self.flags,
                self.method,
                self.time,
                self.date,
                self.crc,
                self.packed,
                self.size,
                len(self.name),
                0,
            )
            + self.name
        )

    def central(self, offset: int) -> bytes:
        """The entry in the directory; an offset beyond 4 GiB goes to a zip64 field."""
        extra = struct.pack("<2HQ", 1, 8, offset) if offset >= _LIMIT else b""
        return (
            struct.pack(
                "<4s6H3L5H2L",
                b"PK\1\2",
                (3 << 8) | 45,
                45 if extra else 20,
                self.flags,
                self.method,
                self.time,
                self.date,
                self.crc,
                self.packed,
                self.size,
                len(self.name),
                len(extra),
                0,
                0,
                0,
                self.attributes,
                min(offset, _LIMIT),
            )
            + self.name
            + extra
        )


def honest(name: str | bytes, content: bytes, *, method: int = STORED, flags: int = UTF8) -> tuple[Member, bytes]:
    """A member that tells the truth, and its data as stored."""
    data = deflated(content) if method == DEFLATED else content
    encoded = name.encode() if isinstance(name, str) else name
    return (
        Member(
            name=encoded,
            crc=zlib.crc32(content),
            packed=len(data),
            size=len(content),
            method=method,
            flags=flags,
        ),
        data,
    )


def deflated(content: bytes) -> bytes:
    """Raw deflate, as zip stores it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


@dataclass(slots=True)
class RawZip:
    """A zip being written to an open file: members one after the other, the directory at the end.

    The directory waits in a temporary file, so memory does not grow with the number of members.
    """

    file: BinaryIO
    offset: int = 0
    count: int = 0
    _directory: IO[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self._directory = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the archive

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
        self._directory.close()

    def add(self, member: Member, data: bytes) -> int:
        """Write a member and list it; returns the offset of its header."""
        offset = self.write(member.local() + data)
        self.list(member, offset)
        return offset

    def write(self, data: bytes) -> int:
        """Write bytes that no directory entry need point to; returns their offset."""
        offset = self.offset
        self.file.write(data)
        self.offset += len(data)
        return offset

    def list(self, member: Member, offset: int) -> None:
        """Put a member in the directory, wherever its header is said to be."""
        self._directory.write(member.central(offset))
        self.count += 1

    def finish(self) -> None:
        """Write the directory and the end records; called by leaving the `with` block."""
        start = self.offset
        self._directory.seek(0)
        while chunk := self._directory.read(1 << 20):
            self.write(chunk)
        size = self.offset - start
        if self.count >= _MANY or start >= _LIMIT:
            end64 = self.offset
            self.write(
                struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, self.count, self.count, size, start)
                + struct.pack("<4sLQL", b"PK\6\7", 0, end64, 1)
            )
        count = min(self.count, _MANY)
        self.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, min(size, _LIMIT), min(start, _LIMIT), 0))
