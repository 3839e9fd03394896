"""Where a source lays what it finds, to take it up again by calendar and UID: a temporary file, private and unlinked.

Memory does not grow with what lies on it.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_SCHEMA = """
CREATE TABLE piece (
  id INTEGER PRIMARY KEY, holder TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, master INTEGER NOT NULL,
  number INTEGER NOT NULL, title TEXT NOT NULL, day TEXT NOT NULL, modified TEXT NOT NULL, digest TEXT NOT NULL,
  problem TEXT NOT NULL, groups TEXT NOT NULL, data BLOB NOT NULL);
"""


class Laid(NamedTuple):
    """A piece as it lies on the shelf. `master` is False for what belongs to another piece of the same key."""

    holder: str
    key: str
    kind: str
    master: bool
    number: int
    title: str
    day: str
    modified: str
    digest: str
    problem: str
    groups: str
    data: bytes


class Pile(NamedTuple):
    """All pieces of one key: what is to be told of them together."""

    key: str
    kind: str
    masters: int
    pieces: int
    title: str
    day: str
    modified: str
    digests: str
    problem: str
    number: int
    size: int


_FIELDS = ", ".join(Laid._fields)
_PILES = """
SELECT key, min(kind), sum(master), count(*), title, day, max(modified), group_concat(digest, ''),
  max(problem), min(number), sum(length(data))
FROM (SELECT * FROM piece WHERE holder = ? AND kind = ? AND problem = '' ORDER BY key, master DESC, digest)
GROUP BY key
"""


class Shelf:
    """Pieces by holder and key."""

    def __init__(self, scratch: Path | None = None) -> None:
        descriptor, name = tempfile.mkstemp(prefix="degoog-", suffix=".shelf", dir=scratch)
        os.close(descriptor)
        self._sql = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-8000", "temp_store=FILE"):
            self._sql.execute(f"PRAGMA {pragma}").fetchall()
        self._sql.executescript(_SCHEMA)
        Path(name).unlink()
        self._sql.execute("BEGIN")

    def close(self) -> None:
        """Give the disk space back."""
        self._sql.close()

    def lay(self, piece: Laid) -> None:
        """Lay a piece."""
        self._sql.execute(f"INSERT INTO piece ({_FIELDS}) VALUES ({', '.join('?' * len(piece))})", piece)  # noqa: S608

    def sort(self) -> None:
        """Make it quick to take up, once everything lies there."""
        self._sql.execute("CREATE INDEX IF NOT EXISTS by_key ON piece (holder, kind, key)")
        self._sql.execute("CREATE INDEX IF NOT EXISTS by_group ON piece (holder, groups)")

    def piles(self, holder: str, kind: str) -> Iterator[Pile]:
        """Give the sound piles of a holder, by key."""
        for row in self._sql.execute(_PILES, (holder, kind)):
            yield Pile(*row)

    def broken(self, holder: str, kind: str) -> Iterator[Laid]:
        """Give what cannot be used, in the order of the file."""
        query = f"SELECT {_FIELDS} FROM piece WHERE holder = ? AND kind = ? AND problem <> '' ORDER BY id"  # noqa: S608
        for row in self._sql.execute(query, (holder, kind)):
            yield Laid(*row)

    def kinds(self, holder: str) -> dict[str, int]:
        """Count a holder's pieces by kind, changed occurrences left out."""
        query = "SELECT kind, sum(master) FROM piece WHERE holder = ? GROUP BY kind"
        return {kind: number for kind, number in self._sql.execute(query, (holder,)) if number}

    def namesakes(self, holder: str, group: str) -> list[str]:
        """Give the keys of a holder whose masters say they are of one group, by day and key."""
        query = (
            "SELECT key FROM piece WHERE holder = ? AND groups = ? AND master AND problem = '' GROUP BY key"
            " ORDER BY min(day), key"
        )
        return [key for (key,) in self._sql.execute(query, (holder, group))]

    def pieces(self, holder: str, kind: str, key: str) -> list[Laid]:
        """Give the pieces of a pile, in the order of the file; none where there is no such pile."""
        query = f"SELECT {_FIELDS} FROM piece WHERE holder = ? AND kind = ? AND key = ? ORDER BY id"  # noqa: S608
        return [Laid(*row) for row in self._sql.execute(query, (holder, kind, key))]
