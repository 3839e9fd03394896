"""One run: look at both servers, compare, do what is to be done, and leave the rest as a request to the host."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from degoog.access import Access
from degoog.errors import Refused
from degoog.http import Pacing
from degoog.i18n import _
from degoog.mattermost.admin import Admin as ChatAdmin
from degoog.mattermost.admin_login import client as chat_client
from degoog.model import FailReason
from degoog.nextcloud.admin import Admin
from degoog.nextcloud.admin_login import Client, exchange
from degoog.nextcloud.admin_login import client as cloud_client
from degoog.nextcloud.admin_owner import Owner
from degoog.people import FILE, Person
from degoog.problems import Problem, Problems
from degoog.provision.populate import chat, cloud
from degoog.provision.populate.actions import (
    Action,
    ChatAction,
    CloudAction,
    FillFolder,
    Grant,
    Invite,
    MakeCalendar,
    MakeFolder,
    MakeOwner,
    NameCalendar,
    NameFolder,
)
from degoog.provision.populate.chat import Chat
from degoog.provision.populate.chat_making import ChatMaker
from degoog.provision.populate.cloud import Cloud
from degoog.provision.populate.cloud_making import CloudMaker
from degoog.provision.populate.memory import CHAT, CLOUD, Memory
from degoog.provision.populate.wanted import Wanted, wanted
from degoog.secrets import Secret
from degoog.space import Space

# What needs no administrator, only the owner of the calendars.
_BY_OWNER = (MakeFolder, NameFolder, Grant, FillFolder, MakeCalendar, NameCalendar, Invite)


class Removals(Enum):
    """Whether a run removes what is no longer wanted: nothing, or only what degoog made."""

    NOTHING = "nothing"
    OURS = "ours"


class AppPasswords(Enum):
    """Whether an account that is made gets an app password, so that degoog can write in that person's name."""

    NONE = "none"
    MADE = "made"


