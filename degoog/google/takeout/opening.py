"""Opening a Takeout: every part indexed into the one tree, products recognised, sidecars paired, gaps found."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from degoog.errors import Refused, Usage
from degoog.google.takeout import completeness, pairing, tar_index
from degoog.google.takeout.bytes import Spool, ZipBytes, small_content
from degoog.google.takeout.completeness import Declared
from degoog.google.takeout.parts import Container, Part, container, in_order, missing_names
from degoog.google.takeout.products import Product, find_root, known
from degoog.google.takeout.sidecar import LARGEST, Sidecar, parse, sidecar_name
from degoog.google.takeout.tar_index import TarStream, Truncated
from degoog.google.takeout.tree import COLUMNS, Entry, Role, Top, Tree
from degoog.i18n import _
from degoog.zips.broken import Broken
from degoog.zips.index import ZipIndex
from degoog.zips.member import Member

_PAGES = 20  # of those beside the products' folders, one of which is the manifest


class Stopped(Exception):
    """The person interrupted; nothing was written."""


class Opened:
    """A Takeout whose parts are indexed. All its methods read; none changes the archives."""

    def __init__(self, paths: Sequence[Path], scratch: Path | None, stop: threading.Event) -> None:
        """Index everything, which takes as long as reading the tgz parts. Raises `Usage` where no part is readable."""
        self.parts = in_order(paths)
        self.scratch = scratch
        self.broken: list[tuple[Part, str]] = []
        self.containers: dict[int, Container] = {}
        self.declared = Declared()
        self.tree = Tree(scratch)
        self._stop = stop
        self._files: dict[int, BinaryIO] = {}
        self._pages: dict[int, Spool] = {}
        self._closing = ExitStack()
        self._closing.callback(self.tree.close)
        try:
            self._index()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the files and give the disk space back."""
        self._closing.close()
        self._pages.clear()

    @property
    def sequential(self) -> bool:
        """Whether any part can only be read from its start."""
        return Container.TAR in self.containers.values()

    @property
    def gaps(self) -> tuple[str, ...]:
        """Names of parts that the numbering leaves out."""
        return missing_names(self.parts)

    def descriptor(self, part: int) -> int:
        """Give the open file of a zip part."""
        return self._files[part].fileno()

    def raw_sidecar(self, entry: Entry) -> bytes | None:
        """Give a sidecar's bytes; None where they are damaged or too many for one."""
        if max(entry.size, entry.packed) > LARGEST or entry.problem:
            return None
        if self.containers[entry.part] is Container.TAR:
            return self.tree.note(entry.id)
        try:
            return small_content(self.descriptor(entry.part), entry)
        except Refused:
            return None

    def sidecar(self, entry: Entry) -> Sidecar | None:
        """Read a sidecar; None where it is something else."""
        raw = self.raw_sidecar(entry)
        return parse(raw, self.declared.owner) if raw is not None else None

    def drives(self) -> list[Top]:
        """The folders of Drive, usually one."""
        return [top for top in self.tree.tops() if top.product is Product.DRIVE]

    # Indexing.

    def _index(self) -> None:
        disordered: list[int] = []
        for part in self.parts:
            try:
                self.containers[part.index] = container(part)
                if self.containers[part.index] is Container.ZIP:
                    if self._index_zip(part):
                        disordered.append(part.index)
                else:
                    self._index_tar(part)
            except Broken as error:
                self.containers.pop(part.index, None)
                self.broken.append((part, str(error)))
        if not self.containers:
            raise Usage(self._nothing_readable())
        self.tree.settle(disordered)
        self._checkpoint()
        self._read_manifests()
        self._recognise()
        self._checkpoint()
        drives = [top.id for top in self.drives()]
        pairing.pair(self.tree, drives, self.sidecar)
        completeness.compare(self.tree, drives)
        self._checkpoint()

    def _checkpoint(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def _index_zip(self, part: Part) -> bool:
        """Take in a zip; tell whether its members may overlap."""
        file = self._closing.enter_context(part.path.open("rb", buffering=0))
        self._files[part.index] = file
        index = ZipIndex(file.fileno())
        root = find_root(member.path for member in index.members())
        self.tree.add(part.index, index.members(), root, self._checkpoint)
        return index.disordered

    def _index_tar(self, part: Part) -> None:
        with TarStream(part.path) as stream:
            root = find_root(self._tar_paths(stream))
            stream.skip_to(0)
            above = root.depth if root else 0
            self.tree.add(part.index, self._tar_members(part, stream, above), root, self._checkpoint)

    def _tar_paths(self, stream: TarStream) -> Iterator[str]:
        try:
            for member in tar_index.members(stream, lambda _member: self._checkpoint()):
                yield member.path
        except Truncated:
            return

    def _tar_members(self, part: Part, stream: TarStream, above: int) -> Iterator[Member]:
        """Give a tar's members, keeping what will be wanted of their content: sidecars, and the manifest."""
        kept: list[bytes] = []
        page: Spool | None = None

        def wants(member: Member) -> tar_index.Sink | None:
            nonlocal page
            self._checkpoint()
            kept.clear()
            page = None
            name = member.path[member.path.rfind("/") + 1 :]
            if member.folder or member.problem is not None:
                return None
            if name.endswith(".json") and member.size <= LARGEST and sidecar_name(name) is not None:
                return kept.append
            if name.lower().endswith(".html") and member.path.count("/") <= above and len(self._pages) < _PAGES:
                page = Spool(member.size, self.scratch)
                return page.write
            return None

        complete = 0
        try:
            for member in tar_index.members(stream, wants):
                yield member
                complete += 1
                if kept:
                    self.tree.keep_note(self.tree.last, b"".join(kept))
                elif page is not None:
                    self._pages[self.tree.last] = page
        except Truncated as error:
            why = _("it is not complete: its end is missing, the download or the copy stopped too early")
            if not complete:
                raise Broken(why) from error
            self.broken.append((part, why))

    def _nothing_readable(self) -> str:
        text = _("{name} cannot be used: {why}. Download it again from Google Takeout. Nothing was changed.")
        return "\n".join(text.format(name=part.path, why=why) for part, why in self.broken)

    def _read_manifests(self) -> None:
        beside = [top.id for top in self.tree.tops() if not top.name]
        for top in beside:
            rows = self.tree.sql.execute(
                f"""SELECT {COLUMNS} FROM entries WHERE folder = ? AND role = 0 AND problem = ''
                    AND lower(name) LIKE '%.html' ORDER BY id LIMIT 100""",  # noqa: S608
                (top,),
            )
            for row in rows.fetchall():
                entry = Entry(*row)
                before = (self.declared.owner, len(self.declared.blocks))
                completeness.take_in(self.tree, self.declared, self._content(entry))
                if entry.name.lower() == "archive_browser.html" or before != (
                    self.declared.owner,
                    len(self.declared.blocks),
                ):
                    self.tree.sql.execute("UPDATE entries SET role = ? WHERE id = ?", (int(Role.MANIFEST), entry.id))
        self._pages.clear()

    def _content(self, entry: Entry) -> Iterator[bytes]:
        """Give the bytes of a page, as many as are good."""
        if self.containers[entry.part] is Container.TAR:
            page = self._pages.get(entry.id)
            if page is not None:
                yield from page.chunks()
            return
        content = ZipBytes(self.descriptor(entry.part), entry)
        try:
            while chunk := content.next():
                yield chunk
        except Refused:
            return

    def _recognise(self) -> None:
        """Settle which product each folder is: as the manifest says, as its name says, as its content says."""
        tops = [top for top in self.tree.tops() if top.name]
        products = {top.id: self.declared.product(top.name) or known(top.name) for top in tops}
        for top in tops:
            product = products[top.id] or self._by_content(top.id)
            self.tree.sql.execute("UPDATE folders SET product = ? WHERE id = ?", (product.value, top.id))

    def _by_content(self, top: int) -> Product:
        """Recognise a product by what only it exports."""
        signs = (
            (Product.DRIVE, "role = 1 AND name LIKE '%-info.json'"),
            (Product.CALENDAR, "name LIKE '%.ics'"),
            (Product.CONTACTS, "name LIKE '%.vcf'"),
            (Product.TASKS, "name IN ('Tasks.json', 'Tâches.json', 'Aufgaben.json')"),
        )
        for product, sign in signs:
            if self.tree.sql.execute(f"SELECT 1 FROM entries WHERE top = ? AND {sign} LIMIT 1", (top,)).fetchone():  # noqa: S608
                return product
        return Product.OTHER
