"""What the ledger expects at the target, holder by holder, against what the target lists there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from degoog.ledger.walk import moment, transaction
from degoog.model import Held, Item, Kind, Ref, Seen, Stage

if TYPE_CHECKING:
    from degoog.ledger.lane import Lane

_TABLES = """
CREATE TEMP TABLE IF NOT EXISTS seen (
  name TEXT PRIMARY KEY, id TEXT, holder INTEGER, size INTEGER, etag TEXT, digest TEXT,
  at INTEGER, reactions INTEGER, files INTEGER) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS stray (id TEXT, etag TEXT, path TEXT, holder INTEGER);
CREATE INDEX IF NOT EXISTS temp.stray_id ON stray (id);
CREATE TEMP TABLE IF NOT EXISTS lying (place TEXT, id INTEGER, name TEXT, PRIMARY KEY (place, id)) WITHOUT ROWID;
DELETE FROM seen; DELETE FROM stray; DELETE FROM lying;
"""

# Where things lie and under which name, which is not always where they belong: their holder may not have arrived yet.
# A place goes up to the last slash and with it, or is nothing: replace everything that is no slash, and trim that from
# the right.
_LYING = """
INSERT INTO temp.lying SELECT place, id, substr(lies, length(place) + 1) FROM (
  SELECT rtrim(lies, replace(lies, '/', '')) AS place, id, lies FROM item WHERE lane = ? AND lies IS NOT NULL)
"""
_HOLDERS = """
SELECT DISTINCT place FROM temp.lying WHERE place > :after
UNION SELECT lies || '/' FROM item WHERE lane = :lane AND stage = 0 AND lies IS NOT NULL AND lies || '/' > :after
ORDER BY 1 LIMIT 500
"""

_SUSPECTS = """
SELECT i.id, i.ref, i.kind, i.stage, i.name, i.lies, i.proof_digest, s.id, s.etag, CASE
    WHEN s.name IS NULL THEN 'missing'
    WHEN s.holder <> (i.stage = 0) THEN 'changed'
    WHEN i.stage = 0 THEN 'proven'
    WHEN i.proof_size IS NOT NULL AND s.size IS NOT i.proof_size THEN 'changed'
    WHEN EXISTS (SELECT 1 FROM piece p LEFT JOIN temp.seen o ON o.name = p.name
                 WHERE p.item = i.id AND p.digest <> '' AND p.digest IS NOT o.digest) THEN 'changed'
    WHEN s.id IS NOT i.proof_id OR s.etag IS NOT i.proof_etag THEN 'etag'
    WHEN s.digest <> '' AND s.digest <> i.proof_digest
         AND substr(i.proof_digest, 1, instr(s.digest, ':')) = substr(s.digest, 1, instr(s.digest, ':')) THEN 'etag'
    WHEN coalesce(i.proof_digest, '') = '' THEN 'unproven'
    ELSE 'proven' END
FROM temp.lying y CROSS JOIN item i ON i.id = y.id LEFT JOIN temp.seen s ON s.name = y.name
WHERE y.place = ? AND y.id > ? ORDER BY y.id LIMIT 500
"""

# People go on reacting: of what is there now, only as much is counted as had arrived, post by post.
# A message without pieces (an older degoog moved it, or its ledger was rebuilt) is known by where it lies, and no more.
_HELD = """
SELECT count(DISTINCT i.id), count(DISTINCT i.head), sum(p.reactions), sum(p.files), min(p.at), max(p.at),
  count(DISTINCT i.id) FILTER (WHERE s.name = y.name), count(DISTINCT i.head) FILTER (WHERE s.name IS NOT NULL),
  sum(min(s.reactions, p.reactions)), sum(min(s.files, p.files)),
  min(s.at) FILTER (WHERE p.name IS NOT NULL), max(s.at) FILTER (WHERE p.name IS NOT NULL),
  count(*) FILTER (WHERE p.name IS NULL)
FROM temp.lying y CROSS JOIN item i ON i.id = y.id LEFT JOIN piece p ON p.item = i.id
  LEFT JOIN temp.seen s ON s.name = coalesce(p.name, y.name)
