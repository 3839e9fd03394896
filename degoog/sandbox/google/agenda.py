"""Calendars as Google keeps them: events as JSON, who may see them, and what changed since when."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from degoog.sandbox.google.people import Directory, Person

Json = dict[str, Any]


class CalendarRole(StrEnum):
    """What somebody may do with a calendar, weakest first."""

    NONE = "none"
    FREE_BUSY = "freeBusyReader"
    READER = "reader"
    WRITER_WITHOUT_PRIVATE = "writerWithoutPrivateAccess"
    WRITER = "writer"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        """Greater is stronger."""
        return [*CalendarRole].index(self)


@dataclass(frozen=True, slots=True)
class CalendarRule:
    """One line of a calendar's sharing: `scope` is default (the public), user, group or domain."""

    role: CalendarRole
    scope: str
    value: str = ""

    @property
    def id(self) -> str:
        """As Google writes it."""
        return f"{self.scope}:{self.value}" if self.value else self.scope


@dataclass(slots=True, kw_only=True, eq=False)
class Calendar:
    """A calendar. `owner` is empty for those of Google and of the web."""

    id: str
    summary: str
    owner: str = ""
    zone: str = "Europe/Paris"
    description: str = ""
    location: str = ""
    rules: tuple[CalendarRule, ...] = ()
    working_hours: Json | None = None
    labels: Json | None = None
    events: dict[str, Json] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    """Event id → the number of its last change."""
    number: int = 0
    epoch: int = 0
    """Sync tokens of an earlier epoch are dead."""
    unseen: set[str] = field(default_factory=set)
    """Ids of events that are invitations Google hides, as spam."""

    @property
    def primary(self) -> bool:
        """Whether it is its owner's first calendar."""
        return bool(self.owner) and self.id == self.owner


@dataclass(slots=True, kw_only=True)
class ListEntry:
    """A calendar in somebody's list."""

    calendar: str
    hidden: bool = False
    selected: bool = True
    override: str = ""
    background: str = "#16a765"
    foreground: str = "#000000"
    color: str = "8"
    reminders: tuple[tuple[str, int], ...] = (("popup", 30),)
    deleted: bool = False
    changed: int = 0


class Agenda:
    """All calendars, and everybody's list of them. Hold `lock` while reading more than one thing."""

    def __init__(self, directory: Directory, *, clock: Callable[[], float]) -> None:
        self.directory = directory
        self.calendars: dict[str, Calendar] = {}
        self.lists: dict[str, dict[str, ListEntry]] = {}
        self.list_number = 0
        self.lock = threading.RLock()
        self.settings: dict[str, dict[str, str]] = {}
        self._clock = clock

    @property
    def now(self) -> datetime:
        """The server's time, to the millisecond."""
        time = datetime.fromtimestamp(self._clock(), UTC)
        return time.replace(microsecond=time.microsecond // 1000 * 1000)

    def plant(self, calendar: Calendar) -> None:
        """Put a calendar there with its events, as if it had always been."""
        self.calendars[calendar.id] = calendar
        for event in calendar.events.values():
            calendar.number += 1
            calendar.changed[event["id"]] = calendar.number

    def role(self, person: Person, calendar: Calendar) -> CalendarRole:
        """What this person may do with a calendar."""
        if calendar.owner.lower() == person.email.lower():
            return CalendarRole.OWNER
        groups = self.directory.groups_of(person.email)
        found = CalendarRole.NONE
        for rule in calendar.rules:
            reaches = (
                rule.scope == "default"
                or (rule.scope == "user" and rule.value.lower() == person.email.lower())
                or (rule.scope == "group" and rule.value.lower() in groups)
                or (rule.scope == "domain" and person.domain and rule.value.lower() == person.domain.lower())
            )
            if reaches and rule.role.rank > found.rank:
                found = rule.role
        return found

    def find(self, person: Person, id_: str) -> Calendar | None:
        """A calendar this person may see, `primary` being their own."""
        calendar = self.calendars.get(person.email if id_ == "primary" else id_)
        if calendar is None or self.role(person, calendar) is CalendarRole.NONE:
            return None
        return calendar

    # --- what people do meanwhile

    def put(self, calendar_id: str, event: Json) -> Json:
        """A new event, or a changed one under its id. Raises KeyError without such a calendar."""
        with self.lock:
            calendar = self.calendars[calendar_id]
            calendar.number += 1
            calendar.changed[event["id"]] = calendar.number
            calendar.events[event["id"]] = {**event, "updated": _written(self.now)}
            return calendar.events[event["id"]]

    def change(self, calendar_id: str, event_id: str, changes: Mapping[str, Any]) -> Json:
        """Change some fields of an event; the sequence grows, as when times or guests change. Raises KeyError."""
        old = self.calendars[calendar_id].events[event_id]
        return self.put(calendar_id, {**old, "sequence": old.get("sequence", 0) + 1, **changes})

    def cancel(self, calendar_id: str, event_id: str) -> None:
        """Delete an event with its exceptions, or take one changed occurrence out. Raises KeyError."""
        with self.lock:
            calendar = self.calendars[calendar_id]
            for event in list(calendar.events.values()):
                if event["id"] == event_id or event.get("recurringEventId") == event_id:
                    self.put(calendar_id, {**event, "status": "cancelled"})

    def forget_tokens(self, calendar_id: str) -> None:
        """Every sync token of this calendar is dead from now on: 410."""
        with self.lock:
            self.calendars[calendar_id].epoch += 1

    def list_changed(self, email: str, entry: ListEntry) -> None:
        """An entry of somebody's list is new, or has changed."""
        with self.lock:
            self.list_number += 1
            entry.changed = self.list_number
            self.lists.setdefault(email, {})[entry.calendar] = entry


def _written(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"
