"""The one tree of all parts, in a temporary file: folders and members, merged, paired and asked for by SQL.

Nothing here grows in memory with the number of members. The file is private, and unlinked as soon as it is open.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from degoog.google.takeout.products import MACOS, Product, Root, fold, known
from degoog.google.takeout.sidecar import sidecar_name
from degoog.model import FailReason
from degoog.zips.member import Member, names_along

BATCH = 1000
_CACHED_CHARACTERS = 1_000_000

_SCHEMA = """
CREATE TABLE folders (
  id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, top INTEGER NOT NULL, nfc TEXT NOT NULL, name TEXT NOT NULL,
  product TEXT, sidecar INTEGER, drive TEXT, problem TEXT NOT NULL DEFAULT '', UNIQUE (parent, nfc));
CREATE UNIQUE INDEX drive_ids ON folders (drive) WHERE drive IS NOT NULL;
CREATE TABLE entries (
  id INTEGER PRIMARY KEY, part INTEGER NOT NULL, folder INTEGER NOT NULL, top INTEGER NOT NULL, name TEXT NOT NULL,
  target TEXT, role INTEGER NOT NULL, problem TEXT NOT NULL, offset INTEGER NOT NULL, finish INTEGER NOT NULL,
  packed INTEGER NOT NULL, size INTEGER NOT NULL, crc INTEGER NOT NULL, method INTEGER NOT NULL, mtime INTEGER,
  variant INTEGER NOT NULL DEFAULT 0);
