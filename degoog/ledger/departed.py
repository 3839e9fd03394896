"""What is gone at the source and still lies at the target: what of it may go there too, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from degoog.ledger.lane import NOT_OURS_ALONE, Lane
from degoog.ledger.rows import ROW, Row, parse_ref, read
from degoog.ledger.walk import transaction
from degoog.model import Departure, FailReason, Intent, Place, Ref, Seen, Stage

_FAILS = ", ".join(f"'{reason}'" for reason in FailReason)
_PAGE = 200
_LIES_STILL = "i.lane = :lane AND i.walk < :walk AND i.lies IS NOT NULL AND i.done_content IS NOT NULL AND i.count > 0"

# Not gone for sure: what lies behind something that the walk left out or could not read, or beside something it could
# not read, which may be the same under another key; and what another lane's source has now and has not brought yet.
_LEAVING = f"""
WITH RECURSIVE behind (id) AS (
  SELECT id FROM item WHERE lane = :lane AND walk >= :walk AND stage = 0 AND source_verdict <> ''
  UNION SELECT c.id FROM item c JOIN behind ON c.lane = :lane AND c.up = behind.id
)
INSERT INTO temp.leaving
SELECT i.id, i.lies, i.stage, CASE
    WHEN {NOT_OURS_ALONE} THEN '{Departure.NOT_OURS}'
    WHEN :hides OR overlooked(i.ref) OR i.id IN (SELECT id FROM behind)
      OR EXISTS (SELECT 1 FROM item f WHERE f.lane = :lane AND f.up = i.up AND f.walk >= :walk
                 AND f.source_verdict IN ({_FAILS}))
      OR EXISTS (SELECT 1 FROM item o JOIN lane l ON l.id = o.lane
                 WHERE o.ref = i.ref AND o.lane <> i.lane AND o.walk >= l.walk AND o.done_content IS NOT o.content)
      THEN '{Departure.UNSURE}'
    ELSE '' END
FROM item i WHERE {_LIES_STILL}
"""  # noqa: S608 - constants only

# Everything that lies in a holder, whichever lane brought it.
_INSIDE = """
SELECT i.id, i.lies, i.stage, i.proof_id, i.proof_size, i.proof_etag, coalesce(t.why = '', 0)
FROM item i LEFT JOIN temp.leaving t ON t.id = i.id
WHERE i.lies > :path || '/' AND i.lies < :path || '0' AND i.lane IN (
  SELECT other.id FROM lane other JOIN lane mine ON mine.identity = other.identity WHERE mine.id = :lane)
LIMIT :most
"""

_FORGET = """
UPDATE item SET departure = :why, detail = :detail, run = :run, settled = :now, lies = NULL, new_link = '',
  done_content = NULL, done_place = NULL, named = NULL, key = NULL, proof_id = NULL, proof_size = NULL,
  proof_digest = NULL, proof_etag = NULL, checked = '', checked_at = NULL WHERE id = :id
