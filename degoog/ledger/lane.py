"""A lane: one road from one source account to one target. What is to do in it, and what was done."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from degoog.errors import Usage
from degoog.i18n import _
from degoog.ledger.balance import Balance, weigh
from degoog.ledger.checking import Comparison
from degoog.ledger.rows import (
    BY_HOLDER,
    HEADS_OF_PENDING,
    IN_WALK_ORDER,
    PENDING,
    PENDING_PARTS,
    ROW,
    TO_TOUCH,
    Row,
    read,
)
from degoog.ledger.walk import Scope, Walk, transaction
from degoog.model import GIVEN_NAMES, FailReason, Intent, Item, Kind, Loss, LossKind, Ref, Stage
from degoog.ports import Failed, Make, Move, Naming, Result, Settled, Task, Touch, Unknown, Write

if TYPE_CHECKING:
    from degoog.ledger.book import Ledger

# What somebody else put there, or in which something else that was migrated lies too: a file or a holder.
NOT_OURS_ALONE = """(i.found OR EXISTS (
  SELECT 1 FROM item o WHERE o.lies = i.lies AND o.stage = i.stage AND o.id <> i.id AND o.lane IN (
    SELECT other.id FROM lane other JOIN lane mine ON mine.identity = other.identity WHERE mine.id = i.lane)))"""


class Lane:
    """One lane of an open ledger."""

    def __init__(self, ledger: Ledger, id_: int) -> None:
        self.ledger = ledger
        self.id = id_
        self._connection = ledger.connection
        row = self._connection.execute("SELECT road, source, address FROM lane WHERE id = ?", (id_,)).fetchone()
        self.road, self.source, self.address = str(row[0]), str(row[1]), str(row[2])

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the lane; the lock dies with the process. Raises `Usage` where another run holds it."""
        path = Path(f"{self.ledger.path}.lane-{self.id}.lock")
        try:
            with FileLock(path, timeout=0, mode=0o600):
                yield
        except Timeout as error:
            raise Usage(
                _(
                    "Another degoog is already working on this migration ({source}). Nothing was changed. "
                    "Let it finish, or stop it with Ctrl-C, then run the same command again."
                ).format(source=self.source)
            ) from error

    @property
    def number(self) -> int:
        """The last complete walk, 0 before the first."""
        return int(self._connection.execute("SELECT walk FROM lane WHERE id = ?", (self.id,)).fetchone()[0])

    def walk(self, naming: Naming, *, scope: Scope = Scope.ALL) -> Walk:
        """Begin a walk of the source, or of what changed in it since the last one."""
        return Walk(self._connection, self.id, naming, scope)

    @property
    def bookmark(self) -> str:
        """Where the last complete walk left off, in the source's words; empty where it did not say."""
        return str(self._connection.execute("SELECT bookmark FROM lane WHERE id = ?", (self.id,)).fetchone()[0])

    def known(self, ref: Ref) -> Kind | None:
        """Give the kind of something that the last complete walk found, None for anything else."""
        row = self._connection.execute(
            "SELECT kind FROM item WHERE lane = ? AND ref = ? AND walk >= ?", (self.id, str(ref), self.number)
        ).fetchone()
        return Kind(row[0]) if row else None

    def lies_as(self, item: Item) -> str | None:
        """Give where something arrived as it is at the source now; None where it did not, or not as it is now."""
        row = self._connection.execute(
            "SELECT lies FROM item WHERE lane = ? AND ref = ? AND done_content = ?",
            (self.id, str(item.ref), item.content),
        ).fetchone()
        return None if row is None or row[0] is None else str(row[0])

    # What is to do

    def amount(self, stage: Stage) -> tuple[int, int]:
        """Give the items and bytes that a stage has to do."""
        sql = (
            "SELECT count(*), coalesce(sum(size), 0) FROM item"
            " WHERE lane = ? AND stage = ? AND state = 'pending' AND walk >= ?"
            if stage <= Stage.CONTENT
            else "SELECT count(*), 0 FROM touch t CROSS JOIN item i ON i.id = t.item"
            " WHERE i.lane = ? AND t.stage = ? AND t.pending AND i.walk >= ?"
        )
        items, size = self._connection.execute(sql, (self.id, int(stage), self.number)).fetchone()
        return int(items), int(size)

    def largest(self) -> int:
        """Give the bytes of the largest item still to be read."""
        sql = "SELECT coalesce(max(size), 0) FROM item WHERE lane = ? AND stage = 1 AND state = 'pending' AND walk >= ?"
        return int(self._connection.execute(sql, (self.id, self.number)).fetchone()[0])

    def depths(self) -> list[int]:
        """Give the depths at which holders lie, shallowest first."""
        sql = "SELECT DISTINCT depth FROM item WHERE lane = ? AND stage = 0 AND depth IS NOT NULL ORDER BY depth"
        return [int(depth) for (depth,) in self._connection.execute(sql, (self.id,))]

    def pending(
        self, stage: Stage, *, depth: int | None = None, arrived: bool | None = None, in_walk_order: bool = False
    ) -> Iterator[Row]:
        """Give what a stage has to do, a holder's items together (or as the source was walked), a page at a time.

        Settling while reading on is allowed. What lies in a holder that is not there is not given. `arrived` narrows
        to what must only change its place (True) or be read (False). A head comes with its parts that wait; heads
        that were settled before and are given for their parts only come last.
        """
        what = {"lane": self.id, "stage": int(stage), "walk": self.number, "depth": depth, "up": -1, "id": -1}
        sql = PENDING
        if arrived is not None:
            sql += " AND " + ("" if arrived else "NOT ") + "(i.done_content IS NOT NULL AND i.done_place <> i.place)"
        # What only moves is asked for one by one: each move may change where the next one lies.
        pages = [f"{sql}{one} LIMIT {1 if arrived else 500}" for one in (IN_WALK_ORDER if in_walk_order else BY_HOLDER)]
        while rows := self._page(pages, what):
            yield from rows if arrived else self._with_parts(rows)
            what |= {"up": rows[-1].up, "id": rows[-1].id}
        if stage is Stage.CONTENT and not arrived:
            what |= {"up": -1, "id": -1}
            while rows := [read(row) for row in self._connection.execute(HEADS_OF_PENDING, what)]:
                yield from self._with_parts(rows)
                what |= {"up": rows[-1].up, "id": rows[-1].id}

    def _page(self, pages: Iterable[str], what: Mapping[str, object]) -> list[Row]:
        """Give the first page that is not empty."""
        return next((rows for sql in pages if (rows := [read(row) for row in self._connection.execute(sql, what)])), [])

    def _with_parts(self, rows: list[Row]) -> list[Row]:
        what = {"heads": json.dumps([row.id for row in rows]), "walk": self.number}
        parts: dict[str, list[Row]] = defaultdict(list)
        for row in self._connection.execute(PENDING_PARTS, what):
            part = read(row)
            parts[str(part.item.unit)].append(part)
        return [replace(row, parts=tuple(parts.get(str(row.item.ref), ()))) for row in rows] if parts else rows

    def in_doubt(self) -> list[Row]:
        """Give what a killed run was about to move: it lies where it lay, or where its intent says."""
        sql = ROW + (
            " WHERE i.lane = ? AND i.state = 'pending' AND i.lies IS NOT NULL AND n.path <> i.lies"
            f" AND NOT {NOT_OURS_ALONE}"
        )
        return [read(row) for row in self._connection.execute(sql, (self.id,))]

    def in_the_way(self, row: Row) -> Row | None:
        """Give what still lies where a row must go, if it is ours and about to leave."""
        found = self._connection.execute(
            ROW + " WHERE i.lane = ? AND i.lies = ? AND i.state = 'pending' AND i.id <> ? AND i.named IS NOT NULL"
            f" AND NOT {NOT_OURS_ALONE}",
            (self.id, row.place.path, row.id),
        ).fetchone()
        return found and read(found)

    def ours_alone(self, row: Row) -> bool:
        """Whether what lies where a row arrived may be replaced or moved: nobody else put it there or needs it."""
        sql = f"SELECT NOT {NOT_OURS_ALONE} FROM item i WHERE i.id = ?"  # noqa: S608 - a constant
        return bool(self._connection.execute(sql, (row.id,)).fetchone()[0])

    def row(self, id_: int) -> Row:
        """Give a line as it is now."""
        return read(self._connection.execute(ROW + " WHERE i.id = ?", (id_,)).fetchone())

    def stepped_aside(self, row: Row, path: str) -> None:
        """Note that something lies elsewhere now, and that its own turn is still to come."""
        with transaction(self._connection):
            self._connection.execute("UPDATE item SET lies = ? WHERE id = ?", (path, row.id))
            self._connection.execute("DELETE FROM intent WHERE item = ?", (row.id,))
            self._carry_along(row, path)

    def to_touch(self, stage: Stage, *, depth: int | None = None) -> Iterator[Row]:
        """Give what a late stage has to do, a page at a time."""
        what = {"lane": self.id, "stage": int(stage), "walk": self.number, "depth": depth, "after": -1, "limit": 500}
        while rows := [read(row) for row in self._connection.execute(TO_TOUCH, what)]:
            yield from rows
            what["after"] = rows[-1].id

    # What was done

    def intend(self, intents: Iterable[tuple[int, Intent]]) -> None:
        """Write down what is about to be done, by row, before it is done."""
        with transaction(self._connection):
            self._connection.executemany(
                "INSERT OR REPLACE INTO intent (item, path, size, digest, upload) VALUES (?, ?, ?, ?, ?)",
                ((id_, i.path, i.size, i.digest, i.upload) for id_, i in intents),
            )

    def settle(
        self,
        done: Sequence[tuple[Row, Task[Any], Result]],
        *,
        run: int,
        touches: dict[int, frozenset[Stage]],
    ) -> None:
        """Write down, in one transaction, what a batch has come to. `touches`: by row, what later stages owe it."""
        with transaction(self._connection):
            for row, task, result in done:
                match result:
                    case Settled() | Failed() if not (row.waits or isinstance(task, Touch)):
                        self._connection.execute("DELETE FROM intent WHERE item = ?", (row.id,))
                    case Settled():
                        if isinstance(task, Touch):
                            self._touched(row, task, result)
                        else:
                            self._arrived(row, task, result, run, touches.get(row.id, frozenset()))
                    case Failed() if isinstance(task, Touch):
                        self._touched(row, task, None)
                        detail = f"{result.reason}: {result.detail}" if result.detail else result.reason
                        self._lose(row.id, [Loss(LossKind.PROPERTY, detail)])
                    case Failed(reason=FailReason.DEFERRED):
                        self._connection.execute(
                            "UPDATE item SET reason = ?, detail = ? WHERE id = ?",
                            (result.reason, result.detail, row.id),
                        )
                    case Failed():
                        self.fail(row.id, result.reason, result.detail, run)
                    case Unknown():
                        pass

    def fail(self, row: int, reason: FailReason, detail: str, run: int) -> None:
        """Settle one item as failed."""
        self._connection.execute(
            "UPDATE item SET state = 'failed', reason = ?, detail = ?, run = ?, settled = ? WHERE id = ?",
            (reason, detail, run, self.ledger.now(), row),
        )
        self._connection.execute("DELETE FROM intent WHERE item = ?", (row,))
        if reason is FailReason.PARENT_FAILED:
            self._doubt_holders(row)

    def _doubt_holders(self, row: int) -> None:
        """Have the next run make the holders above a row again: somebody took one away at the target."""
        self._connection.execute(
            """WITH RECURSIVE above (id) AS (
                 SELECT up FROM item WHERE id = ? UNION SELECT i.up FROM item i JOIN above ON i.id = above.id)
               UPDATE item SET done_content = NULL WHERE stage = 0 AND id IN (SELECT id FROM above)""",
            (row,),
        )

    def fail_children_of_failed(self, run: int) -> int:
        """Settle what waits for a holder that could not be made or moved as failed with it; gives how many."""
        total = 0
        while changed := self._connection.execute(
            "UPDATE item SET state = 'failed', reason = ?, run = ?, settled = ? WHERE lane = ? AND state = 'pending'"
            " AND walk >= ? AND up IN (SELECT id FROM item WHERE lane = ? AND stage = 0 AND state = 'failed')",
            (FailReason.PARENT_FAILED, run, self.ledger.now(), self.id, self.number, self.id),
        ).rowcount:
            total += changed
        return total

    def spread_last_touches(self) -> None:
        """Have the times of every holder above a touched one set again: a write below changes them all.

        nextcloud.md §2: every child write resets its folders' times.
        """
        self._connection.execute(
            """WITH RECURSIVE above (id) AS (
                 SELECT i.up FROM touch t CROSS JOIN item i ON i.id = t.item
                 WHERE t.stage = 3 AND t.pending AND i.lane = ?
                 UNION SELECT i.up FROM item i JOIN above ON i.id = above.id)
               UPDATE touch SET pending = 1 WHERE stage = 3 AND item IN (SELECT id FROM above)""",
            (self.id,),
        )

    @property
    def unmapped(self) -> bool:
        """Whether something arrived of which the map kept at the target does not know."""
        sql = (
            "SELECT EXISTS (SELECT 1 FROM item i JOIN lane l ON l.id = i.lane"
            " WHERE l.id = ? AND (i.lies IS NOT NULL OR i.departure <> '') AND i.run > l.mapped)"
        )
        return bool(self._connection.execute(sql, (self.id,)).fetchone()[0])

    def mapped(self, run: int) -> None:
        """Note that the map kept at the target knows of all that arrived up to a run."""
        self._connection.execute("UPDATE lane SET mapped = ? WHERE id = ?", (run, self.id))

    def compare(self) -> Comparison:
        """Begin to compare what was settled with what the target shows."""
        return Comparison(self)

    def balance(self, run: int) -> Balance:
        """Count what became of everything found, as of a run."""
        return weigh(self._connection, self.id, walk=self.number, run=run)

    def _arrived(
        self, row: Row, task: Make | Write[Any] | Move, result: Settled, run: int, touches: frozenset[Stage]
    ) -> None:
        connection, proof = self._connection, result.proof
        moved_on = isinstance(task, Move) and row.changed
        leaves = isinstance(task, Make) and row.arrived and not self.ours_alone(row)
        connection.execute(
            "UPDATE item SET state = ?, reason = '', detail = ?, run = ?, settled = ?, done_content = ?,"
            " done_place = place, lies = ?, proof_id = ?, proof_size = ?, proof_digest = ?, proof_etag = ?,"
            " new_link = ?, found = ?, checked = '', checked_at = NULL WHERE id = ?",
            (
                "pending" if moved_on else "done", "relocated" if isinstance(task, Move) else "", run,
                self.ledger.now(), "" if moved_on else row.item.content, result.path, proof.id, proof.size,
                proof.digest, proof.etag, result.link, result.found, row.id,
            ),
        )  # fmt: skip
        connection.execute("DELETE FROM intent WHERE item = ?", (row.id,))
        if proof.pieces:
            connection.execute("DELETE FROM piece WHERE item = ?", (row.id,))
            connection.executemany(
                "INSERT INTO piece (item, name, at, reactions, files, digest) VALUES (?, ?, ?, ?, ?, ?)",
                ((row.id, one.name, one.at, one.reactions, one.files, one.digest) for one in proof.pieces),
            )
        if leaves:
            self._follow(row, result.path)
        else:
            self._carry_along(row, result.path)
        connection.execute("DELETE FROM loss WHERE item = ? AND origin = 'target'", (row.id,))
        losses = list(result.losses)
        if row.item.kind not in GIVEN_NAMES and result.path.rpartition("/")[2] != row.item.name:
            losses.append(Loss(LossKind.NAME, row.item.name))
        self._lose(row.id, losses)
        connection.executemany(
            "INSERT INTO touch (item, stage, pending) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET pending = 1",
            ((row.id, int(stage)) for stage in touches),
        )
        connection.execute("UPDATE touch SET pending = 1 WHERE item = ? AND stage = 3", (row.up,))

    def _carry_along(self, row: Row, path: str) -> None:
        """What lies in a holder moves with it."""
        if row.item.holder and row.place.was and row.place.was != path:
            self._connection.execute(
                "UPDATE item SET lies = ?2 || substr(lies, length(?1) + 1)"
                " WHERE lane = ?3 AND substr(lies, 1, length(?1) + 1) = ?1 || '/'",
                (row.place.was, path, self.id),
            )

    def _follow(self, row: Row, path: str) -> None:
        """What lies in a holder that is not ours alone moves out of it, into the one made in its place."""
        if row.place.was != path:
            self._connection.execute(
                "UPDATE item SET done_place = '', state = 'pending', reason = '' WHERE lane = ? AND up = ?"
                " AND walk >= ? AND done_content IS NOT NULL",
                (self.id, row.id, self.number),
            )

    def _touched(self, row: Row, task: Touch, result: Settled | None) -> None:
        self._connection.execute("UPDATE touch SET pending = 0 WHERE item = ? AND stage = ?", (row.id, int(task.stage)))
        if result is not None:
            self._lose(row.id, result.losses)
            if result.proof.etag:
                self._connection.execute("UPDATE item SET proof_etag = ? WHERE id = ?", (result.proof.etag, row.id))

    def _lose(self, row: int, losses: Iterable[Loss]) -> None:
        self._connection.executemany(
            "INSERT INTO loss (item, origin, kind, detail, who, role) VALUES (?, 'target', ?, ?, ?, ?)",
            ((row, loss.kind, loss.detail, loss.who, loss.role) for loss in losses),
        )
