"""items.csv, shares.csv and links.csv: for people and their spreadsheets; programs read items.jsonl.

RFC 4180, in UTF-8 with a byte order mark (without it Excel reads accents wrong), headings and words in the reader's
language, separated as that language's spreadsheets expect: `;` in French, `,` in English. A cell that a spreadsheet
would take for a formula begins with `'`. Times are in the reader's time zone, as `2026-11-22 18:05:00`.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime, tzinfo
from typing import IO

from degoog.i18n import _, language
from degoog.ledger.checking import Verdict
from degoog.ledger.entries import Entry, Share
from degoog.model import Loss
from degoog.report.plain import cell
from degoog.report.words import reason, role, word

Cells = list[str | int | None]


class Sheet:
    """A spreadsheet being written; `end` it before its file is closed."""

    def __init__(self, file: IO[bytes], heading: Cells) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        separator = ";" if language() == "fr" else ","
        self._writer = csv.writer(self._text, delimiter=separator, lineterminator="\r\n")
        self._writer.writerow(heading)

    def add(self, row: Cells) -> None:
        """Write a line."""
        self._writer.writerow([cell(value) if isinstance(value, str) else value for value in row])

    def end(self) -> None:
        """Hand over what is still held; the file stays open."""
        self._text.flush()
        self._text.detach()


def item_heading() -> Cells:
    """Give the first line of items.csv."""
    return [
        _("Place at the source"), _("Name"), _("What it is"), _("Outcome"), _("Reason"), _("Detail"),
        _("Changed on the way"), _("Place in the new place"), _("New link"), _("Old link"), _("Bytes"), _("Number"),
        _("Proof"), _("Checked"), _("Owner"), _("Last change"), _("Created"), _("Moved on"), _("From"), _("To"),
        _("Road"),
    ]  # fmt: skip


def item(entry: Entry, zone: tzinfo) -> Cells:
    """Give an item's line."""
    return [
        entry.path, entry.name, word(entry.kind), word(entry.outcome), reason(entry.reason), entry.detail,
        " ; ".join(told(loss) for loss in entry.losses), entry.lies, entry.new_link, entry.old_link, entry.size,
        entry.count, entry.digest, word(Verdict(entry.checked)) if entry.checked else "", entry.owner,
        _time(entry.modified, zone), _time(entry.created, zone), _time(entry.settled, zone), entry.source,
        entry.address, entry.road,
    ]  # fmt: skip


def share_heading() -> Cells:
    """Give the first line of shares.csv."""
    return [
        _("Place at the source"), _("What it is"), _("Who"), _("Right"), _("Detail"), _("Place in the new place"),
        _("New link"), _("Old link"),
    ]  # fmt: skip


def share(given: Share) -> Cells:
    """Give the line of a right somebody had on something at the source."""
    return [
        given.path, word(given.kind), given.who, role(given.role), given.detail, given.lies, given.new_link,
        given.old_link,
    ]  # fmt: skip


def link_heading() -> Cells:
    """Give the first line of links.csv."""
    return [_("Old link"), _("New link"), _("Place at the source"), _("Place in the new place"), _("Outcome")]


def link(entry: Entry) -> Cells:
    """Give the line of an item's old link, and where it is now."""
    return [entry.old_link, entry.new_link, entry.path, entry.lies, word(entry.outcome)]


def told(loss: Loss) -> str:
    """Say a loss in a few words."""
    more = about(loss)
    return _("{what}: {more}").format(what=word(loss.kind), more=more) if more else word(loss.kind)


def about(loss: Loss) -> str:
    """Say whom or what a loss is about; empty where its kind says it all."""
    return " ".join(part for part in (loss.who, f"({role(loss.role)})" if loss.role else "", loss.detail) if part)


def _time(value: datetime | None, zone: tzinfo) -> str:
    return "" if value is None else value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
