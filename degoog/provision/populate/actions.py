"""What can be done to make a space as it is wanted; one value each, so that they can be shown before they are done."""

from __future__ import annotations

from dataclasses import dataclass

from degoog.provision.populate.wanted import Member
from degoog.space import Calendar, Channel, Right


@dataclass(frozen=True, slots=True)
class MakeGroup:
    """Make a group."""

    group: str
    name: str


@dataclass(frozen=True, slots=True)
class NameGroup:
    """Give a group of ours its new name."""

    group: str
    name: str


@dataclass(frozen=True, slots=True)
class MakeAccount:
    """Make somebody's account."""

    member: Member


@dataclass(frozen=True, slots=True)
class SetRoom:
    """Give an account of ours its room."""

    login: str
    room: int


@dataclass(frozen=True, slots=True)
class Join:
    """Put somebody into a group."""

    login: str
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class MakeOwner:
    """Make the account that owns the calendars."""

    login: str
    name: str


@dataclass(frozen=True, slots=True)
class MakeFolder:
    """Make a folder of the structure."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class NameFolder:
    """Give a folder of ours its new name."""

    key: str
    id: str
    name: str
    was: str


@dataclass(frozen=True, slots=True)
class Grant:
    """Give a group rights in a folder. `share` is the share to change, where folders are shared by an account."""

    key: str
    folder: str
    group: str
    right: Right
    share: str = ""


@dataclass(frozen=True, slots=True)
class SetFolderRoom:
    """Limit a folder of ours."""

    key: str
    folder: str
    room: int


@dataclass(frozen=True, slots=True)
class FillFolder:
    """Make the folders in a folder that has just been made."""

    key: str
    folder: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MakeCalendar:
    """Make a calendar."""

    key: str
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class NameCalendar:
    """Give a calendar of ours its new name and colour."""

    key: str
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Invite:
    """Share a calendar with a group."""

    key: str
    calendar: str
    group: str
    writes: bool


@dataclass(frozen=True, slots=True)
class MakePerson:
    """Make somebody's account at Mattermost."""

    member: Member


@dataclass(frozen=True, slots=True)
class MakeTeam:
    """Make a team."""

    slug: str
    name: str
    open: bool


@dataclass(frozen=True, slots=True)
class NameTeam:
    """Give a team of ours its new name."""

    slug: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class JoinTeam:
    """Put people into a team."""

    slug: str
    team: str
    logins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MakeChannel:
    """Make a channel."""

    team: str
    slug: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class DescribeChannel:
    """Change what is written on a channel: its name, its purpose, its header."""

    team: str
    slug: str
    name: str
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class JoinChannel:
    """Put somebody into a channel."""

    team: str
    slug: str
    channel: str
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove something degoog made that is no longer wanted: `kind` and `key` as in the memory."""

    kind: str
    key: tuple[str, ...]
    id: str
    name: str


CloudAction = (
    MakeGroup | NameGroup | MakeAccount | SetRoom | Join | MakeOwner | MakeFolder | NameFolder | Grant | SetFolderRoom
    | FillFolder | MakeCalendar | NameCalendar | Invite | Drop
)  # fmt: skip
ChatAction = MakePerson | MakeTeam | NameTeam | JoinTeam | MakeChannel | DescribeChannel | JoinChannel | Drop
Action = CloudAction | ChatAction
