"""What one pass over a Drive found, in a temporary database: the tree is known only when everything was seen.

A hundred thousand files with their sharing are too many to keep in memory, and a file's folder may come after it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from degoog.google.drive.file import FOLDER, SPREADSHEET, File, parse

_SCHEMA = """
CREATE TABLE file (
  id TEXT PRIMARY KEY, parent TEXT, folder INTEGER NOT NULL, several INTEGER NOT NULL, name TEXT, media TEXT,
  shares TEXT NOT NULL, told TEXT NOT NULL
);
CREATE TABLE gone (id TEXT PRIMARY KEY, removed INTEGER NOT NULL) WITHOUT ROWID;
"""

# From the tops (what lies in none of the folders seen) downwards; what is not reached goes round in a circle.
_CIRCLES = """
WITH RECURSIVE reached (id) AS (
  SELECT id FROM file WHERE folder AND (parent IS NULL OR parent NOT IN (SELECT id FROM file WHERE folder))
  UNION ALL
  SELECT c.id FROM file c JOIN reached ON c.parent = reached.id WHERE c.folder
)
SELECT id, parent FROM file WHERE folder AND id NOT IN (SELECT id FROM reached) ORDER BY id
"""

_PAGE = 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file and where it hangs. `parent` is None where none of its folders was seen.

    `shared` are the permissions that its folder has too; `others` the further folders in which it lies.
    """

    file: File
    parent: str | None
    shared: frozenset[str]
    others: tuple[str, ...]


class Inventory:
    """Filled page by page, then `settle`d, then read. The later word on a file counts."""

    def __init__(self) -> None:
        self._sql = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._sql.executescript(f"PRAGMA journal_mode = OFF; PRAGMA cache_size = -1000;{_SCHEMA}")

    def close(self) -> None:
        """Give the disk space back."""
        self._sql.close()

    def clear(self) -> None:
        """Forget everything."""
        self._sql.executescript("DELETE FROM file; DELETE FROM gone;")

    def add(self, page: Iterable[dict[str, Any]]) -> None:
        """Take files in, as Drive tells of them."""
        self._sql.execute("BEGIN")
        self._sql.executemany(
            "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET parent = excluded.parent,"
            " folder = excluded.folder, several = excluded.several, name = excluded.name, media = excluded.media,"
            " shares = excluded.shares, told = excluded.told",
            map(_row, page),  # one at a time: a page of a thousand is large enough as it is
        )
        self._sql.execute("DELETE FROM gone WHERE id IN (SELECT id FROM file)")
        self._sql.execute("COMMIT")

    def drop(self, id_: str, *, removed: int) -> None:
        """Forget a file; `removed` is 1 where it is no longer visible, 0 where it lies in the trash."""
        self._sql.execute("DELETE FROM file WHERE id = ?", (id_,))
        self._sql.execute("INSERT OR REPLACE INTO gone VALUES (?, ?)", (id_, removed))

    def gone(self) -> Iterator[tuple[str, bool]]:
        """Give what was dropped, and whether it is no longer visible."""
        for id_, removed in self._sql.execute("SELECT id, removed FROM gone ORDER BY id"):
            yield str(id_), bool(removed)

    def has(self, id_: str) -> bool:
        """Whether a file was seen."""
        return self._sql.execute("SELECT 1 FROM file WHERE id = ?", (id_,)).fetchone() is not None

    def folders(self) -> list[tuple[str, datetime]]:
        """Give the folders seen, and when each was made."""
        rows = self._sql.execute("SELECT id, told FROM file WHERE folder").fetchall()
        return [(str(id_), parse(json.loads(told)).created or EPOCH) for id_, told in rows]

    def settle(self, seen: Callable[[str], bool]) -> None:
        """Draw the tree, everything being in. `seen` tells of other folders in which something may lie."""
        several = self._sql.execute("SELECT id, told FROM file WHERE several").fetchall()
        for id_, told in several:
            parents = parse(json.loads(told)).parents
            best = next((parent for parent in parents if seen(parent) or self._is_folder(parent)), parents[0])
            self._sql.execute("UPDATE file SET parent = ? WHERE id = ?", (best, id_))
        while circle := self._sql.execute(_CIRCLES).fetchall():
            up = dict(circle)
            at, passed = next(iter(up)), list[str]()
            while at not in passed:
                passed.append(at)
                at = up[at]
            cut = min(passed[passed.index(at) :])
            self._sql.execute("UPDATE file SET parent = NULL WHERE id = ?", (cut,))

    def entries(self, seen: Callable[[str], bool]) -> Iterator[Entry]:
        """Give everything, folders first, in the order in which it was listed."""
        for folder in (1, 0):
            cursor = self._sql.execute(
                "SELECT f.told, f.parent, p.id, p.shares FROM file f LEFT JOIN file p ON p.id = f.parent AND p.folder"
                " WHERE f.folder = ? ORDER BY f.rowid",
                (folder,),
            )
            while rows := cursor.fetchmany(_PAGE):
                for told, parent, known, shares in rows:
                    file = parse(json.loads(told))
                    up = parent if parent is not None and (known is not None or seen(parent)) else None
                    others = tuple(other for other in file.parents if other != up) if len(file.parents) > 1 else ()
                    yield Entry(file, up, frozenset(shares.split("\n") if shares else ()), others)

    def answers_of(self, form: File) -> str:
        """Give the name of the spreadsheet that a form seems to fill: Google names it after the form."""
        if not form.parents:
            return ""
        row = self._sql.execute(
            "SELECT name FROM file WHERE media = ? AND parent = ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT 1",
            (SPREADSHEET, form.parents[0], len(form.name) + 2, f"{form.name} ("),
        ).fetchone()
        return str(row[0]) if row else ""

    def name(self, id_: str) -> str:
        """Give a folder's name, its id where it was not seen."""
        row = self._sql.execute("SELECT name FROM file WHERE id = ? AND media = ?", (id_, FOLDER)).fetchone()
        return str(row[0]) if row else id_

    def _is_folder(self, id_: str) -> bool:
        return self._sql.execute("SELECT 1 FROM file WHERE id = ? AND folder", (id_,)).fetchone() is not None


def _row(told: dict[str, Any]) -> tuple[object, ...]:
    file = parse(told)
    shares = "\n".join(permission.key for permission in file.permissions)
    parent = file.parents[0] if file.parents else None
    text = json.dumps(told, separators=(",", ":"))
    return file.id, parent, file.folder, len(file.parents) > 1, file.name, file.media, shares, text
