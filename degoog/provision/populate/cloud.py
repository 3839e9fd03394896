"""Comparing a space with a Nextcloud: what is to be done there. Pure; nothing is asked or changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from degoog.nextcloud.admin import Account, TeamFolder
from degoog.nextcloud.admin_owner import CalendarSeen, FolderSeen
from degoog.provision.populate.actions import (
    CloudAction,
    Drop,
    FillFolder,
    Grant,
    Invite,
    Join,
    MakeAccount,
    MakeCalendar,
    MakeFolder,
    MakeGroup,
    MakeOwner,
    NameCalendar,
    NameFolder,
    NameGroup,
    SetFolderRoom,
    SetRoom,
)
from degoog.provision.populate.memory import Known, Memory
from degoog.provision.populate.wanted import Wanted
from degoog.space import Folder, Right


@dataclass(frozen=True, slots=True)
class Cloud:
    """What a Nextcloud holds.

    `team_folders` is None where there is no such app. `has_owner`: degoog can act for the account that owns the
    calendars; `calendars` and `folders` are what it has. `admin`: the account that asks may do everything.
    """

    admin: bool
    accounts: Mapping[str, Account] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    team_folders: Mapping[str, TeamFolder] | None = None
    has_owner: bool = False
    calendars: Mapping[str, CalendarSeen] = field(default_factory=dict)
    folders: Mapping[str, FolderSeen] = field(default_factory=dict)


def adopted(wanted: Wanted, found: Cloud, memory: Memory) -> Iterator[tuple[tuple[str, ...], Known]]:
    """Give what is there already and is not yet remembered: from now on it is known by its id. It is not ours."""
    places = _places(found)
    for key, folder in wanted.space.folders.items():
        place = _place(key, folder, places, memory)
        known = memory.get("folder", key)
        if place is not None and (known is None or not known.id):
            yield ("folder", key), Known(place.id, place.name, made=known is not None and known.made)


def plan(wanted: Wanted, found: Cloud, memory: Memory) -> Iterator[CloudAction]:
    """Give what is to be done, in the order in which it can be done."""
    yield from _groups(wanted, found, memory)
    yield from _accounts(wanted, found, memory)
    if not found.has_owner and (wanted.space.calendars or found.team_folders is None):
        yield MakeOwner(
            wanted.space.account, next(iter(wanted.space.teams.values())).name if wanted.space.teams else ""
        )
    yield from _folders(wanted, found, memory)
    yield from _calendars(wanted, found, memory)


def prune(wanted: Wanted, found: Cloud, memory: Memory) -> Iterator[CloudAction]:
    """Give what degoog made that is no longer wanted; accounts are never among it."""
    space = wanted.space
    logins = {member.login: member.groups for member in wanted.members}
    for key, known in memory.all("member").items():
        group, login = key
        account = found.accounts.get(login)
        if account is not None and group in account.groups and group not in logins.get(login, frozenset()):
            yield Drop("member", key, known.id, f"{login} → {group}")
    for key, known in memory.all("invite").items():
        calendar, group = key
        seen = found.calendars.get(calendar)
        wished = _wished(space.calendars, calendar)
        if seen and calendar in space.calendars and group in seen.groups and group not in wished:
            yield Drop("invite", key, known.id, f"{seen.name} → {group}")
    for key, known in memory.all("grant").items():
        folder, group = key
        place = _places(found).get((memory.get("folder", folder) or Known()).id)
        wished = _wished(space.folders, folder)
        if place and folder in space.folders and group in place.groups and group not in wished:
            yield Drop("grant", key, known.id, f"{place.name} → {group}")
    for key, known in memory.all("calendar").items():
        if key[0] not in space.calendars and key[0] in found.calendars:
            yield Drop("calendar", key, known.id, found.calendars[key[0]].name)
    names = {folder.name for folder in space.folders.values()}  # one that only got another key is still wanted
    for key, known in memory.all("folder").items():
        if key[0] not in space.folders and known.id in _places(found) and _places(found)[known.id].name not in names:
            yield Drop("folder", key, known.id, _places(found)[known.id].name)
    for key, known in memory.all("group").items():
        if key[0] not in space.groups and key[0] in found.groups:
            yield Drop("group", key, known.id, found.groups[key[0]])


def stored(room: int) -> int:
    """Give a size as Nextcloud keeps it: what a person writes as 20 GB, it counts in 1024s."""
    for power, step in ((4, 10**12), (3, 10**9), (2, 10**6)):
        if room and room % step == 0:
            return room // step * int(1024**power)
    return room


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder wherever it lies: in the app for team folders, or with the owner; group → (rights, share's id)."""

    id: str
    name: str
    groups: Mapping[str, tuple[int, str]]
    quota: int | None = None


