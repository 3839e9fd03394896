"""Dates and times as iCalendar writes them (RFC 5545 §3.3.4, §3.3.5), and recurrence rules that can be read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, tzinfo

from degoog.convert import zones
from degoog.convert.content_lines import Line

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?")
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_FREQUENCIES = frozenset({"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
# How large the numbers of each part may be (RFC 5545 §3.3.10); below zero they count from the end.
_PARTS = {
    "BYSECOND": (0, 60), "BYMINUTE": (0, 59), "BYHOUR": (0, 23), "BYMONTHDAY": (-31, 31), "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53), "BYMONTH": (1, 12), "BYSETPOS": (-366, 366),
}  # fmt: skip


def parse(value: str) -> date | datetime | None:
    """Read a date, or a time: aware where it is UTC, else without a zone. None for what is neither."""
    found = _DATE.fullmatch(value.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second, utc = found.groups()
    try:
        if hour is None:
            return date(int(year), int(month), int(day))
        # A leap second is the last one of its minute to Python.
        return datetime(
            int(year), int(month), int(day), int(hour), int(minute), min(59, int(second)), tzinfo=UTC if utc else None
        )
    except ValueError:
        return None


def of(line: Line, zone: tzinfo = UTC) -> datetime | None:
    """Give the moment a line means; a date or a floating time is taken in `zone`. None where it means none."""
    value = parse(line.value)
    if value is None:
        return None
    named = zones.known(line.param("TZID"))
    there = named.tz if named else zone
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=there)
    return value if value.tzinfo else value.replace(tzinfo=there)


def seconds(line: Line, zone: tzinfo = UTC) -> float:
    """Give a moment as seconds since 1970, to compare; 0 where it means none."""
    at = of(line, zone)
    return (at - EPOCH).total_seconds() if at is not None else 0.0


def is_day(line: Line) -> bool:
    """Whether it is a date without a time."""
    return "T" not in line.value


def like(moment: Line, model: Line, zone: tzinfo) -> str:
    """Write a moment in the form of another one: as a date, in UTC, or in the model's own zone."""
    at = of(moment, zone)
    if at is None or (is_day(moment) and is_day(model)):
        return moment.value
    if is_day(model):
        return f"{at.year:04d}{at:%m%d}" if not is_day(moment) else moment.value
    named = zones.known(model.param("TZID"))
    if model.value.endswith("Z"):
        there = at.astimezone(UTC)
        return f"{there.year:04d}{there:%m%dT%H%M%S}Z"
    there = at.astimezone(named.tz if named else zone)
    if is_day(moment):  # the whole day is left out: at the hour of the event
        there = datetime.combine(there.date(), _clock(model))
    return f"{there.year:04d}{there:%m%dT%H%M%S}"


def _clock(model: Line) -> time:
    value = parse(model.value)
    return value.time() if isinstance(value, datetime) else time()


def rule_is_sound(rule: str) -> bool:
    """Whether a recurrence rule can be read: servers refuse a whole event for one that cannot (nextcloud.md §7)."""
    parts: dict[str, str] = {}
    for part in rule.strip(";").upper().split(";"):
        name, equals, value = part.partition("=")
        if not equals or name in parts:
            return False
        parts[name] = value
    return (
        parts.pop("FREQ", "") in _FREQUENCIES
        and not {"UNTIL", "COUNT"} <= parts.keys()
        and all(_part_is_sound(name, value) for name, value in parts.items())
    )


def _part_is_sound(name: str, value: str) -> bool:
    if name in {"COUNT", "INTERVAL"}:
        return value.isascii() and value.isdigit() and int(value) > 0
    if name == "UNTIL":
        return parse(value) is not None
    if name == "WKST":
        return value in {"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
    if name == "BYDAY":
        return all((day := _DAY.fullmatch(word)) and day[1] not in {"0", "00"} for word in value.split(","))
    if name in _PARTS:
        low, high = _PARTS[name]
        numbers = value.split(",")
        sound = all(re.fullmatch(r"[+-]?\d{1,3}", number) and low <= int(number) <= high for number in numbers)
        return sound and (low >= 0 or all(int(number) for number in numbers))
    return name.startswith("X-") or name in {"RSCALE", "SKIP"}
