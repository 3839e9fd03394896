"""Which names are free at the target, folder by folder, in bounded memory."""

from __future__ import annotations

import asyncio
import posixpath
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from degoog.nextcloud.tree import Tree

# What was seen free longer ago than this, in seconds, is looked at again. Who writes with If-None-Match loses nothing.
FRESH = 120.0
# A bulk request overwrites in silence (nextcloud.md §4), and people work in Nextcloud meanwhile: before each one its
# folders are listed again, unless they hold more names than this. Into those, files are written one by one.
RELISTED = 2_500
# Names remembered altogether: about 14 MB. A folder that alone has more is never known.
MOST = 200_000
_FOLDER = 10  # an empty folder costs as much as so many names
_AT_ONCE = 4  # folders listed side by side


@dataclass(slots=True)
class _Known:
    since: float
    names: set[int] = field(default_factory=set)  # hashes: two names with one hash only cost a question more
    whole: bool = True


class Claims:
    """The paths one writer is about to write, so that no other of this run chooses one of them."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._own: set[str] = set()

    def take(self, path: str) -> bool:
        """Claim a path; False where another writer has it."""
        if path in self._own:
            return True
        if path in self._folders.claimed:
            return False
        self._own.add(path)
        self._folders.claimed.add(path)
        return True

    def release(self) -> None:
        """Give all of them up; their names count as taken from now on."""
        self._folders.claimed -= self._own
        for path in self._own:
            self._folders.taken(path)
        self._own.clear()


class Folders:
    """What lies in the folders that this run made or listed."""

    def __init__(self, tree: Tree, *, clock: Callable[[], float], most: int = MOST) -> None:
        self._tree = tree
        self._clock = clock
        self._most = most
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self.claimed: set[str] = set()
        self._listing: dict[str, asyncio.Lock] = {}
        self._new: set[int] = set()
        self._weight = 0
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    def claims(self) -> Claims:
        """Give a writer its own set of claims; release it when done."""
        return Claims(self)

    def taken(self, path: str) -> None:
        """Note that something may lie there by now."""
        folder, name = posixpath.split(path)
        if known := self._known.get(folder):
            self._weight -= len(known.names)
            known.names.add(_key(name))
            self._weight += len(known.names)

    async def free(self, path: str) -> bool:
        """Whether a name was seen free a moment ago. False means: ask the server."""
        folder, name = posixpath.split(path)
        known = await self._of(folder)
        return known.whole and _key(name) not in known.names

    async def free_now(self, paths: Iterable[str]) -> set[str]:
        """Give those whose names were seen free after this was asked."""
        asked, wanted = self._clock(), list(paths)
        folders = {posixpath.dirname(path) for path in wanted}
        listed = dict(zip(folders, await asyncio.gather(*(self._of(f, since=asked) for f in folders)), strict=True))
        return {
            path
            for path in wanted
            if (known := listed[posixpath.dirname(path)]).whole and _key(posixpath.basename(path)) not in known.names
        }

    def small(self, folder: str) -> bool:
        """Whether a folder is listed again quickly, as far as is known."""
        known = self._known.get(folder)
        return known is None or (known.whole and len(known.names) <= RELISTED)

    def made(self, folder: str) -> None:
        """Note that this run has just made a folder: nothing is in it."""
        self._remember(folder, _Known(self._clock()))
        if len(self._new) < self._most:
            self._new.add(hash(folder))

    def new(self, folder: str) -> bool:
        """Whether this run made a folder, for sure."""
        return hash(folder) in self._new

    def forget(self, folder: str) -> None:
        """Forget a folder that moved, and all below it."""
        for path in [p for p in self._known if p == folder or p.startswith(f"{folder}/")]:
            self._weight -= len(self._known.pop(path).names) + _FOLDER

    async def _of(self, folder: str, *, since: float | None = None) -> _Known:
        if (known := self._fresh(folder, since)) is not None:
            return known
        lock = self._listing.setdefault(folder, asyncio.Lock())
        try:
            async with lock:
                if (known := self._fresh(folder, since)) is None:
                    async with self._at_once:
                        known = await self._list(folder)
                    self._remember(folder, known)
                return known
        finally:
            self._listing.pop(folder, None)

    def _fresh(self, folder: str, since: float | None) -> _Known | None:
        known = self._known.get(folder)
        oldest = self._clock() - FRESH if since is None else since
        if known is None or (known.whole and known.since < oldest):
            return None
        self._known.move_to_end(folder)
        return known

    async def _list(self, folder: str) -> _Known:
        known = _Known(self._clock())
        async for entry in self._tree.list(folder):
            known.names.add(_key(entry.name))
            if len(known.names) > self._most:
                return _Known(known.since, whole=False)
        return known

    def _remember(self, folder: str, known: _Known) -> None:
        if (old := self._known.pop(folder, None)) is not None:
            self._weight -= len(old.names) + _FOLDER
        self._known[folder] = known
        self._weight += len(known.names) + _FOLDER
        while len(self._known) > 1 and self._weight > self._most:
            _folder, oldest = self._known.popitem(last=False)
            self._weight -= len(oldest.names) + _FOLDER


def _key(name: str) -> int:
    # nextcloud.md §5: the server stores NFC, whatever is asked for.
    return hash(unicodedata.normalize("NFC", name))
