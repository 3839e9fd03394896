"""The ledger read line by line: every item with its outcome, who saw it, its links; in flat memory."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from degoog.ledger.book import IN_SCOPE, Ledger
from degoog.ledger.checking import Verdict
from degoog.ledger.walk import moment
from degoog.model import Departure, FailReason, Kind, Loss, LossKind, Outcome, SkipReason

Unsettled = Literal[Outcome.PENDING, Outcome.GONE]
Cause = SkipReason | FailReason | LossKind | Verdict | Unsettled | Departure

# The last run that moved things, road by road: what it settled is `moved`, what an earlier one settled `unchanged`.
_LATEST = """
LEFT JOIN (SELECT road, max(id) AS run FROM run
           WHERE (command = 'migrate' OR command LIKE 'migrate %') AND (:run IS NULL OR id <= :run) GROUP BY road) r
  ON r.road = l.road
"""

OUTCOME = """CASE WHEN i.walk < l.walk THEN 'gone' WHEN i.state <> 'done' THEN i.state
  WHEN i.run = r.run THEN 'moved' ELSE 'unchanged' END"""

_WAITS = f"i.state = 'pending' AND i.reason = '{FailReason.DEFERRED}'"
_STATES = {FailReason.DEFERRED: "pending"}

# Of what is pending, only what the source could not give today has a reason that still holds.
REASON = f"""CASE WHEN i.walk < l.walk THEN i.departure
  WHEN i.state = 'pending' AND NOT ({_WAITS}) THEN '' ELSE i.reason END"""

# An item that a walk has only just entered counts once that walk is complete; count is 0 for degoog's own folders.
FROM = f"""
FROM item i JOIN lane l ON l.id = i.lane {_LATEST} LEFT JOIN item u ON u.id = i.up
WHERE i.count > 0 AND i.up IS NOT NULL AND (:road IS NULL OR l.road = :road) AND {IN_SCOPE}
"""

PATH = "iif(i.stage = 0, coalesce(i.source_path, i.name), coalesce(u.source_path || '/', '') || i.name)"

ARRIVED = "i.walk >= l.walk AND i.state = 'done'"
UNPROVEN = (
    f"{ARRIVED} AND i.stage = 1 AND (i.checked = 'unproven' OR (i.checked = '' AND coalesce(i.proof_digest, '') = ''))"
)

# As it arrived; what is still to come, or to come again, has the size it has at the source now.
SIZE = "iif(i.state = 'done', coalesce(i.proof_size, i.size), coalesce(i.size, i.proof_size))"

_SELECT = f"""
SELECT i.id, l.road, l.source, l.address, i.ref, i.kind, i.name, {PATH}, {SIZE}, i.count,
       {OUTCOME}, iif(i.walk < l.walk, i.departure, i.reason), i.detail, coalesce(i.lies, ''),
       coalesce(i.proof_digest, ''), i.checked, i.link, i.new_link, i.modified, i.created, i.settled, i.owner, i.media
"""

_SHARES = f"""
SELECT {PATH}, i.kind, coalesce(i.lies, ''), i.new_link, i.link, s.who, s.role, s.detail
FROM loss s JOIN item i ON i.id = s.item JOIN lane l ON l.id = i.lane LEFT JOIN item u ON u.id = i.up
WHERE s.kind = :kind AND i.walk >= l.walk AND i.up IS NOT NULL AND (:road IS NULL OR l.road = :road) AND {IN_SCOPE}
ORDER BY s.item, s.rowid
"""  # noqa: S608 - constants only

_LOST = f"{ARRIVED} AND EXISTS (SELECT 1 FROM loss WHERE loss.item = i.id AND loss.kind = :cause)"  # noqa: S608

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger as a reader wants it.

    `path` is where it lay at the source, of the names people gave. `size` is in bytes, as moved where it was moved.
    `reason` is a `SkipReason` or `FailReason`, of what is gone a `Departure`, empty otherwise. `lies` is where it lies
    at the target, relative to the lane's folder, empty when it never arrived.
    `digest` is `algorithm:hex` as the target computed it. `checked`
    is the last `Verdict`, empty before `verify`. Times are aware.
    """

    id: int
    road: str
    source: str
    address: str
    ref: str
    kind: Kind
    name: str
    path: str
    size: int | None
    count: int
    outcome: Outcome
    reason: str
    detail: str
    lies: str
    digest: str
    checked: str
    old_link: str
    new_link: str
    modified: datetime | None
    created: datetime | None
    settled: datetime | None
    owner: str
    media: str
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """Somebody who had a right on something at the source."""

    path: str
    kind: Kind
    lies: str
    new_link: str
    old_link: str
    who: str
    role: str
    detail: str


