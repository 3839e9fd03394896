"""Where things go at the target: cycles broken, names given once and kept, paths laid; in SQL, in flat memory."""

from __future__ import annotations

import sqlite3

from degoog.ports import Naming

_REACHED = """
WITH RECURSIVE reached (id) AS (
  SELECT id FROM item WHERE lane = :lane AND walk = :walk AND stage = 0 AND up <= 0
  UNION ALL
  SELECT c.id FROM item c JOIN reached ON c.lane = :lane AND c.up = reached.id AND c.stage = 0 AND c.walk = :walk
)
SELECT id, up, ref FROM item WHERE lane = :lane AND walk = :walk AND stage = 0 AND id NOT IN (SELECT id FROM reached)
"""

# Where several want one name, the first by ref gets it, whatever the order of the walk.
_CONTESTED = """
INSERT INTO temp.contested SELECT up, fold FROM item INDEXED BY item_lane
WHERE lane = :lane AND walk = :walk AND named IS NULL AND verdict = '' GROUP BY up, fold HAVING count(*) > 1
"""

_PLAIN_NAMES = """
UPDATE OR IGNORE item INDEXED BY item_lane SET named = safe, key = fold, named_for = place
WHERE lane = :lane AND walk = :walk AND named IS NULL AND verdict = ''
  AND NOT EXISTS (SELECT 1 FROM temp.contested c WHERE c.up = item.up AND c.fold = item.fold)
"""

_NAMELESS = """
CREATE TEMP TABLE nameless AS SELECT id, up, safe, fold FROM item INDEXED BY item_lane
WHERE lane = :lane AND walk = :walk AND named IS NULL AND verdict = '' ORDER BY up, fold, ref
"""

_LAY = """
WITH RECURSIVE laid (id, depth, path) AS (
  SELECT id, 0, {name} FROM item WHERE lane = :lane AND walk = :walk AND stage = 0 AND up = 0
  UNION ALL
  SELECT c.id, laid.depth + 1, laid.path || '/' || c.{name} FROM item c
  JOIN laid ON c.lane = :lane AND c.up = laid.id AND c.stage = 0 AND c.walk = :walk
)
UPDATE item SET {column} = laid.path, depth = laid.depth FROM laid
WHERE laid.id = item.id AND (item.{column} IS NOT laid.path OR item.depth IS NOT laid.depth)
"""


def break_cycles(connection: sqlite3.Connection, lane: int, walk: int) -> list[int]:
    """Give one holder of each cycle, the smallest by ref, which must hang elsewhere for the rest to be reached."""
    unreached = {id_: (up, ref) for id_, up, ref in connection.execute(_REACHED, {"lane": lane, "walk": walk})}
    cut: list[int] = []
    seen: set[int] = set()
    for start in unreached:
        chain: list[int] = []
        at = start
        while at in unreached and at not in seen:
            seen.add(at)
            chain.append(at)
            at = unreached[at][0]
        if at in chain:
            cut.append(min(chain[chain.index(at) :], key=lambda id_: str(unreached[id_][1])))
    return cut


def give_names(connection: sqlite3.Connection, lane: int, walk: int, naming: Naming) -> None:
    """Give every item that moves a name of its own in its holder. A name once given is kept while the place is."""
    what = {"lane": lane, "walk": walk}
    # What was renamed or moved at the source is named anew; what vanished before it ever arrived frees its name.
    connection.execute(
        "UPDATE item INDEXED BY item_lane SET named = NULL, key = NULL WHERE lane = :lane AND key IS NOT NULL"
        " AND ((walk = :walk AND named_for IS NOT place) OR (walk < :walk AND done_content IS NULL))",
        what,
    )
    connection.execute("CREATE TEMP TABLE contested (up INTEGER, fold TEXT, PRIMARY KEY (up, fold)) WITHOUT ROWID")
    connection.execute(_CONTESTED, what)
    connection.execute(_PLAIN_NAMES, what)
    connection.execute(_NAMELESS, what)
    before, number = None, 0
    for id_, up, safe, fold in connection.execute("SELECT id, up, safe, fold FROM temp.nameless ORDER BY rowid"):
        number = number if before == (up, fold) else 0
        before = (up, fold)
        done = 0
        while not done:
            number += 1
            name = safe if number == 1 else naming.numbered(safe, number)
            done = connection.execute(
                "UPDATE OR IGNORE item SET named = ?, key = ?, named_for = place WHERE id = ?",
                (name, naming.fold(name), id_),
            ).rowcount
    connection.execute("DROP TABLE temp.contested")
    connection.execute("DROP TABLE temp.nameless")


def lay_paths(connection: sqlite3.Connection, lane: int, walk: int, *, column: str, name: str) -> None:
    """Write each holder's path and depth: `source_path` from the names people gave, or `path` from the names given."""
    connection.execute(_LAY.format(column=column, name=name), {"lane": lane, "walk": walk})
