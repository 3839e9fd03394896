"""report.json and items.jsonl: for programs; the same in every language. docs/json.md documents them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import IO

from degoog import __version__
from degoog.ledger import Run
from degoog.ledger.counts import Tally
from degoog.ledger.entries import Entry
from degoog.model import Kind, Outcome
from degoog.report.facts import Facts
from degoog.report.summary import numbers

FORMAT = 1


def write_report(
    file: IO[bytes],
    facts: Facts,
    *,
    made: datetime,
    statement: list[str],
    runs: Iterable[Run],
    kinds: Mapping[tuple[Kind, Outcome], Tally],
    families: Iterable[tuple[str, Tally]],
    owners: Iterable[tuple[str, Tally]],
) -> None:
    """Write the report as one JSON object."""
    value = {
        "format": FORMAT,
        "degoog": __version__,
        "made": made.isoformat(),
        "statement": statement,
        **numbers(facts),
        "lanes": [
            {
                "road": lane.road,
                "source": lane.source,
                "address": lane.address,
                "run": lane.run,
                "ran": None if lane.ran is None else lane.ran.isoformat(),
                "found": lane.balance.found,
                "moved": lane.balance.moved,
                "unchanged": lane.balance.unchanged,
                "skipped": lane.balance.skipped,
                "failed": lane.balance.failed,
                "pending": lane.balance.pending,
                "gone": lane.balance.gone,
                "bytes": lane.balance.bytes,
            }
            for lane in facts.lanes
        ],
        "kinds": [{"kind": kind, "outcome": outcome, **_tally(tally)} for (kind, outcome), tally in kinds.items()],
        "families": [{"family": name, **_tally(tally)} for name, tally in families],
        "owners": [{"owner": name, **_tally(tally)} for name, tally in owners],
        "runs": [
            {
                "id": run.id, "command": run.command, "road": run.road, "degoog": run.version, "began": run.began,
                "ended": run.ended, "exit": run.exit, "bytes": run.bytes, "stopped": run.stopped,
            }
            for run in runs
        ],
    }  # fmt: skip
    file.write(json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n")


def line(entry: Entry) -> bytes:
    """Give an item's line of items.jsonl."""
    return json.dumps(item(entry), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def item(entry: Entry) -> dict[str, object]:
    """Give an item as JSON values."""
    return {
        "ref": entry.ref,
        "road": entry.road,
        "source": entry.source,
        "address": entry.address,
        "kind": entry.kind,
        "name": entry.name,
        "path": entry.path,
        "size": entry.size,
        "count": entry.count,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "detail": entry.detail,
        "losses": [
            {"kind": loss.kind, "detail": loss.detail, "who": loss.who, "role": loss.role} for loss in entry.losses
        ],
        "lies": entry.lies,
        "digest": entry.digest,
        "checked": entry.checked,
        "old_link": entry.old_link,
        "new_link": entry.new_link,
        "modified": _time(entry.modified),
        "created": _time(entry.created),
        "settled": _time(entry.settled),
        "owner": entry.owner,
        "media": entry.media,
    }


def _tally(tally: Tally) -> dict[str, int]:
    return {"items": tally.items, "things": tally.things, "bytes": tally.bytes}


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()
