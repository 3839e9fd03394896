"""A batch of calendars and events, or of address books and contacts: one request each, none that invites anybody."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

import httpx

from degoog.convert.held import taken
from degoog.convert.identity import same, uid_in, with_uid
from degoog.convert.names import Names
from degoog.convert.traits import Traits
from degoog.errors import Refused, Unavailable
from degoog.i18n import _
from degoog.model import FailReason, Intent, Item, Loss, LossKind, Proof, Ref
from degoog.nextcloud.agenda_door import Door, Stored
from degoog.nextcloud.dav import Fault
from degoog.ports import Blob, Failed, Make, Move, Result, Settled, Task, Touch, Unknown, Write

_MOST = 8  # tasks; each costs a request, and a batch that is long in flight is long in doubt
_MOST_BYTES = 16 << 20  # held in memory together
_MOST_UIDS = 50


@dataclass(frozen=True, slots=True)
class _Ours:
    """What is to be written: its bytes under the UID it brings."""

    data: bytes
    uid: str

    def numbered(self, number: int) -> bytes:
        """Give it under a UID of its own, the same in every run: one collection takes one UID once."""
        return self.data if number < 2 else with_uid(self.data, f"{self.uid[:200]}-{number}")


class AgendaBatch:
    """See `ports.Batch`. The value of a `Write` is read into memory when the batch is closed."""

    def __init__(self, door: Door, naming: Names) -> None:
        self._door = door
        self._naming = naming
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
        return len(self._tasks) >= _MOST or self._bytes >= _MOST_BYTES

    def intents(self) -> Sequence[tuple[Ref, Intent]]:
        """Tell what `close` is about to do."""
        return [
            (task.item.ref, Intent(task.at.path, task.value.size if isinstance(task, Write) else None))
            for task in self._tasks
        ]

    async def close(self) -> Sequence[Result]:
        """Send everything. What was confirmed before the server stopped answering is not forgotten."""
        results: list[Result] = []
        for task in self._tasks:
            try:
                results.append(await self._one(task))
            except Unavailable as error:
                if not results:
                    raise
                done = len(results)
                results += [Unknown(left.item, str(error)) for left in self._tasks[done:]]
                break
        return results

    async def _one(self, task: Task[Blob]) -> Result:
        try:
            return await self._done(task)
        except Refused as error:
            return Failed(task.item, error.reason, error.detail)
        except httpx.TransportError as error:
            return Unknown(task.item, type(error).__name__)
        except Fault as fault:
            return _judged(task.item, fault)

    async def _done(self, task: Task[Blob]) -> Result:
        match task:
            case Make():
                return await self._make(task)
            case Write():
                return await self._write(task)
            case Move():
                return await self._move(task)
            case Touch():
                return Settled(task.item, task.at.path, task.at.proof or Proof(""))
            case _:
                assert_never(task)

    # Collections.

    async def _make(self, task: Make) -> Result:
        at = task.at
        look = task.value if isinstance(task.value, Traits) else Traits(task.item.name, self._door.component)
        for path in self._places(at.path):
            found = False
            if not await self._door.make(path, look):
                there = await self._door.about(path)
                # nextcloud.md §7: a deleted calendar still answers at its address, and would swallow what is put there.
                if there is None or there.deleted or not there.holds:
                    continue
                found = at.proof is None and at.intent is None
                if not found:
                    await self._door.describe(path, look)
            losses = (Loss(LossKind.BESIDE, at.path),) if path != at.path else ()
            return Settled(task.item, path, Proof(posixpath.basename(path)), losses, self._door.url(path), found)
        raise AssertionError("places never end")

    # Objects.

    async def _write(self, task: Write[Blob]) -> Result:
        data = await taken(task.value)
        if len(data) != task.value.size:
            text = _("{length} bytes came instead of {size}.").format(length=len(data), size=task.value.size)
            raise Refused(FailReason.DAMAGED, text)
        ours, at = _Ours(data, uid_in(data)), task.at
        if at.proof is not None and (done := await self._replaced(task, ours, at.proof)) is not None:
            return done
        return await self._added(task, ours)

    async def _replaced(self, task: Write[Blob], ours: _Ours, proof: Proof) -> Result | None:
        """Write in place of what is ours; None where that is no longer there, or somebody changed it."""
        path = task.at.path
        there = await self._door.get(path)
        if there is None:
            return None
        data = with_uid(ours.data, uid_in(there.data))  # beside another one it has a UID of its own
        if same(there.data, data):  # a run that died had got so far
            return self._settled(task, path, there, data)
        if there.etag != proof.etag and _digest(there.data) != proof.digest:
            return None
        etag = await self._door.put(path, data, etag=there.etag)
        return None if etag is None else await self._confirmed(task, path, data, etag)

    async def _added(self, task: Write[Blob], ours: _Ours) -> Result:
        at, uid = task.at, 1
        folder = posixpath.dirname(at.path)
        for path in self._places(at.path):
            for _try in range(_MOST_UIDS):
                data = ours.numbered(uid)
                try:
                    etag = await self._door.put(path, data)
                except Fault as fault:
                    if not _uid_taken(fault):
                        raise
                    held = await self._same_uid(task, folder, data)
                    if held is not None:
                        return held
                    uid += 1
                    continue
                if etag is not None:
                    return await self._confirmed(task, path, data, etag)
                there = await self._door.get(path)
                if there is not None and same(there.data, data):
                    return self._settled(task, path, there, data, found=at.intent is None)
                if there is not None and uid_in(there.data) == uid_in(data):
                    uid += 1  # somebody's own version of it: theirs stays, ours goes beside
                break
        raise AssertionError("places never end")

    async def _same_uid(self, task: Write[Blob], folder: str, data: bytes) -> Result | None:
        """What has our UID may be the same under another name, brought by somebody before."""
        name = await self._door.named(folder, uid_in(data))
        there = await self._door.get(f"{folder}/{name}") if name else None
        if there is None or not same(there.data, data):
            return None
        return self._settled(task, f"{folder}/{name}", there, data, found=task.at.intent is None)

    async def _confirmed(self, task: Write[Blob], path: str, data: bytes, etag: str) -> Result:
        """Settle what was written; where the server does not vouch for every byte it is read back."""
        if etag == _md5(data):  # Nextcloud's etag is the MD5 of what it stored (apps/dav/lib/CalDAV/CalDavBackend.php)
            return self._settled(task, path, Stored(etag, data), data)
        there = await self._door.get(path)
        if there is None:
            return Unknown(task.item, _("It is not there although the server took it."))
        return self._settled(task, path, there, data)

    def _settled(self, task: Write[Blob], path: str, there: Stored, data: bytes, *, found: bool = False) -> Settled:
        losses: tuple[Loss, ...] = ()
        if path != task.at.path and not found:
            losses += (Loss(LossKind.BESIDE, task.at.path),)
        if not same(there.data, data):
            losses += (Loss(LossKind.PROPERTY, _("The server changed it.")),)
        proof = Proof(posixpath.basename(path), len(there.data), _digest(there.data), there.etag)
        return Settled(task.item, path, proof, losses, self._door.url(path), found)

    async def _move(self, task: Move) -> Result:
        at, proof = task.at, task.at.proof or Proof("")
        if task.item.holder:  # a collection's address stays; its name is a property
            return Settled(task.item, at.was, proof)
        there = await self._door.get(at.was)
        if there is None or (proof.id and posixpath.basename(at.was) != proof.id):
            there = await self._door.get(at.path) if at.intent is not None or there is None else there
            if there is None or _digest(there.data) != proof.digest:
                return Failed(task.item, FailReason.REJECTED, _("It no longer lies where degoog put it."))
            return Settled(task.item, at.path, _moved(at.path, proof, there), (), self._door.url(at.path))
        for path in self._places(at.path):
            if path == at.was or await self._door.move(at.was, path):
                losses = (Loss(LossKind.BESIDE, at.path),) if path != at.path else ()
                return Settled(task.item, path, _moved(path, proof, there), losses, self._door.url(path))
        raise AssertionError("places never end")

    def _places(self, wanted: str) -> Iterator[str]:
        """Give the place wanted, then others beside it."""
        yield wanted
        parent, slash, name = wanted.rpartition("/")
        number = 2
        while True:
            yield f"{parent}{slash}{self._naming.numbered(name, number)}"
            number += 1


def _moved(path: str, proof: Proof, there: Stored) -> Proof:
    return Proof(posixpath.basename(path), proof.size, proof.digest, there.etag)


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _digest(data: bytes) -> str:
    return f"md5:{_md5(data)}"


def _uid_taken(fault: Fault) -> bool:
    # Nextcloud: 400 (nextcloud.md §7, §8); RFC 4791 §5.3.2.1 no-uid-conflict, which Radicale answers with 409.
    return (fault.status == 400 and "uid already exists" in fault.message) or fault.status == 409


def _judged(item: Item, fault: Fault) -> Result:
    """Say what an error answer means for one item (nextcloud.md §7, §8)."""
    message = fault.message.lower()
    if fault.status == 429 or (fault.status == 403 and "limit reached" in message):
        text = _(
            "Nextcloud makes no more calendars or address books for now ({why}). Nothing is lost. Wait an hour, or "
            "have the limit raised, then run the same command again."
        )
        raise Unavailable(text.format(why=fault.message)) from fault
    if fault.status == 507:
        text = _("The Nextcloud account has no room left. Have its quota raised; then run the same command.")
        raise Unavailable(text) from fault
    if fault.status >= 500:
        if "uid" in message and ("unique" in message or "duplicate" in message):
            return Failed(item, FailReason.TRASHED)
        return Unknown(item, str(fault))
    if fault.status == 413 or (fault.status == 403 and "exceeds" in message):
        return Failed(item, FailReason.TOO_LARGE, fault.message)
    if fault.status == 404:
        return Failed(item, FailReason.PARENT_FAILED, str(fault))
    return Failed(item, FailReason.REJECTED, str(fault))
