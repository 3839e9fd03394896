"""What the manifest lists and the parts do not hold, and what Google says it left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from degoog.errors import Usage
from degoog.google.takeout.manifest import Listed, NotExported, NotExportedCount, Owner, Service, read
from degoog.google.takeout.pairing import cut_alike, cut_head
from degoog.google.takeout.products import Product, fold, of_service
from degoog.google.takeout.sidecar import sidecar_name, split_extension
from degoog.google.takeout.tree import BATCH, Tree
from degoog.i18n import _

_ODD = re.compile(r"(?:[^\w.-]|_)+")


# What an orphaned sidecar tells of is told with what it says. A document's sidecar has no extension in its name.
_TOLD = """EXISTS (SELECT 1 FROM entries o WHERE o.role = 4 AND o.folder = p.folder
             AND o.target IN ({name}, stem({name})))"""


@dataclass(slots=True)
class Block:
    """What a manifest says of one product."""

    code: str
    folder: str = ""
    listed: int = 0
    unexported: int = 0
    unexported_named: int = 0


@dataclass(slots=True)
class Declared:
    """What the manifests say, files apart: those are in the tree's tables."""

    owner: str = ""
    blocks: dict[str, Block] = field(default_factory=dict)

    def product(self, folder: str) -> Product | None:
        """Which product a folder is, where a manifest says so."""
        for block in self.blocks.values():
            if block.folder and fold(block.folder) == fold(folder):
                return of_service(block.code)
        return None

    def unseen(self, folders: Collection[str]) -> list[Block]:
        """Give the products but Drive whose folder is in none of the parts."""
        there = {fold(folder) for folder in folders}
        codes = {product for product in map(self.product, folders) if product is not Product.OTHER}
        return [
            block
            for block in self.blocks.values()
            if fold(block.folder) not in there
            and of_service(block.code) is not Product.DRIVE
            and of_service(block.code) not in codes
        ]

    @property
    def drive(self) -> Block | None:
        """What is said of Drive."""
        return self.blocks.get(Product.DRIVE.value)


@dataclass(frozen=True, slots=True)
class Absent:
    """A file of Drive's that is in none of the parts; `folder` is its folder in the tree, None where there is none."""

    number: int
    path: str
    name: str
    folder: int | None
    why: str = ""


def take_in(tree: Tree, declared: Declared, chunks: Iterable[bytes]) -> None:
    """Read a manifest: Drive's files go into the tree's tables, the rest into `declared`."""
    places: dict[str, int] = {}
    wanted: list[tuple[int, str]] = []
    tree.sql.execute("BEGIN")
    for entry in read(chunks):
        match entry:
            case Owner(address):
                if declared.owner.casefold() not in {"", address.casefold()}:
                    text = _(
                        "These archives belong to two people, {one} and {other}: they cannot be moved as one. "
                        "To do: run the command once for each, with that person's archives only."
                    )
                    raise Usage(text.format(one=declared.owner, other=address))
                declared.owner = declared.owner or address
            case Service(code, folder):
                block = _block(declared, code)
                block.folder = block.folder or folder
            case Listed(code, folder, name):
                _block(declared, code).listed += 1
                if of_service(code) is Product.DRIVE:
                    wanted.append((_place(tree, places, folder), name))
                    if len(wanted) >= BATCH:
                        _expect(tree, wanted)
            case NotExported(code, folder, name, why):
                _block(declared, code).unexported_named += 1
                if of_service(code) is Product.DRIVE:
                    place = _place(tree, places, folder)
                    sql = "INSERT OR IGNORE INTO unexported (place, name, why) VALUES (?, ?, ?)"
                    tree.sql.execute(sql, (place, name, why))
            case NotExportedCount(code, files):
                block = _block(declared, code)
                block.unexported = max(block.unexported, files)
            case _:
                assert_never(entry)
    _expect(tree, wanted)
    tree.sql.execute("COMMIT")


def compare(tree: Tree, drives: Sequence[int]) -> None:
    """Mark what is there among the expected: by its path, else by folder and name, else by name alone.

    The page shows a folder's name, not always its path, and spells some names its own way; what is left missing
    after the three comparisons is really missing.
    """
    sql = tree.sql
    sql.create_function("stem", 1, lambda name: split_extension(name)[0], deterministic=True)
    for number, path in sql.execute("SELECT id, path FROM places").fetchall():
        sql.execute("UPDATE places SET folder = ? WHERE id = ?", (_folder(tree, drives, path), number))
    sql.execute(
        """UPDATE expected SET found = coalesce((SELECT e.id FROM entries e, places p
             WHERE p.id = expected.place AND e.folder = p.folder AND e.name = expected.name LIMIT 1), 0)"""
    )
    if sql.execute("SELECT 1 FROM expected WHERE found = 0 LIMIT 1").fetchone():
        _spare(tree, drives)
        _match(tree, "both", _both)
        _match(tree, "alone", lambda _path, name: _key(name))
        sql.execute("DROP TABLE spare")
        _name_orphans(tree)


def missing(tree: Tree) -> Iterator[Absent]:
    """Give the expected files that no part holds; a sidecar only where its file is there."""
    query = f"""SELECT x.id, p.path, x.name, p.folder, '', x.place FROM expected x, places p
                  WHERE p.id = x.place AND x.found = 0 AND x.id > ? AND NOT {_TOLD.format(name="x.name")}
                  ORDER BY x.id LIMIT ?"""  # noqa: S608
    for absent, place in _absent(tree, query):
        named = sidecar_name(absent.name)
        if named is not None and not named.cut:
            other = "SELECT 1 FROM expected WHERE place = ?1 AND (name = ?2 OR stem(name) = ?2) AND found = 0"
            if tree.sql.execute(other, (place, named.target)).fetchone():
                continue
        yield absent


