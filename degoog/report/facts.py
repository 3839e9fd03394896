"""Everything a report says before it lists items: one reading of the ledger, small whatever the ledger's size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from degoog.ledger import Balance, Ledger, counts
from degoog.ledger.checking import Verdict
from degoog.ledger.counts import Checks, Group, LaneCount, Tally
from degoog.model import FailReason, LossKind, Outcome, SkipReason
from degoog.report.remedies import TO_LOOK_AT


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to tell of one road, or of all.

    `look` are the causes that wait for a person, each once, in the order to tell them; `looks` the items behind them,
    an item with two causes once. `left` was left out by rule or is gone; `changed` arrived but changed on the way.
    `departed` is what became of what is gone where deletions were followed: what left in this run, and all that stays.
    """

    road: str
    lanes: tuple[LaneCount, ...]
    balance: Balance
    outcomes: Mapping[Outcome, Tally]
    look: tuple[Group, ...]
    looks: int
    left: tuple[Group, ...]
    changed: tuple[Group, ...]
    departed: tuple[Group, ...]
    checks: Checks
    withdrawn: tuple[counts.Withdrawn, ...] = ()

    @property
    def arrived(self) -> int:
        """Items that are in the new place: moved by the last run or by an earlier one."""
        return self.balance.moved + self.balance.unchanged

    @property
    def staying(self) -> tuple[Group, ...]:
        """What stays at the source, by reason: failed or left out."""
        return tuple(group for group in (*self.look, *self.left) if isinstance(group.cause, FailReason | SkipReason))

    @property
    def losses(self) -> tuple[Group, ...]:
        """What changed on the way, by kind, whether it waits for a person or not."""
        return tuple(group for group in (*self.look, *self.changed) if isinstance(group.cause, LossKind))

    @property
    def shares(self) -> int:
        """Items whose shares are to be given again."""
        return sum(group.tally.items for group in self.changed if group.cause is LossKind.SHARING)


def gather(ledger: Ledger, *, run: int | None = None, road: str | None = None, extra: int = 0) -> Facts:
    """Read what there is to tell. `run` is the migration whose settled items count as moved, by default the last.

    `extra` is what `verify` counted at the target that degoog did not put there.
    """
    lanes = tuple(counts.lanes(ledger, run=run, road=road))
    reasons = counts.reasons(ledger, run=run, road=road)
    losses = counts.losses(ledger, run=run, road=road)
    found = {group.cause: group.tally for group in (*reasons, *losses)}
    look = []
    for cause in TO_LOOK_AT:
        counted_apart = isinstance(cause, Verdict) or cause is LossKind.UNPROVEN
        tally = counts.count(ledger, cause, run=run, road=road) if counted_apart else found.get(cause, Tally())
        if tally.items:
            look.append(Group(cause, tally))
    return Facts(
        road=road or (lanes[0].road if lanes else "files"),
        lanes=lanes,
        balance=sum((lane.balance for lane in lanes), Balance()),
        outcomes=counts.outcomes(ledger, run=run, road=road),
        look=tuple(look),
        looks=counts.to_look_at(ledger, [group.cause for group in look], run=run, road=road),
        left=tuple(group for group in reasons if group.cause not in TO_LOOK_AT),
        changed=tuple(group for group in losses if group.cause not in TO_LOOK_AT),
        departed=tuple(counts.departures(ledger, run=run, road=road)),
        checks=counts.checks(ledger, road=road, extra=extra),
        withdrawn=tuple(counts.withdrawn(ledger, road=road)),
    )
