"""What a later run is told of changed calendars and contacts, also where Google does not give one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import vobject

from degoog.convert.vcards import contact_card
from degoog.errors import Refused, Unavailable
from degoog.google.calendars import GoogleCalendars
from degoog.google.contacts import GoogleContacts
from degoog.google.tasks import GoogleTasks
from degoog.model import FailReason, Found, Kind, Ref
from degoog.ports import Gone, Outdated
from degoog.sandbox.google import Fault, GoogleSandbox, Trouble
from degoog.sandbox.google.drawing import draw_association
from tests.google.agendas import WHO, client, everything
from tests.google_stand_in import judged_google


def follow(google: GoogleSandbox, change: Any) -> list[Any]:
    """What changes between a walk and the next run are told as."""

    async def go() -> list[Any]:
        async with GoogleCalendars(client(google)) as source:
            known = {found.item.ref: found.item.kind async for found in source.walk()}
            bookmark = source.bookmark
        change()
        async with GoogleCalendars(client(google)) as source:
            return [told async for told in source.changes(bookmark, known.get)]

    return [told for told in asyncio.run(go()) if isinstance(told, Gone) or told.item.kind is Kind.EVENT]


@pytest.fixture
def own() -> Iterator[GoogleSandbox]:
    with judged_google(draw_association(seed=2, ordinary=5).world, seed=2) as google:
        yield google


def test_nothing_changed_tells_no_event(own):
    assert follow(own, lambda: None) == []


def test_a_changed_event_is_told_whole_and_a_deleted_one_as_gone(own):
    founds, read = asyncio.run(everything(GoogleCalendars(client(own))))
    events = [
        f.item
        for f in founds
        if f.item.kind is Kind.EVENT and f.verdict is None and f.item.parent == Ref("google-calendar", WHO)
    ]
    series = next(item for item in events if len(read[item.ref.id].components) > 2)
    alone = next(item for item in events if len(read[item.ref.id].components) == 1)
    own_id = series.ref.id.rpartition("|")[2]

    def change() -> None:
        own.agenda.change(WHO, own_id, {"summary": "Nouveau titre"})
        own.agenda.cancel(WHO, alone.ref.id.rpartition("|")[2])

    told = follow(own, change)

    assert [one.ref for one in told if isinstance(one, Gone)] == [alone.ref]
    (changed,) = [one.item for one in told if isinstance(one, Found)]
    assert changed.ref == series.ref
    assert changed.content != series.content
    assert "Nouveau titre" in changed.name


def test_a_token_google_forgot_is_outdated(own):
    with pytest.raises(Outdated):
        follow(own, lambda: own.agenda.forget_tokens(WHO))


def test_a_changed_contact_is_told_and_a_deleted_one_is_gone(own):
    async def go() -> list[Any]:
        async with GoogleContacts(client(own)) as source:
            known = {found.item.ref: found.item.kind async for found in source.walk()}
            bookmark = source.bookmark
        person = own.contacts.book(WHO).people["people/c1003"]
        own.contacts.put(WHO, {**person, "organizations": [{"name": "Graines du Lot"}]})
        own.contacts.remove(WHO, "people/c1002")
        async with GoogleContacts(client(own)) as source:
            return [told async for told in source.changes(bookmark, known.get)]

    told = asyncio.run(go())

    changed = [one.item for one in told if isinstance(one, Found)]
    assert [item.name for item in changed if not item.holder] == ["Graines du Lot.vcf"]
    assert [one.ref.id for one in told if isinstance(one, Gone)] == ["people/c1002"]


@pytest.mark.parametrize(
    ("make", "method"),
    [
        (GoogleCalendars, "calendar.events.list"),
        (GoogleTasks, "tasks.tasks.list"),
        (GoogleContacts, "people.people.connections.list"),
    ],
)
def test_one_that_google_does_not_give_fails_and_the_others_go_on(own, make, method):
    whole, _read = asyncio.run(everything(make(client(own))))
    item = WHO if make is GoogleCalendars else "*"
    own.faults.add(Fault(Trouble.FORBIDDEN, on=method, item=item, times=1))

    founds, _read = asyncio.run(everything(make(client(own))))

    (failed,) = [found for found in founds if found.verdict is FailReason.UNREADABLE]
    assert failed.item.holder
    assert "403" in failed.detail
    holders = [found.item.ref for found in whole if found.item.holder]
    assert [found.item.ref for found in founds if found.item.holder] == holders
    inside = {found.item.ref for found in founds if found.item.parent == failed.item.ref}
    assert not inside
    others = {found.item.ref for found in whole if found.item.parent != failed.item.ref}
    assert {found.item.ref for found in founds} == others


@pytest.mark.parametrize("make", [GoogleCalendars, GoogleContacts])
def test_what_changed_in_one_that_google_did_not_give_is_told_once_it_does(own, make):
    method = "calendar.events.list" if make is GoogleCalendars else "people.people.connections.list"
    item = WHO if make is GoogleCalendars else "*"

    async def go() -> list[list[Any]]:
        async with make(client(own)) as source:
            known = {found.item.ref: found.item.kind async for found in source.walk()}
            bookmark = source.bookmark
        event = next(id_ for id_, one in own.agenda.calendars[WHO].events.items() if one["status"] == "confirmed")
        own.agenda.change(WHO, event, {"summary": "Changé entre-temps"})
        own.contacts.put(WHO, {**own.contacts.book(WHO).people["people/c1003"], "organizations": [{"name": "Lot"}]})
        own.faults.add(Fault(Trouble.FORBIDDEN, on=method, item=item, times=1))
        told = []
        for _time in range(2):
            async with make(client(own)) as source:
                told.append([one async for one in source.changes(bookmark, known.get)])
                bookmark = source.bookmark
        return told

    refused, later = asyncio.run(go())

    assert [one.item.holder for one in refused if one.verdict is FailReason.UNREADABLE] == [True]
    assert not [one for one in refused if not one.item.holder]
    assert not [one for one in later if one.verdict is FailReason.UNREADABLE]
    assert len([one for one in later if not one.item.holder]) == 1


@pytest.mark.parametrize(
    ("make", "method"), [(GoogleCalendars, "calendar.calendarList.list"), (GoogleTasks, "tasks.tasklists.list")]
)
def test_no_list_at_all_stops_the_run_and_nothing_is_gone(own, make, method):
    own.faults.add(Fault(Trouble.FORBIDDEN, on=method))

    with pytest.raises(Unavailable, match="Nothing is lost"):
        asyncio.run(everything(make(client(own))))


def test_whom_google_noted_by_itself_comes_in_a_book_of_its_own(own):
    own.requests.clear()
    without, _read = asyncio.run(everything(GoogleContacts(client(own))))
    assert own.requests.count("GET", door="people.otherContacts.list") == 0

    founds, read = asyncio.run(everything(GoogleContacts(client(own), other=True)))

    books = [found.item for found in founds if found.item.kind is Kind.ADDRESS_BOOK]
    assert [book.name for book in books] == ["Contacts", "Other contacts"]
    others = [found.item for found in founds if found.item.parent == books[1].ref]
    assert {found.item.ref for found in founds} - {found.item.ref for found in without} == {
        books[1].ref, *(item.ref for item in others)
    }  # fmt: skip
    assert len(others) == 5
    cards = [contact_card(read[item.ref.id])[0].decode() for item in others]
    assert all("EMAIL;TYPE=INTERNET:inconnu" in card and vobject.readOne(card).fn.value for card in cards)


def test_of_others_only_what_changed_is_told_and_one_left_from_an_earlier_run_is_still_read(own):
    name = "otherContacts/c9001"

    async def go() -> tuple[list[Any], Any]:
        async with GoogleContacts(client(own), other=True) as source:
            items = {found.item.ref: found.item async for found in source.walk()}
            bookmark = source.bookmark
        person = own.contacts.book(WHO).others[name]
        own.contacts.put(WHO, {**person, "names": [{"displayName": "Inès Connue"}]})
        own.contacts.remove(WHO, "otherContacts/c9002")
        async with GoogleContacts(client(own), other=True) as source:
            known = {ref: item.kind for ref, item in items.items()}
            told = [one async for one in source.changes(bookmark, known.get)]
            left = await source.read(items[Ref("google-contacts", "otherContacts/c9003")])
            with pytest.raises(Refused):
                await source.read(items[Ref("google-contacts", "otherContacts/c9002")])
        return told, left

    told, left = asyncio.run(go())

    assert [one.item.name for one in told if isinstance(one, Found) and not one.item.holder] == ["Inès Connue.vcf"]
    assert [one.ref.id for one in told if isinstance(one, Gone)] == ["otherContacts/c9002"]
    assert b"inconnu3@" in contact_card(left)[0]


def test_others_asked_for_only_now_mean_a_whole_walk(own):
    async def go() -> None:
        async with GoogleContacts(client(own)) as source:
            async for _found in source.walk():
                pass
            bookmark = source.bookmark
        async with GoogleContacts(client(own), other=True) as source:
            async for _change in source.changes(bookmark, lambda _ref: None):
                pass

    with pytest.raises(Outdated):
        asyncio.run(go())
