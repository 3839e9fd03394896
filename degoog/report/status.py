"""Where workspaces stand: one row a lane, for one association or for all those an agency looks after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from degoog import nouns
from degoog.i18n import _, n_
from degoog.ledger import Balance, Ledger, counts
from degoog.ledger.counts import Checks
from degoog.report.facts import gather
from degoog.report.plain import line
from degoog.report.statement import Options, no_options, typed_step
from degoog.report.terminal import folded
from degoog.wording import count, moment


@dataclass(frozen=True, slots=True)
class Status:
    """Where one road of a workspace stands. `next` is the command to run now, empty when nothing is left to do."""

    workspace: str
    road: str
    ends: tuple[tuple[str, str], ...]
    balance: Balance
    checks: Checks
    looks: int
    ran: datetime | None
    exit: int | None
    next: str


def status(ledger: Ledger, *, workspace: str = "", options: Options = no_options) -> list[Status]:
    """Give where each road of a ledger stands; nothing for a ledger with no road begun."""
    rows = []
    for road in dict.fromkeys(lane.road for lane in ledger.lanes()):
        facts = gather(ledger, road=road)
        last = counts.latest_runs(ledger).get(road)
        exits = {run.id: run.exit for run in ledger.runs(road)}
        step = typed_step(facts, options)
        rows.append(
            Status(
                workspace=workspace,
                road=road,
                ends=tuple((lane.source, lane.address) for lane in facts.lanes),
                balance=facts.balance,
                checks=facts.checks,
                looks=facts.looks,
                ran=max((lane.ran for lane in facts.lanes if lane.ran), default=None),
                exit=None if last is None else exits[last],
                next=step.command if step else "",
            )
        )
    return rows


def status_lines(rows: Iterable[Status], *, zone: tzinfo = UTC, width: int | None = None) -> list[str]:
    """Say where things stand, a short paragraph a row, folded at `width` where it is given."""
    told: list[str] = []
    for row in rows:
        when = _("last run on {moment}").format(moment=moment(row.ran, zone)) if row.ran else _("never run")
        head = _("{head}, {when}").format(head=nouns.road(row.road), when=when)
        if row.workspace:
            head = _("{workspace}: {head}").format(workspace=line(row.workspace), head=head)
        told += [head, f"  {_stands(row)}"]
        if row.looks:
            looks = n_(
                "{number} needs a look: the report says why", "{number} need a look: the report says why", row.looks
            )
            told.append("  " + looks.format(number=count(row.looks)))
        told += ["  " + _("Next:"), f"    {row.next}"] if row.next else ["  " + _("Nothing left to move.")]
    return folded(told or [_("No migration has begun here yet.")], width)


def _stands(row: Status) -> str:
    balance = row.balance
    parts = [
        n_("{arrived} of {found} is in the new place", "{arrived} of {found} are in the new place", balance.found)
        .format(arrived=count(balance.moved + balance.unchanged), found=count(balance.found)),
        n_("{number} left out", "{number} left out", balance.skipped).format(number=count(balance.skipped)),
        n_("{number} failed", "{number} failed", balance.failed).format(number=count(balance.failed)),
        n_("{number} to move", "{number} to move", balance.pending).format(number=count(balance.pending)),
    ]  # fmt: skip
    numbers = (1, balance.skipped, balance.failed, balance.pending)
    return ", ".join(part for part, number in zip(parts, numbers, strict=True) if number)
