"""The zip bomb whose members overlap (David Fifield, "A better zip bomb", 2019), small enough for a test.

Each member is a quoted copy of the next one's header followed by the next one's data, so that one compressed
kernel is shared by all, every local header is where the directory says, and every checksum is right.
"""

import struct
import zlib
from collections.abc import Sequence

from degoog.sandbox.takeout.rawzip import DEFLATED, Member, RawZip, deflated

_QUOTE = struct.Struct("<BHH")
"""The head of a deflate block that is stored as it is and not the last: type, length, its complement."""


def overlapping(names: Sequence[str], *, kernel: bytes, into: RawZip) -> list[tuple[Member, int]]:
    """Write members that all end in `kernel`; returns each with its offset, for the directory.

    What unpacks to len(names) times the kernel takes little more than the kernel packed once.
    """
    data, plain = deflated(kernel), b""
    members: list[Member] = []
    for name in reversed(names):
        if members:
            quoted = members[-1].local()
            data = _QUOTE.pack(0, len(quoted), len(quoted) ^ 0xFFFF) + quoted + data
            plain = quoted + plain
        members.append(
            Member(
                name=name.encode(),
                crc=zlib.crc32(kernel, zlib.crc32(plain)),
                packed=len(data),
                size=len(plain) + len(kernel),
                method=DEFLATED,
            )
        )
    members.reverse()
    offset = into.write(members[0].local() + data)
    placed = []
    for member in members:
        placed.append((member, offset))
        offset += len(member.local()) + _QUOTE.size
    return placed