WHERE y.place = ? AND i.kind = 'message' AND i.count > 0
"""

_STRAYS = """
INSERT INTO temp.stray SELECT s.id, s.etag, ?1 || s.name, s.holder FROM temp.seen s WHERE s.name NOT IN (
  SELECT y.name FROM temp.lying y WHERE y.place = ?2
  UNION ALL SELECT p.name FROM temp.lying y CROSS JOIN piece p ON p.item = y.id WHERE y.place = ?2)
"""

# What another source brought into the same place is no stranger.
_NO_STRAYS = """
WITH other AS (
  SELECT i.id, i.lies FROM item i JOIN lane l ON l.id = i.lane WHERE i.lies IS NOT NULL AND l.id <> ?1
    AND l.identity = (SELECT identity FROM lane WHERE id = ?1))
DELETE FROM temp.stray WHERE path IN (
  SELECT lies FROM other
  UNION ALL SELECT rtrim(o.lies, replace(o.lies, '/', '')) || p.name FROM other o JOIN piece p ON p.item = o.id)
"""


class Verdict(StrEnum):
    """What became of a settled item at the target. `etag` is a question: its bytes must be hashed again."""

    PROVEN = "proven"
    MISSING = "missing"
    CHANGED = "changed"
    UNPROVEN = "unproven"
    ETAG = "etag"


@dataclass(frozen=True, slots=True)
class Holder:
    """A holder that arrived, or in which settled things lie. `path` is where, empty for the lane's own folder.

    `there` is where it is now, which differs where somebody renamed it, or one above it.
    """

    path: str
    there: str

    @property
    def place(self) -> str:
        """Give its path as what lies in it has it before its name."""
        return self.path and f"{self.path}/"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A settled item and what a first look says of it; `digest` is what was proven, `algorithm:hex` or empty."""

    id: int
    item: Item
    path: str
    verdict: Verdict
    digest: str
    seen_id: str
    seen_etag: str


