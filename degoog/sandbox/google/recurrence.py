"""Every occurrence of a recurring event, worked out the slow and obvious way: look at each day, keep what fits.

RFC 5545 §3.3.10 and §3.8.5, for the rules Google keeps (daily to yearly). It shares nothing with the libraries that
degoog's own conversion uses: each is there to find the other's mistakes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST_YEAR = 2200


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An RRULE or EXRULE. `until` is UTC for a time, a date for a day."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: datetime | date | None = None
    days: tuple[tuple[int, int], ...] = ()
    """(which: 0 for each, 2 for the second, -1 for the last; day of the week from Monday 0)."""
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0


@dataclass(slots=True)
class Recurrence:
    """The lines of an event's `recurrence`, read."""

    rules: list[Rule] = field(default_factory=list)
    but_rules: list[Rule] = field(default_factory=list)
    also: list[datetime | date] = field(default_factory=list)
    but: list[datetime | date] = field(default_factory=list)


def read(lines: Iterable[str], zone: ZoneInfo) -> Recurrence:
    """The recurrence of these lines. Times without a zone of their own are in `zone`. Raises ValueError."""
    found = Recurrence()
    for line in lines:
        head, _, value = line.partition(":")
        name, *parameters = head.split(";")
        zones = [p.partition("=")[2] for p in parameters if p.upper().startswith("TZID=")]
        own = ZoneInfo(zones[0]) if zones else zone
        match name.upper():
            case "RRULE":
                found.rules.append(_rule(value, zone))
            case "EXRULE":
                found.but_rules.append(_rule(value, zone))
            case "RDATE":
                found.also += [_moment(one.partition("/")[0], own) for one in value.split(",")]
            case "EXDATE":
                found.but += [_moment(one, own) for one in value.split(",")]
            case _:
                raise ValueError(f"no line of a recurrence: {line}")
    return found


def _moment(text: str, zone: ZoneInfo) -> datetime | date:
    if "T" not in text:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    naive = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - it gets one in the next line
    return naive.replace(tzinfo=UTC if text.endswith("Z") else zone)


def _rule(text: str, zone: ZoneInfo) -> Rule:
    parts = dict(part.split("=", 1) for part in text.upper().split(";") if part)
    if parts.get("FREQ") not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"} or "BYWEEKNO" in parts:
        raise ValueError(f"a rule that is not imitated here: {text}")
    days = []
    for one in filter(None, parts.get("BYDAY", "").split(",")):
        found = re.fullmatch(r"([+-]?\d+)?(MO|TU|WE|TH|FR|SA|SU)", one)
        if found is None:
            raise ValueError(f"no day of the week: {one}")
        days.append((int(found.group(1) or 0), _DAYS.index(found.group(2))))
    until: datetime | date | None = None
    if "UNTIL" in parts:
        until = _moment(parts["UNTIL"], zone)
        until = until.astimezone(UTC) if isinstance(until, datetime) else until

    def numbers(name: str) -> tuple[int, ...]:
        return tuple(int(one) for one in filter(None, parts.get(name, "").split(",")))

    return Rule(
        freq=parts["FREQ"],
        interval=int(parts.get("INTERVAL", 1)),
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=until,
        days=tuple(days),
        month_days=numbers("BYMONTHDAY"),
        months=numbers("BYMONTH"),
        year_days=numbers("BYYEARDAY"),
        positions=numbers("BYSETPOS"),
        week_start=_DAYS.index(parts.get("WKST", "MO")),
    )


Moment = datetime | date


def occurrences(first: Moment, recurrence: Recurrence, *, before: datetime) -> list[Moment]:
    """The starts of all occurrences that begin before a time, in order; days for an all-day event.

    The first start always is one, whatever the rule says, unless it is taken out: as Google does.
    """
    begins: set[Moment] = {first}
    for rule in recurrence.rules:
        begins.update(_of_rule(first, rule, before))
    begins.update(_like(first, one) for one in recurrence.also)
    gone = {_key(_like(first, one)) for one in recurrence.but}
    for rule in recurrence.but_rules:
        gone.update(_key(one) for one in _of_rule(first, rule, before))
    kept = {_key(one): one for one in begins if _key(one) not in gone and _key(one) < _key(before)}
    return [kept[key] for key in sorted(kept)]


