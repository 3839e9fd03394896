"""A plain folder as a target: a tree that any file manager can read, each file written beside and then renamed."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from types import TracebackType
from typing import BinaryIO, Self

from degoog.convert.names import PORTABLE, Names
from degoog.errors import Refused, Unavailable, Usage
from degoog.files import write_atomically
from degoog.i18n import _
from degoog.model import FailReason, Intent, Item, Loss, LossKind, Place, Proof, Ref, Seen, Stage
from degoog.ports import Blob, Bytes, Failed, Make, Move, Result, Settled, Task, Touch, Write

OURS = ".degoog"  # degoog's own folder in the target's
_CHUNK = 1 << 18
_MOST_FILES = 256
_MOST_BYTES = 64 << 20


class Folder:
    """A `ports.Target` of files on a local disk. Made if missing; what it already holds is left as it is."""

    parallel = 2

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.naming = Names(PORTABLE)
        self._identity = ""

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

    def ready(self) -> None:
        """Make the folder and its mark where they are missing. Raises `Usage` where nothing can be written."""
        try:
            self._mark.parent.mkdir(parents=True, exist_ok=True)
            if not self._mark.exists():
                write_atomically(self._mark, self._identity.removeprefix("folder:").encode() + b"\n")
        except OSError as error:
            raise self._unusable(error) from error

    @property
    def _mark(self) -> Path:
        return self.root / OURS / "identity"

    def _unusable(self, error: Exception) -> Usage:
        why = error.strerror if isinstance(error, OSError) else error
        text = _("Nothing can be written in {folder}: {why}. Choose another folder, or mend its rights.")
        return Usage(text.format(folder=self.root, why=why))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def touches(self, item: Item) -> frozenset[Stage]:
        """Folders get their times last: every file put into them changes these."""
        return frozenset({Stage.LAST}) if item.holder and item.modified else frozenset()

    def batch(self) -> FolderBatch:
        """Open a batch, closed after some hundred files."""
        return FolderBatch(self)

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
                yield Seen(entry.name, str(stat.st_ino), folder, None if folder else stat.st_size, _etag(stat))

    async def digest(self, path: str, algorithm: str) -> str:
        """Read the file again and hash it."""
        try:
            return f"{algorithm}:{_hash_file(self.where(path), algorithm)}"
        except OSError:
            return ""

    def fetch(self, path: str) -> Bytes:
        """Read a file."""
        return _reading(self.where(path))

    async def save_map(self, name: str, blob: Blob) -> None:
        """Keep one of degoog's own files."""
        self.ready()
        beside = self.root / OURS / f"{name}.part"
        with beside.open("wb") as out:
            async with blob.open() as chunks:
                async for chunk in chunks:
                    out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(self.root / OURS / name)

    def load_map(self, name: str) -> Bytes:
        """Read it back."""
        return _reading(self.root / OURS / name)

    def where(self, path: str) -> Path:
        """Give the place on disk of a path in the lane."""
        return self.root / path


@dataclass(frozen=True, slots=True)
class _Written:
    """A file complete beside its place: what it must become."""

    task: Write[Blob]
    beside: Path
    digest: str


