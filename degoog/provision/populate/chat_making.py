"""Doing at a Mattermost what was planned, one thing after the other, and remembering each."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import assert_never

from degoog.errors import Refused
from degoog.i18n import _
from degoog.mattermost.admin import Admin as ChatAdmin
from degoog.model import FailReason
from degoog.provision.populate import chat
from degoog.provision.populate.actions import (
    ChatAction,
    DescribeChannel,
    Drop,
    JoinChannel,
    JoinTeam,
    MakeChannel,
    MakePerson,
    MakeTeam,
    NameTeam,
)
from degoog.provision.populate.chat import Chat
from degoog.provision.populate.memory import Known, Memory
from degoog.provision.populate.passwords import password
from degoog.provision.populate.wanted import Member


@dataclass(slots=True)
class ChatMaker:
    """Does what is to be done at a Mattermost."""

    admin: ChatAdmin
    found: Chat
    memory: Memory
    members: dict[str, Member]
    sends_mail: bool = False
    _teams: dict[str, str] = field(default_factory=dict)
    _channels: dict[tuple[str, str], str] = field(default_factory=dict)
    _people: dict[str, str] = field(default_factory=dict)

    async def do(self, action: ChatAction) -> None:
        """Do one thing. Raises `Refused` where the server would not, `Unavailable` where it does not answer."""
        memory = self.memory
        match action:
            case MakePerson(member):
                with memory.intent(Known("", member.name), "person", member.mattermost):
                    self._people[member.mattermost] = await self.admin.make_person(
                        member.mattermost, email=member.email, name=member.name, language=member.language,
                        password=password().reveal(),
                    )  # fmt: skip
                if self.sends_mail:
                    with suppress(Refused):  # the person may ask for the same link on the page where one logs in
                        await self.admin.send_link(member.email)
            case MakeTeam(slug, name, open_to_all):
                with memory.intent(Known("", name), "team", slug):
                    self._teams[slug] = await self.admin.make_team(slug, name=name, open_to_all=open_to_all)
                memory.keep(Known(self._teams[slug], name), "team", slug)
            case NameTeam(slug, id_, name):
                await self.admin.name_team(id_, name)
                memory.keep(Known(id_, name), "team", slug)
            case JoinTeam(slug, _team, logins):
                ready = [id_ for login in logins if (id_ := self._known(login))]
                await self.admin.join_team(self._team(slug), ready)
                for login in logins:
                    self._person(login)
            case MakeChannel(team, slug, channel):
                written = "\n".join([channel.name, channel.purpose, channel.header.replace("\n", " ")])
                with memory.intent(Known("", written), "channel", team, slug):
                    made = await self.admin.make_channel(
                        self._team(team), chat.slug(slug), name=channel.name, private=channel.private,
                        purpose=channel.purpose, header=channel.header,
                    )  # fmt: skip
                self._channels[team, slug] = made
                memory.keep(Known(made, written), "channel", team, slug)
            case DescribeChannel(team, slug, _name, changes):
                await self._describe(team, slug, dict(changes))
            case JoinChannel(team, slug, _channel, login, _name):
                with memory.intent(Known(), "channel-member", team, slug, login):
                    await self.admin.join_channel(await self._channel(team, slug), self._person(login))
            case Drop():
                await self._drop(action)
            case _:
                assert_never(action)

    async def _describe(self, team: str, slug: str, changes: dict[str, str]) -> None:
        channel = await self._channel(team, slug)
        await self.admin.describe_channel(channel, changes)
        known = self.memory.get("channel", team, slug)
        before = known.value.split("\n") if known and known.made and known.value.count("\n") == 2 else ["", "", ""]
        fields = ("display_name", "purpose", "header")
        written = [changes.get(name, old).replace("\n", " ") for name, old in zip(fields, before, strict=True)]
        self.memory.keep(Known(channel, "\n".join(written)), "channel", team, slug)

    def _team(self, slug: str) -> str:
        seen = self.found.teams.get(slug)
        if slug not in self._teams and seen is None:
            raise Refused(FailReason.REJECTED, _("the team is not there yet"))
        return self._teams.get(slug) or (seen.id if seen else "")

    async def _channel(self, team: str, slug: str) -> str:
        if (team, slug) not in self._channels:
            known = self.memory.get("channel", team, slug)
            seen = await self.admin.team(team, known=self._team(team))
            for one in seen.channels.values() if seen else ():
                if one.id == (known.id if known else "") or one.slug == chat.slug(slug):
                    self._channels[team, slug] = one.id
        if (team, slug) not in self._channels:
            raise Refused(FailReason.REJECTED, _("the channel is not there yet"))
        return self._channels[team, slug]

    def _known(self, login: str) -> str:
        member = self.members.get(login)
        seen = chat.account(member, self.found) if member else None
        return self._people.get(login) or (seen.id if seen else "")

    def _person(self, login: str) -> str:
        if id_ := self._known(login):
            return id_
        raise Refused(FailReason.REJECTED, _("{login} has no account there yet").format(login=login))

    async def _drop(self, drop: Drop) -> None:
        match drop.kind, drop.key:
            case "channel-member", (team, slug, login):
                person = chat.by_name(self.found).get(login)
                if person is not None:
                    await self.admin.leave_channel(await self._channel(team, slug), person.id)
            case "channel", _key:
                await self.admin.archive_channel(drop.id)
        self.memory.forget(drop.kind, *drop.key)
