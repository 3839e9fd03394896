"""`verify calendars --full`: what a hash of what was sent cannot tell."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from degoog.convert.calendar_object import RawObject, calendar_object
from degoog.convert.instances import Span, instances
from degoog.google.calendars import GoogleCalendars
from degoog.google.client import Client
from degoog.google.credentials import GivenToken
from degoog.model import Kind
from degoog.roads.oracle import Events
from degoog.sandbox.google import AGENDA_SCOPES, GoogleSandbox
from degoog.sandbox.google.drawing import draw_association
from degoog.secrets import Secret
from tests.cli.files import LOGIN, lines, told
from tests.cli.test_agendas import agenda
from tests.google_stand_in import judged_google

FIRST = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=30)
WHO = "camille@lauze.example"
MOVE = ("migrate", "calendars", "--source", "ics:agenda.ics", "--to", "nextcloud")
VERIFY = ("verify", "calendars", "--full", "--source", "ics:agenda.ics", "--to", "nextcloud")


def at(day: int, hour: int = 18) -> str:
    return f"{FIRST + timedelta(days=day):%Y%m%d}T{hour:02d}0000"


def series() -> list[list[str]]:
    """A week of meetings, one left out, one moved and renamed; and one meeting."""
    head = ["UID:serie@lauze.example", "DTSTAMP:20260101T000000Z"]
    zone = ";TZID=Europe/Paris"
    return [
        [
            "BEGIN:VEVENT", *head, f"DTSTART{zone}:{at(0)}", f"DTEND{zone}:{at(0, 19)}", "SUMMARY:Bureau",
            "RRULE:FREQ=DAILY;COUNT=7", f"EXDATE{zone}:{at(2)}", "END:VEVENT",
        ],
        [
            "BEGIN:VEVENT", *head, f"RECURRENCE-ID{zone}:{at(4)}", f"DTSTART{zone}:{at(4, 20)}",
            f"DTEND{zone}:{at(4, 21)}", "SUMMARY:Bureau élargi", "END:VEVENT",
        ],
        [
            "BEGIN:VEVENT", "UID:un@lauze.example", "DTSTAMP:20260101T000000Z", f"DTSTART{zone}:{at(1, 9)}",
            f"DTEND{zone}:{at(1, 10)}", "SUMMARY:Atelier", "END:VEVENT",
        ],
    ]  # fmt: skip


@pytest.fixture
def moved(call, cloud):
    agenda(*series())
    assert call(*MOVE, environ=cloud.environ).code == 0
    return cloud


def alter(cloud, title: str, change) -> None:
    """Change what is stored of an event, as a server or a person might."""
    (shelf,) = (one for one in cloud.agenda(LOGIN).calendars.values() if one.things and "Bureau" in str(one.things))
    (thing,) = (one for one in shelf.things.values() if f"SUMMARY:{title}\r\n".encode() in one.data)
    before, thing.data = thing.data, change(thing.data)
    assert thing.data != before


def test_what_is_the_same_is_said_to_be(call, moved):
    ended = call(*VERIFY, environ=moved.environ)

    assert ended.code == 0
    assert "2 events were compared day by day over two years: the new place shows the same." in told(ended.err)


@pytest.mark.parametrize(
    ("title", "change", "said"),
    [
        (
            "Bureau",
            lambda data: b"".join(line for line in data.splitlines(keepends=True) if not line.startswith(b"EXDATE")),
            f"{FIRST + timedelta(days=2):%Y-%m-%d}: “Bureau” ({{span}}) is there and should not be",
        ),
        (
            "Atelier",
            lambda data: data.replace(b"TZID=Europe/Paris", b"TZID=America/New_York"),
            f"{FIRST + timedelta(days=1):%Y-%m-%d}: is from",
        ),
        (
            "Bureau",
            lambda data: data[: data.rindex(b"BEGIN:VEVENT")] + b"END:VCALENDAR\r\n",
            f"{FIRST + timedelta(days=4):%Y-%m-%d}: “Bureau élargi”",
        ),
        (
            "Atelier",
            lambda data: data.replace(b"SUMMARY:Atelier", b"SUMMARY:Autre"),
            f"{FIRST + timedelta(days=1):%Y-%m-%d}: is called “Autre”, was meant as “Atelier”",
        ),
    ],
    ids=["an exception that is missing", "another zone", "a lost change of one occurrence", "another title"],
)
def test_what_differs_is_named_with_its_day(call, moved, title, change, said):
    alter(moved, title, change)

    ended = call(*VERIFY, environ=moved.environ)

    assert ended.code == 3
    assert "1 event is shown otherwise than at the source" in told(ended.out)
    assert said.partition("{span}")[0].strip() in told(ended.out)
    assert f"{title}.ics" in told(ended.out)


def test_programs_are_told_of_each(call, moved):
    alter(moved, "Atelier", lambda data: data.replace(b"SUMMARY:Atelier", b"SUMMARY:Autre"))

    (differs,) = (one for one in lines(call(*VERIFY, "--json", environ=moved.environ).out) if one["event"] == "differs")

    assert differs["path"].endswith("Atelier.ics")
    assert len(differs["how"]) == 1


def test_what_changed_at_the_source_since_is_no_difference(call, moved):
    agenda(*series()[:2], [line.replace("Atelier", "Atelier vélo") for line in series()[2]])

    ended = call(*VERIFY, environ=moved.environ)

    assert ended.code == 0
    assert "1 event was compared" in told(ended.err)


def test_without_a_source_it_is_said_that_days_were_not_compared(call, moved):
    ended = call("verify", "calendars", "--full", "--to", "nextcloud", environ=moved.environ)

    assert ended.code == 0
    assert "The source is not known: the days of the events were not compared." in told(ended.err)


def test_in_a_folder_too(call):
    agenda(*series())
    call(*MOVE[:-1], "folder:out")
    (file,) = Path("out").rglob("*Atelier.ics")
    file.write_bytes(file.read_bytes().replace(b"SUMMARY:Atelier", b"SUMMARY:Autre"))

    ended = call(*VERIFY[:-1], "folder:out")

    assert (ended.code, "is called “Autre”" in told(ended.out)) == (3, True)


# Google's own expanded view.


@pytest.fixture(scope="module")
def google() -> Iterator[GoogleSandbox]:
    with judged_google(draw_association(seed=1, ordinary=3).world, seed=1) as server:
        yield server


def environ(google: GoogleSandbox) -> dict[str, str]:
    token = google.access_token(WHO, scopes=AGENDA_SCOPES)
    return {"DEGOOG_GOOGLE_TOKEN": token, "DEGOOG_GOOGLE_API_URL": google.url, "DEGOOG_GOOGLE_ACCOUNT": WHO}


FROM_GOOGLE = ("--source", "google", "--to", "folder:out")


def test_every_calendar_shows_what_google_shows(call, google):
    call("migrate", "calendars", *FROM_GOOGLE, environ=environ(google))

    ended = call("verify", "calendars", "--full", *FROM_GOOGLE, environ=environ(google))

    assert "the new place shows the same" in told(ended.err)


def test_a_conversion_that_loses_something_is_found_though_every_byte_is_as_it_was_sent(google):
    """Google's own view is what is meant: nothing of ours stands between it and the comparison."""
    token = GivenToken(Secret(google.access_token(WHO, scopes=AGENDA_SCOPES)))

    async def go() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        async with GoogleCalendars(Client(token, account=WHO, api_url=google.url)) as source:
            events = Events(Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)), google=source)
            await events.prepare()
            async for one in source.walk():
                if one.item.kind is Kind.EVENT and one.verdict is None:
                    raw = await source.read(one.item)
                    assert isinstance(raw, RawObject)
                    data, _losses = calendar_object(raw)
                    careless = re.sub(rb"EXDATE[^\r]*\r\n(?: [^\r]*\r\n)*", b"", data)
                    assert list(events.differences(one.item, raw, data)) == []
                    if careless != data:
                        found[one.item.name] = list(events.differences(one.item, raw, careless))
        return found

    found = asyncio.run(go())

    assert found
    assert all("is there and should not be" in how[0] for how in found.values())


def test_what_repeats_every_second_is_not_expanded():
    data = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:20200101T000000Z\r\n"
        b"RRULE:FREQ=SECONDLY\r\nSUMMARY:Tic\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )

    found = instances(data, Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)))

    assert list(found) == [("2020-01-01T00:00:00+00:00", "FREQ=SECONDLY", "Tic")]
