"""How one file gets to its place: written, put in place of an older one of ours, adopted, or laid beside another's."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace

from degoog.errors import Refused
from degoog.i18n import _
from degoog.model import FailReason, Kind, Loss, LossKind, Proof
from degoog.nextcloud import reader, stamps
from degoog.nextcloud.bulk import LARGEST
from degoog.nextcloud.chunks import Chunks, upload_id
from degoog.nextcloud.dav import Entry
from degoog.nextcloud.folders import Claims, Folders
from degoog.nextcloud.tree import ALGORITHMS, Stored, Tree, algorithm
from degoog.ports import Blob, Naming, Settled, Write

_MOST_NAMES = 100  # beside how many others we look for a place
_TRIES = 2  # bytes that arrive wrong twice will not arrive right the third time


@dataclass(slots=True)
class _Ours:
    """What is to be written, and its hash once it was needed."""

    blob: Blob
    known: str = ""

    async def digest(self) -> str:
        """Give a hash that the server can compute too; the source's own where it is one of those."""
        if self.blob.digest.partition(":")[0] in ALGORITHMS:
            return self.blob.digest
        self.known = self.known or await reader.digest(self.blob, algorithm(self.blob.size))
        return self.known


class Uploads:
    """Writes single files. `large`: from how many bytes on a new file is sent in chunks."""

    def __init__(
        self,
        tree: Tree,
        folders: Folders,
        claims: Claims,
        chunks: Chunks,
        naming: Naming,
        *,
        identity: str,
        large: int,
    ) -> None:
        self._tree = tree
        self._folders = folders
        self._claims = claims
        self._chunks = chunks
        self._naming = naming
        self._identity = identity
        self._large = large

    async def write(self, task: Write[Blob]) -> Settled:
        """Bring one file to its place, or beside it. Raises `Refused`, `dav.Fault` and httpx's `TransportError`."""
        at, ours = task.at, _Ours(task.value)
        known = at.proof is not None or at.intent is not None
        entry = await self._tree.stat(at.path) if known or not await self._folders.free(at.path) else None
        for _try in range(_TRIES):
            if entry is None or at.proof is None or not await as_proven(self._tree, at.path, entry, at.proof):
                break
            stored = await self._send(task, at.path, replaces=entry.etag)
            if stored is not None:
                return self.settled(task, at.path, stored)
            entry = await self._tree.stat(at.path)  # changed while it was sent
        return await self._place(task, ours, entry)

    async def arrived(self, task: Write[Blob]) -> Settled | None:
        """Look whether a file arrived though its upload broke, without writing; None where it did not."""
        entry = await self._tree.stat(task.at.path)
        digest = await self._same(task.at.path, entry, _Ours(task.value)) if entry is not None and entry.id else ""
        if entry is None or not digest:
            return None
        return self.settled(task, task.at.path, Stored(entry.id, entry.etag, digest))

    def settled(self, task: Write[Blob], path: str, stored: Stored) -> Settled:
        """Give the result for a file that arrived."""
        losses = stamps.losses(task.item)
        if not stored.digest:
            losses += (Loss(LossKind.UNPROVEN),)
        if path != task.at.path:
            losses += (Loss(LossKind.BESIDE, task.at.path),)
        proof = Proof(stored.id, task.value.size, stored.digest, stored.etag)
        return Settled(task.item, path, proof, losses, self._tree.client.link(stored.id))

    def resumable(self, task: Write[Blob]) -> str:
        """Give the upload id of a file that is sent in chunks, empty for others."""
        if task.at.proof is None and task.value.size <= self._large:
            return ""
        return upload_id(self._identity, task.item)

    def allowed(self, path: str) -> bool:
        """Whether the server's rules allow the last name of a path."""
        name = posixpath.basename(path)
        return self._naming.safe(name) == name

    def forbidden(self, path: str) -> Refused:
        """Refuse a name. nextcloud.md §5: a PROPFIND shows `x.part` though there is no such file, without an id."""
        text = _("Nextcloud does not allow the name “{name}”.").format(name=posixpath.basename(path))
        return Refused(FailReason.FORBIDDEN_NAME, text)

    def beside(self, wanted: str) -> Iterator[str]:
        """Give paths beside a wanted one, as they may be tried. Raises `Refused` when there are too many."""
        folder, name = posixpath.split(wanted)
        for number in range(2, _MOST_NAMES):
            path = posixpath.join(folder, self._naming.numbered(name, number))
            if self._claims.take(path):
                yield path
        text = _("Too many other files in Nextcloud have this name: {path}.").format(path=wanted)
        raise Refused(FailReason.REJECTED, text)

    async def _place(self, task: Write[Blob], ours: _Ours, entry: Entry | None) -> Settled:
        path, others = task.at.path, self.beside(task.at.path)
        while True:
            found = entry is not None and task.at.intent is None
            if entry is None:
                stored = await self._send(task, path)
                if stored is not None:
                    return self.settled(task, path, stored)
                entry = await self._tree.stat(path)  # somebody was quicker
            if entry is not None and not entry.id:
                raise self.forbidden(path)
            if entry is not None and (digest := await self._same(path, entry, ours)):
                stored = await self._adopted(task, path, Stored(entry.id, entry.etag, digest))
                return replace(self.settled(task, path, stored), found=found)
            if found and entry is not None and (already := await self._converted(task, path, entry)) is not None:
                return already
            path = next(others)
            entry = await self._tree.stat(path)

    async def _converted(self, task: Write[Blob], path: str, entry: Entry) -> Settled | None:
        """Recognise a document that came another way (an archive): no two conversions of one are the same bytes.

        The same name in the same place and the same time of its last change are enough to bring no second one.
        """
        item = task.item
        if item.kind is not Kind.DOCUMENT or item.modified is None or entry.holder:
            return None
        if path != task.at.path or entry.modified != stamps.seconds(item.modified):
            return None
        digest = await self._tree.hash(path, algorithm(entry.size or 0))
        proof = Proof(entry.id, entry.size, digest, entry.etag)
        losses = (*stamps.losses(item), *(() if digest else (Loss(LossKind.UNPROVEN),)))
        return Settled(item, path, proof, losses, self._tree.client.link(entry.id), found=True)

    async def _send(self, task: Write[Blob], path: str, *, replaces: str = "") -> Stored | None:
        for _try in range(_TRIES):
            stored, digest = await self._sent(task, path, replaces)
            if stored is not None and not stored.id:
                raise self.forbidden(path)
            if stored is None or stored.digest in {"", digest}:
                return stored
            # Not what was sent. A new file is ours beyond doubt, so it may go; one that was replaced keeps its
            # older content in its versions and is sent again.
            if replaces:
                replaces = stored.etag
            else:
                await self._tree.delete(path, etag=stored.etag)
        text = _("What arrived in Nextcloud is not what was sent, twice: {path}.").format(path=path)
        raise Refused(FailReason.HASH_MISMATCH, text)

    async def _sent(self, task: Write[Blob], path: str, replaces: str) -> tuple[Stored | None, str]:
        blob, headers = task.value, stamps.headers(task.item)
        if replaces or blob.size > self._large:
            upload = upload_id(self._identity, task.item)
            try:
                return await self._chunks.send(upload, path, blob, headers, replaces=replaces)
            except Refused:
                await self._chunks.drop(upload)
                raise
        if blob.size <= LARGEST:  # in memory, so that it can be repeated
            data, digest = await reader.load(blob, algorithm(blob.size))
            stored = await self._tree.put(path, data, blob.size, headers)
        else:
            async with blob.open() as source:
                reading = reader.Reader(source, blob.size, algorithm(blob.size))
                stored = await self._tree.put(path, reading.take(blob.size), blob.size, headers)
                digest = reading.digest
        if stored is not None and not stored.digest:
            stored = Stored(stored.id, stored.etag, await self._tree.hash(path, algorithm(blob.size)))
        return stored, digest

    async def _adopted(self, task: Write[Blob], path: str, stored: Stored) -> Stored:
        """Finish what a run that died left: it may have been stopped between the bytes and their time."""
        item, intent = task.item, task.at.intent
        if intent is None or item.modified is None:
            return stored
        entry = await self._tree.stat(path)
        if entry is None or entry.modified == stamps.seconds(item.modified):
            return stored
        await self._tree.set(path, {stamps.MODIFIED: str(stamps.seconds(item.modified))}, etag=stored.etag)
        entry = await self._tree.stat(path)
        return stored if entry is None else Stored(entry.id, entry.etag, stored.digest)

    async def _same(self, path: str, entry: Entry, ours: _Ours) -> str:
        """Give the digest that what lies there and what we bring have in common, empty where they differ."""
        if entry.holder or entry.size != ours.blob.size:
            return ""
        digest = await ours.digest()
        return digest if await self._tree.hash(path, digest.partition(":")[0]) == digest else ""


async def as_proven(tree: Tree, path: str, entry: Entry, proof: Proof) -> bool:
    """Whether what lies there is what we proved: nobody has changed it."""
    if entry.holder or entry.id != proof.id:
        return False
    if entry.size != proof.size:  # two writes in one second leave the same etag (measured)
        return False
    if proof.etag and entry.etag == proof.etag:
        return True
    if not proof.digest:
        return False
    return await tree.hash(path, proof.digest.partition(":")[0]) == proof.digest
