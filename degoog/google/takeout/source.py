"""The Takeout source: walks the merged tree and reads members, from zip by offset, from tgz in one pass."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from degoog.errors import Refused
from degoog.google.takeout import completeness, describe
from degoog.google.takeout.bytes import Spool, damaged, in_thread, spooled_blob, unreadable, zip_blob
from degoog.google.takeout.describe import Where
from degoog.google.takeout.opening import Opened
from degoog.google.takeout.parts import Container
from degoog.google.takeout.products import Product, of_service
from degoog.google.takeout.sidecar import Sidecar
from degoog.google.takeout.tar_index import CHUNK, TarStream, Truncated
from degoog.google.takeout.tree import BATCH, Entry
from degoog.i18n import _
from degoog.model import FailReason, Found, Item, Ref
from degoog.ports import Blob
from degoog.zips.broken import Broken

_REMEMBERED = 4096  # folders


class TakeoutSource:
    """The parts of one Takeout as one tree of Drive's files and folders, and a line for each thing left out.

    `parts` are files as downloaded, in any order. Entering indexes them all (a tgz is read through once) and raises
    `Usage` where a path is no file or no part at all is readable. `scratch` is a folder for temporary files, which
    are private and have no name. `walk` may be called again and gives the same. Where a part is a tgz, `read` asks
    for the order of `walk`; an earlier item is found by reading that part from its start.
    """

    unowned = "takeout"

    def __init__(self, parts: Sequence[Path], *, scratch: Path | None = None) -> None:
        self._paths = tuple(parts)
        self._scratch = scratch
        self._opened: Opened | None = None
        self._walked = False
        self._where: OrderedDict[int, Where] = OrderedDict()
        self._stream: tuple[int, TarStream] | None = None
        self._spools: weakref.WeakValueDictionary[int, Spool] = weakref.WeakValueDictionary()
        self._last: Spool | None = None
        self._turn = asyncio.Lock()

    @property
    def account(self) -> str:
        """The owner's address, `unowned` where no manifest tells it."""
        return self._archive.declared.owner or self.unowned

    @property
    def sequential(self) -> bool:
        """Whether a part is a tgz."""
        return self._archive.sequential

    async def __aenter__(self) -> Self:
        stop = threading.Event()
        opening = asyncio.create_task(asyncio.to_thread(Opened, self._paths, self._scratch, stop))
        try:
            self._opened = await asyncio.shield(opening)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait({opening})
            if opening.exception() is None:
                opening.result().close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream[1].close()
            self._stream = None
        self._last = None
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    async def walk(self) -> AsyncIterator[Found]:
        """Folders, files in the order of the archives, then what is missing and what is left out."""
        archive = self._archive
        for part, why in archive.broken:
            yield describe.broken_part(part, why)
        for found in self._folders():
            yield found
        last = 0
        while True:
            batch = self._files(last)
            if batch is None:
                break
            last, items = batch
            for found in items:
                yield found
            await asyncio.sleep(0)
        for found in self._orphans():
            yield found
        self._walked = True
        for found in self._gaps():
            yield found
        for found in self._products():
            yield found

    def overlooks(self, ref: Ref) -> bool:  # noqa: ARG002 - a port's signature
        """Whether there may be more than was given: no manifest lists it all, or a part is missing or broken."""
        archive = self._archive
        return bool(not archive.declared.blocks or archive.broken or archive.gaps)

    async def read(self, item: Item) -> Blob:
        """Give a file's content. Raises `Refused` for what is damaged or unsafe, `Unavailable` for a dead disk."""
        entry = self._find(item.ref)
        if entry is None and not self._walked:
            async for _found in self.walk():
                pass
            entry = self._find(item.ref)
        if entry is None:
            raise Refused(FailReason.UNREADABLE, _("It is not in the archives that were given."))
        if entry.problem:
            raise Refused(FailReason(entry.problem), describe.why(entry.problem, entry.method))
        if self._archive.containers[entry.part] is Container.ZIP:
            archive, part = self._archive, entry.part
            return zip_blob(lambda: archive.descriptor(part), entry)
        async with self._turn:
            spool = self._spools.get(entry.id)
            if spool is None:
                spool = await in_thread(lambda: self._spool(entry))
                self._spools[entry.id] = self._last = spool
        return spooled_blob(spool, entry)

    @property
    def _archive(self) -> Opened:
        if self._opened is None:
            raise RuntimeError("a TakeoutSource is used inside `async with`")
        return self._opened

    @property
    def _owner(self) -> str:
        return self._archive.declared.owner

    def _find(self, ref: Ref) -> Entry | None:
        tree = self._archive.tree
        row = tree.sql.execute("SELECT entry FROM given WHERE ref = ?", (str(ref),)).fetchone()
        return tree.entry(row[0]) if row and row[0] > 0 else None

    def _spool(self, entry: Entry) -> Spool:
        """Read a tar's member up to its end; the stream stays open for the next."""
        part = self._archive.parts[entry.part]
        spool = Spool(entry.size, self._scratch)
        try:
            if self._stream is None or self._stream[0] != entry.part:
                if self._stream is not None:
                    self._stream[1].close()
                self._stream = (entry.part, TarStream(part.path))
            stream = self._stream[1]
            stream.skip_to(entry.offset)
            while stream.position < entry.finish:
                data = stream.some(min(CHUNK, entry.finish - stream.position))
                if not data:
                    break
                spool.write(data)
        except (Broken, Truncated) as error:
            raise damaged() from error
        except OSError as error:
            raise unreadable(error) from error
        spool.check(entry)
        return spool

    # Walking.

    def _folders(self) -> Iterator[Found]:
        archive = self._archive
        for top in archive.drives():
            last = 0
            query = """SELECT id, parent, name, sidecar, problem FROM folders
                         WHERE top = ? AND parent > 0 AND id > ? ORDER BY id LIMIT ?"""
            while rows := archive.tree.sql.execute(query, (top.id, last, BATCH)).fetchall():
                drafts = []
                for number, parent, name, sidecar, problem in rows:
                    last = number
                    above, where = self._at(parent), self._at(number)
                    if where.ref is None:
                        continue
                    entry = archive.tree.entry(sidecar) if sidecar is not None else None
                    told = archive.sidecar(entry) if entry is not None else None
                    item = describe.folder_item(name, above, where.ref, told, self._owner)
                    drafts.append((describe.verdict(item, problem), number))
                archive.tree.give([(str(found.item.ref), -number) for found, number in drafts])
                yield from (found for found, _number in drafts)

    def _files(self, last: int) -> tuple[int, list[Found]] | None:
        """Give the files that follow a member, and the last member looked at; None at the end."""
        archive = self._archive
        rows = archive.tree.files(last)
        if not rows:
            return None
        drafts: list[tuple[Entry, Where, Sidecar | None]] = []
        for entry, beside in rows:
            where = self._at(entry.folder) if entry.folder else _NOWHERE
            told: Sidecar | None = None
            if beside is not None:
                told = archive.sidecar(beside)
                if told is None:
                    drafts.append((beside, where, None))
            drafts.append((entry, where, told))
        wanted = [(self._ref(entry, where, told), entry.id) for entry, where, told in drafts]
        refs = self._distinct(wanted, drafts)
        return rows[-1][0].id, [
            describe.verdict(describe.file_item(entry, where, ref, told, self._owner), entry.problem, entry.method)
            for (entry, where, told), ref in zip(drafts, refs, strict=True)
        ]

    def _ref(self, entry: Entry, where: Where, told: Sidecar | None) -> Ref:
        ref = describe.ref_of(where.of(entry.name), told)
        if self._owner or ref.service == describe.DRIVE:
            return ref
        return describe.unowned_ref(where.of(entry.name), entry, told)

    def _distinct(self, wanted: list[tuple[Ref, int]], drafts: list[tuple[Entry, Where, Sidecar | None]]) -> list[Ref]:
        """Give each member a key of its own: the wanted one, or where that is another's, one made of its content."""
        tree = self._archive.tree
        if tree.give([(str(ref), number) for ref, number in wanted]):
            return [ref for ref, _number in wanted]
        refs = []
        for (ref, number), (entry, where, _told) in zip(wanted, drafts, strict=True):
            path = describe.path_ref(where.of(entry.name))
            marked = f"{path.id}#{entry.size}-{entry.crc:08x}"
            choices = [ref, *([path] if self._owner else []), Ref(path.service, marked)]
            attempt = 2
            while not any(tree.own(str(choice), number) for choice in choices):
                choices = [Ref(path.service, f"{marked}-{attempt}")]
                attempt += 1
            refs.append(next(choice for choice in choices if tree.own(str(choice), number)))
        return refs

    def _at(self, folder: int) -> Where:
        """Give what lies in a folder its parent and path."""
        where = self._where.get(folder)
        if where is not None:
            self._where.move_to_end(folder)
            return where
        tree = self._archive.tree
        row = tree.sql.execute("SELECT parent, name, nfc, drive FROM folders WHERE id = ?", (folder,)).fetchone()
        parent, name, nfc, drive = row
        if not parent:
            drives = self._archive.drives()
            first = not drives or drives[0].id == folder
            where = Where(None, "" if first else name)
        else:
            path = self._at(parent).of(nfc)
            where = Where(Ref(describe.DRIVE, drive) if drive else describe.path_ref(path), path)
        self._where[folder] = where
        if len(self._where) > _REMEMBERED:
            self._where.popitem(last=False)
        return where

    def _orphans(self) -> Iterator[Found]:
        """What the parts tell of and do not hold."""
        archive, last = self._archive, 0
        while entries := archive.tree.orphans(last):
            for entry, name in entries:
                last = entry.id
                told, where = archive.sidecar(entry), self._at(entry.folder)
                if told is None:
                    continue  # pairing has read it: it is one
                why = completeness.why_unexported(archive.tree, entry.folder, name)
                ref = describe.ref_of(where.of(name), told)
                found = describe.orphan(name, where, ref, told, why=why, gaps=archive.gaps, owner=self._owner)
                yield self._apart(found, _ORPHANS - entry.id)

    def _gaps(self) -> Iterator[Found]:
        """What should be here and is not."""
        archive = self._archive
        gaps = archive.gaps
        absent = False
        for file in completeness.missing(archive.tree):
            absent = True
            yield self._apart(
                describe.missing_file(file, self._where_of(file), gaps, self._owner), _MISSING - file.number
            )
        for file in completeness.unexported(archive.tree):
            yield self._apart(describe.not_exported(file, self._where_of(file), self._owner), _UNEXPORTED - file.number)
        block = archive.declared.drive
        if block is not None and block.unexported > block.unexported_named:
            yield describe.not_exported_unnamed(block.unexported - block.unexported_named, self._owner)
        if gaps and (absent or block is None or not block.listed):
            for name in gaps:
                yield describe.missing_part(name)

    def _apart(self, found: Found, number: int) -> Found:
        """Give what is not there a key of its own: of two files of one name, the other may be."""
        ref, attempt = found.item.ref, 1
        while not self._archive.tree.own(str(ref), number):
            attempt += 1
            ref = Ref(found.item.ref.service, f"{found.item.ref.id}#{attempt}")
        return replace(found, item=replace(found.item, ref=ref))

    def _where_of(self, absent: completeness.Absent) -> Where:
        return self._at(absent.folder) if absent.folder is not None else _NOWHERE

    def _products(self) -> Iterator[Found]:
        """One line for each product that this road does not move."""
        archive = self._archive
        seen = set()
        for top in archive.tree.tops():
            if top.product is Product.DRIVE:
                continue
            files, size = archive.tree.weight(top.id)
            product = top.product or Product.OTHER
            seen.add(top.name)
            if files:
                name = top.name or _("Files beside the products' folders")
                yield describe.product_found(product, name, files, size, self._owner)
        for block in archive.declared.unseen(seen):
            if block.listed:
                left = of_service(block.code)
                yield describe.product_found(left, block.folder or block.code, block.listed, None, self._owner)


_NOWHERE = Where(None, "")
# Who has a key: a member's number, a folder's below zero, and further below what is told of and is not there.
_ORPHANS, _MISSING, _UNEXPORTED = -1 << 40, -2 << 40, -3 << 40
