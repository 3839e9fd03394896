"""A calendar's private address: the whole of it as iCalendar, in Google's dialect, for whoever has the link.

RFC 5545, written by hand and apart from degoog's own conversion. Free of accounts: a secret in the address is all.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from degoog.sandbox.google.agenda import Agenda, Calendar, CalendarRole
from degoog.sandbox.google.answers import Asked
from degoog.sandbox.google.hosts import host_and_path
from degoog.sandbox.google.instances import Moment, moment, stamp
from degoog.sandbox.google.people import number_of
from degoog.sandbox.http_server import Response

Json = dict[str, Any]
_LAST_YEAR = 2030
_STATUSES = {"needsAction": "NEEDS-ACTION", "declined": "DECLINED", "tentative": "TENTATIVE", "accepted": "ACCEPTED"}


def private_path(calendar: Calendar) -> str:
    """The path of a calendar's private address."""
    return f"calendar/ical/{calendar.id}/private-{number_of(calendar.id)}/basic.ics"


def answer(asked: Asked, agenda: Agenda) -> Response:
    """The calendar at an address: private with its secret, public where it is shared with everybody; else 404."""
    found = re.fullmatch(
        r"calendar/ical/(.+)/(public|private-\d+)/basic\.ics", unquote(host_and_path(asked.request)[1])
    )
    with agenda.lock:
        calendar = agenda.calendars.get(found.group(1)) if found else None
        if calendar is None or found is None or not _open(calendar, found.group(2)):
            return Response(404, {"Content-Type": "text/html; charset=UTF-8"}, b"<html>404</html>")
        return Response(200, {"Content-Type": "text/calendar; charset=UTF-8", "Server": "ESF"}, written(calendar))


def _open(calendar: Calendar, door: str) -> bool:
    if door == "public":
        return any(rule.scope == "default" and rule.role is not CalendarRole.NONE for rule in calendar.rules)
    return door == f"private-{number_of(calendar.id)}"


def written(calendar: Calendar) -> bytes:
    """The calendar as iCalendar: masters with EXDATE for what was taken out, exceptions beside them."""
    events = [event for event in calendar.events.values() if event["status"] != "cancelled"]
    gone: dict[str, list[str]] = {}
    for event in calendar.events.values():
        if event["status"] == "cancelled" and "recurringEventId" in event:
            gone.setdefault(event["recurringEventId"], []).append(_time("EXDATE", event["originalStartTime"], calendar))
    lines = [
        "BEGIN:VCALENDAR", "PRODID:-//Google Inc//Google Calendar 70.9054//EN", "VERSION:2.0", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", f"X-WR-CALNAME:{_text(calendar.summary)}", f"X-WR-TIMEZONE:{calendar.zone}",
    ]  # fmt: skip
    if calendar.description:
        lines.append(f"X-WR-CALDESC:{_text(calendar.description)}")
    for zone in sorted(_zones(events, calendar)):
        lines += _zone(zone, min(_years(events), default=2020))
    for event in events:
        lines += _event(event, calendar, gone.get(event["id"], ()))
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def _event(event: Json, calendar: Calendar, gone: Iterable[str]) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield _time("DTSTART", event["start"], calendar)
    yield _time("DTEND", event["end"], calendar)
    yield from event.get("recurrence", ())
    yield from gone
    yield "DTSTAMP:20261125T080000Z"
    organizer = event.get("organizer", {})
    if organizer.get("email", calendar.id) != calendar.id or "attendees" in event:
        yield f"ORGANIZER{_name(organizer)}:mailto:{organizer.get('email', calendar.id)}"
    yield f"UID:{event['iCalUID']}"
    if "originalStartTime" in event:
        yield _time("RECURRENCE-ID", event["originalStartTime"], calendar)
    yield from map(_guest, event.get("attendees", ()))
    if event.get("visibility") in {"private", "confidential", "public"}:
        yield f"CLASS:{event['visibility'].upper()}"
    yield f"CREATED:{_compact(event['created'])}"
    for name, key in (("DESCRIPTION", "description"), ("LOCATION", "location"), ("SUMMARY", "summary")):
        yield f"{name}:{_text(event.get(key, ''))}"
    yield f"LAST-MODIFIED:{_compact(event['updated'])}"
    yield f"SEQUENCE:{event.get('sequence', 0)}"
    yield f"STATUS:{event['status'].upper()}"
    yield f"TRANSP:{event.get('transparency', 'opaque').upper()}"
    if "hangoutLink" in event:
        yield f"X-GOOGLE-CONFERENCE:{event['hangoutLink']}"
    for file in event.get("attachments", ()):
        yield f'ATTACH;FILENAME="{file["title"]}";FMTTYPE={file["mimeType"]}:{file["fileUrl"]}'
    yield from _alarms(event)
    yield "END:VEVENT"