def _places(found: Cloud) -> dict[str, _Place]:
    if found.team_folders is not None:
        return {
            one.id: _Place(one.id, one.name, {group: (right, "") for group, right in one.groups.items()}, one.quota)
            for one in found.team_folders.values()
        }
    return {
        one.id: _Place(one.id, one.name, {group: (right, share) for group, (share, right) in one.groups.items()})
        for one in found.folders.values()
    }


def _place(key: str, folder: Folder, places: Mapping[str, _Place], memory: Memory) -> _Place | None:
    known = memory.get("folder", key)
    if known is not None and known.id in places:
        return places[known.id]
    return next((place for place in places.values() if place.name == folder.name), None)


def _groups(wanted: Wanted, found: Cloud, memory: Memory) -> Iterator[CloudAction]:
    for key, group in wanted.space.groups.items():
        known = memory.get("group", key)
        if key not in found.groups:
            yield MakeGroup(key, group.name)
        elif known and known.made and group.name not in {known.value, found.groups[key]}:
            yield NameGroup(key, group.name)


def _accounts(wanted: Wanted, found: Cloud, memory: Memory) -> Iterator[CloudAction]:
    folded = {login.casefold(): account for login, account in found.accounts.items()}
    for member in wanted.members:
        account = folded.get(member.login.casefold())
        room = stored(member.quota)
        if account is None:
            yield MakeAccount(member)
            yield SetRoom(member.login, room)
        elif memory.made("account", member.login) and account.quota != room:
            known = memory.get("room", member.login)
            if known is None or known.value != str(room):
                yield SetRoom(member.login, room)
        for group in sorted(member.groups - (account.groups if account else frozenset())):
            yield Join(account.login if account else member.login, member.name, group)


def _folders(wanted: Wanted, found: Cloud, memory: Memory) -> Iterator[CloudAction]:
    places = _places(found)
    for key, folder in sorted(wanted.space.folders.items(), key=lambda one: one[1].name):
        place = _place(key, folder, places, memory)
        known = memory.get("folder", key)
        ours = known is not None and known.made
        if place is None:
            yield MakeFolder(key, folder.name)
        elif ours and known and known.value not in {"", folder.name} and place.name == known.value:
            yield NameFolder(key, place.id, folder.name, place.name)
        for group, right in folder.groups.items():
            yield from _grant((key, group), folder.name, right, place, memory)
        if folder.quota is not None and found.team_folders is not None and (place is None or ours):
            room = stored(folder.quota)
            set_before = memory.get("folder-room", key)
            if (place is None or place.quota != room) and (set_before is None or set_before.value != str(room)):
                yield SetFolderRoom(key, folder.name, room)
        if folder.tree and (place is None or ours) and memory.get("tree", key) is None:
            yield FillFolder(key, folder.name, folder.tree)


def _grant(at: tuple[str, str], name: str, right: Right, place: _Place | None, memory: Memory) -> Iterator[CloudAction]:
    key, group = at
    has, share = place.groups.get(group, (0, "")) if place else (0, "")
    # Files are masked: what lies in a shared folder keeps the rights given to the folder (nextcloud.md §9).
    known = memory.get("grant", key, group)
    mine = known is not None and known.made and known.value == str(has)
    wished = right if mine or not has else Right(has) | right  # what others gave is never taken away
    if wished != has:
        yield Grant(key, name, group, wished, share)


def _calendars(wanted: Wanted, found: Cloud, memory: Memory) -> Iterator[CloudAction]:
    for key, calendar in wanted.space.calendars.items():
        seen = found.calendars.get(key)
        known = memory.get("calendar", key)
        if seen is None:
            yield MakeCalendar(key, calendar)
        elif known and known.made and known.value == seen.name != calendar.name:
            yield NameCalendar(key, calendar)
        for group, writes in calendar.groups.items():
            has = seen.groups.get(group) if seen else None
            invited = memory.get("invite", key, group)
            mine = invited is not None and invited.made and has is not None and invited.value == str(has)
            if has is None or (has != writes and (writes or mine)):
                yield Invite(key, calendar.name, group, writes)


def _wished(things: Mapping[str, object], key: str) -> Mapping[str, object]:
    thing = things.get(key)
    groups = getattr(thing, "groups", {})
    return groups if isinstance(groups, Mapping) else {}