def _key(moment: Moment) -> datetime:
    """The moment in UTC; a day is its midnight there, for comparing days with days."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, time(), UTC)


def _like(first: Moment, moment: Moment) -> Moment:
    """A moment of the same kind as the first start: a day taken out of a timed series is that day's occurrence."""
    if isinstance(first, datetime) and not isinstance(moment, datetime):
        return datetime.combine(moment, first.timetz())
    if not isinstance(first, datetime) and isinstance(moment, datetime):
        return moment.date()
    return moment


def _of_rule(first: Moment, rule: Rule, before: datetime) -> Iterator[Moment]:
    begin = first.date() if isinstance(first, datetime) else first
    counted = 0
    for period in _periods(begin, rule):
        fitting = [day for day in period if _fits(day, begin, rule)]
        if rule.positions:
            fitting = _positioned(fitting, rule.positions)
        for day in fitting:
            if day < begin:
                continue
            moment: Moment = datetime.combine(day, first.timetz()) if isinstance(first, datetime) else day
            if _past(moment, rule.until) or _key(moment) >= before:
                return
            counted += 1
            if rule.count is not None and counted > rule.count:
                return
            yield moment


def _past(moment: Moment, until: Moment | None) -> bool:
    if until is None:
        return False
    if isinstance(until, datetime):
        return _key(moment) > until
    return (moment.date() if isinstance(moment, datetime) else moment) > until


def _periods(begin: date, rule: Rule) -> Iterator[Sequence[date]]:
    """The days of each day, week, month or year that the interval does not pass over."""
    step = 0
    days: Sequence[date]
    while True:
        match rule.freq:
            case "DAILY":
                days = [begin + timedelta(days=step * rule.interval)]
            case "WEEKLY":
                monday = begin - timedelta(days=(begin.weekday() - rule.week_start) % 7)
                start = monday + timedelta(weeks=step * rule.interval)
                days = [start + timedelta(days=number) for number in range(7)]
            case "MONTHLY":
                year, month = divmod(begin.year * 12 + begin.month - 1 + step * rule.interval, 12)
                days = _month(year, month + 1)
            case _:
                year = begin.year + step * rule.interval
                days = [day for month in range(1, 13) for day in _month(year, month)]
        if days[0].year > LAST_YEAR:
            return
        yield days
        step += 1


@cache
def _month(year: int, month: int) -> tuple[date, ...]:
    day, days = date(year, month, 1), []
    while day.month == month:
        days.append(day)
        day += timedelta(days=1)
    return tuple(days)


def _fits(day: date, begin: date, rule: Rule) -> bool:
    """Whether a day is one the rule means, what it leaves unsaid taken from the first start."""
    if rule.months and day.month not in rule.months:
        return False
    length = len(_month(day.year, day.month))
    if rule.month_days and not {day.day, day.day - length - 1} & set(rule.month_days):
        return False
    if rule.year_days:
        of_year = day.timetuple().tm_yday
        year_length = date(day.year, 12, 31).timetuple().tm_yday
        if not {of_year, of_year - year_length - 1} & set(rule.year_days):
            return False
    if rule.days:
        return _is_day(day, rule, length)
    return _as_the_first(day, begin, rule)


def _is_day(day: date, rule: Rule, length: int) -> bool:
    """Whether BYDAY names it: each such weekday, or the nth of the month (of the year, where no month is said)."""
    for which, weekday in rule.days:
        if day.weekday() != weekday:
            continue
        if which == 0 or rule.freq in {"DAILY", "WEEKLY"}:
            return True
        if rule.freq == "MONTHLY" or rule.months:
            nth, nth_last = (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)
        else:
            of_year = day.timetuple().tm_yday
            left = date(day.year, 12, 31).timetuple().tm_yday - of_year
            nth, nth_last = (of_year - 1) // 7 + 1, -(left // 7 + 1)
        if which in {nth, nth_last}:
            return True
    return False


def _as_the_first(day: date, begin: date, rule: Rule) -> bool:
    if rule.month_days or rule.year_days or rule.freq == "DAILY":
        return True
    if rule.freq == "WEEKLY":
        return day.weekday() == begin.weekday()
    if rule.freq == "MONTHLY":
        return day.day == begin.day
    return day.day == begin.day and (bool(rule.months) or day.month == begin.month)


def _positioned(days: list[date], positions: tuple[int, ...]) -> list[date]:
    kept = {days[p - 1 if p > 0 else p] for p in positions if p and abs(p) <= len(days)}
    return sorted(kept)
