"""A zip's central directory as a stream, in memory that does not grow with the number of members.

Format: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.12 (central directory), 4.3.14 to 4.3.16 (its end, zip64 included).
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

from degoog.i18n import _
from degoog.model import FailReason
from degoog.zips.broken import Broken
from degoog.zips.member import Member, is_bomb
from degoog.zips.names import decode_name, extra_fields

STORED = 0
DEFLATED = 8

_CENTRAL = struct.Struct("<4sBBHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_END64 = struct.Struct("<4sQHHLLQQQQ")
_LOCATOR = struct.Struct("<4sLQL")
_LOCAL_SIZE = 30
_CHUNK = 1 << 20
_MAX_COMMENT = 0xFFFF
_FULL32 = 0xFFFFFFFF
_FULL16 = 0xFFFF
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_MADE_ON_DOS = frozenset({0, 10, 11, 14})
_MADE_ON_UNIX = frozenset({3, 19})
_DEFLATE_LIMIT = 1032  # no deflate stream unpacks to more than this many times its size
_UNSET_DOS_TIME = 0x00210000  # 1 January 1980, midnight: what writers without a clock put


class ZipIndex:
    """The central directory of one zip. Raises `Broken` where there is none that can be trusted."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._length = os.fstat(descriptor).st_size
        self._shift = 0
        self.disordered = False
        """After `members`: some members do not follow one another, and may overlap."""
        self._count, self._size, self._start = self._find_end()

    def members(self) -> Iterator[Member]:
        """Give every member in the directory's order; may be called twice. Raises `Broken` where it is damaged."""
        position, seen, edge = 0, 0, 0
        window, base = b"", 0
        unpack, fixed, size = _CENTRAL.unpack_from, _CENTRAL.size, self._size
        while position + fixed <= size:
            if position + fixed > base + len(window):
                window, base = self._window(position), position
            fields = unpack(window, position - base)
            if fields[0] != b"PK\x01\x02":
                break
            tail = fields[11] + fields[12] + fields[13]
            end = position + fixed + tail
            if end > size:
                break
            if end > base + len(window):
                window, base = self._window(position), position
            variable = window[position - base + fixed : end - base]
            if len(variable) != tail:
                break
            member = self._member(fields, variable)
            if member.offset < edge:
                self.disordered = True
            edge = max(edge, member.finish)
            yield member
            seen += 1
            position = end
        if position != size or seen & _FULL16 != self._count & _FULL16:
            raise Broken(_("its table of contents is damaged"))

    def _window(self, position: int) -> bytes:
        return os.pread(self._descriptor, min(_CHUNK, self._size - position), self._start + position)

    def _member(self, fields: tuple[int, ...], variable: bytes) -> Member:
        (_, _, system, _, flags, method, time, date, crc, packed, size, names, extras, _, _, _, mode, offset) = fields
        raw = variable[:names]
        extra = variable[names : names + extras]
        modified = (date << 16) | time
        mtime: int | None = None
        if extra:
            packed, size, offset, mtime = _extended(extra, packed, size, offset)
        if mtime is None and modified and modified != _UNSET_DOS_TIME:
            mtime = _dos_time(date, time)
        path = decode_name(raw, flags, extra)
        if "\\" in path and "/" not in path and system in _MADE_ON_DOS:
            path = path.replace("\\", "/")
        offset += self._shift
        finish = offset + _LOCAL_SIZE + names + packed
        kind = stat.S_IFMT(mode >> 16) if system in _MADE_ON_UNIX else 0
        folder = path.endswith("/") or kind == stat.S_IFDIR
        problem: FailReason | None = None
        if folder:
            pass
        elif kind and kind != stat.S_IFREG:
            problem = FailReason.LINK
        elif flags & _ENCRYPTED:
            problem = FailReason.ENCRYPTED
        elif finish > self._start or (method == STORED and size != packed):
            problem = FailReason.BOMB
        elif method == DEFLATED:
            if size > packed * _DEFLATE_LIMIT or is_bomb(packed, size):
                problem = FailReason.BOMB
        elif method != STORED:
            problem = FailReason.UNREADABLE
        return Member(path, folder, problem, offset, finish, packed, size, crc, method, mtime)

    def _find_end(self) -> tuple[int, int, int]:
        """Give the number of members, the directory's size and where it starts."""
        reach = min(self._length, _END.size + _MAX_COMMENT)
        base = self._length - reach
        tail = os.pread(self._descriptor, reach, base)
        at = tail.rfind(b"PK\x05\x06")
        while at >= 0 and (at + _END.size > len(tail) or at + _END.size + _comment(tail, at) > len(tail)):
            at = tail.rfind(b"PK\x05\x06", 0, at)
        if at < 0 and not os.pread(self._descriptor, 2, 0).startswith(b"PK"):
            raise Broken(_("it is not a zip or tgz archive"))
        if at < 0:
            raise Broken(_("it is not complete: its end is missing, the download or the copy stopped too early"))
        _sig, disk, first_disk, _here, count, size, start, _comment_length = _END.unpack_from(tail, at)
        end = base + at
        found = self._find_end64(end)
        if found is not None:
            disk, first_disk, count, size, start, end = found
        if disk or first_disk:
            raise Broken(_("it is one volume of a zip cut in several, which only the program that cut it can join"))
        real = end - size
        self._shift = real - start  # bytes that somebody put before the archive
        if real < 0 or self._shift < 0:
            raise Broken(_("its table of contents is damaged"))
        return count, size, real

    def _find_end64(self, end: int) -> tuple[int, int, int, int, int, int] | None:
        at = end - _LOCATOR.size
        raw = os.pread(self._descriptor, _LOCATOR.size, at) if at >= 0 else b""
        if len(raw) < _LOCATOR.size or raw[:4] != b"PK\x06\x07":
            return None
        _sig, _disk, declared, _disks = _LOCATOR.unpack(raw)
        for place in (declared, at - _END64.size):
            block = os.pread(self._descriptor, _END64.size, place) if 0 <= place < self._length else b""
            if len(block) == _END64.size and block[:4] == b"PK\x06\x06":
                _s, _l, _v, _n, disk, first_disk, _here, count, size, start = _END64.unpack(block)
                return disk, first_disk, count, size, start, place
        return None


def _comment(tail: bytes, at: int) -> int:
    return int.from_bytes(tail[at + 20 : at + 22], "little")


def _extended(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int, int | None]:
    """Read zip64's long numbers (in the order of 4.5.3, only those that overflowed) and the Unix time."""
    mtime: int | None = None
    for identifier, field in extra_fields(extra):
        if identifier == 0x0001:
            longs = iter(struct.unpack_from(f"<{len(field) // 8}Q", field))
            size = next(longs, size) if size == _FULL32 else size
            packed = next(longs, packed) if packed == _FULL32 else packed
            offset = next(longs, offset) if offset == _FULL32 else offset
        elif identifier == 0x5455 and len(field) >= 5 and field[0] & 1:
            (mtime,) = struct.unpack_from("<l", field, 1)
    return packed, size, offset, mtime


@lru_cache(maxsize=1024)
def _dos_time(date: int, time: int) -> int | None:
    """Read the local time of an unknown place as UTC: the day is right, which is what people look at."""
    try:
        moment = datetime(
            1980 + (date >> 9),
            (date >> 5) & 0xF,
            date & 0x1F,
            time >> 11,
            (time >> 5) & 0x3F,
            min((time & 0x1F) * 2, 59),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    return int(moment.timestamp())
