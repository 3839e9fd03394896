"""Calendar's doors: lists of calendars, events whole or expanded, sharing, colours, settings.

https://developers.google.com/workspace/calendar/api/v3/reference
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from degoog.sandbox.google.agenda import Agenda, Calendar, CalendarRole, Json, ListEntry
from degoog.sandbox.google.answers import ApiError, Asked, as_json, invalid, sync_token_gone
from degoog.sandbox.google.fields import ALL, picked
from degoog.sandbox.google.instances import expanded, moment, utc
from degoog.sandbox.google.listings import mask_of, sealed, unsealed
from degoog.sandbox.google.pages import fingerprint, page_of
from degoog.sandbox.google.people import Person
from degoog.sandbox.http_server import Response

# Parameters that cannot go with a sync token, nor give one.
_NO_SYNC = (
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax", "updatedMin",
)  # fmt: skip
_HORIZON = timedelta(days=5 * 366)
_PALETTE = (
    "#a4bdfc", "#7ae7bf", "#dbadff", "#ff887c", "#fbd75b", "#ffb878", "#46d6db", "#e1e1e1", "#5484ed", "#51b749",
    "#dc2127",
)  # fmt: skip


class CalendarDoor:
    """Answers for one server."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda

    def answer(self, asked: Asked, person: Person) -> Response:
        """The answer to a request that may be made. Raises ApiError."""
        answers: dict[str, Callable[[Asked, Person], Json]] = {
            "calendar.calendarList.list": self._list,
            "calendar.calendarList.get": self._entry,
            "calendar.calendars.get": self._calendar,
            "calendar.events.list": self._events,
            "calendar.events.get": self._event,
            "calendar.events.instances": self._instances,
            "calendar.acl.list": self._sharing,
            "calendar.colors.get": self._colors,
            "calendar.settings.list": self._settings,
        }
        with self._agenda.lock:
            found = answers[asked.method](asked, person)
        return as_json(200, picked(found, mask_of(asked, ALL)))

    # --- calendars

    def _list(self, asked: Asked, person: Person) -> Json:
        agenda, since = self._agenda, 0
        entries = list(agenda.lists.get(person.email, {}).values())
        if asked.one("syncToken"):
            told = unsealed(asked.one("syncToken"), "calendars")
            if told["of"] != fingerprint(asked):
                raise invalid("syncToken")
            since = int(told["at"])
            entries = [entry for entry in entries if entry.changed > since]
        else:
            hidden = asked.flag("showHidden")
            entries = [e for e in entries if (hidden or not e.hidden) and (asked.flag("showDeleted") or not e.deleted)]
        shown = [self._shown_entry(person, entry) for entry in entries]
        least = asked.one("minAccessRole")
        if least:
            shown = [one for one in shown if CalendarRole(one["accessRole"]).rank >= CalendarRole(least).rank]
        page, token = page_of(asked, shown, size="maxResults", default=100, most=250)
        found: Json = {"kind": "calendar#calendarList", "etag": f'"p{agenda.list_number}"', "items": page}
        if token:
            return {**found, "nextPageToken": token}
        return {**found, "nextSyncToken": sealed("calendars", of=fingerprint(asked), at=agenda.list_number)}

    def _entry(self, asked: Asked, person: Person) -> Json:
        id_ = person.email if asked.item == "primary" else asked.item
        entry = self._agenda.lists.get(person.email, {}).get(id_)
        if entry is None or entry.deleted:
            raise _no_calendar()
        return self._shown_entry(person, entry)

    def _shown_entry(self, person: Person, entry: ListEntry) -> Json:
        calendar = self._agenda.calendars[entry.calendar]
        shown: Json = {
            "kind": "calendar#calendarListEntry",
            "etag": f'"{entry.changed}e"',
            "id": calendar.id,
            "summary": calendar.summary,
            "timeZone": calendar.zone,
            "colorId": entry.color,
            "backgroundColor": entry.background,
            "foregroundColor": entry.foreground,
            "selected": entry.selected,
            "accessRole": self._agenda.role(person, calendar).value,
            "defaultReminders": _reminders(entry.reminders),
            "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
        }
        optional = {
            "summaryOverride": entry.override, "description": calendar.description, "location": calendar.location,
            "hidden": entry.hidden, "deleted": entry.deleted, "primary": calendar.id == person.email,
            "dataOwner": calendar.owner if not calendar.primary else "",
        }  # fmt: skip
        return shown | {name: value for name, value in optional.items() if value}

    def _calendar(self, asked: Asked, person: Person) -> Json:
        calendar = self._found(asked, person)
        shown: Json = {
            "kind": "calendar#calendar", "etag": f'"{calendar.number}c"', "id": calendar.id, "summary":
            calendar.summary, "timeZone": calendar.zone, "conferenceProperties": {
                "allowedConferenceSolutionTypes": ["hangoutsMeet"]},
        }  # fmt: skip
        optional = {
            "description": calendar.description, "location": calendar.location, "dataOwner": "" if calendar.primary
            else calendar.owner, "workingHours": calendar.working_hours, "labelProperties": calendar.labels,
        }  # fmt: skip
        return shown | {name: value for name, value in optional.items() if value}

    def _sharing(self, asked: Asked, person: Person) -> Json:
        calendar = self._found(asked, person)
        if self._agenda.role(person, calendar) is not CalendarRole.OWNER:
            raise ApiError(403, "forbidden", "Forbidden")
        rules: list[Json] = [
            {"kind": "calendar#aclRule", "etag": '"1a"', "id": f"user:{calendar.owner}", "role": "owner",
             "scope": {"type": "user", "value": calendar.owner}},
        ]  # fmt: skip
        for rule in calendar.rules:
            scope = {"type": rule.scope, "value": rule.value} if rule.value else {"type": rule.scope}
            shown = {"kind": "calendar#aclRule", "etag": '"1a"', "id": rule.id, "role": rule.role.value}
            rules.append({**shown, "scope": scope})
        page, token = page_of(asked, rules, size="maxResults", default=100, most=250)
        found: Json = {"kind": "calendar#acl", "etag": '"1l"', "items": page}
        return {**found, ("nextPageToken" if token else "nextSyncToken"): token or sealed("acl", of=calendar.id)}

    def _found(self, asked: Asked, person: Person) -> Calendar:
        calendar = self._agenda.find(person, asked.item)
        if calendar is None:
            raise _no_calendar()
        return calendar

    # --- events

    def _events(self, asked: Asked, person: Person) -> Json:
        calendar = self._found(asked, person)
        role = self._agenda.role(person, calendar)
        kept = self._changed(asked, calendar) if asked.one("syncToken") else self._all(asked, calendar)
        types = set(asked.query.get("eventTypes", ()))
        kept = [event for event in kept if not types or event.get("eventType", "default") in types]
        kept = [one for one in kept if asked.flag("showHiddenInvitations") or one["id"] not in calendar.unseen]
        kept = _filtered(asked, kept, calendar.zone)
        shown = [_shown(asked, person, calendar, role, event) for event in kept]
        page, token = page_of(asked, shown, size="maxResults", default=250, most=2500)
        found = self._collection(calendar, person, role, page)
        if token:
            return {**found, "nextPageToken": token}
        if any(asked.one(name) for name in _NO_SYNC):
            return found
        at = {"at": calendar.number, "of": fingerprint(asked, "maxResults"), "epoch": calendar.epoch}
        return {**found, "nextSyncToken": sealed("events", **at)}

    def _collection(self, calendar: Calendar, person: Person, role: CalendarRole, items: list[Json]) -> Json:
        entry = self._agenda.lists.get(person.email, {}).get(calendar.id)
        found: Json = {
            "kind": "calendar#events", "etag": f'"p{calendar.number}"', "summary": calendar.summary, "description":
            calendar.description, "updated": "2026-11-20T08:00:00.000Z", "timeZone": calendar.zone, "accessRole":
            role.value, "defaultReminders": _reminders(entry.reminders) if entry else [], "items": items,
        }  # fmt: skip
        if not calendar.description:
            del found["description"]
        return found

    def _all(self, asked: Asked, calendar: Calendar) -> list[Json]:
        deleted = asked.flag("showDeleted")
        if asked.flag("singleEvents"):
            begin = _time(asked, "timeMin") or datetime(1, 1, 2, tzinfo=UTC)
            end = _time(asked, "timeMax") or self._agenda.now + _HORIZON
            return expanded(calendar.events.values(), calendar.zone, begin=begin, end=end)
        events = calendar.events
        return [
            event
            for event in events.values()
            if event.get("status") != "cancelled" or deleted or _live(events.get(event.get("recurringEventId", "")))
        ]

    def _changed(self, asked: Asked, calendar: Calendar) -> list[Json]:
        told = unsealed(asked.one("syncToken"), "events")
        if any(asked.one(name) for name in _NO_SYNC):
            raise invalid("syncToken", "Sync token cannot be used with other parameters that select events.")
        if told["epoch"] != calendar.epoch or told["of"] != fingerprint(asked, "maxResults"):
            raise sync_token_gone()
        numbers = calendar.changed
        found = [event for event in calendar.events.values() if numbers[event["id"]] > told["at"]]
        return sorted(found, key=lambda event: numbers[event["id"]])

    def _event(self, asked: Asked, person: Person) -> Json:
        calendar = self._found(asked, person)
        event = calendar.events.get(asked.part) or self._one_instance(calendar, asked.part)
        if event is None:
            raise ApiError(404, "notFound", "Not Found")
        return _shown(asked, person, calendar, self._agenda.role(person, calendar), event)

    def _one_instance(self, calendar: Calendar, id_: str) -> Json | None:
        """An occurrence that nobody changed has an id of its own too."""
        master = calendar.events.get(id_.rpartition("_")[0])
        if master is None or not master.get("recurrence"):
            return None
        for event in self._series(calendar, master):
            if event["id"] == id_:
                return event
        return None

    def _series(self, calendar: Calendar, master: Json) -> list[Json]:
        id_ = master["id"]
        mine = [master, *(event for event in calendar.events.values() if event.get("recurringEventId") == id_)]
        begin = datetime(1, 1, 2, tzinfo=UTC)
        return expanded(mine, calendar.zone, begin=begin, end=self._agenda.now + _HORIZON)

    def _instances(self, asked: Asked, person: Person) -> Json:
        calendar = self._found(asked, person)
        role, master = self._agenda.role(person, calendar), calendar.events.get(asked.part)
        if master is None:
            raise ApiError(404, "notFound", "Not Found")
        found = _filtered(asked, self._series(calendar, master), calendar.zone)
        if asked.flag("showDeleted"):
            gone = calendar.events.values()
            found += [e for e in gone if e.get("recurringEventId") == asked.part and e.get("status") == "cancelled"]
        shown = [_shown(asked, person, calendar, role, event) for event in found]
        page, token = page_of(asked, shown, size="maxResults", default=250, most=2500)
        told = self._collection(calendar, person, role, page)
        return {**told, "nextPageToken": token} if token else told

    # --- the rest

    def _colors(self, _asked: Asked, _person: Person) -> Json:
        def palette(colors: Iterable[str]) -> Json:
            return {str(n): {"background": color, "foreground": "#1d1d1d"} for n, color in enumerate(colors, 1)}

        return {
            "kind": "calendar#colors", "updated": "2012-02-14T00:00:00.000Z", "event": palette(_PALETTE),
            "calendar": palette((*_PALETTE, "#16a765", "#ac725e")),
        }  # fmt: skip

    def _settings(self, asked: Asked, person: Person) -> Json:
        told = {"timezone": "Europe/Paris", "weekStart": "1", "locale": "fr", "format24HourTime": "true"}
        told |= self._agenda.settings.get(person.email, {})
        items = [
            {"kind": "calendar#setting", "etag": '"0"', "id": name, "value": value} for name, value in told.items()
        ]
        page, token = page_of(asked, items, size="maxResults", default=100, most=250)
        found: Json = {"kind": "calendar#settings", "etag": '"0"', "items": page}
        return {**found, ("nextPageToken" if token else "nextSyncToken"): token or sealed("settings", of=person.email)}


