"""Time zones: the names that calendars use for them, and a VTIMEZONE for each (RFC 5545 §3.6.5)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

# Google writes `GMT+01:00`, some of its older calendars `GMT+0100` or `UTC-3`.
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?$")
_FIRST, _LAST = 1970, 2037
_STEP = timedelta(days=20)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Zone(NamedTuple):
    """A zone under the name degoog writes, and what times in it mean."""

    id: str
    tz: tzinfo


@lru_cache(maxsize=512)
def known(name: str) -> Zone | None:
    """Recognise a zone: IANA's name, Windows' name, a vendor's path that ends in one, an offset. None for no zone.

    The zone given has IANA's name wherever there is one, so that every program knows it.
    """
    name = name.strip().strip('"')
    for candidate in (name, WINDOWS_TO_OLSON.get(name, ""), *_tails(name)):
        if candidate and (zone := _iana(candidate)) is not None:
            return Zone(candidate, zone)
    if (found := _OFFSET.fullmatch(name)) is not None:
        sign = 1 if found[1] == "+" else -1
        offset = sign * timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if abs(offset) <= timedelta(hours=18):
            return Zone(name, timezone(offset))
    return None


def _tails(name: str) -> list[str]:
    # /freeassociation.sourceforge.net/Tzfile/Europe/Paris, /mozilla.org/20050126_1/Europe/Paris
    parts = name.strip("/").split("/")
    return ["/".join(parts[start:]) for start in range(1, len(parts))] if name.startswith("/") else []


def _iana(name: str) -> ZoneInfo | None:
    if name in {"localtime", "Factory", "posixrules"} or name.startswith(("posix/", "right/")):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones, a path, a name too long
        return None


class _Change(NamedTuple):
    """The clocks change: `local` is the time they showed just before."""

    local: datetime
    before: timedelta
    after: timedelta
    summer: bool
    name: str


@lru_cache(maxsize=256)
def definition(name: str) -> tuple[str, ...]:
    """Give the lines of the VTIMEZONE of a zone that `known` recognises, from 1970 on.

    Rules that hold for good are written as rules and not as lists of dates, so that an event of 2060 is right too.
    """
    zone = known(name)
    if zone is None:
        raise ValueError(name)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone.id}"]
    first = datetime(_FIRST, 1, 2, tzinfo=UTC).astimezone(zone.tz)
    standard = first.utcoffset() or timedelta()
    lines += _observance(
        _Change(
            first.replace(month=1, day=1, hour=0, tzinfo=None),
            standard,
            standard,
            bool(first.dst()),
            _named(first, standard),
        ),
        "",
        (),
    )
    groups: dict[tuple[timedelta, timedelta, bool, str], list[_Change]] = {}
    for change in _changes(zone.tz):
        groups.setdefault((change.before, change.after, change.summer, change.name), []).append(change)
    for group in groups.values():
        listed, rule = _rule(group)
        if listed:
            lines += _observance(listed[0], "", [change.local for change in listed])
        if rule:
            lines += _observance(group[len(listed)], rule, ())
    return (*lines, "END:VTIMEZONE")


def _observance(change: _Change, rule: str, dates: list[datetime] | tuple[()]) -> list[str]:
    kind = "DAYLIGHT" if change.summer else "STANDARD"
    lines = [
        f"BEGIN:{kind}",
        f"DTSTART:{change.local:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_written(change.before)}",
        f"TZOFFSETTO:{_written(change.after)}",
        f"TZNAME:{change.name}",
    ]
    if rule:
        lines.append(f"RRULE:{rule}")
    elif len(dates) > 1:
        lines.append("RDATE:" + ",".join(f"{date:%Y%m%dT%H%M%S}" for date in dates[1:]))
    return [*lines, f"END:{kind}"]


def _rule(group: list[_Change]) -> tuple[list[_Change], str]:
    """Split a kind of change into those to be listed, and the rule of those that come back every year for good."""
    last = group[-1]
    if last.local.year < _LAST:
        return group, ""
    week, at = _nth(last.local), last.local.time()
    best = ([*group], "")
    for nth in {week, -1 if _is_last(last.local) else week}:
        start = len(group) - 1
        for earlier, later in reversed(list(pairwise(group))):
            fits = _nth(earlier.local) == nth if nth > 0 else _is_last(earlier.local)
            yearly = later.local.year - earlier.local.year == 1
            same = (earlier.local.month, earlier.local.weekday(), earlier.local.time()) == (
                last.local.month, last.local.weekday(), at,
            )  # fmt: skip
            if not (fits and yearly and same):
                break
            start -= 1
        if start < len(best[0]):
            rule = f"FREQ=YEARLY;BYMONTH={last.local.month};BYDAY={nth}{_DAYS[last.local.weekday()]}"
            best = (group[:start], rule)
    # Two years alike are no rule: Morocco's clocks follow the moon.
    return best if len(group) - len(best[0]) > 5 else (group, "")


def _nth(date: datetime) -> int:
    return (date.day - 1) // 7 + 1


def _is_last(date: datetime) -> bool:
    return (date + timedelta(days=7)).month != date.month


def _changes(zone: tzinfo) -> list[_Change]:
    found = []
    at, end = datetime(_FIRST, 1, 1, tzinfo=UTC), datetime(_LAST + 1, 1, 1, tzinfo=UTC)
    while at < end:
        later = at + _STEP
        if _state(at, zone) != _state(later, zone):
            low, high = at, later
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                low, high = (middle, high) if _state(middle, zone) == _state(low, zone) else (low, middle)
            before = low.astimezone(zone).utcoffset() or timedelta()
            new = high.astimezone(zone)
            after = new.utcoffset() or timedelta()
            local = (high + before).replace(tzinfo=None)
            found.append(_Change(local, before, after, bool(new.dst()), _named(new, after)))
            at = high
        else:
            at = later
    return found


def _state(at: datetime, zone: tzinfo) -> tuple[timedelta | None, str | None]:
    there = at.astimezone(zone)
    return there.utcoffset(), there.tzname()


def _named(there: datetime, offset: timedelta) -> str:
    name = there.tzname() or ""
    return name if name.isalpha() else _written(offset)


def _written(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    more = f"{seconds % 60:02d}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600:02d}{seconds // 60 % 60:02d}{more}"
