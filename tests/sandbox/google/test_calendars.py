"""The stand-in's Calendar: what is there, who sees how much of it, what changed, and every occurrence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import icalendar
import pytest

from degoog.sandbox.google import Fault, Trouble
from degoog.sandbox.google.agenda import ListEntry
from degoog.sandbox.google.drawing import CalendarFate
from degoog.sandbox.google.drawing.calendars import GARDEN, HOLIDAYS, WORKSHOPS
from degoog.sandbox.google.drawing.people import CAMILLE, MAELLE, YANN
from degoog.sandbox.google.instances import compared
from tests.sandbox.google.agenda import calendar
from tests.sandbox.google.conftest import Browser, ask

BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
SPAN = {"singleEvents": True, "timeMin": BEGIN.isoformat(), "timeMax": END.isoformat()}


def events_of(id_):
    return f"calendars/{quote(id_, safe='')}/events"


def by_summary(events):
    return {event.get("summary", ""): event for event in events if "recurringEventId" not in event}


def starts(events, summary):
    return [
        event["start"].get("dateTime", event["start"].get("date"))
        for event in events
        if event.get("summary") == summary
    ]


@pytest.mark.parametrize("email", [CAMILLE, MAELLE, YANN])
def test_each_person_has_the_calendars_the_drawing_says(shared_google, association, email):
    browser = calendar(shared_google, email)
    found, _ = browser.everything("users/me/calendarList", "items", showHidden=True, maxResults=3)
    expected = {one.id: one for one in association.calendars if one.account == email}

    assert [one["id"] for one in found] == list(expected)
    for one in found:
        assert one["accessRole"] == expected[one["id"]].role
        assert one.get("summaryOverride", one["summary"]) == expected[one["id"]].name
        assert one.get("hidden", False) == expected[one["id"]].hidden


def test_hidden_calendars_are_listed_only_where_asked_for(shared_google):
    found, _ = calendar(shared_google, CAMILLE).everything("users/me/calendarList", "items")

    assert WORKSHOPS not in {one["id"] for one in found}
    assert calendar(shared_google, CAMILLE).json("users/me/calendarList/primary")["primary"]


def test_every_event_of_every_calendar_is_there(shared_google, association):
    for one in association.calendars:
        found, page = calendar(shared_google, one.account).everything(events_of(one.id), "items", maxResults=7)
        live = {event["iCalUID"] for event in found if event["status"] != "cancelled"}
        assert live == one.uids
        assert "nextSyncToken" in page
        if one.fate is CalendarFate.FREE_BUSY:
            assert not any({"summary", "description", "attendees"} & set(event) for event in found)


def test_private_events_are_shown_whole_to_who_may_and_as_busy_to_others(shared_google):
    mine = by_summary(calendar(shared_google, CAMILLE).json(events_of(GARDEN), maxResults=2500)["items"])
    theirs = calendar(shared_google, YANN).json(events_of(GARDEN), maxResults=2500)["items"]
    secret = mine["Réserve : codes du cadenas"]
    shown = next(event for event in theirs if event["id"] == secret["id"])

    assert secret["description"] == "0000"
    assert not {"summary", "description", "creator"} & set(shown)
    assert shown["visibility"] == "private"


def test_cancelled_occurrences_are_told_and_deleted_events_only_where_asked_for(shared_google):
    browser = calendar(shared_google, CAMILLE)
    usual, _ = browser.everything(events_of("primary"), "items")
    everything, _ = browser.everything(events_of("primary"), "items", showDeleted=True)
    gone = [event for event in usual if event["status"] == "cancelled"]

    assert len(gone) == 3
    assert all(
        set(event) <= {"kind", "etag", "id", "status", "recurringEventId", "originalStartTime"} for event in gone
    )
    assert len(everything) == len(usual) + 1


def test_hidden_invitations_are_told_only_where_asked_for(shared_google):
    browser = calendar(shared_google, CAMILLE)

    assert "Vous avez gagné !" not in by_summary(browser.everything(events_of("primary"), "items")[0])
    shown, _ = browser.everything(events_of("primary"), "items", showHiddenInvitations=True)
    assert "Vous avez gagné !" in by_summary(shown)


def test_oneself_is_marked_among_guests_and_secret_guests_are_left_out(shared_google):
    found = by_summary(calendar(shared_google, CAMILLE).everything(events_of("primary"), "items")[0])
    few = by_summary(calendar(shared_google, CAMILLE).everything(events_of("primary"), "items", maxAttendees=2)[0])

    assert [guest["email"] for guest in found["CA de novembre"]["attendees"] if guest.get("self")] == [CAMILLE]
    assert found["CA de novembre"]["organizer"]["self"]
    assert found["Entre nous"]["attendeesOmitted"]
    assert [guest["email"] for guest in found["Entre nous"]["attendees"]] == [CAMILLE]
    assert few["CA de novembre"]["attendeesOmitted"]
    assert "attendeesOmitted" not in few["Invitée par Maëlle"]


def test_the_expanded_view_puts_exceptions_in_their_places(shared_google):
    browser = calendar(shared_google, CAMILLE)
    found, page = browser.everything(events_of("primary"), "items", orderBy="startTime", **SPAN)
    mondays = starts(found, "Réunion du lundi")

    assert "nextSyncToken" not in page
    assert not any("recurrence" in event for event in found)
    assert "2026-01-02T09:00:00+01:00" in mondays
    assert "2026-01-12T09:00:00+01:00" not in mondays
    assert "2026-03-30T09:00:00+02:00" not in mondays
    assert starts(found, "Réunion (déplacée au mardi)") == ["2026-03-31T14:00:00+02:00"]
    assert not {"2026-05-25T09:00:00+02:00", "2026-10-26T09:00:00+01:00"} & set(mondays)
    assert "2026-11-02T09:00:00+01:00" in mondays
    assert starts(found, "Permanence double") == ["2026-04-10"]
    assert len(starts(found, "Permanence")) == 18
    assert starts(found, "Invitée à une seule séance") == ["2026-05-14T14:00:00+02:00"]


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("Dernier vendredi", ["2026-01-30", "2026-02-27", "2026-03-27", "2026-04-24"]),
        ("Le 31", ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31", "2026-08-31", "2026-10-31"]),
        ("Premier jour ouvré", ["2026-01-01", "2026-02-02", "2026-03-02", "2026-04-01"]),
        ("29 février", []),
        ("AG annuelle", ["2026-03-21", "2027-03-20"]),
        ("Toutes les deux semaines", ["2026-01-01", "2026-01-11", "2026-01-15", "2026-01-25"]),
        ("Dates choisies", ["2026-06-10", "2026-06-20"]),
        ("Sauf quelques-unes", [f"2026-09-{n:02d}" for n in (1, 2, 4, 6, 8, 9, 10)]),
        ("Sans aucune occurrence", []),
        ("Cours de greffe", ["2026-02-03", "2026-02-10", "2026-02-17", "2026-02-24", "2026-03-03", "2026-03-10"]),
        ("Cours de greffe (été)", ["2026-06-02", "2026-06-09", "2026-06-16", "2026-06-23"]),
    ],
)  # fmt: skip
def test_rules_give_the_days_a_calendar_on_the_wall_would(shared_google, summary, expected):
    found, _ = calendar(shared_google, CAMILLE).everything(events_of("primary"), "items", **SPAN)

    assert [start[:10] for start in starts(found, summary)][: len(expected) or None] == expected


def test_clocks_that_change_keep_the_hour_on_the_wall(shared_google):
    found, _ = calendar(shared_google, CAMILLE).everything(events_of("primary"), "items", **SPAN)
    utc = [datetime.fromisoformat(start).astimezone(UTC).hour for start in starts(found, "À New York")]

    assert utc == [2, 1, 1, 1, 1, 1]
    assert len(starts(found, "Heure d’été")) == 5


def test_instances_of_one_series_are_those_of_the_expanded_view(shared_google):
    browser = calendar(shared_google, CAMILLE)
    master = by_summary(browser.everything(events_of("primary"), "items")[0])["Réunion du lundi"]
    path = f"{events_of('primary')}/{master['id']}/instances"
    span = {"timeMin": BEGIN.isoformat(), "timeMax": END.isoformat()}
    alone, _ = browser.everything(path, "items", maxResults=20, **span)
    whole, _ = browser.everything(events_of("primary"), "items", **SPAN)

    assert {one["id"] for one in alone} == {one["id"] for one in whole if one.get("recurringEventId") == master["id"]}
    one = browser.json(f"{events_of('primary')}/{alone[5]['id']}")
    assert one["start"] == alone[5]["start"]
    deleted, _ = browser.everything(path, "items", showDeleted=True, **span)
    assert len(deleted) == len(alone) + 2


def test_the_oracle_can_be_had_without_asking_a_page(shared_google):
    mine = shared_google.agenda.calendars[CAMILLE]
    found, _ = calendar(shared_google, CAMILLE).everything(
        events_of("primary"), "items", showHiddenInvitations=True, **SPAN
    )

    assert len(compared(mine.events.values(), mine.zone, begin=BEGIN, end=END)) == len(found)


def test_a_sync_tells_what_changed_and_a_dead_token_is_gone(google):
    browser = calendar(google, CAMILLE)
    found, page = browser.everything(events_of("primary"), "items")
    token, events = page["nextSyncToken"], by_summary(found)
    assert browser.everything(events_of("primary"), "items", syncToken=token)[0] == []

    google.agenda.change(CAMILLE, events["Un jour"]["id"], {"summary": "Un autre jour"})
    google.agenda.cancel(CAMILLE, events["Réunion du lundi"]["id"])
    changed, page = browser.everything(events_of("primary"), "items", syncToken=token)
    assert [event.get("summary") for event in changed if event["status"] != "cancelled"] == ["Un autre jour"]
    assert len([event for event in changed if event["status"] == "cancelled"]) == 6
    assert browser.everything(events_of("primary"), "items", syncToken=page["nextSyncToken"])[0] == []
    assert browser.reason(events_of("primary"), syncToken=token, timeMin=BEGIN.isoformat()) == (400, "invalid")

    google.agenda.forget_tokens(CAMILLE)
    assert browser.reason(events_of("primary"), syncToken=token) == (410, "fullSyncRequired")
    assert browser.get(events_of("primary")).status_code == 200


def test_the_fault_plan_kills_a_sync_and_shortens_pages(google):
    browser = calendar(google, CAMILLE)
    whole, page = browser.everything(events_of("primary"), "items")
    google.faults.add(Fault(Trouble.GONE, on="calendar.events.list", times=1))
    assert browser.reason(events_of("primary"), syncToken=page["nextSyncToken"])[0] == 410

    google.faults.add(Fault(Trouble.SHORT_PAGE, on="calendar.events.list", items=4))
    google.faults.add(Fault(Trouble.EMPTY_PAGE, on="calendar.events.list", times=2, after=1))
    assert browser.everything(events_of("primary"), "items")[0] == whole


def test_the_list_of_calendars_syncs_too(google):
    browser = calendar(google, CAMILLE)
    _, page = browser.everything("users/me/calendarList", "items")
    google.agenda.list_changed(CAMILLE, ListEntry(calendar=HOLIDAYS, deleted=True))
    changed, _ = browser.everything("users/me/calendarList", "items", syncToken=page["nextSyncToken"])

    assert [(one["id"], one["deleted"]) for one in changed] == [(HOLIDAYS, True)]


def test_sharing_is_told_to_owners_only(shared_google):
    path = f"calendars/{quote(GARDEN, safe='')}/acl"
    found, _ = calendar(shared_google, CAMILLE).everything(path, "items", maxResults=2)

    assert {(one["role"], one["scope"].get("value")) for one in found} >= {("owner", CAMILLE), ("writer", MAELLE)}
    assert {one["role"] for one in found if one["scope"]["type"] == "default"} == {"reader"}
    assert calendar(shared_google, MAELLE).reason(path) == (403, "forbidden")


def test_colours_settings_and_working_hours_are_told(shared_google):
    browser = calendar(shared_google, CAMILLE)

    assert "11" in browser.json("colors")["event"]
    settings, _ = browser.everything("users/me/settings", "items", maxResults=2)
    assert {one["id"]: one["value"] for one in settings}["timezone"] == "Europe/Paris"
    mine = browser.json(f"calendars/{quote(CAMILLE)}")
    assert mine["workingHours"]["workingHoursEnabled"]
    assert mine["labelProperties"]["eventLabels"][0]["name"] == "Bureau"


def test_a_token_for_drive_opens_no_calendar(shared_google):
    browser = Browser(shared_google, CAMILLE)
    browser.base = "www.googleapis.com/calendar/v3"
    assert browser.reason("users/me/calendarList") == (403, "insufficientPermissions")


def test_events_can_be_chosen_by_kind_time_and_uid(shared_google):
    browser = calendar(shared_google, CAMILLE)
    kinds = {"eventTypes": ["focusTime", "outOfOffice"]}
    found, _ = browser.everything(events_of("primary"), "items", **kinds)
    assert {event["eventType"] for event in found} == {"focusTime", "outOfOffice"}
    split = by_summary(browser.everything(events_of("primary"), "items")[0])["Cours de greffe"]
    both, _ = browser.everything(events_of("primary"), "items", iCalUID=split["iCalUID"])
    assert len(both) == 2
    span = {"timeMin": "2026-06-14T13:00:00+02:00", "timeMax": "2026-08-14T14:00:00+02:00"}
    late, _ = browser.everything(events_of(WORKSHOPS), "items", **span)
    assert [event["summary"] for event in late] == ["Atelier n° 6", "Atelier n° 7"]
    assert browser.reason(events_of("primary"), orderBy="startTime") == (400, "badRequest")


def read_privately(google, id_) -> Any:
    return icalendar.Calendar.from_ical(ask("GET", google.private_address(id_)).text)


def test_a_private_address_gives_the_whole_calendar_as_icalendar(shared_google, association):
    for one in association.calendars:
        planted = shared_google.agenda.calendars[one.id]
        unseen = {planted.events[id_]["iCalUID"] for id_ in planted.unseen}
        read = read_privately(shared_google, one.id)
        events = read.walk("VEVENT")
        times = [event[name] for event in events for name in ("DTSTART", "DTEND")]
        zones = {time.params["TZID"] for time in times if "TZID" in time.params}

        assert {str(event["UID"]) for event in events} - unseen == one.uids
        assert read.errors == []
        assert zones <= {str(zone["TZID"]) for zone in read.walk("VTIMEZONE")}


def test_lines_of_icalendar_are_short_and_their_ends_are_as_they_should_be(shared_google):
    text = ask("GET", shared_google.private_address(CAMILLE)).content

    assert max(len(line) for line in text.split(b"\r\n")) <= 75
    assert text.count(b"\n") == text.count(b"\r\n")


def test_icalendar_tells_what_people_did_to_single_occurrences(shared_google):
    events = read_privately(shared_google, CAMILLE).walk("VEVENT")
    mondays = [event for event in events if "Réunion" in str(event["SUMMARY"])]
    master = next(event for event in mondays if "RRULE" in event)
    gone = [one.dt for exdate in master["EXDATE"] for one in exdate.dts]
    changed = [event["RECURRENCE-ID"].dt for event in mondays if "RECURRENCE-ID" in event]

    assert sorted(f"{one:%Y-%m-%d %H:%M}" for one in gone) == ["2026-05-25 09:00", "2026-10-26 09:00"]
    assert sorted(f"{one:%Y-%m-%d}" for one in changed) == ["2026-01-12", "2026-03-30", "2026-11-02"]


def test_without_its_secret_a_calendar_is_not_given(shared_google):
    public = f"{shared_google.url}/calendar.google.com/calendar/ical/{{}}/public/basic.ics"

    assert ask("GET", public.format(quote(GARDEN))).status_code == 200
    assert ask("GET", public.format(quote(WORKSHOPS))).status_code == 404
    assert ask("GET", shared_google.private_address(WORKSHOPS).replace("private-", "private-1")).status_code == 404