class FolderBatch:
    """Some files, written beside, made durable together, then renamed into place."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._tasks: list[Task[Blob]] = []
        self._bytes = 0

    def put(self, task: Task[Blob]) -> None:
        """Add a task."""
        self._tasks.append(task)
        if isinstance(task, Write):
            self._bytes += task.value.size

    @property
    def full(self) -> bool:
        """Whether it holds enough for one flush to disk."""
        return len(self._tasks) >= _MOST_FILES or self._bytes >= _MOST_BYTES

    def intents(self) -> Sequence[tuple[Ref, Intent]]:
        """What will be where."""
        return [
            (task.item.ref, Intent(task.at.path, task.value.size, task.value.digest))
            for task in self._tasks
            if isinstance(task, Write)
        ]

    async def close(self) -> Sequence[Result]:
        """Do everything; what could not be written leaves nothing behind."""
        self._folder.ready()
        results: list[Result] = []
        written: list[_Written] = []
        for task in self._tasks:
            done = await self._guarded(task)
            if isinstance(done, _Written):
                written.append(done)
            else:
                results.append(done)
        # One flush for all: a name must never appear before its bytes, nor be settled before it would survive a
        # power cut.
        if written:
            os.sync()
            results.extend([self._put_in_place(one) for one in written])
            os.sync()
        return results

    async def _guarded(self, task: Task[Blob]) -> Result | _Written:
        try:
            match task:
                case Make():
                    return self._make(task)
                case Write():
                    return await self._write(task)
                case Move():
                    return self._move(task)
                case Touch():
                    return self._touch(task)
        except Refused as error:
            return Failed(task.item, error.reason, error.detail)
        except OSError as error:
            return _refused(task.item, error)

    def _make(self, task: Make) -> Result:
        path = task.at.path
        while True:
            where = self._folder.where(path)
            try:
                where.mkdir()
            except FileExistsError:
                if not S_ISDIR(where.lstat().st_mode):
                    path = self._free_beside(path)
                    continue
            losses = _beside(path, task.at) + _star(task.item)
            return Settled(task.item, path, Proof(str(where.stat().st_ino)), losses, where.as_uri())

    async def _write(self, task: Write[Blob]) -> Result | _Written:
        here = self._folder.where(task.at.path)
        stat = _lstat(here)
        known = ""
        if stat is not None and S_ISREG(stat.st_mode) and not _still_ours(here, stat, task.at.proof):
            # The same bytes under the same name need no second copy, whoever put them there.
            known = await _hash_blob(task.value) if stat.st_size == task.value.size else ""
            if known and known == f"sha256:{_hash_file(here, 'sha256')}":
                return _settled(task.item, task.at.path, here, known, task.at)
        beside = self._folder.root / OURS / f"{hashlib.sha256(task.at.path.encode()).hexdigest()[:32]}.part"
        try:
            digest = await _write_beside(beside, task.value)
            _set_time(beside, task.item)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        return _Written(task, beside, digest)

    def _put_in_place(self, written: _Written) -> Result:
        task, path = written.task, written.task.at.path
        try:
            while True:
                here = self._folder.where(path)
                stat = _lstat(here)
                if stat is None or (path == task.at.path and _still_ours(here, stat, task.at.proof)):
                    written.beside.replace(here)
                    return _settled(task.item, path, here, written.digest, task.at)
                path = self._free_beside(path)
        except OSError as error:
            written.beside.unlink(missing_ok=True)
            return _refused(task.item, error)

    def _move(self, task: Move) -> Result:
        proof, path = task.at.proof or Proof(""), task.at.path
        old = self._found_again(task.at, proof.id)
        if old is None:
            return Failed(task.item, FailReason.REJECTED, _("It is no longer where degoog put it."))
        here = self._folder.where(path)
        while _lstat(here) is not None and not here.samefile(old):
            path = self._free_beside(path)
            here = self._folder.where(path)
        old.rename(here)
        return Settled(task.item, path, proof, _beside(path, task.at) + _kept(task.item), here.as_uri())

    def _found_again(self, at: Place, id_: str) -> Path | None:
        """Where it lies, or where a killed move left it: the id is known in the folders it left and went to."""
        first = self._folder.where(at.was)
        folders = dict.fromkeys((first.parent, self._folder.where(at.path).parent))
        candidates = (entry for folder in folders if folder.is_dir() for entry in os.scandir(folder))
        stat = _lstat(first)
        if stat is not None and str(stat.st_ino) == id_:
            return first
        return next((Path(entry) for entry in candidates if str(entry.inode()) == id_), None)

    def _touch(self, task: Touch) -> Result:
        here = self._folder.where(task.at.path)
        _set_time(here, task.item)
        return Settled(task.item, task.at.path, Proof(str(here.stat().st_ino)))

    def _free_beside(self, path: str) -> str:
        parent, _slash, name = path.rpartition("/")
        number = 2
        while True:
            other = self._folder.naming.numbered(name, number)
            candidate = f"{parent}/{other}" if parent else other
            if _lstat(self._folder.where(candidate)) is None:
                return candidate
            number += 1


def _settled(item: Item, path: str, here: Path, digest: str, at: Place) -> Settled:
    stat = here.stat()
    proof = Proof(str(stat.st_ino), stat.st_size, digest, _etag(stat))
    return Settled(item, path, proof, _beside(path, at) + _kept(item), here.as_uri())


def _still_ours(here: Path, stat: os.stat_result, proof: Proof | None) -> bool:
    """Whether a file is what we last put there: nobody's work is ever replaced."""
    if proof is None or not S_ISREG(stat.st_mode):
        return False
    return _etag(stat) == proof.etag or (
        stat.st_size == proof.size and f"sha256:{_hash_file(here, 'sha256')}" == proof.digest
    )


def _beside(path: str, at: Place) -> tuple[Loss, ...]:
    return (Loss(LossKind.BESIDE, at.path),) if path != at.path else ()


def _kept(item: Item) -> tuple[Loss, ...]:
    created = (Loss(LossKind.CREATED, item.created.isoformat()),) if item.created and not item.holder else ()
    return created + _star(item)


def _star(item: Item) -> tuple[Loss, ...]:
    return (Loss(LossKind.STAR),) if item.starred else ()


async def _write_beside(beside: Path, blob: Blob) -> str:
    """Write the bytes and give their hash. Raises `Refused` where they are not as many as announced."""
    digest, length = hashlib.sha256(), 0
    with beside.open("wb") as out:
        async with blob.open() as chunks:
            async for chunk in chunks:
                out.write(chunk)
                digest.update(chunk)
                length += len(chunk)
    if length != blob.size:
        raise Refused(
            FailReason.DAMAGED, _("{length} bytes came instead of {size}.").format(length=length, size=blob.size)
        )
    return f"sha256:{digest.hexdigest()}"


async def _hash_blob(blob: Blob) -> str:
    digest = hashlib.sha256()
    async with blob.open() as chunks:
        async for chunk in chunks:
            digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def _hash_file(here: Path, algorithm: str) -> str:
    with here.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _set_time(here: Path, item: Item) -> None:
    if item.modified is not None:
        seconds = item.modified.timestamp()
        os.utime(here, (seconds, seconds))


def _etag(stat: os.stat_result) -> str:
    return f"{stat.st_mtime_ns}-{stat.st_size}"


def _lstat(here: Path) -> os.stat_result | None:
    try:
        return here.lstat()
    except FileNotFoundError:
        return None


def _refused(item: Item, error: OSError) -> Result:
    """Say what a disk's error means. Raises `Unavailable` where going on would only fail again."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
        raise Unavailable(
            _("The disk cannot take more ({error}). Nothing is lost. Make room, then run again.").format(
                error=error.strerror
            )
        ) from error
    if error.errno in {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ}:
        return Failed(item, FailReason.FORBIDDEN_NAME, str(error.strerror))
    return Failed(item, FailReason.REJECTED, str(error.strerror or error))


@asynccontextmanager
async def _reading(path: Path) -> AsyncIterator[AsyncIterator[bytes]]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise Refused(FailReason.UNREADABLE, str(error.strerror)) from error
    with file:
        yield _chunks(file)


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
