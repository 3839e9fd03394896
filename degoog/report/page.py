"""report.html: one page, whole in itself, from the ledger through templates/report.html.j2."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import files
from typing import IO

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from degoog import __version__
from degoog.i18n import _, language, n_
from degoog.ledger import Ledger, Run, counts
from degoog.ledger.counts import Checks, Group, Tally
from degoog.ledger.entries import Cause, Entry, entries, places
from degoog.model import FailReason, Kind, LossKind, Outcome, SkipReason
from degoog.report import picture
from degoog.report.facts import Facts
from degoog.report.families import family
from degoog.report.plain import href, visible
from degoog.report.remedies import Remedy, remedy
from degoog.report.spreadsheets import about
from degoog.report.statement import Next, equation, statement
from degoog.report.withdrawn import withdrawn
from degoog.report.words import reason, word
from degoog.wording import count, duration, moment, size

LIMIT = 5000  # lines of the table: about 2 MB, which a telephone still opens
PRINTED = 200  # lines that are worth their paper
_EXAMPLES = 100  # things listed under a cause
_RUNS = 30


@dataclass(frozen=True, slots=True)
class _Told:
    """A cause as the page tells it."""

    cause: Cause
    said: Remedy
    items: int
    owners: tuple[tuple[str, Tally], ...]
    examples: tuple[Entry, ...]
    limit: int

    def more(self, entry: Entry) -> list[str]:
        """Give what to say of one thing beside its name."""
        if isinstance(self.cause, LossKind):
            # An old name is the end of the old place already.
            told = (about(loss) for loss in entry.losses if loss.kind is self.cause is not LossKind.NAME)
            return [text for text in told if text]
        return [entry.detail] if isinstance(self.cause, FailReason | SkipReason) and entry.detail else []


@dataclass(frozen=True, slots=True)
class _KindLine:
    label: str
    found: int
    arrived: int
    bytes: int


@dataclass(frozen=True, slots=True)
class _RunLine:
    began: str
    command: str
    lasted: str
    sent: str
    ended: str


def write_page(
    file: IO[bytes],
    ledger: Ledger,
    facts: Facts,
    *,
    made: datetime,
    zone: tzinfo = UTC,
    structure: str = "",
    steps: Sequence[Next] = (),
    run: int | None = None,
    road: str | None = None,
    limit: int = LIMIT,
) -> None:
    """Write the page piece by piece; memory does not grow with the ledger."""
    course = counts.progress(ledger, road=road)
    ran = max((lane.ran for lane in facts.lanes if lane.ran), default=None)
    style, script = _resource("report.css"), _resource("report.js")
    pieces = _environment().get_template("report.html.j2").generate(
        language=language(), version=__version__, structure=structure,
        style=Markup(style), style_hash=_hash(style), script=Markup(script), script_hash=_hash(script),  # noqa: S704
        made=moment(made, zone), ran=moment(ran, zone) if ran else "",
        statement=[*statement(facts, zone=zone), *withdrawn(facts.withdrawn)],
        equation=equation(facts.balance), steps=steps,
        parts=picture.outcome_parts(facts.outcomes),
        look=_told(ledger, facts.look, run, road), looks=facts.looks,
        left=_told(ledger, facts.left, run, road), changed=_told(ledger, facts.changed, run, road),
        lanes=facts.lanes, kinds=_kinds(counts.kinds(ledger, run=run, road=road)),
        bars=picture.family_bars(counts.families(ledger, family, run=run, road=road)),
        line=picture.progress_line(course, zone=zone), top=course[-1].items if course else 0,
        proof=_proof(facts.checks), runs=[_run(one, zone) for one in ledger.runs(road)[-_RUNS:]],
        items=sum(tally.items for outcome, tally in facts.outcomes.items() if outcome is not Outcome.GONE),
        limit=limit, printed=PRINTED, places=places(ledger, run=run, road=road, limit=limit),
    )  # fmt: skip
    for piece in _joined(pieces):
        file.write(piece.encode())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("degoog.report"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(name=_name, href=href, visible=visible)
    environment.globals.update(_=_, n_=n_, count=count, size=size, word=word, reason=reason)
    return environment


def _name(text: str) -> Markup:
    """Give a name from outside, with its direction kept to itself."""
    return Markup("<bdi>{}</bdi>").format(escape(visible(text)))


@cache
def _resource(name: str) -> str:
    return (files("degoog.report") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _joined(pieces: Iterable[str], least: int = 1 << 16) -> Iterator[str]:
    held: list[str] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= least:
            yield "".join(held)
            held, length = [], 0
    yield "".join(held)


def _told(ledger: Ledger, groups: Sequence[Group], run: int | None, road: str | None) -> list[_Told]:
    return [
        _Told(
            cause=group.cause,
            said=remedy(group.cause, group.tally.items),
            items=group.tally.items,
            owners=tuple(counts.owners(ledger, cause=group.cause, run=run, road=road, limit=5))
            if isinstance(group.cause, FailReason | SkipReason)
            else (),
            examples=tuple(entries(ledger, run=run, road=road, cause=group.cause, limit=_EXAMPLES)),
            limit=_EXAMPLES,
        )
        for group in groups
    ]


def _kinds(kinds: Mapping[tuple[Kind, Outcome], Tally]) -> list[_KindLine]:
    lines = []
    for kind in Kind:
        tallies = {outcome: kinds.get((kind, outcome), Tally()) for outcome in Outcome if outcome is not Outcome.GONE}
        there = tallies[Outcome.MOVED] + tallies[Outcome.UNCHANGED]
        if found := sum(tally.items for tally in tallies.values()):
            lines.append(_KindLine(word(kind), found, there.items, there.bytes))
    return lines


def _proof(checks: Checks) -> list[tuple[str, int]]:
    when = _("proven by “degoog verify”")
    lines = [
        (when, checks.proven),
        (_("confirmed by the new place as they arrived, not compared since"), checks.confirmed),
        (_("not proven"), checks.unproven),
        (_("missing since (folders too)"), checks.missing),
        (_("changed since (folders too)"), checks.changed),
    ]
    return [(label, number) for label, number in lines if number] or [(_("none yet"), 0)]


def _run(run: Run, zone: tzinfo) -> _RunLine:
    endings = {
        0: _("well"),
        3: _("well, with things to look at"),
        4: _("stopped by a service; run again to go on"),
        130: _("interrupted; run again to go on"),
    }
    ended = _("cut short, or still running") if run.exit is None else endings.get(run.exit, _("with an error"))
    return _RunLine(
        began=moment(datetime.fromtimestamp(run.began, UTC), zone),
        command=" ".join(dict.fromkeys((*run.command.split(), run.road))),
        lasted=duration(run.ended - run.began) if run.ended else "",
        sent=size(run.bytes),
        ended=f"{ended} ({run.stopped})" if run.stopped else ended,
    )
