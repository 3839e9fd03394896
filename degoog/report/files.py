"""The report's files, written from one reading of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from degoog import nouns
from degoog.files import replacing
from degoog.i18n import _
from degoog.ledger import Ledger, counts
from degoog.ledger.entries import entries, reading, shares
from degoog.report import page, records, spreadsheets
from degoog.report.facts import gather
from degoog.report.families import family
from degoog.report.statement import Next, Options, no_options, statement, typed_step

Clock = Callable[[], float]
_MINE = 0o600  # names of people and documents: for the one who ran it, who may pass it on


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Where the files of a report lie."""

    html: Path
    items_csv: Path
    shares_csv: Path
    links_csv: Path
    json: Path
    items_jsonl: Path


def report(
    ledger: Ledger,
    folder: Path,
    *,
    clock: Clock,
    run: int | None = None,
    road: str | None = None,
    zone: tzinfo = UTC,
    structure: str = "",
    options: Options = no_options,
    limit: int = page.LIMIT,
) -> ReportFiles:
    """Write the report into `folder`, made if it is not there; each file is replaced whole or left as it was.

    All files tell one state of the ledger. `run` is the migration whose settled items count as moved, by default each
    road's last. `options` is added to the commands shown. `limit` is the length of the page's table. Memory does not
    grow with the ledger.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = datetime.fromtimestamp(clock(), UTC)
    written = ReportFiles(
        folder / "report.html", folder / "items.csv", folder / "shares.csv", folder / "links.csv",
        folder / "report.json", folder / "items.jsonl",
    )  # fmt: skip
    with reading(ledger):
        facts = gather(ledger, run=run, road=road)
        _write_items(ledger, written, run, road, zone)
        with replacing(written.json, mode=_MINE) as file:
            records.write_report(
                file,
                facts,
                made=made,
                statement=statement(facts, zone=zone),
                runs=ledger.runs(road),
                kinds=counts.kinds(ledger, run=run, road=road),
                families=counts.families(ledger, family, run=run, road=road),
                owners=counts.owners(ledger, run=run, road=road),
            )
        with replacing(written.html, mode=_MINE) as file:
            page.write_page(
                file, ledger, facts, made=made, zone=zone, structure=structure, run=run, road=road, limit=limit,
                steps=_next_steps(ledger, road, options),
            )  # fmt: skip
    return written


def _next_steps(ledger: Ledger, road: str | None, options: Options) -> list[Next]:
    """Give what to do next, road by road, each named where there are several."""
    roads = list(dict.fromkeys(lane.road for lane in ledger.lanes(road))) or [road or "files"]
    steps = {name: typed_step(gather(ledger, road=name), options) for name in roads}
    named = _("{road}. {why}") if len(roads) > 1 else "{why}"
    return [
        Next(named.format(road=nouns.road(name), why=step.why), step.command)
        for name, step in steps.items()
        if step is not None
    ]


def _write_items(ledger: Ledger, written: ReportFiles, run: int | None, road: str | None, zone: tzinfo) -> None:
    """Write every file that has a line for each item, in one passage over the ledger."""
    with (
        replacing(written.items_csv, mode=_MINE) as items_file,
        replacing(written.links_csv, mode=_MINE) as links_file,
        replacing(written.shares_csv, mode=_MINE) as shares_file,
        replacing(written.items_jsonl, mode=_MINE) as lines_file,
    ):
        items = spreadsheets.Sheet(items_file, spreadsheets.item_heading())
        links = spreadsheets.Sheet(links_file, spreadsheets.link_heading())
        for entry in entries(ledger, run=run, road=road):
            items.add(spreadsheets.item(entry, zone))
            lines_file.write(records.line(entry))
            if entry.old_link:
                links.add(spreadsheets.link(entry))
        shared = spreadsheets.Sheet(shares_file, spreadsheets.share_heading())
        for given in shares(ledger, road=road):
            shared.add(spreadsheets.share(given))
        for sheet in (items, links, shared):
            sheet.end()
