"""Who and what is on a Mattermost already: accounts, teams, channels."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from degoog.mattermost.client import Client

PAGE = 200  # model.PerPageMaximum
DEFAULT = ("town-square", "off-topic")  # who comes into a team is put into these
DIRECT = "direct-"  # how the place of a conversation among a few begins


@dataclass(frozen=True, slots=True)
class Account:
    """An account; one that is not `active` cannot log in."""

    id: str
    username: str
    email: str
    active: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A team."""

    id: str
    name: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A channel of a team, or one among a few people (`team` is empty then). `posts` counts what it holds."""

    id: str
    team: str
    name: str
    display_name: str
    private: bool
    archived: bool
    posts: int
    header: str = ""
    purpose: str = ""
    changed: int = 0


class Census:
    """What stands on a server, read once and again where we changed it. Names are looked up without regard to case."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.accounts: dict[str, Account] = {}
        self.teams: dict[str, Group] = {}
        self._by_id: dict[str, Account] = {}
        self._by_email: dict[str, Account] = {}
        self._channels: dict[tuple[str, str], Conversation] = {}
        self._direct: dict[str, Conversation] = {}

    async def load(self) -> None:
        """Read all of it."""
        async for user in self._pages("/users?"):
            self.know_account(user)
        async for team in self._pages("/teams?"):
            self.know_team(team)
        await self.load_channels()

    async def load_channels(self) -> None:
        """Read the channels of all teams again."""
        names = {team.id: team.name for team in self.teams.values()}
        async for channel in self._pages("/channels?include_deleted=true&exclude_default_channels=false&"):
            if channel.get("team_id") in names:
                self.know_channel(channel, names[str(channel["team_id"])])

    async def counts(self) -> dict[str, int]:
        """Give how many posts the channels of all teams hold, by their ids.

        A channel by itself comes from the server's cache, which an import does not renew; a listing does not.
        """
        pages = self._pages("/channels?exclude_default_channels=false&")
        return {str(one["id"]): int(one.get("total_msg_count") or 0) async for one in pages}

    async def load_accounts(self, usernames: Iterable[str]) -> None:
        """Read the accounts that have these names again."""
        wanted = list(usernames)
        for start in range(0, len(wanted), PAGE):
            answer = await self._client.do("POST", "/users/usernames", wanted[start : start + PAGE])
            for user in answer if isinstance(answer, list) else []:
                self.know_account(user)

    def know_account(self, user: dict[str, Any]) -> Account:
        """Take note of an account as the server shows it."""
        known = account(user)
        self.accounts[known.username.lower()] = known
        self._by_id[known.id] = known
        if known.email:
            self._by_email[known.email.lower()] = known
        return known

    def know_team(self, team: dict[str, Any]) -> Group:
        """Take note of a team as the server shows it."""
        group = Group(str(team["id"]), str(team["name"]), str(team.get("display_name", "")))
        self.teams[group.name] = group
        return group

    def know_channel(self, channel: dict[str, Any], team: str) -> Conversation:
        """Take note of a channel as the server shows it."""
        known = conversation(channel, team)
        self._channels[team, known.name.lower()] = known
        return known

    def account(self, username: str) -> Account | None:
        """Give the account of that name."""
        return self.accounts.get(username.lower())

    def holder_of(self, id_: str) -> str:
        """Give the name of the account with that id, empty for one nobody knows."""
        found = self._by_id.get(id_)
        return found.username if found else ""

    def channel(self, team: str, name: str) -> Conversation | None:
        """Give a team's channel of that name."""
        return self._channels.get((team, name.lower()))

    async def group(self, name: str) -> Group | None:
        """Give the team of that name; the server is asked for one that no listing gave."""
        if name not in self.teams and (told := await self._client.find(f"/teams/name/{name}")) is not None:
            self.know_team(told)
        return self.teams.get(name)

    async def named(self, team: str, name: str) -> Conversation | None:
        """Give a team's channel of that name; the server is asked for one that no listing gave.

        Listings go by what channels are called, page by page: of two that are called the same, one may be missed.
        """
        found, group = self.channel(team, name), await self.group(team)
        if found is None and group is not None:
            told = await self._client.find(f"/teams/{group.id}/channels/name/{name}?include_deleted=true")
            found = None if told is None else self.know_channel(told, team)
        return found

    async def known_as(self, team: str, id_: str) -> Conversation | None:
        """Give a team's channel with that id, whatever it is called now."""
        found, group = next((one for one in self.channels(team) if one.id == id_), None), await self.group(team)
        if found is None and group is not None and (told := await self._client.find(f"/channels/{id_}")) is not None:
            found = self.know_channel(told, team) if told.get("team_id") == group.id else None
        return found

    async def at(self, path: str) -> Conversation | None:
        """Give the conversation that lies at a path, `team/channel` or `team/direct-ID`."""
        team, _slash, name = path.partition("/")
        if not name.startswith(DIRECT):
            return await self.named(team, name)
        id_ = name.removeprefix(DIRECT)
        if id_ not in self._direct:
            answer = await self._client.find(f"/channels/{id_}")
            if answer is None:
                return None
            self._direct[id_] = conversation(answer, "")
        return self._direct[id_]

    async def members_of(self, channel: Conversation) -> tuple[str, ...]:
        """Give the names of those in a conversation."""
        inside = await members(self._client, f"/channels/{channel.id}")
        unknown = [id_ for id_ in inside if id_ not in self._by_id]
        if unknown:
            for user in await self._client.do("POST", "/users/ids", unknown):
                self.know_account(user)
        return tuple(sorted(self.holder_of(id_) for id_ in inside))

    def channels(self, team: str) -> Sequence[Conversation]:
        """Give all channels of a team, archived ones too."""
        return [known for (its_team, _name), known in self._channels.items() if its_team == team]

    # What a conversion asks (degoog.convert.people.Accounts)

    def by_email(self, email: str) -> str | None:
        """Give the name of the account with that address."""
        found = self._by_email.get(email.lower()) if email else None
        return found.username if found else None

    def exists(self, username: str) -> bool:
        """Whether an account has that name."""
        return username.lower() in self.accounts

    def has_public_channel(self, team: str, name: str) -> bool:
        """Whether a team has a public channel of that name."""
        found = self.channel(team, name)
        return found is not None and not found.private

    async def _pages(self, path: str) -> AsyncIterator[dict[str, Any]]:
        page = 0
        while True:
            answer = await self._client.get(f"{path}page={page}&per_page={PAGE}")
            for entry in answer if isinstance(answer, list) else []:
                yield entry
            if not isinstance(answer, list) or len(answer) < PAGE:
                return
            page += 1


