"""What a walk found, set aside in temporary tables as it comes, then taken into the ledger in one go.

Nobody else sees or waits for what is set aside: several lanes can be walked at once, and a walk that dies leaves
nothing. Taken in at once, in SQL, a million lines are written once each and in flat memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

# As in the table `item`, in the order in which `Walk.enter` gives them.
_COLUMNS = (
    "ref", "parent", "kind", "stage", "name", "content", "place", "size", "modified", "created", "owner", "media",
    "starred", "link", "count", "unit", "source_verdict", "source_detail", "safe", "fold",
)  # fmt: skip
_TOLD = _COLUMNS[1:]

_TABLES = f"""
DROP TABLE IF EXISTS temp.entered;
DROP TABLE IF EXISTS temp.entered_loss;
DROP TABLE IF EXISTS temp.lost;
DROP TABLE IF EXISTS temp.entered_alias;
DROP TABLE IF EXISTS temp.same;
DROP TABLE IF EXISTS temp.holder;
CREATE TEMP TABLE entered (n INTEGER PRIMARY KEY, ref TEXT, parent TEXT, {", ".join(_COLUMNS[2:])});
CREATE TEMP TABLE entered_loss (ref TEXT, kind, detail, who, role);
CREATE TEMP TABLE lost (ref TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE entered_alias (ref TEXT, alias TEXT, content TEXT);
CREATE TEMP TABLE same (n INTEGER PRIMARY KEY, id INTEGER);
CREATE TEMP TABLE holder (ref TEXT PRIMARY KEY, id INTEGER) WITHOUT ROWID;
"""

_ADD = f"INSERT INTO temp.entered VALUES (NULL, {', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - constants only

_SAME = f"""
INSERT INTO temp.same SELECT e.n, i.id FROM temp.entered e CROSS JOIN item i ON i.lane = :lane AND i.ref = e.ref
WHERE ({", ".join(f"i.{name}" for name in _TOLD)}) IS ({", ".join(f"e.{name}" for name in _TOLD)})
"""  # noqa: S608 - constants only

# What is the same as it was keeps its line. `up` is only given to what is new.
_MERGE = f"""
INSERT INTO item (lane, walk, verdict, up, {", ".join(_COLUMNS)})
SELECT :lane, :walk, e.source_verdict, iif(e.parent IS NULL, 0, h.id), {", ".join(f"e.{name}" for name in _COLUMNS)}
FROM temp.entered e LEFT JOIN temp.holder h ON h.ref = e.parent
WHERE (e.stage = 0) = :holders AND e.n NOT IN (SELECT n FROM temp.same) ORDER BY e.n
ON CONFLICT (lane, ref) DO UPDATE SET walk = excluded.walk, {", ".join(f"{n} = excluded.{n}" for n in _TOLD)}
"""  # noqa: S608 - constants only

# What is gone takes along what lies in it, unless the same walk tells of that.
_GONE = """
WITH RECURSIVE under (id) AS (
  SELECT id FROM item WHERE lane = :lane AND walk = :walk AND ref IN (SELECT ref FROM temp.lost)
    AND ref NOT IN (SELECT ref FROM temp.entered)
  UNION
  SELECT c.id FROM item c JOIN under ON c.lane = :lane AND c.up = under.id
  WHERE c.walk = :walk AND c.ref NOT IN (SELECT ref FROM temp.entered)
)
UPDATE item SET walk = :walk - 1 WHERE id IN (SELECT id FROM under)
"""

_NEW = """
SELECT count(DISTINCT ref) FROM temp.entered e
WHERE NOT EXISTS (SELECT 1 FROM item i WHERE i.lane = :lane AND i.ref = e.ref AND i.walk = :walk)
"""

_LOSE = """
INSERT INTO loss (item, origin, kind, detail, who, role)
SELECT i.id, 'source', e.kind, e.detail, e.who, e.role
FROM temp.entered_loss e CROSS JOIN item i ON i.lane = :lane AND i.ref = e.ref ORDER BY e.rowid
"""


class Entered:
    """The temporary tables of one walk. A connection has one walk at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(_TABLES)

    def add(
        self,
        rows: Iterable[Sequence[object]],
        losses: Iterable[Sequence[object]],
        aliases: Iterable[Sequence[object]],
    ) -> None:
        """Set aside lines (in the order of the columns), losses (ref, kind, detail, who, role), aliases (ref, …)."""
        connection = self._connection
        connection.execute("BEGIN")
        connection.executemany(_ADD, rows)
        connection.executemany("INSERT INTO temp.entered_loss VALUES (?, ?, ?, ?, ?)", losses)
        connection.executemany("INSERT INTO temp.entered_alias VALUES (?, ?, ?)", aliases)
        connection.execute("COMMIT")

    def lose(self, refs: Iterable[str]) -> None:
        """Set aside what is said to be gone."""
        self._connection.executemany("INSERT OR IGNORE INTO temp.lost VALUES (?)", ((ref,) for ref in refs))

    def difference(self, what: dict[str, int]) -> int:
        """Mark as gone what is, inside a transaction; gives how many items the source has now."""
        execute = self._connection.execute
        (found,) = execute("SELECT found FROM lane WHERE id = :lane", what).fetchone()
        (new,) = execute(_NEW, what).fetchone()
        execute(_GONE, what)
        (gone,) = execute("SELECT changes()").fetchone()  # a cursor's rowcount does not count a WITH
        return int(found + new - gone)

    def merge(self, what: dict[str, int], *, again: bool) -> None:
        """Take everything into the lane, inside a transaction; the same ref twice: the later line counts.

        `again`: the lane was walked before. Leaves the holders of this walk in `temp.holder`.
        """
        execute = self._connection.execute
        if again:
            execute(_SAME, what)
            execute("UPDATE item SET walk = :walk WHERE id IN (SELECT id FROM temp.same)", what)
        execute(_MERGE, what | {"holders": 1})
        execute(
            "INSERT INTO temp.holder SELECT ref, id FROM item WHERE lane = :lane AND walk = :walk AND stage = 0", what
        )
        execute(_MERGE, what | {"holders": 0})
        if again:
            execute(
                "DELETE FROM loss WHERE origin = 'source' AND EXISTS"
                " (SELECT 1 FROM item WHERE item.id = loss.item AND lane = :lane AND walk = :walk"
                " AND ref IN (SELECT ref FROM temp.entered))",
                what,
            )
        execute(_LOSE, what)

    def clear(self) -> None:
        """Give the disk space back."""
        self._connection.executescript(
            "DROP TABLE IF EXISTS temp.entered; DROP TABLE IF EXISTS temp.entered_loss;"
            "DROP TABLE IF EXISTS temp.lost; DROP TABLE IF EXISTS temp.entered_alias;"
            "DROP TABLE IF EXISTS temp.same; DROP TABLE IF EXISTS temp.holder;"
        )