def _no_calendar() -> ApiError:
    return ApiError(404, "notFound", "Not Found")


def _live(event: Json | None) -> bool:
    return event is not None and event.get("status") != "cancelled"


def _reminders(pairs: Iterable[tuple[str, int]]) -> list[Json]:
    return [{"method": method, "minutes": minutes} for method, minutes in pairs]


def _time(asked: Asked, name: str) -> datetime | None:
    text = asked.one(name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(name, "Bad Request") from None
    if found.tzinfo is None:
        raise invalid(name, "Bad Request")
    return found


def _filtered(asked: Asked, events: list[Json], zone: str) -> list[Json]:
    """By the parameters that select events."""
    begin, end, updated = (_time(asked, name) for name in ("timeMin", "timeMax", "updatedMin"))
    uid, order = asked.one("iCalUID"), asked.one("orderBy")
    if order == "startTime" and not asked.flag("singleEvents"):
        message = "The requested ordering is not available for the particular query."
        raise ApiError(400, "badRequest", message)
    kept = []
    for event in events:
        if uid and event.get("iCalUID") != uid:
            continue
        if "start" in event and not event.get("recurrence"):
            if begin and utc(moment(event["end"], zone)) <= begin:
                continue
            if end and utc(moment(event["start"], zone)) >= end:
                continue
        if updated and datetime.fromisoformat(event.get("updated", "2000-01-01T00:00:00Z")) < updated:
            continue
        kept.append(event)
    if order == "updated":
        kept.sort(key=lambda event: str(event.get("updated", "")))
    return kept


def _shown(asked: Asked, person: Person, calendar: Calendar, role: CalendarRole, event: Json) -> Json:
    """An event as this person is shown it."""
    head: Json = {"kind": "calendar#event", "etag": f'"{calendar.changed.get(event["id"], 0)}v"'}
    if event.get("status") == "cancelled" and "recurringEventId" in event:
        names = ("id", "status", "recurringEventId", "originalStartTime")
        return {**head, **{name: event[name] for name in names}}
    if event.get("status") == "cancelled":
        return {**head, "id": event["id"], "status": "cancelled"}
    times = ("id", "status", "start", "end", "recurrence", "recurringEventId", "originalStartTime", "iCalUID")
    if role is CalendarRole.FREE_BUSY:
        return {**head, **{name: event[name] for name in times if name in event}, "visibility": "private"}
    hides = event.get("visibility") in {"private", "confidential"} and role.rank < CalendarRole.WRITER.rank
    if hides:
        kept = (*times, "visibility", "created", "updated", "sequence", "eventType")
        return {**head, **{name: event[name] for name in kept if name in event}}
    mark = event["id"].encode().hex()[:24]
    shown = {**head, "htmlLink": f"https://www.google.com/calendar/event?eid={mark}", **event}
    for name in ("organizer", "creator"):
        if shown.get(name, {}).get("email") == calendar.id:
            shown[name] = {**shown[name], "self": True}
    if "attendees" in shown:
        shown |= _guests(asked, person, calendar, shown)
    return shown


def _guests(asked: Asked, person: Person, calendar: Calendar, event: Json) -> Json:
    """The guests this person may see, oneself marked."""
    guests = [{**one, "self": True} if one["email"] == calendar.id else one for one in event["attendees"]]
    most = asked.number("maxAttendees", default=10_000, most=10_000)
    organizes = event.get("organizer", {}).get("email") in {person.email, calendar.id}
    secret = event.get("guestsCanSeeOtherGuests") is False and not organizes
    if secret or len(guests) > most:
        return {"attendees": [one for one in guests if one.get("self")], "attendeesOmitted": True}
    return {"attendees": guests}
