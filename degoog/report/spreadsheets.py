"""items.csv, shares.csv and links.csv: for people and their spreadsheets; programs read items.jsonl.

RFC 4180, in UTF-8 with a byte order mark (without it Excel reads accents wrong), headings and words in the reader's
language, separated as that language's spreadsheets expect: `;` in French, `,` in English. A cell that a spreadsheet
would take for a formula begins with `'`. Times are in the reader's time zone, as `2026-11-22 18:05:00`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import IO

from degoog.i18n import _, language
from degoog.ledger.checking import Verdict
from degoog.ledger.entries import Entry, Share
from degoog.model import Loss
from degoog.report.plain import cell
from degoog.report.words import reason, role, word

Cells = list[str | int | None]


def write_items(file: IO[bytes], entries: Iterable[Entry], zone: tzinfo) -> None:
    """Write a line for each item."""
    heading: Cells = [
        _("Place at the source"), _("Name"), _("What it is"), _("Outcome"), _("Reason"), _("Detail"),
        _("Changed on the way"), _("Place in the new place"), _("New link"), _("Old link"), _("Bytes"), _("Number"),
        _("Proof"), _("Checked"), _("Owner"), _("Last change"), _("Created"), _("Moved on"), _("From"), _("To"),
        _("Road"),
    ]  # fmt: skip
    _write(file, heading, (_item(entry, zone) for entry in entries))


def write_shares(file: IO[bytes], shares: Iterable[Share]) -> None:
    """Write a line for each right somebody had on something at the source."""
    heading: Cells = [
        _("Place at the source"), _("What it is"), _("Who"), _("Right"), _("Detail"), _("Place in the new place"),
        _("New link"), _("Old link"),
    ]  # fmt: skip
    rows: Iterator[Cells] = (
        [s.path, word(s.kind), s.who, role(s.role), s.detail, s.lies, s.new_link, s.old_link] for s in shares
    )
    _write(file, heading, rows)


def write_links(file: IO[bytes], entries: Iterable[Entry]) -> None:
    """Write a line for each item with an old link, and where it is now."""
    heading: Cells = [
        _("Old link"), _("New link"), _("Place at the source"), _("Place in the new place"), _("Outcome"),
    ]  # fmt: skip
    rows: Iterator[Cells] = (
        [entry.old_link, entry.new_link, entry.path, entry.lies, word(entry.outcome)]
        for entry in entries
        if entry.old_link
    )
    _write(file, heading, rows)


def told(loss: Loss) -> str:
    """Say a loss in a few words."""
    more = about(loss)
    return _("{what}: {more}").format(what=word(loss.kind), more=more) if more else word(loss.kind)


def about(loss: Loss) -> str:
    """Say whom or what a loss is about; empty where its kind says it all."""
    return " ".join(part for part in (loss.who, f"({role(loss.role)})" if loss.role else "", loss.detail) if part)


def _item(entry: Entry, zone: tzinfo) -> Cells:
    return [
        entry.path, entry.name, word(entry.kind), word(entry.outcome), reason(entry.reason), entry.detail,
        " ; ".join(told(loss) for loss in entry.losses), entry.lies, entry.new_link, entry.old_link, entry.size,
        entry.count, entry.digest, word(Verdict(entry.checked)) if entry.checked else "", entry.owner,
        _time(entry.modified, zone), _time(entry.created, zone), _time(entry.settled, zone), entry.source,
        entry.address, entry.road,
    ]  # fmt: skip


def _time(value: datetime | None, zone: tzinfo) -> str:
    return "" if value is None else value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _write(file: IO[bytes], heading: Cells, rows: Iterable[Cells]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";" if language() == "fr" else ",", lineterminator="\r\n")
    writer.writerow(heading)
    for row in rows:
        writer.writerow([cell(value) if isinstance(value, str) else value for value in row])
    text.flush()
    text.detach()
