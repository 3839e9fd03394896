"""The shape of a space, each value checked by itself; `rules` checks that they go together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import IntFlag
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from degoog import filters
from degoog.i18n import _
from degoog.problems import Wrong
from degoog.section import Section, Text
from degoog.space import spelling


class Right(IntFlag):
    """What a group may do in a folder: the numbers of Nextcloud (nextcloud.md §9)."""

    NONE = 0
    READ = 1
    UPDATE = 2
    CREATE = 4
    DELETE = 8
    SHARE = 16
    WRITE = 6
    ALL = 31


_LETTERS = {"r": Right.READ, "w": Right.WRITE, "d": Right.DELETE, "s": Right.SHARE}


def rights(text: object) -> object:
    """Read `r`, `rw`, `rwd`, `rwds`…; raises `Wrong`."""
    if isinstance(text, Right) or not isinstance(text, str):
        return text
    letters = set(text)
    if "r" not in letters or not letters <= set(_LETTERS) or len(text) != len(letters):
        raise Wrong(
            _("“{text}” is not a right.").format(text=text),
            _("write r (read), rw (read and write), rwd (and delete) or rwds (and share)."),
        )
    found = Right.NONE
    for letter in letters:
        found |= _LETTERS[letter]
    return found


def letters(right: Right) -> str:
    """Write a right as a person does: `rwds`."""
    return "".join(letter for letter, part in _LETTERS.items() if right & part)


def _looks(text: object) -> object:
    if text not in {"r", "rw"}:
        raise Wrong(_("“{text}” is not a right.").format(text=text), _("write r (see) or rw (see and write)."))
    return text == "rw"


def _size(value: object) -> object:
    return filters.size(value) if isinstance(value, str) else value


def _day(value: object) -> object:
    return filters.day(value) if isinstance(value, str) else value


def _words(value: object) -> object:
    return [value] if isinstance(value, str) else value


_SIZE = WithJsonSchema({"type": ["string", "integer"]})
Size = Annotated[int, BeforeValidator(_size), Field(ge=0), _SIZE]
Day = Annotated[date, BeforeValidator(_day)]
Rights = Annotated[Right, BeforeValidator(rights), WithJsonSchema({"type": "string", "pattern": "^rw?d?s?$"})]
Writes = Annotated[bool, BeforeValidator(_looks), WithJsonSchema({"enum": ["r", "rw"]})]
Words = Annotated[tuple[Text, ...], BeforeValidator(_words)]
GroupId = Annotated[Text, AfterValidator(spelling.group)]
Key = Annotated[Text, AfterValidator(spelling.key)]
FolderName = Annotated[Text, AfterValidator(spelling.folder)]
Subfolders = Annotated[tuple[Annotated[Text, AfterValidator(spelling.subfolder)], ...], BeforeValidator(_words)]
CalendarName = Annotated[Text, AfterValidator(spelling.label)]
Color = Annotated[Text, AfterValidator(spelling.color)]
TeamSlug = Annotated[Text, AfterValidator(spelling.team)]
ChannelSlug = Annotated[Text, AfterValidator(spelling.channel)]
Purpose = Annotated[str, AfterValidator(spelling.purpose)]
Header = Annotated[str, AfterValidator(spelling.header)]
Login = Annotated[Text, AfterValidator(spelling.login)]


class Group(Section):
    """Some of the people."""

    name: Annotated[Text, AfterValidator(spelling.label)]
    quota: Size | None = Field(
        None, description="Room for each member's own files; the largest of their groups counts."
    )
    everyone: bool = Field(default=False, description="Everybody of people.csv is in it, but for external people.")
    external: bool = Field(default=False, description="Who is only in such groups is a guest, and not of “everyone”.")
    ends: Day | None = Field(None, description="The day it is over; “degoog people due” reminds of it.")


class Folder(Section):
    """A folder of the structure, not of a person."""

    name: FolderName
    groups: Mapping[GroupId, Rights] = Field(default_factory=dict, description="Who may do what: r, rw, rwd, rwds.")
    quota: Size | None = None
    tree: Subfolders = Field((), description="Folders in it, like “PV/2026”.")
    confidential: bool = Field(default=False, description="Nobody may share what lies in it.")


class Calendar(Section):
    """A calendar of the structure, not of a person."""

    name: CalendarName
    groups: Mapping[GroupId, Writes] = Field(default_factory=dict, description="Who sees it (r) or writes in it (rw).")
    color: Color = "#0082c9"


class Channel(Section):
    """A channel of a team."""

    name: Annotated[Text, AfterValidator(spelling.label)]
    private: bool = False
    groups: Words = Field((), description="Whose members are in it; in a public channel everybody may join.")
    purpose: Purpose = ""
    header: Header = ""


class Team(Section):
    """A team of Mattermost."""

    name: Annotated[Text, AfterValidator(spelling.label)]
    groups: Words = Field((), description="Whose members are in it.")
    open: bool = Field(default=False, description="Whether every account of the server may join by itself.")
    channels: Mapping[ChannelSlug, Channel] = Field(default_factory=dict)


class Space(Section):
    """What `degoog provision` makes, and keeps as it is written here."""

    template: Words = Field((), description="The templates it was made from; only for the reader.")
    account: Login = Field("agendas", description="The account that owns the shared calendars: nobody's own.")
    quota: Size = Field(1_000_000_000, description="Room for a person's own files where no group says otherwise.")
    groups: Mapping[GroupId, Group] = Field(default_factory=dict)
    folders: Mapping[Key, Folder] = Field(default_factory=dict)
    calendars: Mapping[Key, Calendar] = Field(default_factory=dict)
    teams: Mapping[TeamSlug, Team] = Field(default_factory=dict)
    welcome: str = Field("", description="What the welcome sheet says first.")
