"""A walk of the source into the ledger: entries in any order, then verdicts, names, paths and what is to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from degoog.i18n import _
from degoog.ledger.entering import Entered
from degoog.ledger.owners import belonging, take_over
from degoog.ledger.placing import break_cycles, give_names, lay_paths
from degoog.ledger.recognising import carry, drop_missing, keep_inside, recognise, remember
from degoog.model import FailReason, Found, Item, Kind, LossKind, Ref, SkipReason, Stage
from degoog.ports import Naming

if TYPE_CHECKING:
    from collections.abc import Iterator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
ORPHANS = Ref("degoog", "orphans")
Keep = Callable[[Item, str], bool]


class Scope(StrEnum):
    """What a walk goes through."""

    ALL = "all"  # what it does not find is gone
    CHANGES = "changes"  # what it does not tell of is as it was


# A new holder, or an invisible one (-1), gives the item a new place: its name there is given anew.
_UP = "iif(parent IS NULL, 0, coalesce((SELECT h.id FROM temp.holder h WHERE h.ref = item.parent), :orphans))"
_HANG = f"""
UPDATE item INDEXED BY item_lane SET up = {_UP}, named = NULL, key = NULL
WHERE lane = :lane AND walk = :walk AND up IS NOT {_UP}
"""  # noqa: S608 - constants only

_FAILS = ", ".join(f"'{reason}'" for reason in FailReason)

_SPREAD = f"""
WITH RECURSIVE under (id, verdict) AS (
  SELECT id, CASE WHEN verdict IN ({_FAILS}) THEN '{FailReason.PARENT_FAILED}'
                  WHEN verdict IN ('{SkipReason.MOVED_BY_OWNER}', '{SkipReason.NO_TARGET_ACCOUNT}') THEN verdict
                  ELSE '{SkipReason.PARENT_SKIPPED}' END
  FROM item WHERE lane = :lane AND walk = :walk AND stage = 0 AND verdict <> ''
  UNION
  SELECT c.id, under.verdict FROM item c JOIN under ON c.lane = :lane AND c.up = under.id
  WHERE c.walk = :walk AND c.verdict = ''
)
UPDATE item SET verdict = under.verdict FROM under WHERE under.id = item.id AND item.verdict = ''
"""  # noqa: S608 - the reasons are an enumeration of ours

# Only a head of the same walk makes a part; a part whose head is not there is put alone.
_JOIN = """
UPDATE item SET head = new.head, up = coalesce(new.up, item.up),
                named = iif(new.up IS NULL OR new.up = item.up, named, NULL),
                key = iif(new.up IS NULL OR new.up = item.up, key, NULL)
FROM (
  SELECT p.id, h.id AS head, h.up FROM item p LEFT JOIN item h
    ON h.lane = p.lane AND h.ref = p.unit AND h.walk = p.walk AND h.unit IS NULL AND h.stage = p.stage
  WHERE p.lane = :lane AND p.walk = :walk AND (p.unit IS NOT NULL OR p.head IS NOT NULL) AND p.stage = 1
) AS new
WHERE new.id = item.id AND (item.head IS NOT new.head OR (new.up IS NOT NULL AND item.up IS NOT new.up))
"""

# What is put with a head that does not move does not move either.
_SPREAD_TO_PARTS = f"""
UPDATE item SET verdict = iif(h.verdict IN ({_FAILS}), '{FailReason.PARENT_FAILED}', '{SkipReason.PARENT_SKIPPED}')
FROM item h WHERE h.id = item.head AND h.verdict <> '' AND item.lane = :lane AND item.walk = :walk
  AND item.head IS NOT NULL AND item.verdict = ''
"""  # noqa: S608 - the reasons are an enumeration of ours

_STATE = f"""
UPDATE item SET state = new.state, reason = iif(new.state = 'done', '', verdict),
                detail = iif(new.state IN ('done', 'pending'), '', source_detail), run = :run FROM (
  SELECT id, CASE
    WHEN done_content = content AND done_place = place THEN 'done'
    WHEN verdict = '' THEN 'pending'
    WHEN verdict IN ({_FAILS}) THEN 'failed'
    ELSE 'skipped' END AS state
  FROM item INDEXED BY item_lane WHERE lane = :lane AND walk = :walk
) AS new
WHERE new.id = item.id AND (item.state <> new.state OR (new.state <> 'done' AND item.reason <> item.verdict))
"""  # noqa: S608 - the reasons are an enumeration of ours

# `emptied`: what is dropped, and every holder of something dropped. `kept`: the holders of all that is neither.
_LEAVE_OUT = """
WITH RECURSIVE emptied (id) AS (
  SELECT id FROM dropped
  UNION SELECT item.up FROM emptied JOIN item ON item.id = emptied.id WHERE item.up IS NOT NULL),
kept (id) AS (
  SELECT up FROM item WHERE lane = :lane AND walk = :walk AND verdict = '' AND up IS NOT NULL
    AND id NOT IN (SELECT id FROM emptied)
  UNION SELECT item.up FROM kept JOIN item ON item.id = kept.id WHERE item.up IS NOT NULL)
