"""What the stand-in reads in calendar objects, cards and questions about them, and what it refuses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from degoog.sandbox.nextcloud_answers import OC, SABRE, DavError, Name

CALDAV = "urn:ietf:params:xml:ns:caldav"
CARDDAV = "urn:ietf:params:xml:ns:carddav"
_FREQUENCY = re.compile(r"FREQ=(SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)\b")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request wants of a new collection, or anew of one: its properties, and what it is to hold."""

    values: Mapping[Name, str]
    components: tuple[str, ...]
    book: bool


def wanted(body: bytes) -> Wanted:
    """Read MKCALENDAR, extended MKCOL or PROPPATCH. Raises 400 for what is not XML."""
    if not body.strip():
        return Wanted({}, (), book=False)
    try:
        root = ET.fromstring(body)  # noqa: S314 - loopback, and what a client under test sent
    except ET.ParseError as error:
        raise DavError(400, SABRE + "BadRequest", str(error)) from error
    values: dict[Name, str] = {}
    components: tuple[str, ...] = ()
    book = False
    for prop in root.iter("{DAV:}prop"):
        for child in prop:
            namespace, _brace, local = child.tag.rpartition("}")
            if local == "supported-calendar-component-set":
                components = tuple(str(comp.get("name")) for comp in child)
            elif local == "resourcetype":
                book = child.find(f"{{{CARDDAV}}}addressbook") is not None
            else:
                values[namespace.removeprefix("{"), local] = child.text or ""
    return Wanted(values, components, book)


def invited(body: bytes) -> dict[str, bool | None]:
    """The groups that a request for sharing names: whether each is to write, None where it is to be left out."""
    root = ET.fromstring(body)  # noqa: S314 - likewise
    found: dict[str, bool | None] = {}
    for change in root:
        href = (change.findtext("{DAV:}href") or "").rpartition("principals/groups/")[2]
        writes = change.find(f"{{{OC}}}read-write") is not None
        found[unquote(href)] = None if change.tag.endswith("}remove") else writes
    return found


def uid_asked(body: bytes) -> str:
    """The text that a REPORT looks for in UIDs."""
    root = ET.fromstring(body)  # noqa: S314 - likewise
    found = root.find(f".//{{{CALDAV}}}text-match")
    found = root.find(f".//{{{CARDDAV}}}text-match") if found is None else found
    return "" if found is None else found.text or ""


def lines(data: bytes) -> list[str]:
    """The unfolded lines."""
    return re.sub(r"\r?\n[ \t]", "", data.decode("utf-8", "replace")).splitlines()


def uid_of(data: bytes) -> str:
    """The first UID."""
    return next((line.partition(":")[2] for line in lines(data) if line.upper().startswith("UID:")), "")


def event(data: bytes, components: tuple[str, ...]) -> tuple[bytes, bool]:
    """What is stored of a calendar object, and whether that differs from what came. Raises as the server refuses."""
    told = lines(data)
    kinds = {line.partition(":")[2] for line in told if line.startswith("BEGIN:V")} - {
        "VCALENDAR",
        "VTIMEZONE",
        "VALARM",
    }
    if not told or told[0] != "BEGIN:VCALENDAR" or not kinds:
        raise _unsupported("This resource only supports valid iCalendar 2.0 data.")
    if not kinds & set(components):
        message = f"iCalendar objects must at least have a component of type {', '.join(components)}"
        raise DavError(403, "Sabre\\CalDAV\\Exception\\InvalidComponentType", message)
    if any(line.startswith("METHOD:") for line in told):
        raise _unsupported("A METHOD property is not allowed.")
    uids = {line for line in told if line.startswith("UID:")}
    if len(uids) > 1:
        raise _unsupported("Every component must have the same UID.")
    if "VEVENT" in kinds and not any(line.startswith("DTSTART") for line in told):
        raise _unsupported("DTSTART MUST appear exactly once in a VEVENT component")
    rules = [line for line in told if line.startswith("RRULE:")]
    if any(_FREQUENCY.search(rule) is None for rule in rules):
        raise DavError(500, "Sabre\\VObject\\InvalidDataException", "Unknown value for FREQ")
    if not uids:
        return data.replace(b"\r\nEND:VEVENT", b"\r\nUID:sabre-vobject-1\r\nEND:VEVENT", 1), True
    return data, False


def card(data: bytes) -> tuple[bytes, bool]:
    """What is stored of a card: of two only the first. Raises 415 for what is none."""
    told = lines(data)
    if not told or told[0] != "BEGIN:VCARD" or "VERSION:2.1" in told:
        raise _unsupported("This collection can only support validated vCards, version 3 or 4.")
    first, end, rest = data.partition(b"END:VCARD")
    altered = b"BEGIN:VCARD" in rest or not any(line.startswith("UID:") for line in told)
    return (first + end + b"\r\n" if altered else data), altered


def guests_of(data: bytes, *, organizer: str) -> list[str]:
    """The guests' addresses where this address is the organiser's, but for its own; none otherwise."""
    told = lines(data)
    addresses = [_address(line) for line in told if line.startswith("ATTENDEE") and "SCHEDULE-AGENT=CLIENT" not in line]
    if not organizer or organizer not in {_address(line) for line in told if line.startswith("ORGANIZER")}:
        return []
    return [address for address in dict.fromkeys(addresses) if address != organizer]


def unique_violation(uid: str) -> str:
    """What the database says of a UID that lies in the trash."""
    return (
        "An exception occurred while executing a query: SQLSTATE[23505]: Unique violation: 7 ERROR:  duplicate key "
        f'value violates unique constraint "calobjects_by_uid_index"\nDETAIL:  Key (calendarid, calendartype, uid)='
        f"(34, 0, {uid}) already exists."
    )


def _address(line: str) -> str:
    return line.lower().rpartition("mailto:")[2].strip()


def _unsupported(message: str) -> DavError:
    return DavError(415, SABRE + "UnsupportedMediaType", message)
