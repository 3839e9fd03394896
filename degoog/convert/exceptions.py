"""Rules of exceptions (RFC 2445's EXRULE, which RFC 5545 dropped) as the dates they leave out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, tzinfo
from itertools import islice

from dateutil.rrule import rrulestr

from degoog.convert import moments
from degoog.convert.content_lines import Line

_MOST = 4000  # occurrences looked at: more than ten years of days


def left_out(start: Line, rules: Sequence[str], exceptions: Sequence[str], zone: tzinfo) -> tuple[list[str], bool]:
    """Give the dates of a series that rules of exceptions leave out, in the form of its beginning.

    True where the series goes on after the last one looked at. Rules are followed on the clocks of the beginning's
    zone, as RFC 5545 §3.3.10 wants.
    """
    begins = moments.of(start, zone)
    if begins is None:
        return [], False
    there = begins.tzinfo or zone
    first = begins.replace(tzinfo=None)
    found, more = [], False
    for rule in rules:
        last = first
        for count, at in enumerate(islice(_occurrences(rule, first, there), _MOST + 1)):
            more = more or count == _MOST
            last = max(last, at)
        excepted = {at for other in exceptions for at in _until(_occurrences(other, first, there), last)}
        found += [_written(at, start) for at in _until(_occurrences(rule, first, there), last) if at in excepted]
    return list(dict.fromkeys(found)), more


def _until(moments_: Iterator[datetime], last: datetime) -> Iterator[datetime]:
    for at in moments_:
        if at > last:
            return
        yield at


def _occurrences(rule: str, first: datetime, there: tzinfo) -> Iterator[datetime]:
    """Give the occurrences on the clocks of the zone; an UNTIL in UTC is read on them too."""
    parts = []
    for part in rule.strip(";").upper().split(";"):
        name, _equals, value = part.partition("=")
        until = moments.parse(value) if name == "UNTIL" else None
        if isinstance(until, datetime):
            local = until.astimezone(there) if until.tzinfo else until
            value = f"{local:%Y%m%dT%H%M%S}"
        elif until is not None:
            value = f"{datetime.combine(until, time(23, 59, 59)):%Y%m%dT%H%M%S}"
        parts.append(f"{name}={value}")
    yield from rrulestr(";".join(parts), dtstart=first)


def _written(at: datetime, start: Line) -> str:
    if moments.is_day(start):
        return f"{at.year:04d}{at:%m%d}"
    return f"{at.year:04d}{at:%m%dT%H%M%S}" + ("Z" if start.value.endswith("Z") else "")
