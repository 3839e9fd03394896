"""The balance of a lane: everything found has ended in one outcome."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

_BALANCE = """
SELECT
  count(*) FILTER (WHERE walk >= :walk AND state = 'done' AND run = :run),
  count(*) FILTER (WHERE walk >= :walk AND state = 'done' AND run IS NOT :run),
  count(*) FILTER (WHERE walk >= :walk AND state = 'skipped'),
  count(*) FILTER (WHERE walk >= :walk AND state = 'failed'),
  count(*) FILTER (WHERE walk >= :walk AND state = 'pending' AND up IS NOT NULL),
  count(*) FILTER (WHERE walk < :walk),
  coalesce(sum(coalesce(proof_size, size, 0)) FILTER (WHERE walk >= :walk AND state = 'done' AND run = :run
                                                       AND stage = 1 AND detail <> 'relocated'), 0)
FROM item INDEXED BY item_lane WHERE lane = :lane AND count > 0
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """What became of everything found, after a run: `found = moved + unchanged + skipped + failed + pending`.

    `found` is what the source yielded, counted apart from the outcomes. `gone` vanished at the source since an
    earlier walk and stands outside. `touches` are last touches (times, stars) still to do. `bytes` were moved.
    """

    found: int = 0
    moved: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    pending: int = 0
    gone: int = 0
    touches: int = 0
    bytes: int = 0

    def __add__(self, other: Balance) -> Balance:
        return Balance(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def holds(self) -> bool:
        """Whether everything found is accounted for."""
        return self.found == self.moved + self.unchanged + self.skipped + self.failed + self.pending


def weigh(connection: sqlite3.Connection, lane: int, *, walk: int, run: int) -> Balance:
    """Count what became of everything found in a lane's walk, as of a run."""
    what = {"lane": lane, "walk": walk, "run": run}
    moved, unchanged, skipped, failed, pending, gone, size = connection.execute(_BALANCE, what).fetchone()
    (found,) = connection.execute("SELECT found FROM lane WHERE id = ?", (lane,)).fetchone()
    (touches,) = connection.execute(
        "SELECT count(*) FROM touch t CROSS JOIN item i ON i.id = t.item WHERE t.stage >= 2 AND t.pending"
        " AND i.lane = :lane AND i.walk >= :walk",
        what,
    ).fetchone()
    return Balance(found, moved, unchanged, skipped, failed, pending, gone, touches, size)
