"""A batch of files and folders for Nextcloud: small new files together, everything else one by one."""

from __future__ import annotations

import posixpath
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

import httpx

from degoog.errors import Refused, Unavailable
from degoog.i18n import _
from degoog.model import FailReason, Intent, Item, Loss, LossKind, Place, Proof, Ref, Stage
from degoog.nextcloud import bulk, reader, stamps, versions
from degoog.nextcloud.dav import Entry, Fault
from degoog.nextcloud.folders import Claims, Folders
from degoog.nextcloud.judge import full, locked
from degoog.nextcloud.tree import Stored, Tree, missing
from degoog.nextcloud.uploads import Uploads
from degoog.ports import Blob, Failed, Make, Move, Result, Settled, Task, Touch, Unknown, Write

_MOST_TASKS = bulk.MOST_FILES
_MOST_OTHERS = 16  # folders, moves and properties cost a request each


class FilesBatch:
    """See `ports.Batch`. `ready` makes the lane's folder before the first task; it may raise `Unavailable`."""

    def __init__(
        self,
        tree: Tree,
        folders: Folders,
        claims: Claims,
        uploads: Uploads,
        *,
        ready: Callable[[], Awaitable[None]],
        stop: Callable[[Unavailable], None],
    ) -> None:
        self._tree = tree
        self._folders = folders
        self._claims = claims
        self._uploads = uploads
        self._ready = ready
        self._stop = stop
        self._tasks: list[Task[Blob]] = []
        self._bytes = 0

    def put(self, task: Task[Blob]) -> None:
        """Add a task."""
        self._tasks.append(task)
        if isinstance(task, Write):
            self._bytes += task.value.size

    @property
    def full(self) -> bool:
        """Whether it holds as much as is worth sending together."""
        others = sum(not isinstance(task, Write) for task in self._tasks)
        return self._bytes >= bulk.MOST_BYTES or len(self._tasks) >= _MOST_TASKS or others >= _MOST_OTHERS

    def intents(self) -> Sequence[tuple[Ref, Intent]]:
        """Tell what `close` is about to do."""
        return [(task.item.ref, self._intent(task)) for task in self._tasks if not isinstance(task, Touch)]

    async def close(self) -> Sequence[Result]:
        """Send everything. What was confirmed before the server stopped answering is not forgotten."""
        results: list[Result] = []
        try:
            await self._ready()
            await self._each([task for task in self._tasks if isinstance(task, Make | Move)], results)
            together, alone = self._sort()
            rest = await self._bulk(together, results)
            await self._each(rest + alone, results)
        except Unavailable as error:
            if not results:
                raise
            self._stop(error)
            done = {result.item.ref for result in results}
            results += [Unknown(task.item, str(error)) for task in self._tasks if task.item.ref not in done]
        finally:
            self._claims.release()
        return results

    async def _each(self, tasks: list[Task[Blob]], results: list[Result]) -> None:
        for task in tasks:
            result = await self._one(task)
            results.append(result)

    def _intent(self, task: Make | Write[Blob] | Move) -> Intent:
        if isinstance(task, Write):
            upload = self._uploads.resumable(task)
            return Intent(task.at.path, task.value.size, task.value.digest, upload)
        return Intent(task.at.path)

    def _sort(self) -> tuple[list[Write[Blob]], list[Task[Blob]]]:
        together: list[Write[Blob]] = []
        alone: list[Task[Blob]] = []
        for task in self._tasks:
            match task:
                case Write() if self._claims.take(task.at.path) and self._small(task):
                    together.append(task)
                case Write() | Touch():
                    alone.append(task)
                case Make() | Move():
                    pass  # done before
        return (together, alone) if len(together) > 1 else ([], together + alone)

    def _small(self, task: Write[Blob]) -> bool:
        # One forbidden name would end the whole request (nextcloud.md §4).
        new = task.at.proof is None and self._tree.client.server.bulk and self._uploads.allowed(task.at.path)
        fits = new and bulk.fits(self._tree.home(task.at.path), task.value.size)
        return fits and self._folders.small(posixpath.dirname(task.at.path))

    async def _free_now(self, tasks: list[Write[Blob]]) -> set[str]:
        try:
            return await self._folders.free_now(task.at.path for task in tasks)
        except (Fault, httpx.TransportError):
            return set()  # what asks next says why

    async def _bulk(self, tasks: list[Write[Blob]], results: list[Result]) -> list[Task[Blob]]:
        """Send small files together; give those that were not confirmed, to be sent one by one."""
        parts: list[bulk.Part] = []
        sent: list[Write[Blob]] = []
        for task in tasks:
            try:
                data, digest = await reader.load(task.value, "sha256")
            except Refused as error:
                results.append(Failed(task.item, error.reason, error.detail))
                continue
            modified = stamps.headers(task.item).get("X-OC-Mtime", "")
            parts.append(bulk.Part(self._tree.home(task.at.path), data, digest, modified))
            sent.append(task)
        # Only now, that nothing is left to wait for: what was read slowly was seen free long ago.
        free = await self._free_now(sent)
        taken: list[Task[Blob]] = [task for task in sent if task.at.path not in free]
        pairs = [(task, part) for task, part in zip(sent, parts, strict=True) if task.at.path in free]
        stored = await bulk.send(self._tree.client, [part for _task, part in pairs]) if pairs else {}
        newest = 0
        missed: list[Task[Blob]] = []
        for task, part in pairs:
            if (there := stored.get(part.path)) is None:
                self._folders.taken(task.at.path)  # it may have arrived: ask before writing it alone
                missed.append(replace(task, at=replace(task.at, intent=self._intent(task))))
                continue
            number = int(there.id or 0)
            # The first has none before it to be compared with: it is always looked at.
            doubtful = number < newest or not newest
            result = await self._given_back(task, there, part.modified) if doubtful else None
            if isinstance(result, Failed):
                results.append(result)
            elif result:
                taken.append(task)
            else:
                results.append(self._uploads.settled(task, task.at.path, there))
                newest = max(newest, number)
        return missed + taken

    async def _given_back(self, task: Write[Blob], there: Stored, modified: str) -> Failed | bool:
        """Give back what somebody made at the last moment; False where nothing was overwritten after all."""
        self._folders.taken(task.at.path)
        try:
            written = int(modified) if modified else 0
            if not written and (entry := await self._tree.stat(task.at.path)) is not None:
                written = entry.modified or 0
            return await versions.give_back(self._tree.client, there.id, written=written)
        except (Fault, httpx.TransportError) as error:
            text = _(
                "At the very moment it was written somebody made a file of that name. Theirs is kept among its "
                "versions in Nextcloud: restore it there ({why})."
            )
            return Failed(task.item, FailReason.REJECTED, text.format(why=str(error) or type(error).__name__))

    async def _one(self, task: Task[Blob]) -> Result:
        try:
            return await self._do(task)
        except Refused as error:
            return Failed(task.item, error.reason, error.detail)
        except httpx.TransportError as error:
            return await self._unknown(task, type(error).__name__)
        except Fault as fault:
            result = judged(task.item, task.at.path, fault)
            return await self._unknown(task, result.detail) if isinstance(result, Unknown) else result

    async def _unknown(self, task: Task[Blob], detail: str) -> Result:
        """Nobody knows what a request did: ask. The question also waits for a server that is away."""
        try:
            found = await self._uploads.arrived(task) if isinstance(task, Write) else None
        except (Refused, Fault, httpx.TransportError):
            found = None  # it is tried again, and then said
        return found or Unknown(task.item, detail)

    async def _do(self, task: Task[Blob]) -> Result:
        if not isinstance(task, Touch) and not self._uploads.allowed(task.at.path):
            raise self._uploads.forbidden(task.at.path)
        if not isinstance(task, Touch):
            self._claims.take(task.at.path)  # others keep away while this is done; if they were first, the server says
        match task:
            case Make():
                return await self._make(task)
            case Write():
                return await self._uploads.write(task)
            case Move():
                return await self._move(task)
            case Touch():
                return await self._touch(task)
            case _:
                assert_never(task)

    async def _make(self, task: Make) -> Result:
        at, properties = task.at, stamps.properties(task.item)
        path, others = at.path, self._uploads.beside(at.path)
        refused: Mapping[str, int] | None = None
        found = False
        while True:
            stored = await self._tree.make(path, properties)
            if stored is not None and stored.id:
                self._folders.made(path)
                break
            entry = await self._tree.stat(path)
            if entry is None or not entry.id:  # nextcloud.md §5: 405 is also what MKCOL answers to a forbidden name
                raise self._uploads.forbidden(path)
            if entry.holder:
                ours = stored is not None or at.proof is not None or await self._left_by_us(task, path)
                refused = await self._tree.set(path, properties) if ours else None
                found = not ours
                stored = Stored(entry.id, entry.etag)
                break
            path = next(others)
        proof = Proof(stored.id, etag=stored.etag)
        return replace(self._arrived(task.item, at.path, path, proof, stamps.refused(refused or {})), found=found)

    async def _left_by_us(self, task: Make, path: str) -> bool:
        """Whether a run that died made a folder: it bears the id of its like at the source from its beginning."""
        return task.at.intent is not None and await self._tree.source_id(path) == str(task.item.ref)

    async def _move(self, task: Move) -> Result:
        at, proof = task.at, task.at.proof
        path, others = at.path, self._uploads.beside(at.path)
        there = await self._tree.stat(at.was)
        source = at.was
        if there is None or (proof is not None and proof.id != there.id):
            found = await self._left(at) if proof is not None else None
            if found is None:
                text = _("It no longer lies in Nextcloud where degoog put it: {path}.").format(path=at.was)
                return Failed(task.item, FailReason.REJECTED, text)
            source, there = found
        stored = Stored(there.id, there.etag)
        while path != source:
            moved = await self._tree.move(source, path)
            if moved is not None:
                self._folders.forget(source)
                stored = moved
                break
            path = next(others)
        kept = proof or Proof(there.id, there.size)
        now = Proof(there.id, kept.size, kept.digest, stored.etag or kept.etag)
        return self._arrived(task.item, at.path, path, now)

    async def _left(self, at: Place) -> tuple[str, Entry] | None:
        """Find where a run that died left something it moved: by its id, in the folders it left and went to."""
        for folder in dict.fromkeys([posixpath.dirname(at.path), posixpath.dirname(at.was)]):
            async for entry in self._tree.list(folder):
                if at.proof is not None and entry.id == at.proof.id:
                    return posixpath.join(folder, entry.name), entry
        return None

    async def _touch(self, task: Touch) -> Result:
        item, at = task.item, task.at
        proof = at.proof or Proof("")
        if task.stage is Stage.LAST:
            if item.modified is None:
                return self._arrived(item, at.path, at.path, proof)
            seconds = stamps.seconds(item.modified)
            values, etag = {stamps.MODIFIED: str(seconds)}, ""
            # A time that the disk has already is not set, though the server says 200 and goes on showing another one,
            # from what was written below since (measured). Another time first makes it count.
            before = {} if self._folders.new(at.path) else {stamps.MODIFIED: str(seconds + 1)}
        else:
            values, etag, before = stamps.properties(item), "" if item.holder else proof.etag, {}
        try:
            if before:
                await self._tree.set(at.path, before)
            refused = await self._tree.set(at.path, values, etag=etag)
            if refused is None:  # its content was changed in Nextcloud, or it is another file
                entry = await self._tree.stat(at.path)
                if entry is not None and entry.id == proof.id:
                    refused = await self._tree.set(at.path, values)
        except Fault as fault:
            if fault.status != 404:
                raise
            refused = None
        if refused is None:
            gone = Loss(LossKind.PROPERTY, _("It no longer lies where degoog put it."))
            return self._arrived(item, at.path, at.path, proof, (gone,))
        losses = stamps.refused(refused)
        if task.stage is Stage.LAST:
            losses += stamps.losses(item)
        return self._arrived(item, at.path, at.path, proof, losses)

    def _arrived(self, item: Item, wanted: str, path: str, proof: Proof, losses: tuple[Loss, ...] = ()) -> Settled:
        if path != wanted:
            losses += (Loss(LossKind.BESIDE, wanted),)
        return Settled(item, path, proof, losses, self._tree.client.link(proof.id) if proof.id else "")


def judged(item: Item, path: str, fault: Fault) -> Result:
    """Say what an error answer means for one item (nextcloud.md §2, §5, §6). Raises `Unavailable` for a full quota."""
    if fault.status == 507:
        raise Unavailable(full(path)) from fault
    if locked(fault):
        return Failed(item, FailReason.LOCKED, str(fault))
    if fault.status >= 500:
        return Unknown(item, str(fault))
    if missing(fault):
        return Failed(item, FailReason.PARENT_FAILED, str(fault))
    if fault.name == "InvalidPath":
        return Failed(item, FailReason.FORBIDDEN_NAME, str(fault))
    return Failed(item, FailReason.TOO_LARGE if fault.status == 413 else FailReason.REJECTED, str(fault))
