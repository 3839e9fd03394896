"""Draws a Drive of a hundred thousand items at once, for tests of scale: each can be worked out from its number."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from degoog.sandbox.google.contents import Content, repeated
from degoog.sandbox.google.drawing.people import CAMILLE, directory
from degoog.sandbox.google.drawing.view import Drawn, Expected, Fate, Place
from degoog.sandbox.google.formats import DOCUMENT, DOCX, ODT, PDF, TEXT
from degoog.sandbox.google.nodes import FOLDER, Node
from degoog.sandbox.google.store import root_id
from degoog.sandbox.google.world import World
from degoog.sandbox.takeout import documents

PER_FOLDER = 250
PER_PARENT = 40
_BEGIN = datetime(2015, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeDrive:
    """Camille's Drive of `files` files in folders of 250; every `document_every`th is a Google document.

    0 means no documents. Names, ids, times and bytes follow from the number and the seed alone.
    """

    files: int
    seed: int = 1
    bytes_each: int = 64
    document_every: int = 20

    @property
    def folders(self) -> int:
        """How many folders there are."""
        leaves = -(-self.files // PER_FOLDER)
        return leaves + -(-leaves // PER_PARENT)

    @property
    def items(self) -> int:
        """Files, documents and folders."""
        return self.files + self.folders

    def world(self) -> World:
        """A world to start a server with; its items are made as they are taken."""
        return World(directory=directory(), nodes=self._nodes())

    def drawn(self) -> Drawn:
        """The world with the whole answer in memory: for some thousands of items."""
        return Drawn(world=self.world(), expected=tuple(self))

    def __iter__(self) -> Iterator[Expected]:
        """What Camille must find: the folders, then the files by number."""
        for node in self._nodes():
            if node.folder:
                yield self._expected(node, self._path_of_folder(node.id), Fate.FOLDER)
        yield from map(self.expected, range(self.files))

    def expected(self, number: int) -> Expected:
        """The file of this number, counted from 0."""
        node = self._file(number)
        leaf = number // PER_FOLDER
        path = (*self._leaf_path(leaf), node.name)
        return self._expected(node, path, Fate.CONVERTED if node.mime == DOCUMENT else Fate.BYTES)

    def id(self, number: int) -> str:
        """The id of the file of this number."""
        return f"1{self.seed:08d}f{number:023d}"

    def leaf_id(self, leaf: int) -> str:
        """The id of the folder that holds files 250 × leaf and following."""
        return f"1{self.seed:08d}l{leaf:023d}"

    def _parent_id(self, parent: int) -> str:
        return f"1{self.seed:08d}p{parent:023d}"

    def _leaf_path(self, leaf: int) -> tuple[str, str]:
        return f"Fonds {leaf // PER_PARENT:05d}", f"Boîte {leaf % PER_PARENT:02d}"

    def _path_of_folder(self, id_: str) -> tuple[str, ...]:
        number = int(id_[-23:])
        return self._leaf_path(number) if id_[-24] == "l" else (f"Fonds {number:05d}",)

    def _nodes(self) -> Iterator[Node]:
        root = root_id(directory(), CAMILLE)
        leaves = -(-self.files // PER_FOLDER)
        for parent in range(-(-leaves // PER_PARENT)):
            yield self._folder(self._parent_id(parent), f"Fonds {parent:05d}", root)
        for leaf in range(leaves):
            yield self._folder(self.leaf_id(leaf), self._leaf_path(leaf)[1], self._parent_id(leaf // PER_PARENT))
        yield from map(self._file, range(self.files))

    def _folder(self, id_: str, name: str, parent: str) -> Node:
        return Node(
            id=id_, name=name, mime=FOLDER, parents=(parent,), owner=CAMILLE, created=_BEGIN, modified=_BEGIN,
            order=_scattered(id_),
        )  # fmt: skip

    def _file(self, number: int) -> Node:
        id_, time = self.id(number), _BEGIN + timedelta(minutes=37 * number % 5_000_000, milliseconds=number % 1000)
        is_document = bool(self.document_every) and number % self.document_every == self.document_every - 1
        node = Node(
            id=id_,
            name=f"Fiche {number:07d}" if is_document else f"pièce {number:07d}.txt",
            mime=DOCUMENT if is_document else TEXT,
            parents=(self.leaf_id(number // PER_FOLDER),),
            owner=CAMILLE,
            created=time,
            modified=time,
            order=_scattered(id_),
        )
        if is_document:
            node.exports = {
                DOCX: Content(partial(documents.docx, (node.name,))),
                ODT: Content(partial(documents.odt, (node.name,))),
                PDF: Content(partial(documents.pdf, node.name)),
            }
        else:
            node.content = repeated(b"%d %d\n" % (self.seed, number), self.bytes_each)
        return node

    def _expected(self, node: Node, path: tuple[str, ...], fate: Fate) -> Expected:
        return Expected(
            account=CAMILLE,
            id=node.id,
            mime=node.mime,
            place=Place.MY_DRIVE,
            top=CAMILLE,
            path=path,
            fate=fate,
            owner=CAMILLE,
            content=node.content,
            formats=node.exports if fate is Fate.CONVERTED else None,
            created=node.created,
            modified=node.modified,
        )


def _scattered(id_: str) -> float:
    """A place in the listing that follows from the id and looks like chance: folders come among files."""
    return zlib.crc32(id_.encode()) / 2**32
