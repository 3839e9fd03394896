"""What must hold of every calendar and card, tried on those that nobody thought of."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
import vobject
from hypothesis import example, given, settings
from hypothesis import strategies as st

from degoog.convert import vcards, zones
from degoog.convert.calendar_object import RawObject, calendar_object
from degoog.convert.components import component, pieces
from degoog.convert.content_lines import escaped, folded, read, text, unescaped, unfold, written
from degoog.convert.identity import same, uid_in, with_uid

ZONES = ["Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Africa/Casablanca", "UTC"]
RULES = [
    "", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY", "FREQ=DAILY;INTERVAL=9",
    "FREQ=WEEKLY;COUNT=7", "FREQ=MONTHLY;BYMONTHDAY=15", "FREQ=WEEKLY;UNTIL=20270101T000000Z",
]  # fmt: skip
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
# Text as people write it; control characters are another rule's.
words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=120)


@st.composite
def calendars(draw: st.DrawFn) -> bytes:
    """An event with its changed and cancelled occurrences, written by a library that is not ours."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    begin = datetime(2026, 1, draw(st.integers(1, 28)), draw(st.integers(4, 22)), 15, tzinfo=zone)
    rule = draw(st.sampled_from(RULES))
    event = icalendar.Event()
    event.add("uid", "x@lauze.example")
    event.add("summary", draw(words))
    event.add("description", draw(words))
    whole_day = draw(st.booleans())
    event.add("dtstart", begin.date() if whole_day else begin)
    event.add("dtend", begin.date() + timedelta(days=1) if whole_day else begin + timedelta(hours=1))
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    if rule:
        event.add("rrule", icalendar.vRecur.from_ical(rule.replace("T000000Z", "") if whole_day else rule))
    calendar.add_component(event)
    if rule:
        starts = [one["DTSTART"].dt for one in recurring_ical_events.of(calendar).between(FIRST, LAST)]
        for start in draw(st.lists(st.sampled_from(starts), max_size=3, unique=True)) if starts else ():
            changed = icalendar.Event()
            changed.add("uid", "x@lauze.example")
            changed.add("recurrence-id", start)
            moved = start + timedelta(days=draw(st.integers(0, 2)))
            changed.add("dtstart", moved)
            changed.add("dtend", moved + (timedelta(days=1) if whole_day else timedelta(hours=1)))
            changed.add("summary", "changed")
            calendar.add_component(changed)
    return bytes(calendar.to_ical())


def expanded(data: bytes) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for one in recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between(FIRST, LAST):
        found[moment(one["DTSTART"].dt), moment(one["DTEND"].dt), str(one.get("SUMMARY", ""))] += 1
    return found


def moment(value: date) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value.isoformat()


def converted(data: bytes) -> bytes:
    found = [component(piece) for piece in pieces([data]) if piece.kind == "VEVENT"]
    return calendar_object(RawObject(tuple(found), zone="Europe/Paris"))[0]


@settings(max_examples=40, deadline=None)
@given(calendars())
def test_what_arrives_expands_to_the_same_instances(data):
    assert expanded(converted(data)) == expanded(data)


@settings(max_examples=60, deadline=None)
@given(calendars())
def test_converting_twice_changes_nothing_more(data):
    once = converted(data)
    assert converted(once) == once


@given(words, words)
def test_no_text_is_cut_or_changed(title, about):
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:x", "DTSTAMP:20260101T000000Z", "DTSTART:20260101T000000Z"]
    data = written([*lines, text("SUMMARY", title), text("X-ABOUT", about), "END:VEVENT", "END:VCALENDAR"])

    (event,) = icalendar.Calendar.from_ical(converted(data)).walk("VEVENT")

    assert str(event["SUMMARY"]) == title
    lines = [told.data.decode() for told in unfold([converted(data)])]
    assert f"X-ABOUT:{escaped(about)}" in lines


@given(st.lists(words, min_size=1, max_size=5))
def test_what_is_folded_unfolds_to_itself(texts):
    lines = [f"X-T:{escaped(one)}" for one in texts]

    data = b"".join(map(folded, lines))

    assert all(len(physical) <= 75 for physical in data.split(b"\r\n"))
    assert [told.data.decode() for told in unfold([data])] == lines
    assert [unescaped(read(told.data.decode()).value) for told in unfold([data])] == texts  # type: ignore[union-attr]


@given(st.binary(max_size=400), st.integers(1, 50))
@example(b"\xef\xbb\xbfBEGIN:VCALENDAR", 1)
def test_any_bytes_can_be_read_in_pieces_of_any_size(data, size):
    whole = list(pieces([data]))
    assert list(pieces(data[at : at + size] for at in range(0, len(data), size))) == whole
    for piece in whole:
        component(piece)
    for card in vcards.pieces([data]):
        vcards.card(card)


@given(words.filter(str.strip), words)
def test_no_name_of_a_contact_is_changed(name, note):
    data = written(["BEGIN:VCARD", "VERSION:3.0", text("FN", name), text("NOTE", note), "END:VCARD"])

    out, _losses = vcards.contact_card(vcards.card(next(vcards.pieces([data]))))

    assert vobject.readOne(out.decode()).fn.value.strip() == name.strip()


@given(calendars(), st.text("abc-@", min_size=1, max_size=300))
def test_another_uid_changes_the_uid_only(data, uid):
    one = converted(data)
    other = with_uid(one, uid)
    assert uid_in(other) == uid
    assert same(with_uid(other, uid_in(one)), one)


def test_every_zone_there_is_is_defined_as_the_clocks_go():
    for name in ("Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Cairo"):
        data = written(["BEGIN:VCALENDAR", *zones.definition(name), "END:VCALENDAR"])
        (defined,) = icalendar.Calendar.from_ical(data).walk("VTIMEZONE")
        assert isinstance(defined, icalendar.Timezone)
        clocks = defined.to_tz(lookup_tzid=False)
        for day in range(0, 365 * 20, 13):
            at = datetime(2015, 1, 1, 12) + timedelta(days=day)  # noqa: DTZ001 - on the clocks of the zone
            assert at.replace(tzinfo=clocks).utcoffset() == at.replace(tzinfo=ZoneInfo(name)).utcoffset(), (name, at)