UPDATE item SET verdict = :filtered
WHERE id IN (SELECT id FROM emptied) AND id NOT IN (SELECT id FROM kept) AND verdict = ''
"""

# What was gone and is found again.
_BACK_AGAIN = "UPDATE item SET departure = '' WHERE lane = :lane AND walk = :walk AND departure <> ''"


def milliseconds(moment: datetime | None) -> int | None:
    """Give a time as the ledger writes it; works for 1601 as for 2400."""
    return None if moment is None else (moment - EPOCH) // _MILLISECOND


def moment(stored: int | None) -> datetime | None:
    """Give a stored time back as an aware one."""
    return None if stored is None else EPOCH + timedelta(milliseconds=stored)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


class Walk:
    """One walk under way. Nothing of it is in the ledger before `finish`: a walk that dies is simply begun again.

    A walk of what changed adds to the last complete one, and bears its number.
    """

    def __init__(self, connection: sqlite3.Connection, lane: int, naming: Naming, scope: Scope) -> None:
        self._connection = connection
        self._lane = lane
        self._naming = naming
        self._scope = scope
        self._yielded = 0
        self._parts = False
        self._hides = False
        self._from: int | None = None
        self._begin()
        self._entered = Entered(connection)

    def _begin(self) -> None:
        if self._scope is Scope.ALL:
            with transaction(self._connection):
                self._connection.execute("UPDATE lane SET walking = max(walk, walking) + 1 WHERE id = ?", (self._lane,))
        number = "walking" if self._scope is Scope.ALL else "walk"
        (self._number,) = self._connection.execute(
            f"SELECT {number} FROM lane WHERE id = ?",  # noqa: S608 - one of two words
            (self._lane,),
        ).fetchone()

    def enter(self, founds: Sequence[Found]) -> None:
        """Set aside what was found; the same ref again replaces what this walk said of it before."""
        safe, fold = self._naming.safe, self._naming.fold
        rows, losses, aliases = [], [], []
        for found in founds:
            item = found.item
            ref, name = str(item.ref), safe(item.name)
            rows.append(
                (
                    ref, item.parent and str(item.parent), item.kind, int(item.stage), item.name, item.content,
                    item.place, item.size, milliseconds(item.modified), milliseconds(item.created), item.owner,
                    item.media, item.starred, item.link, item.count, item.unit and str(item.unit), found.verdict or "",
                    found.detail, name, fold(name),
                )
            )  # fmt: skip
            self._parts = self._parts or item.unit is not None
            losses += [(ref, loss.kind, loss.detail, loss.who, loss.role) for loss in item.losses]
            aliases += [(ref, str(alias.ref), alias.content) for alias in item.aliases]
            self._hides = self._hides or found.hides
        self._yielded += len(rows)
        self._entered.add(rows, losses, aliases)

    def belong(self, unowned: str) -> tuple[int, int | None]:
        """Tell in which lane all that was entered belongs, and which other one `finish` makes one with it, if any.

        `unowned` is the account that stands for an unknown one: see `ledger.owners`. Both lanes must be held.
        """
        mine = self._lane
        self._lane, self._from = belonging(self._connection, self._lane, unowned)
        if self._lane != mine:
            self._begin()
        return self._lane, self._from

    def lose(self, refs: Iterable[Ref]) -> None:
        """Set aside what a walk of changes says is gone; what it enters as well is not."""
        self._entered.lose(str(ref) for ref in refs)

    def finish(self, run: int, *, keep: Keep | None = None, bookmark: str = "") -> None:
        """Draw the consequences of a complete walk: what moves where, under which name, and what does not.

        `keep` tells, of an item and its path at the source, whether the run's filters keep it. `bookmark` is where
        the source says that the walk leaves off.
        """
        connection, what = self._connection, {"lane": self._lane, "walk": self._number, "run": run}
        with transaction(connection):
            if self._from is not None:
                take_over(connection, self._from, into=self._lane)
            (before,) = connection.execute("SELECT walk FROM lane WHERE id = ?", (self._lane,)).fetchone()
            again = before > 0 or self._from is not None
            if again:
                recognise(connection, self._lane)
            if self._scope is Scope.CHANGES:
                self._yielded = self._entered.difference(what)
            self._entered.merge(what, again=again)
            remember(connection, self._lane)
            if self._hides and again and self._scope is Scope.ALL:
                detail = _("An earlier run found it in a part that is not among those given now.")
                self._yielded += carry(connection, what, before=before, detail=detail)
            if again and self._scope is Scope.ALL:
                self._yielded += keep_inside(connection, what, before=before)
            if self._scope is Scope.ALL:
                drop_missing(connection, what)
            self._hang(what)
            if parts := self._parts or self._had_parts():
                connection.execute(_JOIN, what)
            lay_paths(connection, self._lane, self._number, column="source_path", name="name")
            connection.execute(
                "UPDATE item INDEXED BY item_lane SET verdict = source_verdict"
                " WHERE lane = :lane AND walk = :walk AND verdict <> source_verdict",
                what,
            )
            if keep is not None:
                self._filter(keep, what)
            connection.execute(_SPREAD, what)
            if parts:
                connection.execute(_SPREAD_TO_PARTS, what)
            give_names(connection, self._lane, self._number, self._naming)
            lay_paths(connection, self._lane, self._number, column="path", name="named")
            connection.execute(_STATE, what)
            connection.execute(_BACK_AGAIN, what)
            connection.execute(
                "UPDATE lane SET walk = :walk, found = :found, bookmark = :bookmark,"
                " hides = :hides OR (hides AND :changes) WHERE id = :lane",
                what
                | {
                    "found": self._yielded,
                    "bookmark": bookmark,
                    "hides": self._hides,
                    "changes": self._scope is Scope.CHANGES,
                },
            )
        self._entered.clear()

    def _had_parts(self) -> bool:
        sql = "SELECT EXISTS (SELECT 1 FROM item WHERE head IS NOT NULL)"
        return bool(self._connection.execute(sql).fetchone()[0])

    def _hang(self, what: dict[str, int]) -> None:
        orphans = self._connection.execute(
            "SELECT id FROM item WHERE lane = ? AND ref = ?", (self._lane, str(ORPHANS))
        ).fetchone()
        hang = what | {"orphans": orphans[0] if orphans else -1}
        if orphans:
            self._connection.execute("UPDATE item SET walk = ? WHERE id = ?", (self._number, orphans[0]))
        self._connection.execute(_HANG, hang)
        lost = break_cycles(self._connection, self._lane, self._number)
        if not orphans and (lost or self._has_orphans(what)):
            self._add_orphans_folder()
            self._hang(what)
        elif orphans:
            self._connection.executemany(
                "UPDATE item SET up = ?, named = NULL, key = NULL WHERE id = ?", ((orphans[0], id_) for id_ in lost)
            )
            self._note_orphans(orphans[0])

    def _has_orphans(self, what: dict[str, int]) -> bool:
        sql = "SELECT EXISTS (SELECT 1 FROM item WHERE lane = :lane AND walk = :walk AND up = -1)"
        return bool(self._connection.execute(sql, what).fetchone()[0])

    def _add_orphans_folder(self) -> None:
        name = _("Orphans")
        safe = self._naming.safe(name)
        row = (self._lane, self._number, str(ORPHANS), Kind.FOLDER, name, safe, self._naming.fold(safe))
        self._connection.execute(
            "INSERT INTO item (lane, walk, ref, parent, kind, stage, name, content, place, owner, media, starred, link,"
            " count, source_verdict, source_detail, safe, fold)"
            " VALUES (?, ?, ?, NULL, ?, 0, ?, '', '', '', '', 0, '', 0, '', '', ?, ?)",
            row,
        )

    def _note_orphans(self, orphans: int) -> None:
        """Say of each orphan that its folder is not visible; once."""
        self._connection.execute(
            "INSERT INTO loss (item, origin, kind, detail, who, role) SELECT id, 'source', ?, '', '', '' FROM item"
            " WHERE lane = ? AND up = ? AND walk = ?"
            " AND NOT EXISTS (SELECT 1 FROM loss WHERE loss.item = item.id AND loss.kind = ?)",
            (LossKind.ORPHAN, self._lane, orphans, self._number, LossKind.ORPHAN),
        )

    def _filter(self, keep: Keep, what: dict[str, int]) -> None:
        """Leave out what the filters do not keep, and with it the holders of which nothing else is left.

        A holder stays while anything in it stays; one in which there was nothing to begin with, if they keep it.
        """
        connection = self._connection
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS dropped (id INTEGER PRIMARY KEY)")
        connection.execute("DELETE FROM dropped")
        rows = connection.execute(
            "SELECT i.id, i.ref, i.kind, i.stage, i.name, i.size, i.modified, i.created, i.owner, i.media,"
            " coalesce(u.source_path || '/', '') || i.name FROM item i LEFT JOIN item u ON u.id = i.up"
            " WHERE i.lane = :lane AND i.walk = :walk AND i.verdict = '' AND i.count > 0",
            what,
        )
        connection.executemany("INSERT INTO dropped VALUES (?)", _dropped(rows, keep))
        connection.execute(_LEAVE_OUT, what | {"filtered": SkipReason.FILTERED})


def _dropped(rows: Iterable[tuple[object, ...]], keep: Keep) -> Iterator[tuple[int]]:
    for id_, ref, kind, stage, name, size, modified, created, owner, media, path in rows:
        service, _colon, key = str(ref).partition(":")
        item = Item(
            ref=Ref(service, key), parent=None, kind=Kind(str(kind)), name=str(name), stage=Stage(int(str(stage))),
            size=None if size is None else int(str(size)),
            modified=moment(None if modified is None else int(str(modified))),
            created=moment(None if created is None else int(str(created))), owner=str(owner), media=str(media),
        )  # fmt: skip
        if not keep(item, str(path)):
            yield (int(str(id_)),)
