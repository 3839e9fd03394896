"""The shape of workspace.yml: what may stand in it, and the frozen values it becomes."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Collection, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema

from degoog import addresses, ends, filters
from degoog.config_servers import Servers
from degoog.i18n import _
from degoog.problems import Wrong, instead
from degoog.section import Section, Text
from degoog.space import Space


def _identifier(text: str) -> str:
    if re.fullmatch(r"[a-z0-9][a-z0-9-]{3,39}", text):
        return text
    raise Wrong(
        _("“{text}” cannot be the id of a workspace.").format(text=text),
        _("keep the id that “degoog init” wrote: passwords are stored under it."),
    )


def _timezone(text: str) -> str:
    known = sorted(zoneinfo.available_timezones())
    if text in known or not known:
        return text
    city = "/" + text.rsplit("/", maxsplit=1)[-1].casefold()
    near = [zone for zone in known if zone.casefold().endswith(city)]
    cure = instead(text, near or ["Europe/Paris", "Indian/Reunion", "America/Martinique", "Pacific/Noumea"])
    raise Wrong(_("“{text}” is not a time zone.").format(text=text), cure)


def _folder(text: str) -> str:
    """Read a folder at the target: `/Google Drive`, without a final slash, `/` for the top."""
    parts = [part for part in text.strip().split("/") if part]
    if ".." in parts or "." in parts:
        raise Wrong(_("“{text}” climbs out of its folder.").format(text=text), _("write it from the top: /Archives."))
    return "/" + "/".join(parts)


def _base(info: ValidationInfo) -> Path:
    return Path(info.context["base"]) if info.context else Path()


def _source(value: object, info: ValidationInfo, *, allowed: Collection[ends.SourceKind]) -> object:
    return ends.source(value, base=_base(info), allowed=allowed) if isinstance(value, str) else value


def _target(value: object, info: ValidationInfo, *, allowed: Collection[ends.TargetKind]) -> object:
    return ends.target(value, base=_base(info), allowed=allowed) if isinstance(value, str) else value


def _rule(value: object) -> object:
    if isinstance(value, str):
        return filters.Rule(path=filters.pattern(value))
    if isinstance(value, dict):
        return RuleSection.model_validate(value).value
    raise Wrong(
        _("a rule is a path or a list of conditions."), _("write for example “- Photos/**” or “- type: video”.")
    )


def _size(value: object) -> object:
    return filters.size(value) if isinstance(value, str) else value


def _day(value: object) -> object:
    return filters.day(value) if isinstance(value, str) else value


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


ServerAddress = Annotated[Text, AfterValidator(addresses.server)]
TargetFolder = Annotated[Text, AfterValidator(_folder)]


class RuleSection(Section):
    """Conditions that must all hold."""

    path: Annotated[Text, AfterValidator(filters.pattern)] | None = Field(
        None, description="A path with * and **, as in .gitignore."
    )
    type: Annotated[Text, AfterValidator(filters.file_type)] | None = Field(
        None, description="image, video, audio, pdf, document, spreadsheet… or an ending (.psd) or a media type."
    )
    larger_than: Annotated[int, BeforeValidator(_size), WithJsonSchema({"type": ["string", "integer"]})] | None = None
    smaller_than: Annotated[int, BeforeValidator(_size), WithJsonSchema({"type": ["string", "integer"]})] | None = None
    owner: Text | None = Field(None, description="An address; * stands for anything.")
    modified_before: Annotated[date, BeforeValidator(_day)] | None = None
    modified_after: Annotated[date, BeforeValidator(_day)] | None = None

    @property
    def value(self) -> filters.Rule:
        """The rule as the rest of degoog uses it."""
        given: dict[str, Any] = {key: value for key, value in self if value is not None}
        return filters.Rule(**given)


_RULE_SCHEMA = {"anyOf": [{"type": "string"}, RuleSection.model_json_schema()]}
_WORD = WithJsonSchema({"type": "string"})
RuleValue = Annotated[filters.Rule, BeforeValidator(_rule), WithJsonSchema(_RULE_SCHEMA)]
_WORDS = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})

# What each road reads and where it writes: a wrong word is answered with the right ones.
FileOrigin = Annotated[ends.Origin, BeforeValidator(partial(_source, allowed=ends.FILE_SOURCES)), _WORD]
FileOrigins = Annotated[tuple[FileOrigin, ...], BeforeValidator(_one_or_many), _WORDS]
FileDestination = Annotated[ends.Destination, BeforeValidator(partial(_target, allowed=ends.FILE_TARGETS)), _WORD]
CalendarOrigin = Annotated[ends.Origin, BeforeValidator(partial(_source, allowed=ends.CALENDAR_SOURCES)), _WORD]
CalendarOrigins = Annotated[tuple[CalendarOrigin, ...], BeforeValidator(_one_or_many), _WORDS]
ContactOrigin = Annotated[ends.Origin, BeforeValidator(partial(_source, allowed=ends.CONTACT_SOURCES)), _WORD]
ContactOrigins = Annotated[tuple[ContactOrigin, ...], BeforeValidator(_one_or_many), _WORDS]
ChannelOrigin = Annotated[ends.Origin, BeforeValidator(partial(_source, allowed=ends.CHANNEL_SOURCES)), _WORD]
ChannelOrigins = Annotated[tuple[ChannelOrigin, ...], BeforeValidator(_one_or_many), _WORDS]
ChannelDestination = Annotated[ends.Destination, BeforeValidator(partial(_target, allowed=ends.CHANNEL_TARGETS)), _WORD]


class Nextcloud(Section):
    """The Nextcloud things go to."""

    url: ServerAddress = Field(description="Its address, as in a browser: https://cloud.lauze.example")
    login: Text | None = Field(None, description="The account degoog uses; its password is never in this file.")


class Mattermost(Section):
    """The Mattermost things go to."""

    url: ServerAddress
    team: Text | None = Field(None, description="The team's name in addresses.")
    limits: Literal["keep", "raise"] = Field(
        "keep", description="Where its settings are too narrow for an import: say so, or raise them until its end."
    )


class Google(Section):
    """How degoog reads Google."""

    mode: Literal["user", "delegation"] = Field("user", description="One person's consent, or the whole domain's.")
    account: Text | None = Field(None, description="Whose Google it is; connect google writes it.")
    flagged: Literal["leave", "take"] = Field("leave", description="One's own files that Google takes for malware.")
    api_url: ServerAddress | None = Field(None, description="Only for tests: a server that stands in for Google.")


class SharedDrive(Section):
    """Where one shared drive goes."""

    account: Text | None = None
    folder: TargetFolder


class RoadSection(Section):
    """What every road says: where things come from and where they go, which each narrows to what it can use."""

    source: tuple[ends.Origin, ...] = ()
    to: ends.Destination | None = None
    include: tuple[RuleValue, ...] = ()
    exclude: tuple[RuleValue, ...] = ()

    @property
    def filters(self) -> filters.Filters:
        """Which items come along."""
        return filters.Filters(self.include, self.exclude)


class PeopleRoad(RoadSection):
    """A road that can move everybody's things, each person's to their own account."""

    accounts: Literal["me", "people"] = Field("me", description="One account, or everyone of people.csv.")


class FilesRoad(PeopleRoad):
    """How files move."""

    source: FileOrigins = Field((), description="google, or takeout:PATH for each part of an archive.")
    to: FileDestination | None = Field(None, description="nextcloud, or folder:DIR.")
    into: TargetFolder = Field("/Google Drive", description="The folder at the target in which everything arrives.")
    shared_drives: Mapping[str, SharedDrive] = Field(default_factory=dict)
    documents: Literal["odf", "ooxml"] = Field("ooxml", description="What Google documents become.")


class CalendarsRoad(PeopleRoad):
    """How calendars move."""

    source: CalendarOrigins = Field(
        (), description="google, ics:PATH, ics:URL, or takeout:PATH for each part of an archive."
    )
    to: FileDestination | None = Field(None, description="nextcloud, or folder:DIR.")


class ContactsRoad(PeopleRoad):
    """How contacts move."""

    source: ContactOrigins = Field((), description="google, vcf:PATH, or takeout:PATH for each part of an archive.")
    to: FileDestination | None = Field(None, description="nextcloud, or folder:DIR.")
    other: bool = Field(default=False, description="With google: also whom it noted by itself, in a book of their own.")


class TasksRoad(PeopleRoad):
    """How tasks move."""

    source: CalendarOrigins = Field((), description="google, ics:PATH, or takeout:PATH for each part of an archive.")
    to: FileDestination | None = Field(None, description="nextcloud, or folder:DIR.")


class ChannelsRoad(RoadSection):
    """How channels and their messages move."""

    source: ChannelOrigins = Field((), description="slack:ZIP, each export of the same workspace.")
    to: ChannelDestination | None = Field(None, description="mattermost, or folder:DIR.")
    private: tuple[Text, ...] = Field((), description="Private channels that come along, by name.")
    direct: Literal["leave", "agreed"] = Field(
        "leave", description="Conversations among people: left, or moved where all agreed (agreements.csv)."
    )
    attachments: Literal["take", "leave"] = Field("take", description="Files that hang on messages.")


class Roads(Section):
    """How each kind of thing moves."""

    files: FilesRoad = FilesRoad()
    calendars: CalendarsRoad = CalendarsRoad()
    contacts: ContactsRoad = ContactsRoad()
    tasks: TasksRoad = TasksRoad()
    channels: ChannelsRoad = ChannelsRoad()


class Workspace(Section):
    """What workspace.yml says."""

    id: Annotated[Text, AfterValidator(_identifier)] = Field(description="Written by degoog init; do not change it.")
    structure: Text = Field(description="The structure's name, as people say it.")
    language: Literal["fr", "en"] = "fr"
    timezone: Annotated[Text, AfterValidator(_timezone)] = "Europe/Paris"
    nextcloud: Nextcloud | None = None
    mattermost: Mattermost | None = None
    google: Google | None = None
    inventory: Text | None = Field(None, description="The Ansible inventory, for those who install the servers.")
    space: Space | None = Field(
        None, description="What “degoog provision” makes: groups, folders, calendars, channels."
    )
    servers: Servers | None = Field(None, description="How the servers are installed, for those who install them.")
    roads: Roads = Roads()


def schema() -> dict[str, Any]:
    """Give the JSON Schema that editors use to help while one types."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "degoog workspace.yml",
    } | Workspace.model_json_schema()
