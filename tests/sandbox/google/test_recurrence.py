"""The sandbox's slow way to work out occurrences and dateutil's quick one agree."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as some

from degoog.sandbox.google.recurrence import occurrences, read

PARIS = ZoneInfo("Europe/Paris")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@some.composite
def rules(draw):
    freq = draw(some.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={freq}", f"INTERVAL={draw(some.integers(1, 4))}"]
    kind = draw(some.sampled_from(["plain", "days", "nth", "month days", "positions", "year days"]))
    days = draw(some.lists(some.sampled_from(DAYS), min_size=1, max_size=4, unique=True))
    if kind == "days":
        parts.append(f"BYDAY={','.join(days)}")
    if kind == "nth" and freq in {"MONTHLY", "YEARLY"}:
        parts.append(f"BYDAY={draw(some.sampled_from([1, 2, 4, -1, -2]))}{days[0]}")
    if kind == "month days" and freq in {"MONTHLY", "YEARLY"}:
        parts.append(f"BYMONTHDAY={draw(some.sampled_from(['1', '31', '-1', '5,20', '-3,29']))}")
    if kind == "positions" and freq == "MONTHLY":
        parts.append(f"BYDAY={','.join(days)};BYSETPOS={draw(some.sampled_from(['1', '-1', '1,-1', '3']))}")
    if kind == "year days" and freq == "YEARLY":
        parts.append(f"BYYEARDAY={draw(some.sampled_from(['1', '366', '-1', '60,100']))}")
    if draw(some.booleans()):
        parts.append(f"BYMONTH={draw(some.sampled_from(['2', '1,6,12', '3,4']))}")
    if draw(some.booleans()):
        parts.append(f"WKST={draw(some.sampled_from(DAYS))}")
    ending = draw(some.sampled_from(["", "COUNT=7", "UNTIL=20270214T120000Z"]))
    return ";".join([*parts, ending]).rstrip(";")


@given(rule=rules(), minutes=some.integers(0, 4 * 365 * 24 * 60))
def test_any_rule_gives_the_occurrences_dateutil_gives(rule, minutes):
    first = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    before = first + timedelta(days=900)
    quick = [one for one in rrulestr(f"RRULE:{rule}", dtstart=first).between(first, before, inc=True) if one < before]
    slow = occurrences(first, read([f"RRULE:{rule}"], ZoneInfo("UTC")), before=before)

    assert slow == sorted({first, *quick})


@pytest.mark.parametrize(
    ("rule", "first", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", "2026-03-28 02:30", ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"]),
        ("FREQ=DAILY;COUNT=3", "2026-10-24 02:30", ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]),
        ("FREQ=WEEKLY;UNTIL=20260330T070000Z", "2026-03-23 09:00", ["2026-03-23T08:00", "2026-03-30T07:00"]),
        ("FREQ=WEEKLY;UNTIL=20260330T065959Z", "2026-03-23 09:00", ["2026-03-23T08:00"]),
    ],
)  # fmt: skip
def test_hours_are_those_on_the_wall(rule, first, expected):
    begin = datetime.fromisoformat(first).replace(tzinfo=PARIS)
    found = occurrences(begin, read([f"RRULE:{rule}"], PARIS), before=datetime(2027, 1, 1, tzinfo=UTC))

    assert [f"{one.astimezone(UTC):%Y-%m-%dT%H:%M}" for one in found if isinstance(one, datetime)] == expected


def test_days_recur_as_days_and_single_ones_are_added_and_taken_out():
    lines = ["RRULE:FREQ=DAILY;UNTIL=20260105", "RDATE;VALUE=DATE:20260110", "EXDATE;VALUE=DATE:20260103,20260101"]
    found = occurrences(date(2026, 1, 1), read(lines, PARIS), before=datetime(2030, 1, 1, tzinfo=UTC))

    assert found == [date(2026, 1, 2), date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 10)]


@pytest.mark.parametrize(
    "line", ["DTSTART:20260101", "RRULE:FREQ=HOURLY", "RRULE:FREQ=DAILY;BYDAY=XX", "EXDATE:demain"]
)
def test_what_cannot_be_read_is_said(line):
    with pytest.raises(ValueError, match=r"."):
        read([line], PARIS)
