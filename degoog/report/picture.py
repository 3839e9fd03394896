"""The charts of the page as plain numbers: what is drawn how wide, and what is written beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo

from babel.numbers import format_percent

from degoog.i18n import language
from degoog.ledger.counts import Step, Tally
from degoog.model import Outcome
from degoog.report import words
from degoog.report.families import label
from degoog.wording import count, moment, size

_LEAST = 0.8  # percent of the width: an outcome can be seen, however rare; its true share is written beside it
_THINNEST = 0.25
_SHORT = timedelta(minutes=2)  # a line over less would only show how batches close
_ORDER = (Outcome.MOVED, Outcome.UNCHANGED, Outcome.SKIPPED, Outcome.FAILED, Outcome.PENDING)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a bar. `x` and `width` are in percent of it; `share` is the true share, for reading."""

    name: str
    label: str
    number: str
    share: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a bar chart; the longest is 100 percent wide."""

    label: str
    number: str
    items: str
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """Progress over time, in a box of 100 by 100: `area` and `line` are SVG paths, `table` some of its points."""

    line: str
    area: str
    first: str
    last: str
    top: str
    table: tuple[tuple[str, str, str], ...]


def outcome_parts(outcomes: Mapping[Outcome, Tally]) -> list[Part]:
    """Give the stretches of the outcomes' bar, without those of no width; `gone` is not part of what was found."""
    found = [(outcome, outcomes[outcome].items) for outcome in _ORDER if outcomes[outcome].items]
    total = sum(items for _outcome, items in found)
    drawn = [max(_LEAST, 100 * items / total) for _outcome, items in found]
    scale = 100 / sum(drawn) if drawn else 1
    parts, x = [], 0.0
    for (outcome, items), width in zip(found, drawn, strict=True):
        parts.append(
            Part(
                outcome,
                words.outcome(outcome, items),
                count(items),
                percent(items, total),
                round(x, 3),
                round(width * scale, 3),
            )
        )
        x += width * scale
    return parts


def family_bars(families: Sequence[tuple[str, Tally]]) -> list[Bar]:
    """Give a bar of bytes for each family of files, the largest first."""
    longest = max((tally.bytes for _name, tally in families), default=0)
    return [
        Bar(
            label(name),
            size(tally.bytes),
            count(tally.items),
            round(max(_THINNEST if tally.bytes else 0, 100 * tally.bytes / longest), 3) if longest else 0,
        )
        for name, tally in families
    ]


def progress_line(steps: Sequence[Step], *, zone: tzinfo = UTC) -> Line | None:
    """Give the line of what had arrived by when; None where there is too little to draw a line."""
    if len(steps) < 3 or steps[-1].at - steps[0].at < _SHORT:
        return None
    top = steps[-1].items
    points = [(100 * n / (len(steps) - 1), 100 - 100 * step.items / top) for n, step in enumerate(steps)]
    line = " ".join(f"{'M' if n == 0 else 'L'}{x:.2f} {y:.2f}" for n, (x, y) in enumerate(points))
    every = max(1, len(steps) // 8)
    chosen = [step for n, step in enumerate(steps[:-1]) if n % every == 0] + [steps[-1]]
    return Line(
        line=line,
        area=f"{line} L100 100 L0 100 Z",
        first=moment(steps[0].at, zone),
        last=moment(steps[-1].at, zone),
        top=count(top),
        table=tuple((moment(step.at, zone), count(step.items), size(step.bytes)) for step in chosen),
    )


def percent(part: int, whole: int) -> str:
    """Write a share so that what is not all is never shown as all, nor what is something as nothing."""
    locale = "fr" if language() == "fr" else "en_GB"
    share = part / whole if whole else 0.0
    if 0 < share < 0.001:
        return f"< {format_percent(0.001, format='#,##0.#%', locale=locale)}"
    if 0.999 < share < 1:
        return f"> {format_percent(0.999, format='#,##0.#%', locale=locale)}"
    pattern = "#,##0.#\u202f%" if language() == "fr" else "#,##0.#%"
    return str(format_percent(share, format=pattern, locale=locale))
