"""The calendars, contacts and tasks of a Takeout, one document for each file of these products."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Self

from degoog.documents import Document
from degoog.google.takeout import describe
from degoog.google.takeout.bytes import Spool, ZipBytes, damaged
from degoog.google.takeout.opening import Opened
from degoog.google.takeout.parts import Container
from degoog.google.takeout.products import Product, fold
from degoog.google.takeout.tar_index import CHUNK, TarStream, Truncated
from degoog.google.takeout.tree import COLUMNS, Entry
from degoog.model import Found
from degoog.zips.broken import Broken

# Folders of contacts that are everybody and no group of people's own.
_EVERYBODY = frozenset(
    map(
        fold,
        (
            *("Tous les contacts", "Mes contacts", "Autres contacts", "All Contacts", "My Contacts", "Other Contacts"),
            *("Alle Kontakte", "Meine Kontakte", "Todos los contactos", "Mis contactos", "Tutti i contatti"),
        ),
    )
)
_UNKNOWN = "takeout"


class TakeoutDocuments:
    """See `documents.Documents`. Entering indexes the parts, as `TakeoutSource` does, with the same errors."""

    def __init__(self, parts: Sequence[Path], product: Product, *, ending: str, scratch: Path | None = None) -> None:
        self._paths = tuple(parts)
        self._product = product
        self._ending = ending
        self._scratch = scratch
        self._opened: Opened | None = None
        self._spools: dict[int, Spool] = {}

    @property
    def account(self) -> str:
        """The owner's address, `takeout` where no manifest tells it."""
        return self._archive.declared.owner or _UNKNOWN

    @property
    def _archive(self) -> Opened:
        if self._opened is None:
            raise RuntimeError("a TakeoutDocuments is used inside `async with`")
        return self._opened

    @property
    def partial(self) -> bool:
        """Whether there may be more than was given: no manifest lists it all, or a part is missing or broken."""
        archive = self._archive
        return bool(not archive.declared.blocks or archive.broken or archive.gaps)

    def documents(self) -> Sequence[Document]:
        """The product's files, by path."""
        return sorted(map(self._document, self._entries()), key=lambda document: document.path)

    def problems(self) -> Sequence[Found]:
        """The parts that could not be read, and those that are missing."""
        archive = self._archive
        return [
            *(describe.broken_part(part, why) for part, why in archive.broken),
            *(describe.missing_part(name) for name in archive.gaps),
        ]

    async def __aenter__(self) -> Self:
        stop = threading.Event()
        opening = asyncio.create_task(asyncio.to_thread(self._open, stop))
        try:
            self._opened = await asyncio.shield(opening)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait({opening})
            if opening.exception() is None:
                opening.result().close()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        self._spools.clear()
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _open(self, stop: threading.Event) -> Opened:
        opened = Opened(self._paths, self._scratch, stop)
        try:
            self._opened = opened
            self._spool_tars(opened)
        except BaseException:
            opened.close()
            raise
        return opened

    def _spool_tars(self, archive: Opened) -> None:
        """Keep what lies in tgz parts: these can only be read from their start, and calendars are small."""
        entries = [entry for entry in self._entries() if archive.containers[entry.part] is Container.TAR]
        for part in {entry.part for entry in entries}:
            with TarStream(archive.parts[part].path) as stream:
                for entry in sorted((one for one in entries if one.part == part), key=lambda one: one.offset):
                    spool = self._spools[entry.id] = Spool(entry.size, self._scratch)
                    try:
                        stream.skip_to(entry.offset)
                        while stream.position < entry.finish:
                            data = stream.some(min(CHUNK, entry.finish - stream.position))
                            if not data:
                                break
                            spool.write(data)
                    except (Broken, Truncated):
                        break

    def _entries(self) -> list[Entry]:
        tree = self._archive.tree
        tops = [top.id for top in tree.tops() if top.product is self._product]
        found: list[Entry] = []
        for top in tops:
            query = f"SELECT {COLUMNS} FROM entries WHERE top = ? AND role IN (0, 1) AND lower(name) LIKE ? ORDER BY id"  # noqa: S608
            found += [Entry(*row) for row in tree.sql.execute(query, (top, f"%{self._ending}")).fetchmany(100_000)]
        return found

    def _document(self, entry: Entry) -> Document:
        row = self._archive.tree.sql.execute(
            "SELECT name, parent FROM folders WHERE id = ?", (entry.folder,)
        ).fetchone()
        folder, parent = row or ("", 0)
        stem = PurePosixPath(entry.name).stem
        groups = (folder,) if parent and fold(folder) not in _EVERYBODY else ()
        path = f"{folder}/{entry.name}"
        return Document(stem, stem, path, self._reader(entry), groups)

    def _reader(self, entry: Entry) -> Callable[[], Iterator[bytes]]:
        def read() -> Iterator[bytes]:
            spool = self._spools.get(entry.id)
            if entry.problem:
                raise damaged()
            if spool is not None:
                spool.check(entry)
                yield from spool.chunks()
            elif self._archive.containers[entry.part] is Container.ZIP:
                content = ZipBytes(self._archive.descriptor(entry.part), entry)
                yield from iter(content.next, None)
            else:
                raise damaged()

        return read
