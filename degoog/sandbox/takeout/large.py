"""Draws a Takeout of a hundred thousand or a million files, quickly and in flat memory, for tests of scale.

Nothing is kept of what was drawn: every item can be computed again from its number.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from degoog.sandbox.takeout.drive import DOMAIN
from degoog.sandbox.takeout.rawzip import RawZip, honest
from degoog.sandbox.takeout.sidecar import gson, written_time

PER_FOLDER = 250
PER_PARENT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeItem:
    """One file of a large Takeout; `path` lies below Drive's root, `sidecar` is a path in the archive."""

    number: int
    part: int
    path: tuple[str, ...]
    archive_path: str
    size: int
    sha256: str
    sidecar: str | None
    drive_id: str | None
    modified: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeTakeout:
    """The archives of a large Takeout and what they hold, without holding it."""

    parts: tuple[Path, ...]
    items: int
    folders: int
    bytes: int
    seed: int
    bytes_each: int
    sidecar_every: int

    def expected(self, number: int) -> LargeItem:
        """The item of this number, counted from 0."""
        names = _names(number)
        content = _content(self.seed, number, self.bytes_each)
        told = bool(self.sidecar_every) and number % self.sidecar_every == 0
        path = "Takeout/Drive/" + "/".join(names)
        return LargeItem(
            number=number,
            part=number % len(self.parts),
            path=names,
            archive_path=path,
            size=self.bytes_each,
            sha256=hashlib.sha256(content).hexdigest(),
            sidecar=f"{path}-info.json" if told else None,
            drive_id=_drive_id(self.seed, number) if told else None,
            modified=_modified(number) if told else None,
        )

    def __iter__(self) -> Iterator[LargeItem]:
        """All items, by number."""
        return map(self.expected, range(self.items))


def draw_large_takeout(
    folder: Path, *, seed: int, items: int, parts: int = 3, bytes_each: int = 64, sidecar_every: int = 0
) -> LargeTakeout:
    """Stream the parts of a Takeout of so many files into `folder`; neighbours lie in different parts.

    `sidecar_every=10` gives every tenth file a sidecar; 0, none. There is no manifest and no other product.
    """
    paths = tuple(folder / f"takeout-20260105T080000Z-{number:03d}.zip" for number in range(1, parts + 1))
    with ExitStack() as stack:
        archives = [
            stack.enter_context(RawZip(stack.enter_context(path.open("wb", buffering=1 << 20)))) for path in paths
        ]
        for number in range(items):
            path = "Takeout/Drive/" + "/".join(_names(number))
            archive = archives[number % parts]
            archive.add(*honest(path, _content(seed, number, bytes_each)))
            if sidecar_every and number % sidecar_every == 0:
                archive.add(*honest(f"{path}-info.json", _sidecar(seed, number)))
    leaves = -(-items // PER_FOLDER)
    return LargeTakeout(
        parts=paths,
        items=items,
        folders=leaves + -(-leaves // PER_PARENT),
        bytes=items * bytes_each,
        seed=seed,
        bytes_each=bytes_each,
        sidecar_every=sidecar_every,
    )


def _names(number: int) -> tuple[str, str, str]:
    leaf = number // PER_FOLDER
    return f"Fonds {leaf // PER_PARENT:05d}", f"Boîte {leaf % PER_PARENT:02d}", f"pièce {number:07d}.txt"


def _content(seed: int, number: int, size: int) -> bytes:
    line = b"%d %d\n" % (seed, number)
    return (line * (size // len(line) + 1))[:size]


def _modified(number: int) -> datetime:
    return datetime.fromtimestamp(1_500_000_000 + number * 7 % 200_000_000, UTC)


def _drive_id(seed: int, number: int) -> str:
    return f"1{seed:012d}{number:020d}"


def _sidecar(seed: int, number: int) -> bytes:
    time, drive_id = written_time(_modified(number)), _drive_id(seed, number)
    owner = {
        "id": "01234567890123456789",
        "name": "Les Jardins de la Lauze",
        "type": "user",
        "role": "owner",
        "kind": "drive#permission",
        "self_link": f"https://www.googleapis.com/drive/v2/files/{drive_id}/permissions/01234567890123456789",
        "email_address": f"contact@{DOMAIN}",
    }
    return gson(
        {
            "starred": False,
            "viewers_can_download": True,
            "editors_can_edit_access": True,
            "last_modified_by_any_user": time,
            "last_modified_by_me": time,
            "content_last_modified": time,
            "created": time,
            "permissions": [owner],
            "title": _names(number)[-1],
            "mime_type": "text/plain",
        }
    )
