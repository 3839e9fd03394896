"""Doing at a Nextcloud what was planned, one thing after the other, and remembering each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import assert_never

from degoog.errors import Refused
from degoog.i18n import _
from degoog.model import FailReason
from degoog.nextcloud.admin import Admin
from degoog.nextcloud.admin_owner import Owner
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
from degoog.provision.populate.cloud import Cloud
from degoog.provision.populate.memory import Known, Memory
from degoog.provision.populate.passwords import password
from degoog.provision.populate.wanted import Member
from degoog.secrets import Secret

# A group whose only member is the owner of the calendars: it has rights in a new folder while that is being filled.
WORKSHOP = "degoog"
_WORK = 7  # read, write, make


@dataclass(slots=True)
class CloudMaker:
    """Does what is to be done at a Nextcloud.

    `owner` opens what belongs to the owner of the calendars. `exchange` gives an app password for a login and its
    password; `keep` keeps one in the keyring; `keep_initial` a first password for somebody without an address. With
    `app_passwords` each account that is made gets one, so that degoog can write in that person's name.
    """

    admin: Admin
    owner: Callable[[], Awaitable[Owner]]
    found: Cloud
    memory: Memory
    exchange: Callable[[str, Secret], Awaitable[Secret]]
    keep: Callable[[str, Secret], None]
    keep_initial: Callable[[str, Secret], None]
    app_passwords: bool = False

    async def do(self, action: CloudAction) -> None:
        """Do one thing. Raises `Refused` where the server would not, `Unavailable` where it does not answer."""
        memory = self.memory
        match action:
            case MakeGroup(group, name):
                with memory.intent(Known("", name), "group", group):
                    await self.admin.make_group(group, name)
            case NameGroup(group, name):
                await self.admin.name_group(group, name)
                memory.keep(Known("", name), "group", group)
            case MakeAccount(member):
                with memory.intent(Known("", member.name), "account", member.login):
                    await self._account(member)
            case SetRoom(login, room):
                await self.admin.change_account(login, "quota", f"{room} B")
                memory.keep(Known("", str(room)), "room", login)
            case Join(login, _name, group):
                with memory.intent(Known(), "member", group, login):
                    await self.admin.join(login, group)
            case MakeOwner(login, name):
                await self._owner(login, name)
            case MakeFolder() | NameFolder() | Grant() | SetFolderRoom() | FillFolder():
                await self._in_folders(action)
            case MakeCalendar() | NameCalendar() | Invite():
                await self._in_calendars(action)
            case Drop():
                await self._drop(action)
            case _:
                assert_never(action)

    async def _in_folders(self, action: MakeFolder | NameFolder | Grant | SetFolderRoom | FillFolder) -> None:
        memory = self.memory
        match action:
            case MakeFolder(key, name):
                await self._folder(key, name)
            case NameFolder(key, id_, name, was):
                if self.found.team_folders is not None:
                    await self.admin.name_team_folder(id_, name)
                else:
                    owner = await self.owner()
                    await owner.name_folder(was, name)
                memory.keep(Known(id_, name), "folder", key)
            case Grant(key, folder, group, right, share):
                if self.found.team_folders is not None:
                    await self.admin.grant(self._id(key), group, int(right))
                else:
                    owner = await self.owner()
                    await owner.share_folder(folder, group, int(right), share=share)
                memory.keep(Known("", str(int(right))), "grant", key, group)
            case SetFolderRoom(key, _folder, room):
                await self.admin.set_team_quota(self._id(key), room)
                memory.keep(Known("", str(room)), "folder-room", key)
            case FillFolder(key, folder, paths):
                await self._fill(key, folder, paths)

    async def _in_calendars(self, action: MakeCalendar | NameCalendar | Invite) -> None:
        memory = self.memory
        match action:
            case MakeCalendar(key, calendar):
                with memory.intent(Known("", calendar.name), "calendar", key):
                    owner = await self.owner()
                    await owner.make_calendar(key, name=calendar.name, color=calendar.color)
            case NameCalendar(key, calendar):
                owner = await self.owner()
                await owner.describe_calendar(key, name=calendar.name, color=calendar.color)
                memory.keep(Known("", calendar.name), "calendar", key)
            case Invite(key, _calendar, group, writes):
                owner = await self.owner()
                await owner.invite(key, group, writes=writes)
                memory.keep(Known("", str(writes)), "invite", key, group)

    def _id(self, key: str) -> str:
        known = self.memory.get("folder", key)
        if known is None or not known.id:
            raise Refused(FailReason.REJECTED, _("the folder is not there yet"))
        return known.id

    async def _account(self, member: Member) -> None:
        drawn = password()
        if member.email and not self.app_passwords:
            # No password: the server sends the link to choose one (nextcloud.md §1).
            await self.admin.make_account(member.login, name=member.name, email=member.email, language=member.language)
            return
        if not member.email:  # kept before there is an account: killed in between, the next run draws another
            self.keep_initial(member.login, drawn)
        await self.admin.make_account(member.login, name=member.name, password=drawn.reveal(), language=member.language)
        if self.app_passwords:
            self.keep(member.login, await self.exchange(member.login, drawn))
            self.memory.keep(Known(), "app-password", member.login)
        if member.email:
            await self.admin.change_account(member.login, "email", member.email)
            await self.admin.welcome(member.login)

    async def _owner(self, login: str, name: str) -> None:
        there = login in self.found.accounts
        if there and not self.memory.made("owner", login):
            text = _(
                "the account “{login}” was there before, and degoog has no access to it. "
                "To do: degoog connect nextcloud --account {login}, or choose another one (space: account:)"
            )
            raise Refused(FailReason.REJECTED, text.format(login=login))
        drawn = password()
        self.memory.keep(Known(), "owner", login)
        if there:
            await self.admin.change_account(login, "password", drawn.reveal())
        else:
            shown = _("Calendars of {name}").format(name=name) if name else login
            await self.admin.make_account(login, name=shown, password=drawn.reveal())
        self.keep(login, await self.exchange(login, drawn))

    async def _folder(self, key: str, name: str) -> None:
        with self.memory.intent(Known("", name), "folder", key):
            if self.found.team_folders is not None:
                made = await self.admin.make_team_folder(name)
            else:
                owner = await self.owner()
                made = await owner.make_folder(name)
        self.memory.keep(Known(made, name), "folder", key)

    async def _fill(self, key: str, folder: str, paths: tuple[str, ...]) -> None:
        owner = await self.owner()
        if self.found.team_folders is None:
            await _nested(owner, folder, paths)
        else:
            login = owner.login
            await self.admin.make_group(WORKSHOP, WORKSHOP)
            await self.admin.join(login, WORKSHOP)
            await self.admin.grant(self._id(key), WORKSHOP, _WORK)
            try:
                # Which folders an account sees is remembered for minutes; listing them all looks anew
                # (lib/private/Files/SetupManager.php).
                await owner.folders()
                await _nested(owner, folder, paths)
            finally:
                await self.admin.withdraw(self._id(key), WORKSHOP)
        self.memory.keep(Known(), "tree", key)

    async def _drop(self, drop: Drop) -> None:
        match drop.kind, drop.key:
            case "member", (group, login):
                await self.admin.leave(login, group)
            case "invite", (calendar, group):
                owner = await self.owner()
                await owner.uninvite(calendar, group)
            case "grant", (folder, group):
                await self.admin.withdraw(self._id(folder), group)
            case "calendar", (calendar,):
                owner = await self.owner()
                await owner.remove_calendar(calendar)
            case "folder", (_key,):
                folders = await self.admin.team_folders() or {}
                if drop.id not in folders or folders[drop.id].size:
                    raise Refused(FailReason.REJECTED, _("something lies in it: degoog removes empty folders only"))
                await self.admin.remove_team_folder(drop.id)
            case "group", (group,):
                await self.admin.remove_group(group)
        self.memory.forget(drop.kind, *drop.key)


async def _nested(owner: Owner, folder: str, paths: tuple[str, ...]) -> None:
    made: set[str] = set()
    for path in paths:
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            here = "/".join([folder, *parts[:end]])
            if here not in made:
                await owner.make_folder(here)
                made.add(here)