CREATE TABLE notes (entry INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE given (ref TEXT PRIMARY KEY, entry INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE places (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, folder INTEGER);
CREATE TABLE expected (
  id INTEGER PRIMARY KEY, place INTEGER NOT NULL, name TEXT NOT NULL, found INTEGER NOT NULL DEFAULT 0,
  UNIQUE (place, name));
CREATE TABLE unexported (
  id INTEGER PRIMARY KEY, place INTEGER NOT NULL, name TEXT NOT NULL, why TEXT NOT NULL, UNIQUE (place, name));
"""


class Role(IntEnum):
    """What a member is for."""

    ITEM = 0
    SIDECAR = 1  # or looks like one
    REPEATED = 2  # the same as another
    MANIFEST = 3
    ORPHAN = 4  # a sidecar whose file is in none of the parts


class Entry(NamedTuple):
    """A member as the tree keeps it."""

    id: int
    part: int
    folder: int
    name: str
    problem: str
    offset: int
    finish: int
    packed: int
    size: int
    crc: int
    method: int
    mtime: int | None


COLUMNS = "id, part, folder, name, problem, offset, finish, packed, size, crc, method, mtime"


_FILES = f"""
SELECT {", ".join(f"f.{column.strip()}" for column in COLUMNS.split(","))},
  {", ".join(f"s.{column.strip()}" for column in COLUMNS.split(","))}
FROM entries f
LEFT JOIN entries s ON s.folder = f.folder AND s.target = f.name AND s.variant = f.variant AND s.role = 1
WHERE f.id > ? AND f.role = 0
  AND (f.top = 0 OR f.top IN (SELECT id FROM folders WHERE parent = 0 AND product = 'DRIVE'))
ORDER BY f.id LIMIT ?
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Top:
    """A folder directly under `Takeout/`."""

    id: int
    name: str
    product: Product | None


class Tree:
    """The tree while it is built and once it stands. Not safe for two threads at once."""

    def __init__(self, scratch: Path | None) -> None:
        descriptor, name = tempfile.mkstemp(prefix="degoog-", suffix=".index", dir=scratch)
        os.close(descriptor)
        self.sql = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-24000", "temp_store=FILE", "mmap_size=0"):
            self.sql.execute(f"PRAGMA {pragma}").fetchall()
        self.sql.executescript(_SCHEMA)
        Path(name).unlink()
        self._entries = 0
        self._folders = 0
        self._cache: dict[str, tuple[int, int]] = {}
        self._cached = 0
        self._rows: list[tuple[object, ...]] = []

    def close(self) -> None:
        """Give the disk space back."""
        self.sql.close()

    # Building.

    def add(self, part: int, members: Iterator[Member], root: Root | None, checkpoint: Callable[[], None]) -> None:
        """Take in a part's members, all or, where the iteration raises, none. `root` is that of `find_root`."""
        self._cache.clear()
        first_entry, first_folder = self._entries, self._folders
        self.sql.execute("BEGIN")
        try:
            for member in members:
                self.add_one(part, member, root)
                if len(self._rows) >= BATCH:
                    self.flush()
                    checkpoint()
        except BaseException:
            self._rows.clear()
            self.sql.execute("DELETE FROM entries WHERE id > ?", (first_entry,))
            self.sql.execute("DELETE FROM notes WHERE entry > ?", (first_entry,))
            self.sql.execute("DELETE FROM folders WHERE id > ?", (first_folder,))
            self._entries, self._folders = first_entry, first_folder
            self._cache.clear()
            raise
        finally:
            self.flush()
            self.sql.execute("COMMIT")

    def add_one(self, part: int, member: Member, root: Root | None) -> int:
        """Take in one member, give its number."""
        path = member.path
        cut = path.rfind("/")
        name = path[cut + 1 :]
        place = self._cache.get(path[:cut]) if cut > 0 else None
        if (
            place is None
            or name in {"", ".", ".."}
            or "\\" in name
            or "\0" in name
            or member.folder
            or len(name) > 1024
        ):
            names = names_along(path)
            if names is None:
                path = path.replace("\0", "\ufffd")
                return self._append(part, (0, 0), path, None, member._replace(problem=FailReason.UNSAFE_PATH))
            if member.folder or not names:
                self._place(names, root)
                return self._entries
            name = names[-1]
            place = self._place(names[:-1], root)
            if cut > 0 and len(path) < 1024:
                self._remember(path[:cut], place)
        folder, top = place
        named = sidecar_name(name) if name.endswith(".json") and member.problem is None else None
        return self._append(part, (folder, top), name, named.target if named else None, member)

    def _append(self, part: int, place: tuple[int, int], name: str, target: str | None, member: Member) -> int:
        self._entries += 1
        folder, top = place
        role = Role.ITEM if target is None else Role.SIDECAR
        (_path, _folder, problem, offset, finish, packed, size, crc, method, mtime) = member
        limit = (1 << 63) - 1
        if max(size, packed, finish) > limit:
            problem, size, packed, offset, finish = FailReason.BOMB, limit, 0, 0, 0
        row = (self._entries, part, folder, top, name, target, int(role), problem.value if problem else "")
        self._rows.append((*row, offset, finish, packed, size, crc, method, mtime))
        return self._entries

    @property
    def last(self) -> int:
        """The number of the member added last."""
        return self._entries

    def flush(self) -> None:
        """Write what was added."""
        marks = ",".join("?" * 15)
        columns = "id,part,folder,top,name,target,role,problem,offset,finish,packed,size,crc,method,mtime"
        self.sql.executemany(f"INSERT INTO entries ({columns}) VALUES ({marks})", self._rows)  # noqa: S608
        self._rows.clear()

    def keep_note(self, entry: int, content: bytes) -> None:
        """Keep a sidecar's content that will not pass by again."""
        self.sql.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (entry, content))

    def _remember(self, path: str, place: tuple[int, int]) -> None:
        self._cached += len(path)
        if self._cached > _CACHED_CHARACTERS:
            self._cache.clear()
            self._cached = len(path)
        self._cache[path] = place

    def _place(self, names: Sequence[str], root: Root | None) -> tuple[int, int]:
        """Find or make the folder along these names of an archive, under its product; give it and the product's."""
        if root is None:
            macos = bool(names) and fold(names[0]) == MACOS
            title = names[0] if macos else "Drive"
            key = title if macos else Product.DRIVE.value
            below = names[1:] if macos else names
        else:
            inside = root.inside(names)
            title, below = (inside[0], inside[1:]) if inside else ("", inside)
            product = known(title) if title else None
            key = product.value if product is not None and product is not Product.OTHER else title
        folder = top = self._folder(0, 0, key, title)
        for name in below:
            folder = self._folder(folder, top, name, name)
        return folder, top

    def make_folder(self, beside: Entry, name: str) -> int:
        """Find or make the folder of this name in the folder that holds a member."""
        row = self.sql.execute("SELECT top FROM folders WHERE id = ?", (beside.folder,)).fetchone()
        return self._folder(beside.folder, row[0], name, name)

    def _folder(self, parent: int, top: int, key: str, name: str) -> int:
        nfc = key if key.isascii() else unicodedata.normalize("NFC", key)
        row = self.sql.execute("SELECT id FROM folders WHERE parent = ? AND nfc = ?", (parent, nfc)).fetchone()
        if row:
            return int(row[0])
        self._folders += 1
        self.sql.execute(
            "INSERT INTO folders (id, parent, top, nfc, name) VALUES (?, ?, ?, ?, ?)",
            (self._folders, parent, top or self._folders, nfc, name),
        )
        return self._folders

    def settle(self, disordered: Sequence[int]) -> None:
        """Once all parts are in: mark what overlaps and what repeats. `disordered` are the parts to be looked at."""
        sql = self.sql
        for part in disordered:
            sql.execute(
                """UPDATE entries SET problem = ? WHERE problem = '' AND id IN (SELECT id FROM (
                     SELECT id, offset, finish, lead(offset) OVER (ORDER BY offset, id) AS following,
                       max(finish) OVER (ORDER BY offset, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                     FROM entries WHERE part = ?)
                   WHERE finish > following OR offset < before)""",
                (FailReason.BOMB.value, part),
            )
        sql.execute("CREATE INDEX by_name ON entries (folder, name)")
        repeated = "SELECT 1 FROM entries WHERE folder > 0 GROUP BY folder, name HAVING count(*) > 1 LIMIT 1"
        if sql.execute(repeated).fetchone():
            number = "row_number() OVER (PARTITION BY {} ORDER BY id) AS n FROM entries WHERE folder > 0 AND role != 2"
            sql.execute(
                f"""UPDATE entries SET role = 2 WHERE id IN (SELECT id FROM (
                      SELECT id, {number.format("folder, name, size, crc, problem")}) WHERE n > 1)"""  # noqa: S608
            )
            sql.execute(
                f"""UPDATE entries SET variant = v.n - 1 FROM (
                      SELECT id, {number.format("folder, name")}) AS v WHERE v.id = entries.id AND v.n > 1"""  # noqa: S608
            )
        sql.execute("CREATE INDEX sidecars ON entries (folder, target) WHERE role = 1")
        sql.execute("CREATE INDEX orphans ON entries (folder, target) WHERE role = 4")

        self._distrust_links()

    def _distrust_links(self) -> None:
        """What lies below a link is as untrustworthy as the link."""
        sql = self.sql
        links = """SELECT f.id FROM entries e, folders f
                     WHERE e.problem = ? AND f.parent = e.folder AND f.nfc = e.name"""
        for (below,) in sql.execute(links, (FailReason.LINK.value,)).fetchall():
            tree = "WITH RECURSIVE t (id) AS (SELECT ? UNION ALL SELECT f.id FROM folders f, t WHERE f.parent = t.id)"
            for table, column in (("folders", "id"), ("entries", "folder")):
                sql.execute(
                    f"{tree} UPDATE {table} SET problem = ? WHERE {column} IN (SELECT id FROM t)",  # noqa: S608
                    (below, FailReason.LINK.value),
                )

    # Asking.

    def tops(self) -> list[Top]:
        """The folders directly under `Takeout/`; the one without a name holds the files that lie beside them."""
        rows = self.sql.execute("SELECT id, name, product FROM folders WHERE parent = 0 ORDER BY id").fetchmany(10_000)
        return [Top(row[0], row[1], Product(row[2]) if row[2] else None) for row in rows]

    def subfolder(self, parent: int, name: str) -> int | None:
        """Find a folder by its name."""
        nfc = unicodedata.normalize("NFC", name)
        row = self.sql.execute("SELECT id FROM folders WHERE parent = ? AND nfc = ?", (parent, nfc)).fetchone()
        return int(row[0]) if row else None

    def files(self, after: int) -> list[tuple[Entry, Entry | None]]:
        """Give the next members of Drive and the unsafe ones, by number, each with its sidecar."""
        width = len(Entry._fields)
        return [
            (Entry(*row[:width]), Entry(*row[width:]) if row[width] is not None else None)
            for row in self.sql.execute(_FILES, (after, BATCH))
        ]

    def orphans(self, after: int) -> list[tuple[Entry, str]]:
        """Give the next sidecars of Drive whose files are in none of the parts, by number, each with their name."""
        query = f"SELECT target, {COLUMNS} FROM entries WHERE role = 4 AND id > ? ORDER BY id LIMIT ?"  # noqa: S608
        return [(Entry(*row), target) for target, *row in self.sql.execute(query, (after, BATCH))]

    def weight(self, top: int) -> tuple[int, int]:
        """Give the number of files of a product and their bytes."""
        query = "SELECT count(*), total(size) FROM entries WHERE top = ? AND role IN (0, 1)"
        row = self.sql.execute(query, (top,)).fetchone()
        return int(row[0]), int(row[1])

    def give(self, refs: Sequence[tuple[str, int]]) -> bool:
        """Give keys to members; tell whether each got the one wanted and none was another's."""
        before = self.sql.total_changes
        self.sql.execute("BEGIN")
        self.sql.executemany("INSERT OR IGNORE INTO given VALUES (?, ?)", refs)
        self.sql.execute("COMMIT")
        return self.sql.total_changes - before == len(refs)

    def own(self, ref: str, number: int) -> bool:
        """Whether a key is this member's, which it becomes where it was nobody's."""
        row = self.sql.execute("SELECT entry FROM given WHERE ref = ?", (ref,)).fetchone()
        if row is None:
            self.sql.execute("INSERT INTO given VALUES (?, ?)", (ref, number))
        return row is None or row[0] == number

    def entry(self, number: int) -> Entry | None:
        """Give a member by its number."""
        row = self.sql.execute(f"SELECT {COLUMNS} FROM entries WHERE id = ?", (number,)).fetchone()  # noqa: S608
        return Entry(*row) if row else None

    def note(self, entry: int) -> bytes | None:
        """Give the content kept of a sidecar."""
        row = self.sql.execute("SELECT content FROM notes WHERE entry = ?", (entry,)).fetchone()
        return bytes(row[0]) if row else None