class Comparison:
    """One verification of a lane under way; verdicts are kept as they come."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._connection = lane.ledger.connection
        self._connection.executescript(_TABLES)
        self._counts: Counter[str] = Counter()
        self._connection.execute(_LYING, (lane.id,))
        self._holder = Holder("", "")
        self._renamed: dict[str, str] = {}  # where holders are now, by where they were
        self._verdicts: list[tuple[str, int, int]] = []
        self._etags: list[tuple[str, str, int]] = []

    def items(self) -> int:
        """Give how many settled items there are to look at."""
        sql = "SELECT count(*) FROM item WHERE lane = ? AND lies IS NOT NULL AND count > 0"
        return int(self._connection.execute(sql, (self._lane.id,)).fetchone()[0])

    def holders(self) -> Iterator[Holder]:
        """Give the lane's own folder, then every holder that arrived or in which something lies."""
        yield Holder("", "")
        after = ""
        while rows := self._connection.execute(_HOLDERS, {"lane": self._lane.id, "after": after}).fetchall():
            for (place,) in rows:
                path = place.removesuffix("/")
                yield Holder(path, self._there(path))
            after = rows[-1][0]

    def _there(self, path: str) -> str:
        """Give where a holder is now: what lies in a renamed one went with it."""
        above = path
        while above and above not in self._renamed:
            above = above.rpartition("/")[0]
        return self._renamed[above] + path[len(above) :] if above else path

    def begin(self, holder: Holder) -> None:
        """Turn to a holder."""
        self._holder = holder
        self._connection.execute("DELETE FROM temp.seen")

    def saw(self, page: Sequence[Seen]) -> None:
        """Take note of what the target lists there."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO temp.seen VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    *(seen.name, seen.id, seen.holder, seen.size, seen.etag, seen.digest),
                    *((its.at, its.reactions, its.files) if (its := seen.piece) else (None, None, None)),
                )
                for seen in page
            ),
        )

    def suspects(self) -> Iterator[Suspect]:
        """Give the settled items of the holder with a first verdict, and set aside what degoog did not put there."""
        there = self._holder.there and f"{self._holder.there}/"
        self._connection.execute(_STRAYS, (there, self._holder.place))
        after = 0
        while rows := self._connection.execute(_SUSPECTS, (self._holder.place, after)).fetchall():
            for id_, ref, kind, stage, name, lies, digest, seen_id, seen_etag, said in rows:
                service, _colon, key = ref.partition(":")
                item = Item(Ref(service, key), None, Kind(kind), name, Stage(stage))
                path = there + lies.rpartition("/")[2]
                found = item.holder and said == Verdict.MISSING and self._found_renamed(id_, lies)
                verdict = Verdict.PROVEN if found else Verdict(said)
                yield Suspect(id_, item, path, verdict, digest or "", seen_id or "", seen_etag or "")
            self._flush()
            after = rows[-1][0]

    def _found_renamed(self, id_: int, lies: str) -> bool:
        """Whether a holder is there by another name, known by its id; what lies in it is looked for there."""
        row = self._connection.execute(
            "SELECT s.rowid, s.path FROM item i JOIN temp.stray s ON s.id = i.proof_id"
            " WHERE i.id = ? AND i.proof_id <> '' AND s.holder",
            (id_,),
        ).fetchone()
        if row is None:
            return False
        self._renamed[lies] = row[1]
        self._connection.execute("DELETE FROM temp.stray WHERE rowid = ?", (row[0],))
        return True

    def held(self) -> tuple[Held, Held] | None:
        """Count what had arrived in the holder, and what of it is there; None where no message lies in it."""
        row = self._connection.execute(_HELD, (self._holder.place,)).fetchone()
        if not row[0]:
            return None
        arrived, there, timeless = row[:6], row[6:12], row[12]
        if timeless:  # the first and the last of some are not those of all
            arrived, there = (*arrived[:4], None, None), (*there[:4], None, None)
        return _held(arrived), _held(there)

    def judge(self, suspect: Suspect, verdict: Verdict) -> None:
        """Take a verdict; what proves to hold the same bytes under a new etag is known by it from now on."""
        if suspect.item.ref.service != "degoog":
            self._counts[verdict] += 1
        self._verdicts.append((verdict, self._lane.ledger.now(), suspect.id))
        if verdict is Verdict.PROVEN and suspect.verdict is Verdict.ETAG:
            self._etags.append((suspect.seen_id, suspect.seen_etag, suspect.id))

    def _flush(self) -> None:
        with transaction(self._connection):
            self._connection.executemany("UPDATE item SET checked = ?, checked_at = ? WHERE id = ?", self._verdicts)
            self._connection.executemany("UPDATE item SET proof_id = ?, proof_etag = ? WHERE id = ?", self._etags)
        self._verdicts.clear()
        self._etags.clear()

    def finish(self) -> dict[str, int]:
        """Give the verdicts' counts and `extra`. What was only moved about within the target is found again by id."""
        connection = self._connection
        connection.execute(_NO_STRAYS, (self._lane.id,))
        found = connection.execute(
            "SELECT i.id, s.rowid FROM item i JOIN temp.stray s ON s.id = i.proof_id AND s.etag = i.proof_etag"
            " WHERE i.lane = ? AND i.checked = 'missing' AND i.proof_id <> '' GROUP BY i.id",
            (self._lane.id,),
        ).fetchall()
        with transaction(connection):
            for id_, stray in found:
                connection.execute("UPDATE item SET checked = 'proven' WHERE id = ?", (id_,))
                connection.execute("DELETE FROM temp.stray WHERE rowid = ?", (stray,))
        self._counts[Verdict.MISSING] -= len(found)
        self._counts[Verdict.PROVEN] += len(found)
        (extra,) = connection.execute("SELECT count(*) FROM temp.stray").fetchone()
        return {**{v: self._counts[v] for v in Verdict if v is not Verdict.ETAG}, "extra": extra}


def _held(row: Sequence[int | None]) -> Held:
    messages, threads, reactions, files = (number or 0 for number in row[:4])
    first, last = (None if at is None else moment(at) for at in row[4:])
    return Held(messages, threads, reactions, files, first, last)
