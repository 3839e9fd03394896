"""A batch of files and folders: written on the bench, made durable together, then put in place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from degoog.errors import Refused
from degoog.folder import disk
from degoog.i18n import _
from degoog.model import FailReason, Intent, Item, Loss, LossKind, Place, Proof, Ref
from degoog.ports import Blob, Failed, Make, Move, Naming, Result, Settled, Task, Touch, Write

_MOST_FILES = 256
_MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class _Written:
    """A file complete on the bench: what it must become."""

    task: Write[Blob]
    beside: Path
    digest: str


class FolderBatch:
    """See `ports.Batch`. `ready` makes the folder and gives its bench; it may raise `Usage`."""

    def __init__(self, root: Path, naming: Naming, *, ready: Callable[[], Path]) -> None:
        self._root = root
        self._naming = naming
        self._ready = ready
        self._tasks: list[Task[Blob]] = []
        self._bytes = 0
        self._checked: set[str] = set()

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
        made = [(task.item.ref, Intent(task.at.path)) for task in self._tasks if isinstance(task, Make)]
        return made + [
            (task.item.ref, Intent(task.at.path, task.value.size, task.value.digest))
            for task in self._tasks
            if isinstance(task, Write)
        ]

    async def close(self) -> Sequence[Result]:
        """Do everything; what could not be written leaves nothing behind."""
        bench = self._ready()
        results: list[Result] = []
        written: list[_Written] = []
        for task in self._tasks:
            done = await self._guarded(task, bench)
            if isinstance(done, _Written):
                written.append(done)
            else:
                results.append(done)
        # One flush for all: a name must never appear before its bytes, nor be settled before it would survive a
        # power cut.
        if written:
            os.sync()
            results.extend([self._put_in_place(one) for one in written])
        if not all(isinstance(task, Touch) for task in self._tasks):
            os.sync()
        return results

    async def _guarded(self, task: Task[Blob], bench: Path) -> Result | _Written:
        try:
            self._check_way(task.at.path)
            if isinstance(task, Move):
                self._check_way(task.at.was)
            match task:
                case Make():
                    return self._make(task)
                case Write():
                    return await self._write(task, bench)
                case Move():
                    return self._move(task)
                case Touch():
                    return self._touch(task)
        except Refused as error:
            return Failed(task.item, error.reason, error.detail)
        except OSError as error:
            return disk.refused(task.item, error)

    def _make(self, task: Make) -> Result:
        for path in self._places(task.at.path):
            where = self._where(path)
            found = False
            try:
                where.mkdir()
            except FileExistsError:
                if not S_ISDIR(where.lstat().st_mode):
                    continue
                # A run that died before it could say that it had made it had put nothing into it.
                ours = task.at.proof is not None or (task.at.intent is not None and not any(where.iterdir()))
                found = not ours
            losses = _beside(path, task.at) + _star(task.item)
            return Settled(task.item, path, Proof(str(where.stat().st_ino)), losses, where.as_uri(), found)
        raise AssertionError("places never end")

    async def _write(self, task: Write[Blob], bench: Path) -> Result | _Written:
        here = self._where(task.at.path)
        stat = disk.lstat(here)
        if stat is not None and S_ISREG(stat.st_mode) and not disk.still_ours(here, stat, task.at.proof):
            # The same bytes under the same name need no second copy, whoever put them there.
            known = await disk.hash_blob(task.value) if stat.st_size == task.value.size else ""
            if disk.holds(here, stat, task.value.size, known):
                return _settled(task.item, task.at.path, here, known, task.at, found=task.at.intent is None)
            if task.at.proof is None and task.at.intent is None and disk.same_document(task.item, stat):
                there = f"sha256:{disk.hash_file(here, 'sha256')}"
                return _settled(task.item, task.at.path, here, there, task.at, found=True)
        name = hashlib.sha256(f"{task.at.path}\0{task.item.ref}".encode()).hexdigest()[:32]
        beside = bench / f"{name}.part"
        try:
            digest = await disk.write_beside(beside, task.value)
            disk.set_time(beside, task.item)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        return _Written(task, beside, digest)

    def _put_in_place(self, written: _Written) -> Result:
        task, beside = written.task, written.beside
        try:
            here = self._where(task.at.path)
            stat = disk.lstat(here)
            if stat is not None and disk.still_ours(here, stat, task.at.proof):
                beside.replace(here)
                return _settled(task.item, task.at.path, here, written.digest, task.at)
            for path in self._places(task.at.path):
                here = self._where(path)
                stat = disk.lstat(here)
                # A run that was killed may have put it there already.
                size, digest = task.value.size, written.digest
                if disk.appeared(beside, here) if stat is None else disk.holds(here, stat, size, digest):
                    found = stat is not None and task.at.intent is None
                    return _settled(task.item, path, here, written.digest, task.at, found=found)
            raise AssertionError("places never end")
        except OSError as error:
            return disk.refused(task.item, error)
        finally:
            beside.unlink(missing_ok=True)

    def _move(self, task: Move) -> Result:
        proof = task.at.proof or Proof("")
        old = self._found_again(task.at, proof)
        if old is None:
            return Failed(task.item, FailReason.REJECTED, _("It is no longer where degoog put it."))
        stat = old.lstat()
        for path in self._places(task.at.path):
            here = self._where(path)
            there = disk.lstat(here)
            if there is None or os.path.samestat(there, stat):
                old.rename(here)
                return Settled(task.item, path, proof, _beside(path, task.at) + _kept(task.item), here.as_uri())
        raise AssertionError("places never end")

    def _found_again(self, at: Place, proof: Proof) -> Path | None:
        """Where it lies, or where a killed move left it: its id is looked for in the folders it left and went to."""
        first = self._where(at.was)
        stat = disk.lstat(first)
        # Ids change when the folder is carried to another disk, and are given again once a file is gone.
        if stat is not None and (str(stat.st_ino) == proof.id or disk.still_ours(first, stat, proof)):
            return first
        for folder in dict.fromkeys((first.parent, self._where(at.path).parent)):
            if not folder.is_dir():
                continue
            for candidate in folder.iterdir():
                stat = disk.lstat(candidate)
                if stat is None or str(stat.st_ino) != proof.id:
                    continue
                # Nothing tells a folder with a number used again from the one that had it, but that a run died.
                folder_moved = at.intent is not None and S_ISDIR(stat.st_mode)
                if folder_moved if proof.size is None else disk.still_ours(candidate, stat, proof):
                    return candidate
        return None

    def _touch(self, task: Touch) -> Result:
        here = self._where(task.at.path)
        stat = here.lstat()
        disk.set_time(here, task.item)
        return Settled(task.item, task.at.path, Proof(str(stat.st_ino)), _time(task.item, here.stat()))

    def _check_way(self, path: str) -> None:
        """Refuse to follow a link that somebody put in a folder's place: it may lead anywhere."""
        parent = path.rpartition("/")[0]
        if parent and parent not in self._checked:
            if (self._root / parent).resolve() != self._root.resolve() / parent:
                text = _("A link stands where its folder was: {path}.").format(path=parent)
                raise Refused(FailReason.PARENT_FAILED, text)
            self._checked.add(parent)

    def _where(self, path: str) -> Path:
        return self._root / path

    def _places(self, wanted: str) -> Iterator[str]:
        """Give the place wanted, then others beside it."""
        yield wanted
        parent, slash, name = wanted.rpartition("/")
        number = 2
        while True:
            yield f"{parent}{slash}{self._naming.numbered(name, number)}"
            number += 1


def _settled(item: Item, path: str, here: Path, digest: str, at: Place, *, found: bool = False) -> Settled:
    stat = here.stat()
    proof = Proof(str(stat.st_ino), stat.st_size, digest, disk.etag(stat))
    return Settled(item, path, proof, _beside(path, at) + _kept(item) + _time(item, stat), here.as_uri(), found)


def _beside(path: str, at: Place) -> tuple[Loss, ...]:
    return (Loss(LossKind.BESIDE, at.path),) if path != at.path else ()


def _kept(item: Item) -> tuple[Loss, ...]:
    created = (Loss(LossKind.CREATED, item.created.isoformat()),) if item.created and not item.holder else ()
    return created + _star(item)


def _star(item: Item) -> tuple[Loss, ...]:
    return (Loss(LossKind.STAR),) if item.starred else ()


def _time(item: Item, stat: os.stat_result) -> tuple[Loss, ...]:
    """Tell of a time that the disk cannot hold: some know none before 1901, some none after 2107."""
    if item.modified is None or abs(item.modified.timestamp() - stat.st_mtime) <= disk.EXACT:
        return ()
    return (Loss(LossKind.TIME, item.modified.isoformat()),)
