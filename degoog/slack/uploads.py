"""The bytes of a file that lies in the archive itself, as slackdump puts it there; checked as they pass."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from degoog.errors import Refused
from degoog.i18n import _
from degoog.model import FailReason
from degoog.ports import Blob
from degoog.zips.index import DEFLATED
from degoog.zips.member import Member

_CHUNK = 256 << 10
_LOCAL = struct.Struct("<4s22xHH")


def upload(path: Path, member: Member) -> Blob:
    """Give a member's content; nothing is opened yet. Its iteration raises `Refused` where it is damaged."""

    @asynccontextmanager
    async def open_() -> AsyncIterator[AsyncIterator[bytes]]:
        async def chunks() -> AsyncIterator[bytes]:
            for chunk in _content(path, member):
                yield chunk

        yield chunks()

    return Blob(member.size, open_, f"crc32:{member.crc:08x}")


def trouble(path: Path, member: Member) -> str:
    """Give what is wrong with a member's content, empty where nothing is: all of it is read."""
    try:
        for _chunk in _content(path, member):
            pass
    except Refused as error:
        return error.detail
    return ""


def _content(path: Path, member: Member) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(member.offset)
        head = file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
            raise _damaged()
        _signature, names, extra = _LOCAL.unpack(head)
        file.seek(names + extra, 1)
        inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == DEFLATED else None
        left, given, crc = member.packed, 0, 0
        try:
            while given < member.size:
                packed = inflate.unconsumed_tail if inflate else b""
                if not packed:
                    packed = file.read(min(_CHUNK, left))
                    left -= len(packed)
                chunk = inflate.decompress(packed, _CHUNK) if inflate else packed
                if not chunk and not packed:
                    raise _damaged()
                given += len(chunk)
                crc = zlib.crc32(chunk, crc)
                if given > member.size:
                    raise Refused(FailReason.BOMB, _("It unpacks to more than the archive declares."))
                if given == member.size and crc != member.crc:
                    raise _damaged()
                if chunk:
                    yield chunk
        except zlib.error as error:
            raise _damaged() from error


def _damaged() -> Refused:
    return Refused(FailReason.DAMAGED, _("Its bytes do not match what the archive says of them."))