"""
_KEEP = "UPDATE item SET departure = :why, detail = :detail WHERE id = :id"


@dataclass(frozen=True, slots=True)
class Leaving:
    """How much would leave the target with what is gone at the source, of how much that lies there.

    `names` are a few of them, as people know them.
    """

    items: int = 0
    lying: int = 0
    names: tuple[str, ...] = ()

    def __add__(self, other: Leaving) -> Leaving:
        return Leaving(self.items + other.items, self.lying + other.lying, (*self.names, *other.names))


class Departed:
    """What is gone in a lane, as of its last complete walk, looked at once. A connection has one at a time.

    `overlooked` tells what the source may not have shown though it is there.
    """

    def __init__(self, lane: Lane, *, overlooked: Callable[[Ref], bool]) -> None:
        self._lane = lane
        self._connection = lane.ledger.connection
        (hides,) = self._connection.execute("SELECT hides FROM lane WHERE id = ?", (lane.id,)).fetchone()
        self._connection.create_function("overlooked", 1, lambda ref: overlooked(parse_ref(ref)))
        what = {"lane": lane.id, "walk": lane.number, "hides": hides}
        self._connection.execute("DROP TABLE IF EXISTS temp.leaving")
        self._connection.execute(
            "CREATE TEMP TABLE leaving (id INTEGER PRIMARY KEY, lies TEXT, stage INTEGER, why TEXT)"
        )
        self._connection.execute(_LEAVING, what)
        self._connection.execute("CREATE INDEX temp.leaving_lies ON leaving (lies)")

    def leaving(self, *, examples: int = 3) -> Leaving:
        """Count what may leave."""
        execute = self._connection.execute
        (items,) = execute("SELECT count(*) FROM temp.leaving WHERE why = ''").fetchone()
        (lying,) = execute(
            "SELECT count(*) FROM item WHERE lane = ? AND lies IS NOT NULL AND count > 0", (self._lane.id,)
        ).fetchone()
        names = execute(
            "SELECT i.name FROM temp.leaving t JOIN item i ON i.id = t.id WHERE t.why = '' ORDER BY t.lies LIMIT ?",
            (examples,),
        ).fetchall()
        return Leaving(int(items), int(lying), tuple(str(name) for (name,) in names))

    def keep_the_rest(self) -> None:
        """Note why each of the others stays."""
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE item SET departure = t.why FROM temp.leaving t WHERE t.id = item.id AND t.why <> ''"
            )

    def holders(self) -> Iterator[Row]:
        """Give the holders that may leave, outer ones first; what was settled meanwhile is not given."""
        yield from self._rows(Stage.HOLDERS, "t.lies > :after", "t.lies")

    def contents(self, size: int) -> Iterator[list[Row]]:
        """Give the content that may leave, so many at a time."""
        page: list[Row] = []
        for row in self._rows(Stage.CONTENT, "t.lies > :after", "t.lies"):
            page.append(row)
            if len(page) == size:
                yield page
                page = []
        if page:
            yield page

    def emptied(self) -> Iterator[Row]:
        """Give the holders that are left, inner ones first."""
        yield from self._rows(Stage.HOLDERS, "(:after = '' OR t.lies < :after)", "t.lies DESC")

    def _rows(self, stage: Stage, after: str, order: str) -> Iterator[Row]:
        sql = (
            ROW.replace("FROM item i", "FROM temp.leaving t CROSS JOIN item i ON i.id = t.id")
            + f" WHERE t.stage = :stage AND t.why = '' AND i.lies IS NOT NULL AND {after}"
            f" ORDER BY {order} LIMIT {_PAGE}"
        )
        what: dict[str, Any] = {"stage": int(stage), "after": ""}
        while rows := [_as_it_lies(read(row)) for row in self._connection.execute(sql, what)]:
            for row in rows:
                if self._lies(row):
                    yield row
            what["after"] = rows[-1].place.path

    def _lies(self, row: Row) -> bool:
        sql = "SELECT lies IS NOT NULL FROM item WHERE id = ?"
        return bool(self._connection.execute(sql, (row.id,)).fetchone()[0])

    def inside(self, row: Row, *, most: int) -> dict[str, tuple[int, Seen]] | None:
        """Give what the ledger knows to lie in a holder, by path, with its row; None where any of it must stay.

        Also None where there is more than `most`: it is then looked at one by one.
        """
        what = {"path": row.place.path, "lane": self._lane.id, "most": most + 1}
        rows = self._connection.execute(_INSIDE, what).fetchall()
        if len(rows) > most or not all(leaves for *_row, leaves in rows):
            return None
        return {
            lies: (id_, Seen(lies.rpartition("/")[2], proof_id or "", stage == Stage.HOLDERS, size, etag or ""))
            for id_, lies, stage, proof_id, size, etag, _leaves in rows
        }

    def intend(self, paths: Mapping[int, str]) -> None:
        """Write down, by row, what is about to be given up. Found again at the source it is looked at anew."""
        self._lane.intend((id_, Intent(path)) for id_, path in paths.items())
        self._connection.execute(
            "UPDATE item SET done_content = '' WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(paths)),)
        )

    def settle(self, done: Sequence[tuple[int, Departure, str]], *, run: int) -> None:
        """Write down what became of rows: what no longer lies at the target is forgotten there, its name free again."""
        now = self._lane.ledger.now()
        with transaction(self._connection):
            for id_, why, detail in done:
                left = why in {Departure.FOLLOWED, Departure.ABSENT}
                what = {"id": id_, "why": why, "detail": detail}
                self._connection.execute("DELETE FROM intent WHERE item = ?", (id_,))
                if not left:
                    self._connection.execute(_KEEP, what)
                    continue
                # Whatever leaves a folder changes its time.
                self._connection.execute(
                    "UPDATE touch SET pending = 1 WHERE stage = 3 AND item = (SELECT up FROM item WHERE id = ?)", (id_,)
                )
                self._connection.execute("DELETE FROM touch WHERE item = ?", (id_,))
                self._connection.execute("DELETE FROM loss WHERE item = ? AND origin = 'target'", (id_,))
                self._connection.execute(_FORGET, what | {"run": run, "now": now})


def _as_it_lies(row: Row) -> Row:
    place = row.place
    return replace(row, place=Place(place.was, was=place.was, proof=place.proof, intent=place.intent))