@contextmanager
def reading(ledger: Ledger) -> Iterator[None]:
    """Read one state of the ledger, whatever another process settles meanwhile."""
    ledger.connection.execute("BEGIN")
    try:
        yield
    finally:
        ledger.connection.execute("COMMIT")


def entries(
    ledger: Ledger,
    *,
    run: int | None = None,
    road: str | None = None,
    cause: Cause | None = None,
    limit: int | None = None,
) -> Iterator[Entry]:
    """Give every item, in the order it was first found; outcomes as of `run`, by default each road's last migration.

    `cause` narrows to the items it stands for.
    """
    what = {"run": run, "road": road, "cause": cause and str(cause), "limit": -1 if limit is None else limit}
    where = "" if cause is None else f"AND {condition(cause)}"
    yield from _read(ledger.connection, f"{_SELECT} {FROM} {where} ORDER BY i.id LIMIT :limit", what)


def places(ledger: Ledger, *, run: int | None = None, road: str | None = None, limit: int) -> Iterator[Entry]:
    """Give the first `limit` items as one looks for them: by path; folders first where there are more than that."""
    what = {"run": run, "road": road, "limit": limit}
    here = "AND i.walk >= l.walk"
    (items,) = ledger.connection.execute(f"SELECT count(*) {FROM} {here}", what).fetchone()
    first = "" if items <= limit else "i.stage <> 0, i.depth,"
    yield from _read(ledger.connection, f"{_SELECT} {FROM} {here} ORDER BY {first} {PATH}, i.id LIMIT :limit", what)


def matching(ledger: Ledger, where: str, what: dict[str, object]) -> Iterator[Entry]:
    """Give the items for which a condition over `i` (item) and `u` (its holder) holds."""
    given = {"run": None, "road": None} | what
    yield from _read(ledger.connection, f"{_SELECT} {FROM} AND ({where}) ORDER BY i.id", given)


def shares(ledger: Ledger, *, road: str | None = None) -> Iterator[Share]:
    """Give who had which right on what: the losses of kind `sharing`, item by item."""
    rows = ledger.connection.execute(_SHARES, {"kind": LossKind.SHARING, "road": road})
    for path, kind, lies, new_link, old_link, who, role, detail in rows:
        yield Share(path, Kind(kind), lies, new_link, old_link, who, role, detail)


def condition(cause: Cause) -> str:
    """Give what holds, in SQL, of the items a cause stands for; `:cause` is its value."""
    match cause:
        case SkipReason() | FailReason():
            state = "skipped" if isinstance(cause, SkipReason) else _STATES.get(cause, "failed")
            return f"i.walk >= l.walk AND i.state = '{state}' AND i.reason = :cause"
        case LossKind.UNPROVEN | Verdict.UNPROVEN:
            return UNPROVEN + " AND :cause <> ''"
        case LossKind():
            return _LOST
        case Verdict():
            return f"{ARRIVED} AND i.checked = :cause"
        case Departure():
            return "i.walk < l.walk AND i.departure = :cause"
        case Outcome():
            told_apart = f"(i.walk < l.walk AND i.departure <> '') OR (i.walk >= l.walk AND {_WAITS})"
            return f"{OUTCOME} = :cause AND NOT ({told_apart})"


def _read(connection: sqlite3.Connection, sql: str, what: dict[str, Any]) -> Iterator[Entry]:
    cursor = connection.execute(sql, what)
    while rows := cursor.fetchmany(_PAGE):
        lost: dict[int, list[Loss]] = defaultdict(list)
        ids = json.dumps([row[0] for row in rows])
        for item, kind, detail, who, role in connection.execute(
            "SELECT item, kind, detail, who, role FROM loss WHERE item IN (SELECT value FROM json_each(?))"
            " ORDER BY item, rowid",
            (ids,),
        ):
            lost[item].append(Loss(LossKind(kind), detail, who, role))
        for row in rows:
            yield _entry(row, tuple(lost.get(row[0], ())))


def _entry(row: tuple[Any, ...], losses: tuple[Loss, ...]) -> Entry:
    (
        id_, road, source, address, ref, kind, name, path, size, count, outcome, reason, detail, lies, digest, checked,
        old_link, new_link, modified, created, settled, owner, media,
    ) = row  # fmt: skip
    return Entry(
        id=id_, road=road, source=source, address=address, ref=ref, kind=Kind(kind), name=name, path=path, size=size,
        count=count, outcome=Outcome(outcome), reason=reason, detail=detail, lies=lies, digest=digest, checked=checked,
        old_link=old_link, new_link=new_link, modified=moment(modified), created=moment(created),
        settled=moment(settled), owner=owner, media=media, losses=losses,
    )  # fmt: skip
