"""The ledger counted: outcomes, reasons, losses, verdicts, kinds, owners, progress over time; all in SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from degoog.ledger.balance import Balance
from degoog.ledger.book import Ledger
from degoog.ledger.entries import ARRIVED, FROM, OUTCOME, REASON, SIZE, UNPROVEN, Cause, condition
from degoog.ledger.lane import Lane
from degoog.ledger.walk import EPOCH, moment
from degoog.model import GIVEN_NAMES, Departure, FailReason, Kind, LossKind, Outcome, SkipReason

Family = Callable[[str, str], str]
_BYTES = f"coalesce(sum(coalesce({SIZE}, 0)), 0)"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines of the ledger, how many things they stand for, and how many bytes."""

    items: int = 0
    things: int = 0
    bytes: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.items + other.items, self.things + other.things, self.bytes + other.bytes)


@dataclass(frozen=True, slots=True)
class Group:
    """The items one cause stands for."""

    cause: Cause
    tally: Tally


@dataclass(frozen=True, slots=True)
class LaneCount:
    """One lane and its balance as of the last migration of its road; `ran` says when that began."""

    road: str
    source: str
    address: str
    balance: Balance
    run: int | None
    ran: datetime | None


@dataclass(frozen=True, slots=True)
class Checks:
    """How sure one may be of the files that arrived (folders count in `missing` and `changed` only).

    `proven` were found whole by `verify`, at the latest on `at`; `confirmed` were confirmed by the target as they
    arrived and not looked at since. `extra` is what `verify` saw that degoog did not put there.
    """

    arrived: int = 0
    proven: int = 0
    confirmed: int = 0
    unproven: int = 0
    missing: int = 0
    changed: int = 0
    at: datetime | None = None
    extra: int = 0

    @property
    def sure(self) -> int:
        """Files whose bytes the target confirmed, at the transfer or since."""
        return self.proven + self.confirmed

    @property
    def sound(self) -> bool:
        """Whether everything that arrived is there and confirmed."""
        return not (self.unproven or self.missing or self.changed)


@dataclass(frozen=True, slots=True)
class Step:
    """Progress until a moment: everything that had arrived by then."""

    at: datetime
    items: int
    bytes: int


def latest_runs(ledger: Ledger, run: int | None = None) -> dict[str, int]:
    """Give the last migration of each road, not later than `run`."""
    rows = ledger.connection.execute(
        "SELECT road, max(id) FROM run WHERE (command = 'migrate' OR command LIKE 'migrate %')"
        " AND (?1 IS NULL OR id <= ?1) GROUP BY road",
        (run,),
    )
    return {road: id_ for road, id_ in rows}  # noqa: C416 - rows are tuples of any length to mypy


def lanes(ledger: Ledger, *, run: int | None = None, road: str | None = None) -> list[LaneCount]:
    """Give the balance of each lane, as of `run`, by default its road's last migration."""
    latest, began = latest_runs(ledger, run), {its.id: its.began for its in ledger.runs()}
    counted = []
    for lane in ledger.lanes(road):
        last = latest.get(lane.road)
        ran = None if last is None else moment(int(began[last] * 1000))
        counted.append(LaneCount(lane.road, _known_as(ledger, lane), lane.address, lane.balance(last or -1), last, ran))
    return counted


def outcomes(ledger: Ledger, *, run: int | None = None, road: str | None = None) -> dict[Outcome, Tally]:
    """Count by outcome; every outcome is there."""
    rows = _rows(ledger, f"SELECT {OUTCOME}, count(*), sum(i.count), {_BYTES} {FROM} GROUP BY 1", run=run, road=road)
    found = {Outcome(name): Tally(*numbers) for name, *numbers in rows}
    return {outcome: found.get(outcome, Tally()) for outcome in Outcome}


def reasons(ledger: Ledger, *, run: int | None = None, road: str | None = None) -> list[Group]:
    """Count by cause what was skipped or failed, what is pending and what is gone; the most frequent first."""
    rows = _rows(
        ledger,
        f"SELECT {OUTCOME} AS outcome, {REASON},"
        f" count(*), sum(i.count), {_BYTES} {FROM} AND NOT ({ARRIVED}) GROUP BY 1, 2 ORDER BY 3 DESC, 2",
        run=run,
        road=road,
    )
    return [Group(_cause(Outcome(outcome), reason), Tally(*numbers)) for outcome, reason, *numbers in rows]


