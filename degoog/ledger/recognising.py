"""What an earlier walk knew by another key, recognised before a walk is taken in, so that nothing arrives twice.

A source may tell of an item the keys it had while less was known of it (`Item.aliases`): a file of an archive has no
id as long as the part with its description is missing, and no owner as long as that part is. The ledger remembers
these keys, so that it works both ways: an id that comes later renames the line, a walk that knows less finds the line
again and leaves what is known of it as it is.
"""

from __future__ import annotations

import sqlite3

from degoog.model import FailReason

_FAILS = ", ".join(f"'{reason}'" for reason in FailReason)

_TABLES = """
DROP TABLE IF EXISTS temp.better;
DROP TABLE IF EXISTS temp.known;
CREATE TEMP TABLE better (id INTEGER PRIMARY KEY, old TEXT, ref TEXT UNIQUE, n INTEGER, was TEXT);
CREATE TEMP TABLE known (n INTEGER PRIMARY KEY, told TEXT, id INTEGER UNIQUE, ref TEXT, was TEXT);
"""

# A line under a lesser key gets the better one, unless both are found, or the better one has arrived already.
_BETTER = """
INSERT OR IGNORE INTO temp.better
SELECT i.id, i.ref, e.ref, e.n, a.content
FROM temp.entered_alias a CROSS JOIN item i ON i.lane = :lane AND i.ref = a.alias
JOIN temp.entered e ON e.ref = a.ref AND e.stage = i.stage
WHERE a.ref <> a.alias AND NOT EXISTS (SELECT 1 FROM temp.entered x WHERE x.ref = a.alias)
  AND NOT EXISTS (SELECT 1 FROM item x WHERE x.lane = :lane AND x.ref = a.ref
                  AND (x.done_content IS NOT NULL OR i.done_content IS NULL))
ORDER BY i.id
"""

# What hangs on the content (times, star) was not known before: such a line is settled once more, where it lies.
_RENAME = """
UPDATE item SET ref = b.ref, content = iif(item.content = b.was, e.content, item.content), done_content = CASE
    WHEN item.done_content IS NULL THEN NULL
    WHEN (item.modified, item.created, item.starred) IS NOT (e.modified, e.created, e.starred) THEN ''
    WHEN item.done_content = b.was THEN e.content
    ELSE item.done_content END
FROM temp.better b JOIN temp.entered e ON e.n = b.n WHERE b.id = item.id
"""

# An entry that knows less of a line of the ledger: under a lesser key, or only that it lacks it now.
_KNOWN = """
INSERT OR IGNORE INTO temp.known
SELECT e.n, e.ref, i.id, i.ref, a.content
FROM temp.entered e CROSS JOIN alias a ON a.lane = :lane AND a.ref = e.ref
JOIN item i ON i.id = a.item AND i.stage = e.stage
WHERE i.ref <> e.ref AND NOT EXISTS (SELECT 1 FROM item x WHERE x.lane = :lane AND x.ref = e.ref)
  AND NOT EXISTS (SELECT 1 FROM temp.entered x WHERE x.ref = i.ref)
ORDER BY e.n
"""
_LACKING = """
INSERT OR IGNORE INTO temp.known
SELECT e.n, e.ref, i.id, i.ref, '' FROM temp.entered e CROSS JOIN item i ON i.lane = :lane AND i.ref = e.ref
WHERE e.stage = 1 AND e.content = '' AND e.source_verdict <> '' AND i.done_content IS NOT NULL
"""

_KEEP = f"""
UPDATE temp.entered SET ref = i.ref, parent = i.parent, kind = i.kind, name = i.name,
  size = iif(entered.content IN ('', k.was), i.size, entered.size),
  content = iif(entered.content IN ('', k.was), i.content, entered.content),
  {", ".join(f"{name} = i.{name}" for name in ("place", "modified", "created", "owner", "media", "starred", "link"))},
  safe = i.safe, fold = i.fold
FROM temp.known k JOIN item i ON i.id = k.id WHERE k.n = entered.n
"""  # noqa: S608 - constants only

# The same name in the same holder is the same place, whatever key its fingerprint was made with.
_SAME_PLACE = """
UPDATE temp.entered SET place = i.place FROM item i
WHERE i.lane = :lane AND i.ref = entered.ref AND i.name = entered.name AND i.parent IS entered.parent
  AND i.place <> entered.place
"""

_REMEMBER = """
INSERT OR REPLACE INTO alias (lane, ref, item, content)
SELECT :lane, a.alias, i.id, a.content FROM temp.entered_alias a CROSS JOIN item i ON i.lane = :lane AND i.ref = a.ref
WHERE a.alias <> a.ref
"""

# A line that only told what was missing: it stands for nothing once that is there.
_ONLY_MISSING = (
    f"done_content IS NULL AND (source_verdict = '{FailReason.MISSING_PART}'"
    f" OR (kind = 'product' AND source_verdict IN ({_FAILS})))"
)

_CARRY = f"""
UPDATE item SET walk = :walk,
  source_detail = iif(stage = 1 AND state IN ('pending', 'failed'), :detail, source_detail),
  source_verdict = iif(stage = 1 AND state IN ('pending', 'failed'), '{FailReason.MISSING_PART}', source_verdict)
WHERE lane = :lane AND walk = :before AND count > 0 AND NOT (kind = 'product' AND source_verdict IN ({_FAILS}))
"""  # noqa: S608 - the reasons are an enumeration of ours

