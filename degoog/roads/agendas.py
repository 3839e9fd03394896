"""The roads of calendars, contacts and tasks: out of files or a Google archive, to a Nextcloud or a plain folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from degoog.config_schema import CalendarsRoad, ContactsRoad, PeopleRoad, TasksRoad, Workspace
from degoog.convert.calendar_object import RawObject, calendar_object
from degoog.convert.held import held
from degoog.convert.traits import Traits
from degoog.convert.vcards import RawCard, contact_card
from degoog.ends import CALENDAR_SOURCES, CONTACT_SOURCES, Destination, Origin, SourceKind, TargetKind
from degoog.errors import Usage
from degoog.i18n import _
from degoog.model import Item, Loss, LossKind
from degoog.ports import Blob, Convert, Earlier, Leg, Meaning, Resolve, Source, Target
from degoog.roads import CALENDARS, CONTACTS, TASKS, Given, Outside, no_such_source, sources_of, target_of
from degoog.roads.archives import parts
from degoog.roads.landing import Landing, address_of

if TYPE_CHECKING:
    from degoog.google.client import Client

Made = tuple[Blob | Traits | None, tuple[Loss, ...]]


@dataclass(frozen=True, slots=True)
class Agenda:
    """One of the three; they differ in what they read and in what a collection holds (`VEVENT`, `VTODO`, `VCARD`).

    `source` gives the source, not opened yet; `google` that of an account at Google, of whose things what others own
    stays to them; `section` what workspace.yml says of the road.
    """

    name: str
    component: str
    sources: tuple[SourceKind, ...]
    section: Callable[[Workspace | None], PeopleRoad]
    source: Callable[[SourceKind, Sequence[Origin], Outside], Source[Any]]
    google: Callable[[Client, PeopleRoad, frozenset[str]], Source[Any]]

    def legs(self, given: Given, outside: Outside, earlier: Earlier) -> Sequence[Leg]:
        """Give the lanes to run."""
        missing = _(
            "Where do they come from? To do: add --source {example}, or write roads: {road}: source: in workspace.yml."
        ).format(example=_EXAMPLES[self.name], road=self.name)
        origins = sources_of(self.section(outside.workspace), given, missing=missing)
        kind = self._only(origins)
        to = self._to(given, outside)
        landing = self._landing(to, outside)
        convert: Convert[Any, Any] = partial(made, resolve=earlier, folder=to.kind is TargetKind.FOLDER)
        legs = (
            self._from_google(outside, landing, convert)
            if kind is SourceKind.GOOGLE
            else [Leg(self.source(kind, origins, outside), landing.at(""), convert)]
        )
        return [replace(leg, meaning=_meaning(leg, outside)) for leg in legs] if self.name == CALENDARS else legs

    def targets(self, given: Given, outside: Outside) -> Sequence[Target[Any]]:
        """Give where they went."""
        everybody = self.section(outside.workspace).accounts == "people"
        return list(self._landing(self._to(given, outside), outside).everywhere(outside.people() if everybody else ()))

    def _from_google(self, outside: Outside, landing: Landing, convert: Convert[Any, Any]) -> Sequence[Leg]:
        from degoog.google.scopes import OTHER_CONTACTS, SCOPES
        from degoog.roads.google_accounts import GoogleAccounts

        section = self.section(outside.workspace)
        more = OTHER_CONTACTS if isinstance(section, ContactsRoad) and section.other else ()
        accounts = GoogleAccounts(self.name, section, outside, scopes=(*SCOPES[self.name], *more))
        if section.accounts == "me":
            return [Leg(self.google(accounts.client(accounts.account), section, frozenset()), landing.at(""), convert)]
        people = accounts.people()
        everybody = frozenset(address_of(person) for person in people)
        return [
            landing.lane(self.google(accounts.client(one), section, everybody - {one}), person, convert)
            for person in people
            for one in (address_of(person),)
        ]

    def _landing(self, to: Destination, outside: Outside) -> Landing:
        return Landing(to, outside, lambda to, login, _folder: self._target(to, outside, login))

    def _to(self, given: Given, outside: Outside) -> Destination:
        missing = _(
            "Where do they go? To do: add --to nextcloud or --to folder:DIR, or write roads: {road}: to: in "
            "workspace.yml."
        ).format(road=self.name)
        return target_of(self.section(outside.workspace), given, missing=missing)

    def _target(self, to: Destination, outside: Outside, login: str) -> Target[Any]:
        match to.kind:
            case TargetKind.FOLDER:
                from degoog.folder import Folder

                return Folder(to.path)
            case TargetKind.NEXTCLOUD:
                from degoog.nextcloud.agendas import NextcloudAgendas
                from degoog.roads.accounts import nextcloud

                return NextcloudAgendas(nextcloud(outside, account=login), component=self.component)
            case TargetKind.MATTERMOST:
                raise Usage(_("Mattermost takes channels only. To do: use --to nextcloud or --to folder:DIR."))

    def _only(self, origins: Sequence[Origin]) -> SourceKind:
        """Give the one kind of source there is. Raises `Usage` for several, or one this road cannot read."""
        kinds = {origin.kind for origin in origins}
        for origin in origins:
            if origin.kind not in self.sources:
                raise no_such_source(origin, self.sources)
        if len(kinds) > 1:
            raise Usage(_("Two sorts of sources cannot be mixed in one run. Run the command once for each."))
        return kinds.pop()


def _meaning(leg: Leg, outside: Outside) -> Meaning:
    from degoog.google.calendars import GoogleCalendars
    from degoog.roads.oracle import Events

    return Events.now(outside.clock(), google=leg.source if isinstance(leg.source, GoogleCalendars) else None)


def _tasks(kind: SourceKind, origins: Sequence[Origin], outside: Outside) -> Source[Any]:
    if kind is SourceKind.ICS:
        return _ics(kind, origins, outside, component="VTODO")
    from degoog.google.takeout.documents import TakeoutDocuments
    from degoog.google.takeout.products import Product
    from degoog.google.takeout.tasks import TakeoutTasks

    return TakeoutTasks(TakeoutDocuments(_archives(origins), Product.TASKS, ending=".json"))


def _contacts(kind: SourceKind, origins: Sequence[Origin], _outside: Outside) -> Source[Any]:
    from degoog.loose.vcf import VcfSource

    if kind is SourceKind.TAKEOUT:
        from degoog.google.takeout.documents import TakeoutDocuments
        from degoog.google.takeout.products import Product

        return VcfSource(TakeoutDocuments(_archives(origins), Product.CONTACTS, ending=".vcf"))
    from degoog.loose.disk import Paths

    return VcfSource(Paths([origin.path for origin in origins], ending=".vcf"))


def _google_calendars(client: Client, _section: PeopleRoad, others: frozenset[str]) -> Source[Any]:
    from degoog.google.calendars import GoogleCalendars

    return GoogleCalendars(client, others=others)


def _google_contacts(client: Client, section: PeopleRoad, _others: frozenset[str]) -> Source[Any]:
    from degoog.google.contacts import GoogleContacts

    return GoogleContacts(client, other=isinstance(section, ContactsRoad) and section.other)


def _google_tasks(client: Client, _section: PeopleRoad, _others: frozenset[str]) -> Source[Any]:
    from degoog.google.tasks import GoogleTasks

    return GoogleTasks(client)


_EXAMPLES = {
    CALENDARS: "ics:agenda.ics",
    CONTACTS: "vcf:contacts.vcf",
    TASKS: "takeout:takeout-001.zip",
}


def _archives(origins: Sequence[Origin]) -> list[Path]:
    return [path for origin in origins for path in parts(origin.path)]


def _ics(kind: SourceKind, origins: Sequence[Origin], outside: Outside, *, component: str) -> Source[Any]:
    from degoog.documents import Documents
    from degoog.loose.disk import Address, Paths
    from degoog.loose.ics import IcsSource

    documents: Documents
    if kind is SourceKind.TAKEOUT:
        from degoog.google.takeout.documents import TakeoutDocuments
        from degoog.google.takeout.products import Product

        documents = TakeoutDocuments(_archives(origins), Product.CALENDAR, ending=".ics")
    elif addresses := [origin.where for origin in origins if "://" in origin.where]:
        if len(origins) > 1:
            raise Usage(_("A calendar at an address moves alone. Run the command once for each."))
        documents = Address(addresses[0], observer=outside.observer, transport=outside.transport)
    else:
        documents = Paths([origin.path for origin in origins], ending=".ics")
    zone = outside.workspace.timezone if outside.workspace else ""
    return IcsSource(documents, component=component, zone=zone)


def made(_item: Item, value: RawObject | RawCard | Traits, *, resolve: Resolve, folder: bool) -> Made:
    """Convert what a source gives into what a target stores; a folder keeps no colours."""
    match value:
        case Traits():
            lost = (Loss(LossKind.COLOUR, value.color),) if folder and value.color else ()
            return (None if folder else value), lost
        case RawObject():
            data, losses = calendar_object(value, resolve=resolve)
        case RawCard():
            data, losses = contact_card(value)
    return held(data), losses


def calendars() -> Agenda:
    """Calendars and their events."""
    return Agenda(
        CALENDARS,
        "VEVENT",
        CALENDAR_SOURCES,
        lambda told: told.roads.calendars if told else CalendarsRoad(),
        partial(_ics, component="VEVENT"),
        _google_calendars,
    )


def tasks() -> Agenda:
    """Lists of tasks."""
    return Agenda(
        TASKS,
        "VTODO",
        CALENDAR_SOURCES,
        lambda told: told.roads.tasks if told else TasksRoad(),
        _tasks,
        _google_tasks,
    )


def contacts() -> Agenda:
    """Contacts, in one address book."""
    return Agenda(
        CONTACTS,
        "VCARD",
        CONTACT_SOURCES,
        lambda told: told.roads.contacts if told else ContactsRoad(),
        _contacts,
        _google_contacts,
    )


ROADS: dict[str, Callable[[], Agenda]] = {CALENDARS: calendars, CONTACTS: contacts, TASKS: tasks}