@dataclass(frozen=True, slots=True)
class Doors:
    """How to reach the servers, None where there is none, and where secrets are kept."""

    cloud: Access | None
    chat: Access | None
    owner: Callable[[str], Secret | None]
    keep: Callable[[str, Secret], None]
    keep_initial: Callable[[str, Secret], None]
    transport: httpx.AsyncBaseTransport | None = None
    pacing: Pacing = field(default_factory=Pacing)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done at each server, what the account may not do, and what to say besides."""

    wanted: Wanted
    cloud: tuple[CloudAction, ...]
    chat: tuple[ChatAction, ...]
    left: tuple[CloudAction, ...]
    notes: tuple[str, ...]

    @property
    def actions(self) -> tuple[Action, ...]:
        """Everything that is to be done now."""
        return (*self.cloud, *self.chat)


@dataclass(frozen=True, slots=True)
class Failure:
    """What the server would not do, and why."""

    action: Action
    why: str


@dataclass(slots=True)
class _Cloud:
    admin: Admin
    access: Access
    memory: Memory
    found: Cloud


@dataclass(slots=True)
class _Chat:
    admin: ChatAdmin
    memory: Memory
    found: Chat


class Site:
    """Both servers, for one run; enter it before use."""

    def __init__(self, doors: Doors, *, home: Path) -> None:
        self._doors = doors
        self._home = home
        self._stack = AsyncExitStack()
        self._cloud: _Cloud | None = None
        self._chat: _Chat | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def plan(self, space: Space, people: Sequence[Person], *, day: date, removals: Removals) -> Plan:
        """Read what is there and compare; nothing is changed anywhere.

        Raises `Problems` for people.csv, `Usage` and `Unavailable` where a server cannot be used.
        """
        self._cloud = await self._look_at_cloud(space) if self._doors.cloud else None
        accounts = self._cloud.found.accounts if self._cloud else {}
        logins = {account.email: login for login, account in accounts.items() if account.email}
        wish = wanted(space, people, day=day, by_email=lambda email: logins.get(email.casefold(), ""))
        self._chat = await self._look_at_chat(wish) if self._doors.chat else None
        self._refuse_clashes(wish)
        todo: list[CloudAction] = []
        talk: list[ChatAction] = []
        if self._cloud:
            todo += cloud.plan(wish, self._cloud.found, self._cloud.memory)
            if removals is Removals.OURS:
                todo += cloud.prune(wish, self._cloud.found, self._cloud.memory)
        if self._chat:
            talk += chat.plan(wish, self._chat.found, self._chat.memory)
            if removals is Removals.OURS:
                talk += chat.prune(wish, self._chat.found, self._chat.memory)
        may = tuple(one for one in todo if self._may(one))
        left = tuple(one for one in todo if not self._may(one) and not isinstance(one, MakeOwner))
        return Plan(wish, may, tuple(talk), left, tuple(self._notes(wish)))

    async def apply(self, plan: Plan, *, app_passwords: AppPasswords, told: Callable[[Action], None]) -> list[Failure]:
        """Do what is to be done. What a server refuses is given back; what died half-way is done by the next run."""
        failures: list[Failure] = []

        async def one(action: Action, done: Awaitable[None]) -> None:
            try:
                await done
            except Refused as refused:
                failures.append(Failure(action, refused.detail or refused.reason.value))
            else:
                told(action)

        if (side := self._cloud) is not None:
            for key, known in list(cloud.adopted(plan.wanted, side.found, side.memory)):
                side.memory.keep(known, *key)
            maker = self._cloud_maker(side, plan.wanted.space.account, app_passwords)
            for action in plan.cloud:
                await one(action, maker.do(action))
        if (talk := self._chat) is not None:
            for key, known in list(chat.adopted(plan.wanted, talk.found, talk.memory)):
                talk.memory.keep(known, *key)
            members = {member.mattermost: member for member in plan.wanted.members}
            mail = talk.admin.is_administrator and await talk.admin.sends_mail()
            talker = ChatMaker(talk.admin, talk.found, talk.memory, members, sends_mail=mail)
            for each in plan.chat:
                await one(each, talker.do(each))
        return failures

    # --- looking

    async def _look_at_cloud(self, space: Space) -> _Cloud:
        access = self._doors.cloud
        if access is None:
            raise RuntimeError("there is no Nextcloud to look at")
        client = await self._enter(access)
        admin = Admin(client)
        memory = Memory(self._home / CLOUD, client.server.instance)
        if not await admin.is_administrator():
            found = Cloud(admin=False)
        else:
            accounts, groups = await admin.accounts(), await admin.groups()
            found = Cloud(admin=True, accounts=accounts, groups=groups, team_folders=await admin.team_folders())
        owner = await self._owner(access, space.account, found)
        if owner is not None:
            found = replace(found, has_owner=True, calendars=await owner.calendars(), folders=await owner.folders())
        return _Cloud(admin, access, memory, found)

    async def _look_at_chat(self, wish: Wanted) -> _Chat:
        access = self._doors.chat
        if access is None:
            raise RuntimeError("there is no Mattermost to look at")
        client = await self._stack.enter_async_context(
            chat_client(access.url, access.password, pacing=self._doors.pacing, transport=self._doors.transport)
        )
        admin = ChatAdmin(client)
        memory = Memory(self._home / CHAT, client.server.identity)
        teams = {}
        for key in wish.space.teams:
            known = memory.get("team", key)
            seen = await admin.team(key, known=known.id if known else "")
            if seen is not None:
                teams[key] = seen
        return _Chat(admin, memory, Chat(admin.is_administrator, await admin.people(), teams))

    async def _enter(self, access: Access) -> Client:
        return await self._stack.enter_async_context(
            cloud_client(
                access.url, access.login, access.password, pacing=self._doors.pacing, transport=self._doors.transport
            )
        )

    async def _owner(self, access: Access, login: str, found: Cloud) -> Owner | None:
        """Give what the owner of the calendars has, where degoog can act for it."""
        if access.login == login:
            return Owner(await self._enter(access))
        secret = self._doors.owner(login) if login in found.accounts else None
        return Owner(await self._enter(replace(access, login=login, password=secret))) if secret else None

    def _cloud_maker(self, side: _Cloud, owner: str, app_passwords: AppPasswords) -> CloudMaker:
        opened: list[Owner] = []

        async def owned() -> Owner:
            if not opened:
                secret = side.access.password if side.access.login == owner else self._doors.owner(owner)
                if secret is None:
                    text = _("degoog has no access to the account “{login}”, which owns the calendars")
                    raise Refused(FailReason.REJECTED, text.format(login=owner))
                opened.append(Owner(await self._enter(replace(side.access, login=owner, password=secret))))
            return opened[0]

        async def exchanged(login: str, password: Secret) -> Secret:
            return await exchange(side.access.url, login, password, transport=self._doors.transport)

        return CloudMaker(
            admin=side.admin, owner=owned, found=side.found, memory=side.memory, exchange=exchanged,
            keep=self._doors.keep, keep_initial=self._doors.keep_initial,
            app_passwords=app_passwords is AppPasswords.MADE,
        )  # fmt: skip

    # --- judging

    def _may(self, action: CloudAction) -> bool:
        found = self._cloud.found if self._cloud else Cloud(admin=False)
        return found.admin or (found.has_owner and isinstance(action, _BY_OWNER))

    def _refuse_clashes(self, wish: Wanted) -> None:
        """A login made of a name may be somebody else's: nobody gets into another person's account by chance."""
        problems = []
        for member in wish.members:
            account = self._cloud.found.accounts.get(member.login) if self._cloud else None
            ours = self._cloud is not None and self._cloud.memory.made("account", member.login)
            taken = account is not None and member.own and not ours and account.email != member.email
            person = chat.by_name(self._chat.found).get(member.mattermost) if self._chat else None
            taken = taken or (person is not None and member.own and person.email != member.email)
            if taken:
                what = _("there is an account “{login}” already, with another address.").format(login=member.login)
                cure = _("if it is this person's, write {login} in the column “nextcloud”; else choose another login.")
                problems.append(Problem(member.line, what, cure.format(login=member.login)))
        if problems:
            raise Problems(FILE, problems)

    def _notes(self, wish: Wanted) -> Iterator[str]:
        if self._cloud and self._cloud.found.admin and self._cloud.found.team_folders is None:
            yield _(
                "This Nextcloud has no app “Team folders”: the folders are those of the account “{login}”, which "
                "shares them with the groups. With the app they would belong to nobody: ask your host for it."
            ).format(login=wish.space.account)
        silent = [member.name for member in wish.members if not member.email]
        if silent:
            yield _(
                "Without an e-mail address: {names}. Their first password is on their welcome sheet "
                "(degoog welcome --one-time-passwords), and Mattermost gives them no account."
            ).format(names=", ".join(silent))
        contacts = [member for member in wish.members if "referents-numeriques" in member.groups]
        if "referents-numeriques" in wish.space.groups and len(contacts) < 2:
            yield _("Two people at least should look after the tools: put them into the group referents-numeriques.")