async def members(client: Client, path: str) -> dict[str, dict[str, Any]]:
    """Give the memberships below `/teams/{id}` or `/channels/{id}` by the id of the account."""
    found: dict[str, dict[str, Any]] = {}
    page = 0
    while True:
        answer = await client.get(f"{path}/members?page={page}&per_page={PAGE}")
        entries = answer if isinstance(answer, list) else []
        found |= {str(entry["user_id"]): entry for entry in entries}
        if len(entries) < PAGE:
            return found
        page += 1


def account(user: dict[str, Any]) -> Account:
    """Give an account from the server's JSON (model.User)."""
    return Account(
        str(user["id"]), str(user["username"]), str(user.get("email", "")), active=not int(user.get("delete_at") or 0)
    )


def conversation(channel: dict[str, Any], team: str) -> Conversation:
    """Give a channel from the server's JSON (model.Channel)."""
    return Conversation(
        id=str(channel["id"]),
        team=team,
        name=str(channel["name"]),
        display_name=str(channel.get("display_name", "")),
        private=channel.get("type") != "O",
        archived=bool(channel.get("delete_at")),
        posts=int(channel.get("total_msg_count") or 0),
        header=str(channel.get("header", "")),
        purpose=str(channel.get("purpose", "")),
        changed=int(channel.get("update_at") or 0),
    )
