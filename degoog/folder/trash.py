"""What degoog put into a folder goes to a trash of its own beside it, unless somebody has touched it since."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISDIR

from degoog.folder import disk
from degoog.i18n import _, trouble
from degoog.model import Departure, Item, Place
from degoog.ports import Kept, Naming


class FolderTrash:
    """See `ports.Trash`. A folder of each day, in which things lie under the path they had."""

    def __init__(self, root: Path, trash: Path, naming: Naming, *, clock: Callable[[], float]) -> None:
        self._root = root
        self._trash = trash
        self._naming = naming
        self._clock = clock

    async def lasting(self) -> bool:
        """It is kept until somebody empties it."""
        return True

    async def look(self, item: Item, at: Place) -> str | Kept:
        """Look what lies there, and read it where its time or size is new."""
        here = self._root / at.path
        try:
            if here.parent.resolve() != self._root.resolve() / Path(at.path).parent:
                return Kept(Departure.REFUSED, _("A link stands where its folder was: {path}.").format(path=at.path))
            stat = disk.lstat(here)
            if stat is None:
                return Kept(Departure.ABSENT)
            ours = S_ISDIR(stat.st_mode) if item.holder else disk.still_ours(here, stat, at.proof)
        except NotADirectoryError:
            return Kept(Departure.ABSENT)
        except OSError as error:
            return Kept(Departure.REFUSED, trouble(error))
        return _mark(item, stat) if ours else Kept(Departure.EDITED)

    async def discard(self, item: Item, at: Place, mark: str) -> Kept | None:
        """Move it; what is in it moves along, whatever it is, so nothing of anybody's is lost."""
        here = self._root / at.path
        try:
            stat = disk.lstat(here)
            if stat is None or _mark(item, stat) != mark:
                return Kept(Departure.EDITED)
            there = self._free(at.path)
            there.parent.mkdir(parents=True, exist_ok=True)
            here.rename(there)
        except OSError as error:
            return Kept(Departure.REFUSED, trouble(error))
        for folder in (there.parent, here.parent):  # it must not lie in both places, or in neither, after a power cut
            with contextlib.suppress(OSError):
                _settle(folder)
        return None

    def _free(self, path: str) -> Path:
        day = self._trash / datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%d")
        wanted, number = day / path, 2
        there = wanted
        while disk.lstat(there) is not None:
            there = wanted.with_name(self._naming.numbered(wanted.name, number))
            number += 1
        return there


def _mark(item: Item, stat: os.stat_result) -> str:
    return f"{stat.st_ino}-{stat.st_mtime_ns}" if item.holder else disk.etag(stat)


def _settle(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