def _alarms(event: Json) -> Iterator[str]:
    for reminder in event.get("reminders", {}).get("overrides", ()):
        action = "EMAIL" if reminder["method"] == "email" else "DISPLAY"
        yield from ("BEGIN:VALARM", f"ACTION:{action}", "DESCRIPTION:This is an event reminder")
        if action == "EMAIL":
            yield from ("SUMMARY:Alarm notification", "ATTENDEE:mailto:camille@lauze.example")
        yield from (f"TRIGGER:-P0DT0H{reminder['minutes']}M0S", "END:VALARM")


def _guest(guest: Json) -> str:
    kind = "RESOURCE" if guest.get("resource") else "INDIVIDUAL"
    role = "OPT-PARTICIPANT" if guest.get("optional") else "REQ-PARTICIPANT"
    answer_ = _STATUSES[guest["responseStatus"]]
    more = f";X-NUM-GUESTS={guest.get('additionalGuests', 0)}"
    if guest.get("comment"):
        more += f";X-RESPONSE-COMMENT={_quoted(guest['comment'])}"
    head = f"ATTENDEE;CUTYPE={kind};ROLE={role};PARTSTAT={answer_}"
    return f"{head}{_name(guest) or ';CN=' + guest['email']}{more}:mailto:{guest['email']}"


def _name(person: Json) -> str:
    return f";CN={_quoted(person['displayName'])}" if person.get("displayName") else ""


def _quoted(text: str) -> str:
    """A parameter's value, in quotes where it needs them (RFC 6868 is not Google's way)."""
    clean = text.replace('"', "'").replace("\n", " ")
    return f'"{clean}"' if set(clean) & set(",;:") else clean


def _text(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _time(name: str, told: Json, calendar: Calendar) -> str:
    at = moment(told, calendar.zone)
    if not isinstance(at, datetime):
        return f"{name};VALUE=DATE:{at:%Y%m%d}"
    zone = told.get("timeZone", calendar.zone)
    return f"{name}:{stamp(at)}" if zone == "UTC" else f"{name};TZID={zone}:{at:%Y%m%dT%H%M%S}"


def _compact(time: str) -> str:
    return stamp(datetime.fromisoformat(time))


def _folded(line: str) -> str:
    """Lines of 75 bytes at most, never cut inside a letter."""
    parts, rest = [], line
    while len(rest.encode()) > 74:
        cut = 74
        while len(rest[:cut].encode()) > 74:
            cut -= 1
        parts.append(rest[:cut])
        rest = rest[cut:]
    return "\r\n ".join([*parts, rest])


# --- time zones


def _moments(events: Iterable[Json], calendar: Calendar) -> Iterator[tuple[Moment, str]]:
    for event in events:
        for name in ("start", "end", "originalStartTime"):
            if name in event:
                yield moment(event[name], calendar.zone), event[name].get("timeZone", calendar.zone)


def _zones(events: Iterable[Json], calendar: Calendar) -> set[str]:
    found = {zone for at, zone in _moments(events, calendar) if isinstance(at, datetime)}
    return (found | {calendar.zone}) - {"UTC"}


def _years(events: Iterable[Json]) -> Iterator[int]:
    for event in events:
        if "dateTime" in event["start"]:
            yield int(event["start"]["dateTime"][:4])


def _zone(name: str, first_year: int) -> Iterator[str]:
    """A VTIMEZONE that tells each change of clocks by its date, from the first year that is needed."""
    zone = ZoneInfo(name)
    begin = datetime(max(first_year - 1, 1900), 1, 1, tzinfo=UTC)
    yield from ("BEGIN:VTIMEZONE", f"TZID:{name}", f"X-LIC-LOCATION:{name}")
    offset = _offset(zone, begin)
    yield from _observance(zone, begin, offset, offset)
    at = begin
    while at.year <= _LAST_YEAR:
        following = at + timedelta(days=1)
        if _offset(zone, following) != _offset(zone, at):
            change = _change(zone, at, following)
            yield from _observance(zone, change, _offset(zone, at), _offset(zone, following))
        at = following
    yield "END:VTIMEZONE"


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which clocks change between two times."""
    old = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after


def _observance(zone: ZoneInfo, at: datetime, old: timedelta, new: timedelta) -> Iterator[str]:
    local = at.astimezone(zone)
    kind = "DAYLIGHT" if local.dst() else "STANDARD"
    wall = (at + old).replace(tzinfo=None)
    yield from (f"BEGIN:{kind}", f"DTSTART:{wall:%Y%m%dT%H%M%S}", f"TZOFFSETFROM:{_signed(old)}")
    yield from (f"TZOFFSETTO:{_signed(new)}", f"TZNAME:{local.tzname()}", f"END:{kind}")


def _signed(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}{minutes:02d}" + (f"{left:02d}" if left else "")
