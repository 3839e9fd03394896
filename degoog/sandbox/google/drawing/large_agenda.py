"""Draws a calendar of thousands of events, and an address book of thousands of people, for tests of scale."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from degoog.sandbox.google.agenda import Calendar, Json, ListEntry
from degoog.sandbox.google.contacts import AddressBook
from degoog.sandbox.google.drawing.contacts import ordinary
from degoog.sandbox.google.drawing.events import at, changed, event, guest, hours
from degoog.sandbox.google.drawing.people import CAMILLE, MAELLE, directory
from degoog.sandbox.google.world import World

_BEGIN = datetime(2020, 1, 6, 9, tzinfo=ZoneInfo("Europe/Paris"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeAgenda:
    """Camille's calendar of `events` single events and one daily series with `exceptions`, and `people` contacts.

    Everything follows from its number.
    """

    events: int
    exceptions: int = 0
    people: int = 0

    def world(self) -> World:
        """A world to start a server with."""
        calendar = Calendar(id=CAMILLE, summary=CAMILLE, owner=CAMILLE)
        calendar.events.update((one["id"], one) for one in (*map(self.event, range(self.events)), *self.series()))
        people = {one["resourceName"]: one for one in map(ordinary, range(self.people))}
        return World(
            directory=directory(),
            calendars=(calendar,),
            calendar_lists={CAMILLE: (ListEntry(calendar=CAMILLE),)},
            address_books={CAMILLE: AddressBook(people=people)},
        )

    def event(self, number: int) -> Json:
        """The single event of this number, counted from 0."""
        begin = _BEGIN + timedelta(hours=3 * number)
        more: Json = {"description": f"<p>Point {number}</p>", "location": "La cabane"}
        if number % 3 == 0:
            more["attendees"] = [guest(CAMILLE, "accepted", organizer=True), guest(MAELLE)]
        return event(CAMILLE, f"Rendez-vous {number:06d}", *hours(f"{begin:%Y-%m-%d %H:%M}", 1), more)

    def series(self) -> list[Json]:
        """The daily series and its changed occurrences; nothing without exceptions."""
        if not self.exceptions:
            return []
        rule = {"recurrence": [f"RRULE:FREQ=DAILY;COUNT={self.exceptions + 5}"]}
        master = event(CAMILLE, "Tous les jours", *hours(f"{_BEGIN:%Y-%m-%d} 12:00", 1), rule)
        found = [master]
        for number in range(self.exceptions):
            day = (_BEGIN + timedelta(days=number)).astimezone(UTC)
            found.append(changed(master, at(f"{day:%Y-%m-%d} 12:00"), {"summary": f"Le jour {number}"}))
        return found