def _cause(outcome: Outcome, reason: str) -> Cause:
    match outcome:
        case Outcome.SKIPPED:
            return SkipReason(reason)
        case Outcome.FAILED:
            return FailReason(reason)
        case Outcome.GONE:
            return Departure(reason) if reason else Outcome.GONE
        case _:
            return FailReason(reason) if reason else Outcome.PENDING


def departures(ledger: Ledger, *, run: int | None = None, road: str | None = None) -> list[Group]:
    """Count what became of what is gone, where deletions were followed: what left in that run, and all that stays."""
    sql = (
        f"SELECT i.departure, count(*), sum(i.count), {_BYTES} {FROM} AND i.walk < l.walk AND i.departure <> ''"
        f" AND (i.departure NOT IN ('{Departure.FOLLOWED}', '{Departure.ABSENT}') OR i.run = r.run)"
        " GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    return [Group(Departure(why), Tally(*numbers)) for why, *numbers in _rows(ledger, sql, run=run, road=road)]


def losses(ledger: Ledger, *, run: int | None = None, road: str | None = None) -> list[Group]:
    """Count by kind what arrived but changed on the way, an item once a kind; the most frequent first.

    `unproven` is left to `checks`, which knows what was proven since.
    """
    # From the losses to the items: most items have none, and asking kind by kind would read all of them each time.
    start = "FROM (SELECT DISTINCT item, kind FROM loss WHERE kind <> :cause) k CROSS JOIN item i ON i.id = k.item"
    sql = (
        f"SELECT k.kind, count(*), sum(i.count), {_BYTES} {FROM.replace('FROM item i', start)} AND {ARRIVED} GROUP BY 1"
    )
    rows = {
        LossKind(kind): Tally(*numbers)
        for kind, *numbers in _rows(ledger, sql, run=run, road=road, cause=LossKind.UNPROVEN)
    }
    return sorted((Group(kind, rows[kind]) for kind in LossKind if kind in rows), key=lambda group: -group.tally.items)


def count(ledger: Ledger, cause: Cause, *, run: int | None = None, road: str | None = None) -> Tally:
    """Count the items a cause stands for."""
    sql = f"SELECT count(*), coalesce(sum(i.count), 0), {_BYTES} {FROM} AND {condition(cause)}"
    return Tally(*_rows(ledger, sql, run=run, road=road, cause=cause)[0])


def kinds(ledger: Ledger, *, run: int | None = None, road: str | None = None) -> dict[tuple[Kind, Outcome], Tally]:
    """Count by kind and outcome."""
    sql = f"SELECT i.kind, {OUTCOME}, count(*), sum(i.count), {_BYTES} {FROM} GROUP BY 1, 2"
    rows = _rows(ledger, sql, run=run, road=road)
    return {(Kind(kind), Outcome(outcome)): Tally(*numbers) for kind, outcome, *numbers in rows}


def families(
    ledger: Ledger, family: Family, *, run: int | None = None, road: str | None = None
) -> list[tuple[str, Tally]]:
    """Count what arrived by `family(media, name)`, the largest in bytes first; holders are left out."""
    ledger.connection.create_function("family", 2, family, deterministic=True)
    sql = f"SELECT family(i.media, i.name), count(*), sum(i.count), {_BYTES} {FROM} AND {ARRIVED} AND i.stage = 1"
    rows = _rows(ledger, f"{sql} GROUP BY 1 ORDER BY 4 DESC, 1", run=run, road=road)
    return [(name, Tally(*numbers)) for name, *numbers in rows]


def owners(
    ledger: Ledger, *, cause: Cause | None = None, run: int | None = None, road: str | None = None, limit: int = 100
) -> list[tuple[str, Tally]]:
    """Count by owner, the largest number first; what has no known owner is left out."""
    where = f"AND {condition(cause)}" if cause is not None else "AND i.walk >= l.walk"
    sql = (
        f"SELECT i.owner, count(*), sum(i.count), {_BYTES} {FROM} {where} AND i.owner <> ''"
        " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :limit"
    )
    rows = _rows(ledger, sql, run=run, road=road, cause=cause or "", limit=limit)
    return [(owner, Tally(*numbers)) for owner, *numbers in rows]


def checks(ledger: Ledger, *, road: str | None = None, extra: int = 0) -> Checks:
    """Count how sure one may be of what arrived. `extra`, as `verify` counted it, is kept beside."""
    sql = f"""SELECT
        count(*) FILTER (WHERE i.stage = 1),
        count(*) FILTER (WHERE i.stage = 1 AND i.checked = 'proven'),
        count(*) FILTER (WHERE i.stage = 1 AND i.checked IN ('', 'etag') AND coalesce(i.proof_digest, '') <> ''),
        count(*) FILTER (WHERE {UNPROVEN}),
        count(*) FILTER (WHERE i.checked = 'missing'),
        count(*) FILTER (WHERE i.checked = 'changed'),
        max(i.checked_at) {FROM} AND {ARRIVED}"""
    arrived, proven, confirmed, unproven, missing, changed, at = _rows(ledger, sql, run=None, road=road)[0]
    return Checks(arrived, proven, confirmed, unproven, missing, changed, moment(at), extra)


def to_look_at(ledger: Ledger, causes: list[Cause], *, run: int | None = None, road: str | None = None) -> int:
    """Count the items at least one of the causes stands for, each once."""
    if not causes:
        return 0
    conditions = [f"({condition(cause).replace(':cause', f':cause{n}')})" for n, cause in enumerate(causes)]
    given = {f"cause{n}": str(cause) for n, cause in enumerate(causes)}
    (items,) = _rows(ledger, f"SELECT count(*) {FROM} AND ({' OR '.join(conditions)})", run=run, road=road, **given)[0]
    return int(items)


def progress(ledger: Ledger, *, road: str | None = None, steps: int = 60) -> list[Step]:
    """Give how what arrived added up over time, from 0 on, in at most `steps` equal steps; empty when nothing did."""
    sql = f"SELECT min(i.settled), max(i.settled) {FROM} AND {ARRIVED} AND i.settled IS NOT NULL"
    first, last = _rows(ledger, sql, run=None, road=road)[0]
    if first is None:
        return []
    width = max(1, -(-(last - first + 1) // steps))
    sql = (
        f"SELECT (i.settled - :first) / :width, count(*), {_BYTES} {FROM} AND {ARRIVED} AND i.settled IS NOT NULL"
        " GROUP BY 1 ORDER BY 1"
    )
    found = {step: numbers for step, *numbers in _rows(ledger, sql, run=None, road=road, first=first, width=width)}
    items = size = 0
    line = [Step(EPOCH + timedelta(milliseconds=first), 0, 0)]
    for step in range(max(found) + 1):
        more = found.get(step, (0, 0))
        items, size = items + more[0], size + more[1]
        at = EPOCH + timedelta(milliseconds=min(first + (step + 1) * width, last))
        line.append(Step(at, items, size))
    return line


def renamed(ledger: Ledger, *, road: str | None = None, examples: int = 3) -> tuple[int, list[tuple[str, str]]]:
    """Count the pending items whose name the target does not allow, with a few (name, name there).

    A name that degoog gives (`model.GIVEN_NAMES`) is nobody's: an event with a new title keeps the one it has there.
    """
    given = ", ".join(f"'{kind}'" for kind in GIVEN_NAMES)
    where = (
        f"{FROM} AND {OUTCOME} = 'pending' AND i.named IS NOT NULL AND i.named <> i.name AND i.kind NOT IN ({given})"
    )
    (items,) = _rows(ledger, f"SELECT count(*) {where}", run=None, road=road)[0]
    sql = f"SELECT i.name, i.named {where} ORDER BY i.id LIMIT :limit"
    return int(items), [(a, b) for a, b in _rows(ledger, sql, run=None, road=road, limit=examples)]


def lost_ahead(ledger: Ledger, kind: LossKind, *, road: str | None = None) -> int:
    """Count the pending items that will lose something which the source already knows of."""
    sql = f"""SELECT count(*) {FROM} AND {OUTCOME} = 'pending'
              AND EXISTS (SELECT 1 FROM loss WHERE loss.item = i.id AND loss.kind = :cause)"""  # noqa: S608 - constants only
    return int(_rows(ledger, sql, run=None, road=road, cause=kind)[0][0])


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A conversation that may no longer come along and arrived earlier: where it lies, with how many messages."""

    name: str
    lies: str
    messages: int


def withdrawn(ledger: Ledger, *, road: str | None = None) -> list[Withdrawn]:
    """Give what arrived with an agreement, or because workspace.yml named it, and would stay behind today."""
    sql = f"""SELECT i.name, i.lies, (SELECT count(*) FROM item m WHERE m.lane = i.lane AND m.up = i.id
                AND m.stage = 1 AND m.lies IS NOT NULL)
              {FROM} AND i.walk >= l.walk AND i.stage = 0 AND i.lies IS NOT NULL
              AND i.source_verdict IN ('{SkipReason.NOT_AGREED}', '{SkipReason.PRIVATE}') ORDER BY i.id"""  # noqa: S608 - reasons of an enumeration of ours
    return [Withdrawn(*row) for row in _rows(ledger, sql, run=None, road=road)]


def details_ahead(ledger: Ledger, kind: LossKind, *, road: str | None = None, most: int) -> list[str]:
    """Give the details of such losses, so many at most, in the order in which they were found."""
    sql = f"""SELECT (SELECT loss.detail FROM loss WHERE loss.item = i.id AND loss.kind = :cause LIMIT 1)
              {FROM} AND {OUTCOME} = 'pending'
              AND EXISTS (SELECT 1 FROM loss WHERE loss.item = i.id AND loss.kind = :cause)
              ORDER BY i.id LIMIT :limit"""  # noqa: S608 - constants only
    return [str(row[0]) for row in _rows(ledger, sql, run=None, road=road, cause=kind, limit=most)]


def asked_of_google(ledger: Ledger, *, road: str | None = None) -> Tally:
    """Count what a migration would fetch from Google's APIs, each with a request of its own."""
    sql = f"""SELECT count(*), sum(i.count), coalesce(sum(coalesce(i.size, 0)), 0) {FROM} AND i.walk >= l.walk
              AND i.state = 'pending' AND i.stage = 1 AND l.source LIKE 'Google Drive%'
              AND i.done_content IS NOT i.content AND i.content NOT LIKE 'pointer:%'"""
    items, things, amount = _rows(ledger, sql, run=None, road=road)[0]
    return Tally(items, things or 0, amount)


def pending_work(ledger: Ledger, *, road: str | None = None) -> dict[str, Tally]:
    """Count what a migration would do: `make` holders, `write` new content, `replace` changed content, `move` along."""
    sql = f"""SELECT CASE WHEN i.done_content IS NULL THEN iif(i.stage = 0, 'make', 'write')
                     WHEN i.done_content <> i.content THEN 'replace' ELSE 'move' END,
               count(*), sum(i.count), coalesce(sum(coalesce(i.size, 0)), 0)
               {FROM} AND i.walk >= l.walk AND i.state = 'pending' GROUP BY 1"""
    return {name: Tally(*numbers) for name, *numbers in _rows(ledger, sql, run=None, road=road)}


def _known_as(ledger: Ledger, lane: Lane) -> str:
    """Give what people call a source: the workspaces of a chat have names, its account is only an id."""
    sql = "SELECT name FROM item WHERE lane = ? AND kind = 'team' ORDER BY id LIMIT 3"
    return ", ".join(name for (name,) in ledger.connection.execute(sql, (lane.id,))) or lane.source


def _rows(
    ledger: Ledger, sql: str, *, run: int | None, road: str | None, cause: Cause | str = "", **more: object
) -> list[tuple[Any, ...]]:
    given = {"run": run, "road": road, "cause": str(cause)} | more
    return ledger.connection.execute(sql, given).fetchall()
