"""One member of an archive as its index describes it, and what its path may look like."""

from __future__ import annotations

import re
from typing import NamedTuple

from degoog.model import FailReason

# Drive nests at most 100 folders; a path beyond these bounds is an attack on whoever unpacks it.
LONGEST_PATH = 4096
DEEPEST_PATH = 255

_DRIVE_LETTER = re.compile(r"[A-Za-z]:")
_SEPARATOR = re.compile(r"[/\\]")


# Only one byte repeated shrinks so much; a file of some size that is nothing else is there to fill a disk.
_BOMB_FROM = 16 << 20
_BOMB_RATIO = 1000


def is_bomb(packed: int, size: int) -> bool:
    """Whether content unpacks to so much more than it takes that nobody can have meant to keep it."""
    return size >= _BOMB_FROM and size > packed * _BOMB_RATIO


class Member(NamedTuple):
    """What an archive's index says of one member; nothing of it has been verified against its bytes.

    `offset` is that of the local header in a zip, of the content in an unpacked tar. `finish` is the first byte
    after it, as far as the index tells. `mtime` is in seconds since 1970, None where the archive has no usable time.
    """

    path: str
    folder: bool
    problem: FailReason | None
    offset: int
    finish: int
    packed: int
    size: int
    crc: int
    method: int
    mtime: int | None


def names_along(path: str) -> list[str] | None:
    """Give the names along a path, empty ones and dots left out; None where it could reach outside the archive."""
    if not path or "\0" in path or path[0] in "/\\" or len(path) > LONGEST_PATH or _DRIVE_LETTER.match(path):
        return None
    if ".." in path and ".." in _SEPARATOR.split(path):
        return None
    names = [name for name in path.split("/") if name and name != "."]
    return names if len(names) <= DEEPEST_PATH else None
