"""An action in a person's words, and under which heading it is told."""

from __future__ import annotations

from enum import Enum
from typing import assert_never

from degoog.i18n import N_, _, n_
from degoog.provision.populate.actions import (
    Action,
    DescribeChannel,
    Drop,
    FillFolder,
    Grant,
    Invite,
    Join,
    JoinChannel,
    JoinTeam,
    MakeAccount,
    MakeCalendar,
    MakeChannel,
    MakeFolder,
    MakeGroup,
    MakeOwner,
    MakePerson,
    MakeTeam,
    NameCalendar,
    NameFolder,
    NameGroup,
    NameTeam,
    SetFolderRoom,
    SetRoom,
)
from degoog.provision.populate.wanted import Wanted
from degoog.space import tree
from degoog.wording import size


class Heading(Enum):
    """Where an action is told; in the order of the screen."""

    GROUPS = N_("Groups")
    ACCOUNTS = N_("Accounts")
    FOLDERS = N_("Folders")
    CALENDARS = N_("Calendars")
    CHAT = N_("Mattermost")
    DROPPED = N_("No longer wanted")


def heading(action: Action) -> Heading:
    """Tell under which heading an action belongs."""
    match action:
        case MakeGroup() | NameGroup():
            return Heading.GROUPS
        case MakeAccount() | SetRoom() | Join() | MakeOwner():
            return Heading.ACCOUNTS
        case MakeFolder() | NameFolder() | Grant() | SetFolderRoom() | FillFolder():
            return Heading.FOLDERS
        case MakeCalendar() | NameCalendar() | Invite():
            return Heading.CALENDARS
        case Drop():
            return Heading.DROPPED
        case _:
            return Heading.CHAT


def words(action: Action, wanted: Wanted) -> str:  # noqa: PLR0911, PLR0912 - one sentence an action
    """Say what an action does, without a full stop."""
    space = wanted.space

    def group(key: str) -> str:
        return space.groups[key].name if key in space.groups else key

    match action:
        case MakeGroup(key, name):
            return _("make the group “{name}” ({key})").format(name=name, key=key)
        case NameGroup(key, name):
            return _("call the group {key} “{name}”").format(name=name, key=key)
        case MakeAccount(member):
            return _("make the account {login} for {name}").format(login=member.login, name=member.name)
        case SetRoom(login, room):
            return _("give {login} room for {size}").format(login=login, size=_binary(room))
        case Join(_login, name, key):
            return _("{name} joins the group “{group}”").format(name=name, group=group(key))
        case MakeOwner(login, _name):
            return _("make the account {login}, nobody's own, which owns the calendars").format(login=login)
        case MakeFolder(_key, name):
            return _("make the folder “{name}”").format(name=name)
        case NameFolder(_key, _id, name, was):
            return _("call the folder “{was}” “{name}”").format(name=name, was=was)
        case Grant(_key, folder, key, right, _share):
            told = _("“{folder}”: “{group}” may {able}")
            return told.format(folder=folder, group=group(key), able=tree.able(right))
        case SetFolderRoom(_key, folder, room):
            return _("“{folder}”: room for {size}").format(folder=folder, size=_binary(room))
        case FillFolder(_key, folder, paths):
            told = n_("“{folder}”: make {number} folder in it", "“{folder}”: make {number} folders in it", len(paths))
            return told.format(folder=folder, number=len(paths))
        case MakeCalendar(_key, calendar):
            return _("make the calendar “{name}”").format(name=calendar.name)
        case NameCalendar(_key, calendar):
            return _("call a calendar “{name}”").format(name=calendar.name)
        case Invite(_key, calendar, key, writes):
            told = _("“{calendar}”: “{group}” may write") if writes else _("“{calendar}”: “{group}” may read")
            return told.format(calendar=calendar, group=group(key))
        case MakePerson(member):
            return _("make the account {login} for {name}").format(login=member.mattermost, name=member.name)
        case MakeTeam(_slug, name, _open):
            return _("make the team “{name}”").format(name=name)
        case NameTeam(_slug, _id, name):
            return _("call a team “{name}”").format(name=name)
        case JoinTeam(_slug, team, logins):
            told = n_("“{team}”: {number} person joins", "“{team}”: {number} people join", len(logins))
            return told.format(team=team, number=len(logins))
        case MakeChannel(_team, _slug, channel):
            told = _("make the private channel “{name}”") if channel.private else _("make the channel “{name}”")
            return told.format(name=channel.name)
        case DescribeChannel(_team, _slug, name, _changes):
            return _("“{channel}”: write its name and what it is for").format(channel=name)
        case JoinChannel(_team, _slug, channel, _login, name):
            return _("“{channel}”: {name} joins").format(channel=channel, name=name)
        case Drop(kind, _key, _id, name):
            return _dropped(kind).format(name=name)
        case _:
            assert_never(action)


def _dropped(kind: str) -> str:
    told = {
        "member": _("take back a membership: {name}"),
        "invite": _("take back an invitation: {name}"),
        "grant": _("take back rights: {name}"),
        "calendar": _("put the calendar “{name}” into the trash"),
        "folder": _("remove the folder “{name}”, if nothing lies in it"),
        "group": _("remove the group “{name}”"),
        "channel-member": _("take out of a channel: {name}"),
        "channel": _("archive the channel “{name}”"),
    }
    return told[kind]


def _binary(room: int) -> str:
    """Write a size as Nextcloud shows it, which counts in 1024s."""
    for power, step in ((4, 10**12), (3, 10**9), (2, 10**6)):
        if room and room % 1024**power == 0:
            return size(room // 1024**power * step)
    return size(room)