def unexported(tree: Tree) -> Iterator[Absent]:
    """Give the files that Google names as not exported and that are indeed not there."""
    query = f"""SELECT u.id, p.path, u.name, p.folder, u.why, u.place FROM unexported u, places p
                  WHERE p.id = u.place AND u.id > ? AND NOT EXISTS (
                    SELECT 1 FROM entries e WHERE e.folder = p.folder AND e.name = u.name)
                  AND NOT {_TOLD.format(name="u.name")} ORDER BY u.id LIMIT ?"""  # noqa: S608
    for absent, _place in _absent(tree, query):
        yield absent


def why_unexported(tree: Tree, folder: int, name: str) -> str | None:
    """Give what Google says of a file that it did not export, maybe nothing; None where it does not name it."""
    query = """SELECT u.why FROM unexported u, places p WHERE p.id = u.place AND p.folder = ?1
                 AND (u.name = ?2 OR stem(u.name) = ?2) LIMIT 1"""
    row = tree.sql.execute(query, (folder, name)).fetchone()
    return str(row[0]) if row else None


def _name_orphans(tree: Tree) -> None:
    """Give the files of which only the sidecar is there the whole name that the manifest has for them."""
    query = """SELECT x.name FROM expected x, places p WHERE p.id = x.place AND p.folder = ?1 AND x.found = 0
                 AND (x.name = ?2 OR stem(x.name) = ?2 OR substr(x.name, 1, length(?3)) = ?3)
                 ORDER BY x.name <> ?2, x.id"""
    last = 0
    while orphans := tree.orphans(last):
        for entry, target in orphans:
            last = entry.id
            named = sidecar_name(entry.name)
            if named is None:
                continue
            head = cut_head(named) if named.cut else target
            for (name,) in tree.sql.execute(query, (entry.folder, target, head)).fetchall():
                alike = (
                    cut_alike(named, name, named.version) if named.cut else target in {name, split_extension(name)[0]}
                )
                if alike and sidecar_name(name) is None:
                    tree.sql.execute("UPDATE entries SET target = ? WHERE id = ?", (name, entry.id))
                    break


def _absent(tree: Tree, query: str) -> Iterator[tuple[Absent, int]]:
    last = 0
    while rows := tree.sql.execute(query, (last, BATCH)).fetchall():
        for number, path, name, folder, why, place in rows:
            yield Absent(number, path, name, folder, why), place
            last = number


def _expect(tree: Tree, wanted: list[tuple[int, str]]) -> None:
    tree.sql.executemany("INSERT OR IGNORE INTO expected (place, name) VALUES (?, ?)", wanted)
    wanted.clear()


def _block(declared: Declared, code: str) -> Block:
    return declared.blocks.setdefault(code.upper(), Block(code.upper()))


def _place(tree: Tree, places: dict[str, int], path: str) -> int:
    number = places.get(path)
    if number is None:
        tree.sql.execute("INSERT OR IGNORE INTO places (path) VALUES (?)", (path,))
        number = int(tree.sql.execute("SELECT id FROM places WHERE path = ?", (path,)).fetchone()[0])
        if len(places) > BATCH:
            places.clear()
        places[path] = number
    return number


def _folder(tree: Tree, drives: Sequence[int], path: str) -> int | None:
    for top in drives:
        folder: int | None = top
        for name in path.split("/") if path else ():
            folder = tree.subfolder(folder, name) if folder is not None else None
        if folder is not None:
            return folder
    return None


def _spare(tree: Tree, drives: Sequence[int]) -> None:
    sql = tree.sql
    sql.create_function("key", 1, _key, deterministic=True)
    sql.execute("CREATE TEMP TABLE spare (id INTEGER PRIMARY KEY, parent TEXT NOT NULL, alone TEXT NOT NULL)")
    for top in drives:
        sql.execute(
            """INSERT INTO spare SELECT e.id, CASE WHEN e.folder = e.top THEN '' ELSE f.nfc END, key(e.name)
                 FROM entries e, folders f WHERE f.id = e.folder AND e.top = ? AND e.role != 2
                 AND e.id NOT IN (SELECT found FROM expected)""",
            (top,),
        )
    sql.execute("ALTER TABLE spare ADD COLUMN both TEXT")
    sql.execute("UPDATE spare SET both = key(parent) || '/' || alone")
    sql.execute("CREATE INDEX temp.spare_both ON spare (both)")
    sql.execute("CREATE INDEX temp.spare_alone ON spare (alone)")


def _match(tree: Tree, column: str, key: Callable[[str, str], str]) -> None:
    """Give each expected file that is still missing one that is left over, under the same key."""
    sql = tree.sql
    query = """SELECT x.id, p.path, x.name FROM expected x, places p
                 WHERE p.id = x.place AND x.found = 0 AND x.id > ? ORDER BY x.id LIMIT ?"""
    last = 0
    while rows := sql.execute(query, (last, BATCH)).fetchall():
        for number, path, name in rows:
            last = number
            row = sql.execute(f"SELECT id FROM spare WHERE {column} = ? LIMIT 1", (key(path, name),)).fetchone()  # noqa: S608
            if row:
                sql.execute("UPDATE expected SET found = ? WHERE id = ?", (row[0], number))
                sql.execute("DELETE FROM spare WHERE id = ?", (row[0],))


def _both(path: str, name: str) -> str:
    return f"{_key(path.rsplit('/', 1)[-1])}/{_key(name)}"


def _key(name: str) -> str:
    """Give the form in which the page's spelling of a name and the archive's are the same."""
    return _ODD.sub("_", unicodedata.normalize("NFC", name).strip().casefold())
