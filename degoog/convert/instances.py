"""A calendar resource expanded into what people see on their screens, by code that is not ours, and two compared."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import icalendar
import recurring_ical_events

from degoog.convert.calendar_object import RawObject, calendar_object
from degoog.convert.content_lines import written
from degoog.convert.zones import known
from degoog.errors import Refused
from degoog.i18n import _
from degoog.model import LossKind

# Where a conversion tells one of these, what the source says is not what any calendar would show.
_RETOLD = frozenset({LossKind.ZONE, LossKind.RECURRENCE, LossKind.TIME, LossKind.FIELD, LossKind.TEXT})
_FINE = re.compile(rb"FREQ=(SECONDLY|MINUTELY)", re.IGNORECASE)
_YEARS = timedelta(days=365)


class Instance(NamedTuple):
    """One occurrence: its beginning and end as ISO dates, or times in UTC (without a zone where it floats)."""

    begins: str
    ends: str
    title: str


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when occurrences are looked at."""

    first: datetime
    last: datetime

    @classmethod
    def around(cls, now: datetime) -> Span:
        """Give two years: the last one and the next."""
        return cls(now - _YEARS, now + _YEARS)


def instances(data: bytes, span: Span) -> Counter[Instance]:
    """Expand a resource. Cancelled occurrences are none; raises `ValueError` for what cannot be read."""
    try:
        return _beginnings(data) if _FINE.search(data) else _expanded(data, span)
    except (TypeError, AttributeError, KeyError, ArithmeticError) as error:  # what the libraries make of broken data
        raise ValueError(str(error)) from error


def _expanded(data: bytes, span: Span) -> Counter[Instance]:
    found: Counter[Instance] = Counter()
    for event in recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between(span.first, span.last):
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        start = event["DTSTART"].dt
        end = event.get("DTEND")
        if not skipped(start):
            found[Instance(_when(start), _when(end.dt if end else start), str(event.get("SUMMARY", "")))] += 1
    return found


def _beginnings(data: bytes) -> Counter[Instance]:
    """Give the beginning and the rule of each component: what repeats every second or minute has no end of others."""
    found: Counter[Instance] = Counter()
    events: Any = icalendar.Calendar.from_ical(data).walk("VEVENT")
    for one in events:
        rule = one.get("RRULE")
        told = rule.to_ical().decode() if rule is not None else ""
        found[Instance(_when(one["DTSTART"].dt), told, str(one.get("SUMMARY", "")))] += 1
    return found


def meant(raw: RawObject, span: Span) -> Counter[Instance]:
    """Expand what a source gives, as it gives it; where no calendar could, as the rules of conversion make it."""
    try:
        converted, losses = calendar_object(raw)
    except Refused:
        return Counter()
    names = [line.param("TZID") for one in raw.components for line in one.lines if "TZID" in line.params.upper()]
    retold = any(loss.kind in _RETOLD for loss in losses) or any(
        line.name == "EXRULE" for one in raw.components for line in one.lines
    )
    if retold or any(known(name) is None and name not in raw.definitions for name in names):
        return instances(converted, span)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//degoog//verify//EN"]
    for name in dict.fromkeys(names):
        if name in raw.definitions:
            lines += ["BEGIN:VTIMEZONE", *(str(line) for line in raw.definitions[name]), "END:VTIMEZONE"]
    for one in raw.components:
        lines += [f"BEGIN:{one.kind}", *(str(line) for line in one.lines), f"END:{one.kind}"]
    try:
        return instances(written([*lines, "END:VCALENDAR"]), span)
    except ValueError:  # no program can read it as it stands
        return instances(converted, span)


def skipped(start: date) -> bool:
    """Whether no clock ever showed that time: programs do not agree on what is meant by it."""
    return (
        isinstance(start, datetime)
        and start.tzinfo is not None
        and (start.astimezone(UTC).astimezone(start.tzinfo).hour != start.hour)
    )


def differences(expected: Counter[Instance], there: Counter[Instance], *, most: int = 5) -> Iterator[str]:
    """Tell what differs, one day after the other: so many at most, then how many more."""
    lacking, more = sorted((expected - there).elements()), sorted((there - expected).elements())
    told: list[str] = []
    for one in lacking:
        moved = next((two for two in more if two.title == one.title and two.begins[:10] == one.begins[:10]), None)
        if moved is not None:
            more.remove(moved)
            told.append(_("{day}: is from {there}, was meant from {meant}").format(
                day=one.begins[:10], there=_span(moved), meant=_span(one)))  # fmt: skip
            continue
        renamed = next((two for two in more if two[:2] == one[:2]), None)
        if renamed is not None:
            more.remove(renamed)
            told.append(_("{day}: is called “{there}”, was meant as “{meant}”").format(
                day=one.begins[:10], there=renamed.title, meant=one.title))  # fmt: skip
            continue
        told.append(_("{day}: “{title}” ({span}) is not there").format(
            day=one.begins[:10], title=one.title, span=_span(one)))  # fmt: skip
    told += [
        _("{day}: “{title}” ({span}) is there and should not be").format(
            day=one.begins[:10], title=one.title, span=_span(one)
        )
        for one in more
    ]
    yield from sorted(told)[:most]
    if len(told) > most:
        yield _("… and {number} more").format(number=len(told) - most)


def laid(found: Iterable[Instance]) -> bytes:
    """Write occurrences down."""
    return json.dumps([list(one) for one in found]).encode()


def taken_up(data: bytes) -> Counter[Instance]:
    """Read them back."""
    return Counter(Instance(*one) for one in json.loads(data))


def _span(one: Instance) -> str:
    return f"{one.begins} – {one.ends}"


def _when(value: date) -> str:
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    return str(value.isoformat())
