"""Calendars, contacts and tasks of the stand-in's association: what arrives expands to what Google itself shows."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import pytest
import recurring_ical_events
import vobject

from degoog.convert.calendar_object import RawObject, calendar_object
from degoog.convert.traits import Traits
from degoog.convert.vcards import RawCard, contact_card
from degoog.errors import Refused
from degoog.google.calendars import GoogleCalendars
from degoog.google.contacts import GoogleContacts
from degoog.google.tasks import GoogleTasks
from degoog.model import Found, Kind, LossKind, Ref, SkipReason
from degoog.ports import Outdated
from degoog.sandbox.google import GoogleSandbox
from degoog.sandbox.google.drawing import Drawn, draw_association
from tests.google.agendas import WHO, client, everything
from tests.google_stand_in import judged_google
from tests.sandbox.google.agenda import calendar as browser

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw_association(seed=1, ordinary=5)


@pytest.fixture(scope="module")
def google(drawn: Drawn) -> Iterator[GoogleSandbox]:
    with judged_google(drawn.world, seed=1) as google:
        yield google


@pytest.fixture(scope="module")
def calendars(google: GoogleSandbox) -> tuple[list[Found], dict[str, Any]]:
    return asyncio.run(everything(GoogleCalendars(client(google))))


def when(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value.isoformat()


def skipped(start: Any) -> bool:
    """Whether no clock ever showed that time."""
    return isinstance(start, datetime) and start.astimezone(UTC).astimezone(start.tzinfo).hour != start.hour


def leapt(one: dict[str, Any]) -> bool:
    return one.get("summary") == "Heure d’été" and one["start"].get("dateTime", "").startswith("2026-03-29")


def of_google(told: dict[str, Any]) -> str:
    return when(date.fromisoformat(told["date"]) if "date" in told else datetime.fromisoformat(told["dateTime"]))


def test_what_arrives_expands_to_what_google_shows(google, calendars):
    """The oracle: two years of both sides, instance by instance, neither expanded by code of ours."""
    founds, read = calendars
    compared = 0
    for holder in (found for found in founds if found.item.kind is Kind.CALENDAR and found.verdict is None):
        ours: Counter[tuple[str, str, str]] = Counter()
        birthdays = [f for f in founds if f.item.parent == holder.item.ref and f.verdict is SkipReason.BIRTHDAYS]
        for found in founds:
            if found.item.parent != holder.item.ref or found.verdict is not None:
                continue
            data, _losses = calendar_object(read[found.item.ref.id])
            for event in recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between(FIRST, LAST):
                end = event.get("DTEND")
                start = event["DTSTART"].dt
                if skipped(start):  # what the clocks leap over: the expander takes the end for the beginning
                    continue
                ours[when(start), when(end.dt if end else start), str(event.get("SUMMARY", ""))] += 1
        listed, _page = browser(google, WHO).everything(
            f"calendars/{holder.item.ref.id.replace('#', '%23')}/events", "items", singleEvents=True, maxResults=2500,
            timeMin=FIRST.isoformat(), timeMax=LAST.isoformat(),
        )  # fmt: skip
        theirs = Counter(
            (of_google(one["start"]), of_google(one["end"]), str(one.get("summary", "")))
            for one in listed
            if one.get("eventType") != "birthday" and one["status"] != "cancelled" and not leapt(one)
        )
        assert ours - theirs == Counter(), (holder.item.name, birthdays)
        assert theirs - ours == Counter(), holder.item.name
        compared += sum(ours.values())
    assert compared > 100


def test_calendars_have_name_colour_and_zone_and_those_without_details_are_left(calendars):
    founds, read = calendars
    verdicts = {found.verdict for found in founds if found.item.kind is Kind.CALENDAR}
    assert {None, SkipReason.BUSY_ONLY, SkipReason.SUBSCRIBED, SkipReason.BIRTHDAYS} <= verdicts
    looks = [one for one in read.values() if isinstance(one, Traits)]
    assert all(look.color and look.zone and look.name for look in looks)


def test_who_a_calendar_is_shared_with_is_a_loss(calendars):
    founds, _read = calendars
    shared = {(loss.who, loss.role) for found in founds for loss in found.item.losses if loss.kind is LossKind.SHARING}
    assert shared
    assert WHO not in {who for who, _role in shared}


def test_every_uid_is_googles_own(google, calendars):
    founds, read = calendars
    for found in founds:
        if found.item.kind is Kind.EVENT and found.verdict is None:
            raw = read[found.item.ref.id]
            assert isinstance(raw, RawObject)
            assert len({one.value("UID") for one in raw.components}) == 1
    uids = Counter(
        (f.item.parent, calendar_object(read[f.item.ref.id])[0].split(b"\nUID:")[1].split(b"\r")[0])
        for f in founds if f.item.kind is Kind.EVENT and f.verdict is None
    )  # fmt: skip
    assert uids.most_common(1)[0][1] == 1, "a calendar takes a UID once"


def test_a_second_walk_tells_the_same(google, calendars):
    founds, _read = calendars

    again, _read = asyncio.run(everything(GoogleCalendars(client(google))))

    assert {(f.item.ref, f.item.content) for f in again} == {(f.item.ref, f.item.content) for f in founds}


def test_contacts_keep_every_field_and_read_as_cards(google):
    founds, read = asyncio.run(everything(GoogleContacts(client(google))))

    cards = [contact_card(raw)[0].decode() for raw in read.values() if isinstance(raw, RawCard)]
    assert len(cards) == sum(found.item.kind is Kind.CONTACT for found in founds)
    for card in cards:
        assert vobject.readOne(card).fn.value
    (full,) = [card for card in cards if "Castagné" in card.replace("\r\n ", "") and "Nono" in card]
    told = full.replace("\r\n ", "")
    for words in (
        "X-PHONETIC-FIRST-NAME:noémi", "NICKNAME:Nono", "Trésorerie", "TEL;TYPE=WORK;TYPE=FAX:05 61 00 00 00",
        "ORG:Maraîchage du Lac;Semis\\, plants", "ORG:Réseau Semences", "BDAY:--05-04", "X-ANNIVERSARY:2012-06-30",
        "Adhésion", "X-ABRELATEDNAMES:Idriss", "Marraine", "IMPP", "X-SIP", "39 \\; étroites", "CALURI", "2017-042",
        "NOTE:Rencontrée", "CATEGORIES:starred,Bénévoles,Fournisseurs & Cie", "PHOTO;ENCODING=b;TYPE=JPEG:",
        "Occitanie",
        "UID:c1001@contacts.google.com", "maraîchère", "semences paysannes",
    ):  # fmt: skip
        assert words in told, (words, told)


def test_an_enormous_picture_comes_at_a_useful_size_and_a_drawn_letter_not_at_all(google):
    founds, read = asyncio.run(everything(GoogleContacts(client(google))))
    by_name = {found.item.name: contact_card(read[found.item.ref.id]) for found in founds if not found.item.holder}

    large, losses = by_name["Photo énorme.vcf"]
    assert b"PHOTO" in large
    assert len(large) < 1_000_000
    assert not losses
    assert b"PHOTO" not in by_name["Photo par défaut.vcf"][0]


def test_tasks_keep_their_order_parents_and_dates(google):
    founds, read = asyncio.run(everything(GoogleTasks(client(google))))

    texts = {f.item.name: calendar_object(read[f.item.ref.id])[0].decode() for f in founds if f.item.kind is Kind.TASK}
    assert "DUE;VALUE=DATE:20261201" in texts["Préparer l’AG.ics"]
    assert any("RELATED-TO:" in text for text in texts.values())
    assert any("STATUS:COMPLETED" in text for text in texts.values())
    assert all("X-APPLE-SORT-ORDER" in text for text in texts.values())
    assert len(texts) > 20


def test_a_dead_token_is_told_as_outdated(google):
    async def go() -> None:
        async with GoogleCalendars(client(google)) as source:
            async for _change in source.changes("no bookmark of ours", lambda _ref: None):
                pass

    with pytest.raises(Outdated):
        asyncio.run(go())


def test_what_google_no_longer_shows_is_refused(google, calendars):
    founds, _read = calendars
    item = next(found.item for found in founds if found.item.kind is Kind.EVENT)

    async def go() -> None:
        async with GoogleCalendars(client(google)) as source:
            await source.read(replace(item, ref=Ref(item.ref.service, f"{item.parent.id}|nothing")))

    with pytest.raises(Refused):
        asyncio.run(go())
