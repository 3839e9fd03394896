"""An event as the Calendar API writes it, as a VEVENT (RFC 5545, RFC 7986).

https://developers.google.com/workspace/calendar/api/v3/reference/events; each rule is a row of docs/conversions.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from degoog.convert import zones
from degoog.convert.components import Component
from degoog.convert.content_lines import Line, made, read, text
from degoog.convert.google_tasks import stamp

Raw = Mapping[str, Any]
_ANSWERS = {
    "needsAction": "NEEDS-ACTION", "declined": "DECLINED", "tentative": "TENTATIVE", "accepted": "ACCEPTED",
}  # fmt: skip
_CLASSES = {"public": "PUBLIC", "private": "PRIVATE", "confidential": "CONFIDENTIAL"}
_STATES = {"confirmed": "CONFIRMED", "tentative": "TENTATIVE", "cancelled": "CANCELLED"}
# RFC 7986 §5.9 wants a colour by its CSS3 name; those nearest to the palette of `colors.get`.
_COLORS = {
    "1": "lightsteelblue", "2": "mediumaquamarine", "3": "plum", "4": "lightcoral", "5": "khaki", "6": "sandybrown",
    "7": "turquoise", "8": "lightgray", "9": "royalblue", "10": "mediumseagreen", "11": "crimson",
}  # fmt: skip
_ALWAYS_FREE = frozenset({"workingLocation"})
_WORD = re.compile(r"[^A-Za-z0-9-]+")


def component(raw: Raw, *, zone: str, reminders: Sequence[Raw] = ()) -> Component:
    """Give the VEVENT of an event.

    `zone` is its calendar's, in which times are written that name none. `reminders` are the calendar's own, for the
    events that use them. Raises `KeyError` for an event without a beginning.
    """
    lines: list[Line] = [made("UID", str(raw.get("iCalUID") or raw.get("id") or ""))]
    changed = stamp(raw.get("updated")) or stamp(raw.get("created"))
    lines += [made(name, value) for name, value in (
        ("DTSTAMP", changed), ("CREATED", stamp(raw.get("created"))), ("LAST-MODIFIED", changed),
    ) if value]  # fmt: skip
    lines.append(_moment("DTSTART", raw["start"], zone))
    if "end" in raw and not raw.get("endTimeUnspecified"):
        lines.append(_moment("DTEND", raw["end"], zone))
    if "originalStartTime" in raw:
        lines.append(_moment("RECURRENCE-ID", raw["originalStartTime"], zone))
    lines += _repetition(raw)
    lines.append(text("SUMMARY", str(raw.get("summary") or "")))
    for name, key in (("DESCRIPTION", "description"), ("LOCATION", "location")):
        if raw.get(key):
            lines.append(text(name, str(raw[key])))
    lines += _state(raw)
    lines += _people(raw)
    lines += _links(raw)
    lines += _more(raw)
    for alarm in _alarms(raw, reminders):
        lines += alarm
    return Component("VEVENT", tuple(lines))


def is_cancelled(raw: Raw) -> bool:
    """Whether it was taken out: of a series, or altogether."""
    return raw.get("status") == "cancelled"


def cancelled(raw: Raw, *, uid: str, zone: str) -> Component:
    """Give an occurrence that was taken out, of which Google tells its time and little else."""
    original = raw["originalStartTime"]
    lines = [
        made("UID", uid), _moment("DTSTART", original, zone), _moment("RECURRENCE-ID", original, zone),
        made("STATUS", "CANCELLED"),
    ]  # fmt: skip
    return Component("VEVENT", tuple(lines))


def _moment(name: str, told: Raw, zone: str) -> Line:
    if day := told.get("date"):
        return made(name, str(day).replace("-", ""), VALUE="DATE")
    at = datetime.fromisoformat(str(told["dateTime"]))
    named = zones.known(str(told.get("timeZone") or zone) or "UTC")
    if named is None or named.id in {"UTC", "Etc/UTC", "GMT"}:
        there = at.astimezone(UTC)
        return made(name, f"{there.year:04d}{there:%m%dT%H%M%S}Z")
    there = at.astimezone(named.tz)
    return made(name, f"{there.year:04d}{there:%m%dT%H%M%S}", TZID=named.id)


def _repetition(raw: Raw) -> Iterator[Line]:
    for rule in raw.get("recurrence") or ():
        line = read(str(rule).strip())
        if line is not None:
            yield line


def _state(raw: Raw) -> Iterator[Line]:
    if state := _STATES.get(str(raw.get("status"))):
        yield made("STATUS", state)
    if visibility := _CLASSES.get(str(raw.get("visibility"))):
        yield made("CLASS", visibility)
    free = raw.get("transparency") == "transparent" or raw.get("eventType") in _ALWAYS_FREE
    yield made("TRANSP", "TRANSPARENT" if free else "OPAQUE")
    if isinstance(raw.get("sequence"), int):
        yield made("SEQUENCE", str(raw["sequence"]))
    if color := _COLORS.get(str(raw.get("colorId"))):
        yield made("COLOR", color)


def _people(raw: Raw) -> Iterator[Line]:
    guests = [guest for guest in raw.get("attendees") or () if guest.get("email")]
    organizer = raw.get("organizer") or {}
    # Without guests Google names the calendar itself: that is no meeting.
    if organizer.get("email") and guests:
        yield made("ORGANIZER", f"mailto:{organizer['email']}", CN=str(organizer.get("displayName") or ""))
    for guest in guests:
        more = {
            "CN": str(guest.get("displayName") or ""),
            "CUTYPE": "RESOURCE" if guest.get("resource") else "INDIVIDUAL",
            "ROLE": "OPT-PARTICIPANT" if guest.get("optional") else "REQ-PARTICIPANT",
            "PARTSTAT": _ANSWERS.get(str(guest.get("responseStatus")), "NEEDS-ACTION"),
            "X_NUM_GUESTS": str(guest.get("additionalGuests") or ""),
            "X_RESPONSE_COMMENT": str(guest.get("comment") or ""),
        }
        yield made("ATTENDEE", f"mailto:{guest['email']}", **more)


def _links(raw: Raw) -> Iterator[Line]:
    if link := _conference(raw):
        yield made("CONFERENCE", link, VALUE="URI", FEATURE="VIDEO", LABEL=_solution(raw))
        yield made("X-GOOGLE-CONFERENCE", link)
    for entry in (raw.get("conferenceData") or {}).get("entryPoints") or ():
        uri = str(entry.get("uri") or "")
        if uri and entry.get("entryPointType") != "video":
            yield made("CONFERENCE", uri, VALUE="URI", FEATURE=str(entry.get("entryPointType") or "").upper())
    for one in raw.get("attachments") or ():
        if one.get("fileUrl"):
            yield made(
                "ATTACH",
                str(one["fileUrl"]),
                FILENAME=str(one.get("title") or ""),
                FMTTYPE=str(one.get("mimeType") or ""),
            )
    if url := (raw.get("source") or {}).get("url"):
        yield made("URL", str(url))


def _conference(raw: Raw) -> str:
    for entry in (raw.get("conferenceData") or {}).get("entryPoints") or ():
        if entry.get("entryPointType") == "video" and entry.get("uri"):
            return str(entry["uri"])
    return str(raw.get("hangoutLink") or "")


def _solution(raw: Raw) -> str:
    return str(((raw.get("conferenceData") or {}).get("conferenceSolution") or {}).get("name") or "")


def _more(raw: Raw) -> Iterator[Line]:
    """What iCalendar has no word for is kept under Google's."""
    kind = str(raw.get("eventType") or "default")
    if kind != "default":
        yield text("X-GOOGLE-EVENT-TYPE", kind)
    for name in ("guestsCanModify", "guestsCanInviteOthers", "guestsCanSeeOtherGuests", "anyoneCanAddSelf"):
        if name in raw:
            yield made(f"X-GOOGLE-{name.upper()}", "TRUE" if raw[name] else "FALSE")
    label = raw.get("eventLabelId")
    if label:
        yield text("X-GOOGLE-LABEL", str(label))
    for reach in ("private", "shared"):
        for name, value in ((raw.get("extendedProperties") or {}).get(reach) or {}).items():
            yield text(f"X-GOOGLE-{reach.upper()}-{_WORD.sub('-', str(name)).strip('-').upper()}", str(value))


def _alarms(raw: Raw, reminders: Sequence[Raw]) -> Iterator[list[Line]]:
    told = raw.get("reminders") or {}
    wanted = reminders if told.get("useDefault") else told.get("overrides") or ()
    for one in wanted:
        minutes = int(one.get("minutes") or 0)
        mail = one.get("method") == "email"
        lines = [
            Line("BEGIN", "", "VALARM"), made("ACTION", "EMAIL" if mail else "DISPLAY"),
            made("TRIGGER", f"-PT{minutes}M" if minutes else "PT0M"),
            text("DESCRIPTION", str(raw.get("summary") or "")),
        ]  # fmt: skip
        owner = str((raw.get("organizer") or {}).get("email") or "")
        if mail:  # RFC 5545 §3.6.6: an e-mail has a subject and a recipient
            lines += [text("SUMMARY", str(raw.get("summary") or "")), made("ATTENDEE", f"mailto:{owner}")]
        yield [*lines, Line("END", "", "VALARM")]
