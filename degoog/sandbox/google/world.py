"""Who has accounts at the sandbox's Google, and everything that lies there: what a server is started with."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from degoog.sandbox.google.agenda import Agenda, Calendar, ListEntry
from degoog.sandbox.google.contacts import AddressBook, Contacts
from degoog.sandbox.google.nodes import FOLDER, Node, SharedDrive
from degoog.sandbox.google.people import Directory
from degoog.sandbox.google.store import DriveStore, root_id
from degoog.sandbox.google.tasks import TaskList, TaskLists

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Plain values; each server makes stores of its own from them, but changes the items themselves."""

    directory: Directory
    nodes: Iterable[Node] = ()
    drives: Iterable[SharedDrive] = ()
    calendars: Iterable[Calendar] = ()
    calendar_lists: Mapping[str, Iterable[ListEntry]] = field(default_factory=dict)
    """Whose list of calendars holds which."""
    address_books: Mapping[str, AddressBook] = field(default_factory=dict)
    photos: Mapping[str, int] = field(default_factory=dict)
    task_lists: Mapping[str, list[TaskList]] = field(default_factory=dict)

    def drive_store(self, clock: Clock) -> DriveStore:
        """Drive as it is at the beginning, with a top for everybody."""
        store = DriveStore(self.directory, clock=clock)
        for person in self.directory.people.values():
            top = root_id(self.directory, person.email)
            store.plant(Node(id=top, name="My Drive", mime=FOLDER, owner=person.email, alias="root"))
        for drive in self.drives:
            store.plant_drive(drive)
        for node in self.nodes:
            store.plant(node)
        return store

    def agenda(self, clock: Clock) -> Agenda:
        """The calendars, and everybody's list of them."""
        agenda = Agenda(self.directory, clock=clock)
        for calendar in self.calendars:
            agenda.plant(calendar)
        for email, entries in self.calendar_lists.items():
            for entry in entries:
                agenda.list_changed(email, entry)
        return agenda

    def contacts(self, clock: Clock) -> Contacts:
        """The address books."""
        contacts = Contacts(self.directory, clock=clock)
        contacts.photos.update(self.photos)
        for email, book in self.address_books.items():
            for person in book.people.values():
                contacts.put(email, person)
            contacts.book(email).others.update(book.others)
            contacts.book(email).groups.update(book.groups)
        return contacts

    def tasks(self) -> TaskLists:
        """The lists of tasks."""
        lists = TaskLists()
        lists.of.update(self.task_lists)
        return lists