# What lay in a holder that fails now for want of an answer.
_KEPT_INSIDE = f"""
UPDATE item SET walk = :walk WHERE lane = :lane AND walk = :before AND stage = 1 AND parent IN (
  SELECT ref FROM item WHERE lane = :lane AND walk = :walk AND stage = 0
    AND source_verdict = '{FailReason.UNREADABLE}')
"""  # noqa: S608 - the reasons are an enumeration of ours


def recognise(connection: sqlite3.Connection, lane: int) -> None:
    """Give what was entered the keys under which the ledger has it, inside a transaction."""
    what = {"lane": lane}
    aliases = "SELECT EXISTS (SELECT 1 FROM temp.entered_alias) OR EXISTS (SELECT 1 FROM alias WHERE lane = :lane)"
    keyed = bool(connection.execute(aliases, what).fetchone()[0])
    for script in _TABLES.strip().split(";\n"):
        connection.execute(script)
    if keyed:
        connection.execute("CREATE INDEX IF NOT EXISTS temp.entered_ref ON entered (ref)")
        connection.execute(_BETTER, what)
        _rename(connection, what)
        connection.execute(_KNOWN, what)
    connection.execute(_LACKING, what)
    _keep(connection)
    if keyed:
        connection.execute(_SAME_PLACE, what)


def remember(connection: sqlite3.Connection, lane: int) -> None:
    """Keep the other keys of what was taken in, in place of those it had."""
    connection.execute(
        "DELETE FROM alias WHERE item IN (SELECT i.id FROM temp.entered_alias a CROSS JOIN item i"
        " ON i.lane = :lane AND i.ref = a.ref)",
        {"lane": lane},
    )
    connection.execute(_REMEMBER, {"lane": lane})


def carry(connection: sqlite3.Connection, what: dict[str, int], *, before: int, detail: str) -> int:
    """Keep what the walk before found and this one could not see; gives how many lines.

    What had not arrived cannot be moved now: `detail` says so.
    """
    carried = connection.execute(_CARRY, what | {"before": before, "detail": detail}).rowcount
    connection.execute(
        "INSERT OR IGNORE INTO temp.holder SELECT ref, id FROM item WHERE lane = :lane AND walk = :walk AND stage = 0",
        what,
    )
    return carried


def keep_inside(connection: sqlite3.Connection, what: dict[str, int], *, before: int) -> int:
    """Keep what the walk before found in holders that this one could not look into; gives how many lines."""
    return connection.execute(_KEPT_INSIDE, what | {"before": before}).rowcount


def drop_missing(connection: sqlite3.Connection, what: dict[str, int]) -> None:
    """Delete the lines of a walk before that told of something missing and are not told any more."""
    forget(connection, f"lane = :lane AND walk < :walk AND {_ONLY_MISSING}", what)


def forget(connection: sqlite3.Connection, condition: str, what: dict[str, int]) -> None:
    """Delete lines of the ledger, with all that hangs on them."""
    doomed = f"(SELECT id FROM item WHERE {condition})"  # noqa: S608 - a constant of the callers
    hanging = [(table, "item") for table in ("touch", "intent", "loss", "alias", "piece")]
    for table, column in (*hanging, ("item", "id")):
        connection.execute(f"DELETE FROM {table} WHERE {column} IN {doomed}", what)  # noqa: S608


def _rename(connection: sqlite3.Connection, what: dict[str, int]) -> None:
    if not connection.execute("SELECT EXISTS (SELECT 1 FROM temp.better)").fetchone()[0]:
        return
    # A line that failed under the better key makes way; what lies in it hangs from the other one.
    connection.execute(
        "UPDATE item SET up = b.id FROM temp.better b JOIN item x ON x.lane = :lane AND x.ref = b.ref"
        " WHERE item.lane = :lane AND item.up = x.id",
        what,
    )
    forget(connection, "lane = :lane AND ref IN (SELECT ref FROM temp.better)", what)
    connection.execute(_RENAME, what)
    connection.execute(
        "UPDATE item SET parent = b.ref FROM temp.better b WHERE item.lane = :lane AND item.parent = b.old", what
    )


def _keep(connection: sqlite3.Connection) -> None:
    execute = connection.execute
    execute("UPDATE temp.entered_alias SET ref = k.ref FROM temp.known k WHERE k.told = entered_alias.ref")
    execute("INSERT INTO temp.entered_alias SELECT ref, told, coalesce(was, '') FROM temp.known WHERE ref <> told")
    execute("DELETE FROM temp.entered_loss WHERE ref IN (SELECT told FROM temp.known)")
    execute(
        "INSERT INTO temp.entered_loss SELECT k.ref, s.kind, s.detail, s.who, s.role"
        " FROM temp.known k JOIN loss s ON s.item = k.id AND s.origin = 'source'"
    )
    execute(_KEEP)
    execute("UPDATE temp.entered SET parent = k.ref FROM temp.known k WHERE entered.parent = k.told")
