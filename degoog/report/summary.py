"""The last line of a command's `--json` output; docs/json.md documents it field by field."""

from __future__ import annotations

from collections.abc import Iterable

from degoog.ledger import Ledger
from degoog.ledger.counts import Checks, Group
from degoog.model import Departure
from degoog.report.facts import Facts, gather


def summary(
    ledger: Ledger, *, road: str, seconds: float, exit_code: int, run: int | None = None, extra: int = 0
) -> dict[str, object]:
    """Give the summary of a road after a run, as JSON values."""
    facts = gather(ledger, run=run, road=road, extra=extra)
    return {"event": "summary", "road": road, **numbers(facts), "seconds": round(seconds, 3), "exit": exit_code}


def numbers(facts: Facts) -> dict[str, object]:
    """Give the counts of a summary."""
    balance = facts.balance
    return {
        "found": balance.found,
        "moved": balance.moved,
        "unchanged": balance.unchanged,
        "skipped": balance.skipped,
        "failed": balance.failed,
        "pending": balance.pending,
        "balanced": balance.holds,
        "gone": balance.gone,
        "departed": by_cause(group for group in facts.left if isinstance(group.cause, Departure)),
        "touches": balance.touches,
        "to_look_at": facts.looks,
        "bytes": balance.bytes,
        "reasons": by_cause(facts.staying),
        "losses": by_cause(facts.losses),
        "proof": proof(facts.checks),
    }


def by_cause(groups: Iterable[Group]) -> dict[str, int]:
    """Give items by cause."""
    return {str(group.cause): group.tally.items for group in groups}


def proof(checks: Checks) -> dict[str, object]:
    """Give how sure one may be of the files that arrived."""
    return {
        "arrived": checks.arrived,
        "proven": checks.proven,
        "confirmed": checks.confirmed,
        "unproven": checks.unproven,
        "missing": checks.missing,
        "changed": checks.changed,
        "extra": checks.extra,
        "verified_at": None if checks.at is None else checks.at.isoformat(),
    }
