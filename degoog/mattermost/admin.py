"""Administering a Mattermost: its people, teams, channels and who is in them.

API: https://developers.mattermost.com/api-documentation/ (v4); measured in mattermost.md §1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from degoog.mattermost.client import Client

_PAGE = 200


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """Somebody's account."""

    id: str
    username: str
    email: str
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class ChannelSeen:
    """A channel of a team, and who is in it (ids of people)."""

    id: str
    slug: str
    name: str
    private: bool
    purpose: str
    header: str
    archived: bool
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class TeamSeen:
    """A team, its channels by id, and who is in it (ids of people)."""

    id: str
    slug: str
    name: str
    open: bool
    members: frozenset[str]
    channels: dict[str, ChannelSeen]


class Admin:
    """What an administrator may do. Each method raises `Refused` with the server's words where it would not.

    The client must be entered.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def is_administrator(self) -> bool:
        """Whether the token's account may do all this."""
        return self._client.server.admin

    @property
    def me(self) -> str:
        """The id of the token's account, which is in every team it makes."""
        return self._client.server.me

    async def people(self) -> dict[str, PersonSeen]:
        """List every account by id, bots left out."""
        found = await self._pages("/users?")
        return {
            str(one["id"]): PersonSeen(
                str(one["id"]),
                str(one["username"]),
                str(one.get("email") or "").casefold(),
                " ".join(part for part in (one.get("first_name"), one.get("last_name")) if part),
                not one.get("delete_at"),
            )
            for one in found
            if not one.get("is_bot")
        }

    async def team(self, slug: str, *, known: str = "") -> TeamSeen | None:
        """Read a team with its channels, by the id it is known by, else by its name in addresses; None without one."""
        told = await self._client.find(f"/teams/{known}") if known else None
        told = told or await self._client.find(f"/teams/name/{slug}")
        if not isinstance(told, dict) or told.get("delete_at"):
            return None
        team = str(told["id"])
        members = await self._pages(f"/teams/{team}/members?")
        channels: dict[str, ChannelSeen] = {}
        for one in await self._channels(team):
            held = await self._pages(f"/channels/{one['id']}/members?")
            channels[str(one["id"])] = ChannelSeen(
                id=str(one["id"]),
                slug=str(one["name"]),
                name=str(one["display_name"]),
                private=one["type"] == "P",
                purpose=str(one.get("purpose") or ""),
                header=str(one.get("header") or ""),
                archived=bool(one.get("delete_at")),
                members=frozenset(str(member["user_id"]) for member in held),
            )
        return TeamSeen(
            team,
            str(told["name"]),
            str(told["display_name"]),
            bool(told.get("allow_open_invite")),
            frozenset(str(one["user_id"]) for one in members if not one.get("delete_at")),
            channels,
        )

    async def sends_mail(self) -> bool:
        """Tell whether the server can write to people."""
        return str((await self._client.get("/config/client?format=old")).get("SendEmailNotifications")) == "true"

    async def make_person(self, username: str, *, email: str, name: str, language: str, password: str) -> str:
        """Make an account; give its id. The person chooses another password through a link."""
        first, _blank, last = name.partition(" ")
        body = {"username": username, "email": email, "password": password, "first_name": first, "last_name": last}
        return str((await self._client.do("POST", "/users", body | {"locale": language or "fr"}))["id"])

    async def send_link(self, email: str) -> None:
        """Have the server send somebody a link to choose a password."""
        await self._client.do("POST", "/users/password/reset/send", {"email": email})

    async def activate(self, person: str, *, active: bool) -> None:
        """Let somebody in, or no longer; nothing of theirs is touched."""
        await self._client.do("PUT", f"/users/{person}/active", {"active": active})

    async def forget_sessions(self, person: str) -> None:
        """End somebody's sessions on every device."""
        await self._client.do("POST", f"/users/{person}/sessions/revoke/all")

    async def make_team(self, slug: str, *, name: str, open_to_all: bool) -> str:
        """Make a team; give its id."""
        body = {"name": slug, "display_name": name, "type": "O" if open_to_all else "I"}
        return str((await self._client.do("POST", "/teams", body))["id"])

    async def name_team(self, team: str, name: str) -> None:
        """Change a team's name; its addresses stay."""
        await self._client.do("PUT", f"/teams/{team}/patch", {"display_name": name})

    async def join_team(self, team: str, people: Sequence[str]) -> None:
        """Put people into a team; may be repeated."""
        for start in range(0, len(people), 20):  # model.TeamMembersBatch: 20 and more where the server allows it
            body = [{"team_id": team, "user_id": person} for person in people[start : start + 20]]
            await self._client.do("POST", f"/teams/{team}/members/batch", body)

    async def make_channel(self, team: str, slug: str, *, name: str, private: bool, purpose: str, header: str) -> str:
        """Make a channel; give its id."""
        body = {"team_id": team, "name": slug, "display_name": name, "type": "P" if private else "O"}
        answer = await self._client.do("POST", "/channels", body | {"purpose": purpose, "header": header})
        return str(answer["id"])

    async def describe_channel(self, channel: str, changes: dict[str, str]) -> None:
        """Change a channel's `display_name`, `purpose` or `header`."""
        await self._client.do("PUT", f"/channels/{channel}/patch", changes)

    async def join_channel(self, channel: str, person: str) -> None:
        """Put somebody into a channel; may be repeated."""
        await self._client.do("POST", f"/channels/{channel}/members", {"user_id": person})

    async def leave_channel(self, channel: str, person: str) -> None:
        """Take somebody out of a channel."""
        await self._client.do("DELETE", f"/channels/{channel}/members/{person}")

    async def archive_channel(self, channel: str) -> None:
        """Archive a channel: it can be brought back."""
        await self._client.do("DELETE", f"/channels/{channel}")

    async def _channels(self, team: str) -> list[Any]:
        """List a team's channels: all of them for an administrator, else those one may see."""
        if self.is_administrator:
            found = await self._pages("/channels?include_deleted=true&")
            return [one for one in found if one.get("team_id") == team]
        seen = await self._pages(f"/teams/{team}/channels?")
        own = await self._client.get(f"/users/me/teams/{team}/channels")
        return list({one["id"]: one for one in [*seen, *own] if one.get("team_id") == team}.values())

    async def _pages(self, path: str) -> list[Any]:
        found: list[Any] = []
        page = 0
        while True:
            told = await self._client.get(f"{path}page={page}&per_page={_PAGE}")
            found += told
            if len(told) < _PAGE:
                return found
            page += 1
