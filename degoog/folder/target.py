"""The folder itself: its mark, its bench for unfinished files, what lies in it."""

from __future__ import annotations

import errno
import os
import shutil
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from stat import S_ISDIR
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from degoog.convert.held import reading
from degoog.convert.names import PORTABLE, Names
from degoog.errors import Usage
from degoog.files import replacing, write_atomically
from degoog.folder import disk
from degoog.folder.batch import FolderBatch
from degoog.folder.trash import FolderTrash
from degoog.i18n import _, trouble
from degoog.model import Item, Seen, Stage
from degoog.ports import Blob, Bytes

OURS = ".degoog"  # degoog's own folder in the target's
_NAMING = Names(replace(PORTABLE, names=frozenset({OURS})))


class Folder:
    """A `ports.Target` of files on a local disk. Made if missing; what it already holds is left as it is."""

    parallel = 2

    def __init__(self, root: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.root = root.absolute()
        self._clock = clock
        self.naming = _NAMING
        self._identity = ""
        self._bench: FileLock | None = None

    @property
    def address(self) -> str:
        """The folder's path."""
        return f"folder:{self.root}"

    @property
    def identity(self) -> str:
        """A name of its own that the folder keeps when it is moved or carried to another machine."""
        return self._identity

    async def __aenter__(self) -> Self:
        """Read the folder's mark; the folder is made by the first write. Raises `Usage` for what is no folder."""
        try:
            self._identity = f"folder:{self._mark.read_text(encoding='ascii').strip()}"
        except FileNotFoundError:
            self._identity = f"folder:{uuid.uuid4()}"
        except (OSError, UnicodeDecodeError) as error:
            raise self._unusable(error) from error
        if self.root.exists() and not self.root.is_dir():
            raise self._unusable(NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)))
        return self

    def ready(self) -> Path:
        """Make the folder and its mark where they are missing; give the bench, a folder for unfinished files.

        Nobody else writes on the bench while this is open. Raises `Usage` where nothing can be written.
        """
        try:
            self._mark.parent.mkdir(parents=True, exist_ok=True)
            if not self._mark.exists():
                write_atomically(self._mark, self._identity.removeprefix("folder:").encode() + b"\n")
            if self._bench is None:
                self._bench = self._take_bench()
        except OSError as error:
            raise self._unusable(error) from error
        return _of(self._bench)

    def _take_bench(self) -> FileLock:
        """Clear the benches that killed runs left, and take the first that no other run holds."""
        held: FileLock | None = None
        known = sorted(self._mark.parent.glob("bench-*.lock"))
        for place in [*known, self._mark.parent / f"bench-{len(known) + 1}.lock"]:
            lock = FileLock(place, timeout=0)
            try:
                lock.acquire()
            except Timeout:
                continue
            shutil.rmtree(place.with_suffix(""), ignore_errors=True)
            if held is None:
                held = lock
                place.with_suffix("").mkdir()
            else:
                lock.release()
        return held or self._take_bench()

    @property
    def _mark(self) -> Path:
        return self.root / OURS / "identity"

    def _unusable(self, error: Exception) -> Usage:
        why = trouble(error) if isinstance(error, OSError) else error
        text = _("Nothing can be written in {folder}: {why}. Choose another folder, or mend its rights.")
        return Usage(text.format(folder=self.root, why=why))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bench is not None:
            shutil.rmtree(_of(self._bench), ignore_errors=True)
            self._bench.release()
            self._bench = None

    @property
    def trash(self) -> FolderTrash:
        """The folder `.degoog/trash`."""
        return FolderTrash(self.root, self._mark.parent / "trash", self.naming, clock=self._clock)

    def touches(self, item: Item) -> frozenset[Stage]:
        """Folders get their times last: every file put into them changes these."""
        return frozenset({Stage.LAST}) if item.holder and item.modified else frozenset()

    def batch(self) -> FolderBatch:
        """Open a batch, closed after some hundred files."""
        return FolderBatch(self.root, self.naming, ready=self.ready)

    async def free(self) -> int | None:
        """Bytes free on the disk."""
        there = next(place for place in (self.root, *self.root.parents) if place.exists())
        return shutil.disk_usage(there).free

    async def list(self, path: str) -> AsyncIterator[Seen]:
        """What lies in a folder; links are shown as what they are, never followed."""
        try:
            entries = os.scandir(self.where(path))
        except (FileNotFoundError, NotADirectoryError):
            return
        with entries:
            for entry in entries:
                if not path and entry.name == OURS:
                    continue
                stat = entry.stat(follow_symlinks=False)
                folder = S_ISDIR(stat.st_mode)
                yield Seen(entry.name, str(stat.st_ino), folder, None if folder else stat.st_size, disk.etag(stat))

    async def digest(self, path: str, algorithm: str) -> str:
        """Read the file again and hash it."""
        try:
            return f"{algorithm}:{disk.hash_file(self.where(path), algorithm)}"
        except (OSError, ValueError):
            return ""

    def fetch(self, path: str) -> Bytes:
        """Read a file."""
        return reading(self.where(path))

    async def save_map(self, name: str, blob: Blob) -> None:
        """Keep one of degoog's own files."""
        self.ready()
        with replacing(self.root / OURS / name) as out:
            async with blob.open() as chunks:
                async for chunk in chunks:
                    out.write(chunk)

    def load_map(self, name: str) -> Bytes:
        """Read it back."""
        return reading(self.root / OURS / name)

    def where(self, path: str) -> Path:
        """Give the place on disk of a path in the lane."""
        return self.root / path


def _of(lock: FileLock) -> Path:
    return Path(lock.lock_file).with_suffix("")
