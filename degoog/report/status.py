"""Where workspaces stand: one row a lane, for one association or for all those an agency looks after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from degoog.i18n import _, n_
from degoog.ledger import Balance, Ledger, counts
from degoog.ledger.counts import Checks
from degoog.report.facts import gather
from degoog.report.plain import line
from degoog.report.statement import next_step
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


def status(ledger: Ledger, *, workspace: str = "", options: str = "") -> list[Status]:
    """Give where each road of a ledger stands; nothing for a ledger with no road begun."""
    rows = []
    for road in dict.fromkeys(lane.road for lane in ledger.lanes()):
        facts = gather(ledger, road=road)
        last = counts.latest_runs(ledger).get(road)
        exits = {run.id: run.exit for run in ledger.runs(road)}
        step = next_step(facts, options=options)
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


def status_lines(rows: Iterable[Status], *, zone: tzinfo = UTC) -> list[str]:
    """Say where things stand, a short paragraph a row."""
    told: list[str] = []
    for row in rows:
        balance = row.balance
        when = _("last run on {moment}").format(moment=moment(row.ran, zone)) if row.ran else _("never run")
        head = f"{line(row.workspace)}: {row.road}" if row.workspace else row.road
        told += [
            _("{head}, {when}").format(head=head, when=when),
            "  "
            + _(
                "{arrived} of {found} are in the new place, {skipped} left out, {failed} failed, {pending} to move"
            ).format(
                arrived=count(balance.moved + balance.unchanged),
                found=count(balance.found),
                skipped=count(balance.skipped),
                failed=count(balance.failed),
                pending=count(balance.pending),
            ),
        ]
        if row.looks:
            told.append(
                "  " + n_("{number} needs a look", "{number} need a look", row.looks).format(number=count(row.looks))
            )
        told.append("  " + (_("Next: {command}").format(command=row.next) if row.next else _("Nothing left to do.")))
    return told or [_("No migration has begun here yet.")]
