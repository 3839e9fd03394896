"""Lanes of an unknown owner, and those of the owner once known: one migration, told apart by what was found.

An archive does not say whose it is while the part that tells it is missing. What was moved meanwhile lies in a lane
without an owner. A walk that finds most of it again belongs together with it, or one whose owner most of it names; a
few files that two people share prove nothing.
"""

from __future__ import annotations

import sqlite3

from degoog.ledger.recognising import forget

# How many files there are, and how many of them are found again with the same content: by key or by another one.
_OLD_FOUND = """
SELECT count(*), count(*) FILTER (
  WHERE EXISTS (SELECT 1 FROM temp.entered e WHERE e.ref = i.ref AND e.content = i.content)
     OR EXISTS (SELECT 1 FROM temp.entered_alias a WHERE a.alias = i.ref AND a.content = i.content))
FROM item i JOIN lane l ON l.id = i.lane
WHERE i.lane = :lane AND i.walk = l.walk AND i.stage = 1 AND i.kind <> 'product' AND i.done_content IS NOT NULL
"""
_NEW_FOUND = """
SELECT count(*), count(*) FILTER (
  WHERE EXISTS (SELECT 1 FROM item i WHERE i.lane = :lane AND i.ref = e.ref AND i.content = e.content)
     OR EXISTS (SELECT 1 FROM alias a WHERE a.lane = :lane AND a.ref = e.ref AND a.content = e.content))
FROM temp.entered e WHERE e.stage = 1 AND e.kind <> 'product'
"""
# How many say whose they are, and how many say that they are the owner's.
_OLD_OWNED = """
SELECT count(*), count(*) FILTER (WHERE lower(i.owner) = lower(:owner))
FROM item i JOIN lane l ON l.id = i.lane WHERE i.lane = :lane AND i.walk = l.walk AND i.owner <> ''
"""
_NEW_OWNED = """
SELECT count(*), count(*) FILTER (WHERE lower(owner) = lower(:owner)) FROM temp.entered WHERE owner <> ''
"""

_ONLY_THERE = "k.done_content IS NULL AND o.done_content IS NOT NULL"
_TWICE = f"""
CREATE TEMP TABLE twice AS
SELECT iif({_ONLY_THERE}, o.id, k.id) AS kept, iif({_ONLY_THERE}, k.id, o.id) AS other
FROM item o JOIN item k ON k.lane = :into AND k.ref = o.ref WHERE o.lane = :lane
"""  # noqa: S608 - constants only


def belonging(connection: sqlite3.Connection, lane: int, unowned: str) -> tuple[int, int | None]:
    """Tell in which lane a walk belongs, and from which other one that lane takes over what arrived.

    `unowned` is the account that stands for an unknown one. Reads what was entered; writes nothing.
    """
    (source,) = connection.execute("SELECT source FROM lane WHERE id = ?", (lane,)).fetchone()
    others = connection.execute(
        "SELECT other.id, other.source FROM lane other JOIN lane mine ON mine.id = ? AND other.id <> mine.id"
        " AND other.road = mine.road AND other.identity = mine.identity AND other.walk > 0 ORDER BY other.id",
        (lane,),
    ).fetchall()
    connection.execute("CREATE INDEX IF NOT EXISTS temp.entered_ref ON entered (ref)")
    connection.execute("CREATE INDEX IF NOT EXISTS temp.entered_by_alias ON entered_alias (alias)")
    if source != unowned:
        for other, its_source in others:
            if its_source == unowned and _most(connection, (_OLD_FOUND, _OLD_OWNED), other, owner=source):
                return lane, int(other)
        return lane, None
    for other, its_source in others:
        if its_source != unowned and _most(connection, (_NEW_FOUND, _NEW_OWNED), other, owner=its_source):
            return int(other), lane
    return lane, None


def take_over(connection: sqlite3.Connection, lane: int, *, into: int) -> None:
    """Make two lanes one, inside a transaction. What is in both stays once: as it arrived, where it did."""
    what = {"lane": lane, "into": into}
    execute = connection.execute
    execute(_TWICE, what)
    execute("UPDATE item SET up = t.kept FROM temp.twice t WHERE t.other = item.up")
    forget(connection, "id IN (SELECT other FROM temp.twice)", {})
    execute("DROP TABLE temp.twice")
    execute("UPDATE OR REPLACE alias SET lane = :into WHERE lane = :lane", what)
    execute(
        "UPDATE item SET walk = iif(walk = (SELECT walk FROM lane WHERE id = :lane),"
        " (SELECT walk FROM lane WHERE id = :into), 0) WHERE lane = :lane",
        what,
    )
    execute("UPDATE OR IGNORE item SET lane = :into WHERE lane = :lane", what)
    # What is left has a name that another one in the same holder was given: it is named anew.
    execute("UPDATE item SET lane = :into, named = NULL, key = NULL WHERE lane = :lane", what)
    execute("DELETE FROM lane WHERE id = :lane", what)
    execute("UPDATE lane SET mapped = 0 WHERE id = :into", what)  # the map at the target is to be written again


def _most(connection: sqlite3.Connection, queries: tuple[str, ...], lane: int, *, owner: str) -> bool:
    counts = (connection.execute(sql, {"lane": lane, "owner": owner}).fetchone() for sql in queries)
    return any(2 * found > there for there, found in counts)
