"""What a Mattermost holds: accounts, teams, channels, posts, files, as plain records; and what happens to them."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

TOWN_SQUARE = "town-square"
_LETTERS = "ybndrfg8ejkmcpqxot1uwisza345h769"  # model/utils.go: ids are 26 of these


@dataclass(slots=True)
class User:
    """An account. `password` changes when a line of an import names it without one."""

    id: str
    username: str
    email: str
    roles: str = "system_user"
    password: str = ""
    delete_at: int = 0
    more: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """The account as the API shows it to an administrator."""
        return {
            "id": self.id, "username": self.username, "email": self.email, "roles": self.roles,
            "delete_at": self.delete_at, "first_name": "", "last_name": "", "nickname": "", "position": "", **self.more,
        }  # fmt: skip


@dataclass(slots=True)
class Team:
    """A team."""

    id: str
    name: str
    display_name: str
    type: str = "I"
    members: set[str] = field(default_factory=set)

    def shown(self) -> dict[str, Any]:
        """The team as the API shows it."""
        return {"id": self.id, "name": self.name, "display_name": self.display_name, "type": self.type, "delete_at": 0}


@dataclass(slots=True)
class Channel:
    """A channel; `members` maps accounts to how many posts each has seen. `count` is what the server believes."""

    id: str
    team: str
    name: str
    display_name: str
    type: str
    header: str = ""
    purpose: str = ""
    delete_at: int = 0
    update_at: int = 0
    count: int = 0
    members: dict[str, int] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """The channel as the API shows it."""
        return {
            "id": self.id, "team_id": self.team, "name": self.name, "display_name": self.display_name,
            "type": self.type, "header": self.header, "purpose": self.purpose, "delete_at": self.delete_at,
            "update_at": self.update_at, "total_msg_count": self.count,
        }  # fmt: skip


@dataclass(slots=True)
class File:
    """A file of a post."""

    id: str
    name: str
    data: bytes

    def shown(self) -> dict[str, Any]:
        """The file as a post's metadata shows it."""
        return {"id": self.id, "name": self.name, "size": len(self.data)}


@dataclass(slots=True)
class Post:
    """A post or a reply. `reactions` are (account, emoji)."""

    id: str
    channel: str
    user: str
    message: str
    create_at: int
    root: str = ""
    type: str = ""
    edit_at: int = 0
    delete_at: int = 0
    pinned: bool = False
    props: dict[str, Any] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    reactions: dict[tuple[str, str], int] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """The post as the API shows it, with its metadata."""
        metadata: dict[str, Any] = {}
        if self.files:
            metadata["files"] = [file.shown() for file in self.files]
        if self.reactions:
            metadata["reactions"] = [
                {"user_id": user, "emoji_name": emoji, "create_at": at} for (user, emoji), at in self.reactions.items()
            ]
        return {
            "id": self.id, "channel_id": self.channel, "user_id": self.user, "message": self.message,
            "create_at": self.create_at, "update_at": self.create_at, "edit_at": self.edit_at,
            "delete_at": self.delete_at, "root_id": self.root, "type": self.type, "props": self.props,
            "is_pinned": self.pinned, "file_ids": [file.id for file in self.files], "metadata": metadata,
        }  # fmt: skip


class World:
    """Everything a server holds. `now` is in milliseconds.

    `patience` is how often a job is asked for until it is carried out, `linger` how often after that until it says
    so; meanwhile (`importing`) posts are there, their files and reactions are not. `loose` files hang on no post yet.
    `patched` is how settings were changed.
    """

    def __init__(self, *, now: Callable[[], int]) -> None:
        self.now = now
        self.users: dict[str, User] = {}
        self.teams: dict[str, Team] = {}
        self.channels: dict[str, Channel] = {}
        self.posts: dict[str, Post] = {}
        self.by_channel: dict[str, list[Post]] = {}
        self.emoji: dict[str, str] = {}
        self.loose: dict[str, File] = {}
        self.uploads: dict[str, Any] = {}
        self.imports: dict[str, bytes] = {}
        self.jobs: dict[str, Any] = {}
        self.patience = 1
        self.settings: dict[str, dict[str, Any]] = {
            "FileSettings": {"MaxFileSize": 100 << 20, "EnableFileAttachments": True},
            "TeamSettings": {"MaxUsersPerTeam": 50, "MaxChannelsPerTeam": 2000},
            "ServiceSettings": {"EnableLinkPreviews": True},
        }
        self.patched: list[dict[str, dict[str, Any]]] = []
        self.importing = False
        self.linger = 1
        self._numbers = itertools.count(1)
        self.admin = self.add_user("admin", "admin@lauze.example", roles="system_admin system_user")

    def post(self, post: Post) -> dict[str, Any]:
        """Give a post as the API shows it now."""
        return post.shown() | ({"metadata": {}} if self.importing else {})

    def new_id(self) -> str:
        """Give an id as Mattermost makes them."""
        digest = hashlib.sha256(str(next(self._numbers)).encode()).digest()
        return "".join(_LETTERS[byte % 32] for byte in digest[:26])

    def add_user(self, username: str, email: str, *, roles: str = "system_user", password: str = "") -> User:
        """Make an account."""
        user = User(self.new_id(), username.lower(), email.lower(), roles, password)
        self.users[user.id] = user
        return user

    def user(self, username: str) -> User | None:
        """Give the account of that name."""
        return next((user for user in self.users.values() if user.username == username.lower()), None)

    def add_team(self, name: str, display_name: str, type_: str = "I") -> Team:
        """Make a team with its two channels."""
        team = Team(self.new_id(), name, display_name, type_)
        self.teams[team.id] = team
        self.add_channel(team.id, TOWN_SQUARE, "Town Square", "O")
        self.add_channel(team.id, "off-topic", "Off-Topic", "O")
        return team

    def team(self, name: str) -> Team | None:
        """Give the team of that name."""
        return next((team for team in self.teams.values() if team.name == name.lower()), None)

    def add_channel(self, team: str, name: str, display_name: str, type_: str) -> Channel:
        """Make a channel."""
        channel = Channel(self.new_id(), team, name, display_name, type_, update_at=self.now())
        self.channels[channel.id] = channel
        return channel

    def channel(self, team: str, name: str) -> Channel | None:
        """Give a team's channel of that name, archived or not."""
        return next((one for one in self.channels.values() if one.team == team and one.name == name.lower()), None)

    def direct(self, users: Iterable[User]) -> Channel:
        """Give the conversation among a few, made if new; its name says who is in it (model/channel.go)."""
        ids = sorted({user.id for user in users})
        if len(ids) <= 2:
            name, type_ = f"{ids[0]}__{ids[-1]}", "D"
        else:
            name, type_ = hashlib.sha1("".join(ids).encode()).hexdigest(), "G"  # noqa: S324 - as the server does
        found = self.channel("", name)
        if found is None:
            found = self.add_channel("", name, "", type_)
            found.members = dict.fromkeys(ids, 0)
        return found

    def join_team(self, team: Team, user: User) -> None:
        """Put an account into a team, and with that into its town square."""
        team.members.add(user.id)
        square = self.channel(team.id, TOWN_SQUARE)
        if square is not None:
            square.members.setdefault(user.id, square.count)

    def say(self, post: Post) -> Post:
        """Add a post."""
        self.posts[post.id] = post
        self.by_channel.setdefault(post.channel, []).append(post)
        self.channels[post.channel].count += 1
        return post

    def notice(self, channel: Channel, user: User, type_: str, **props: str) -> None:
        """Say what a chat says by itself."""
        at = max([self.now(), *(post.create_at + 1 for post in self.by_channel.get(channel.id, ())[-1:])])
        self.say(Post(self.new_id(), channel.id, user.id, f"{user.username} …", at, type=type_, props=props))

    def at(self, channel: str, create_at: int) -> list[Post]:
        """Give the posts of one millisecond."""
        return [post for post in self.by_channel.get(channel, ()) if post.create_at == create_at and not post.delete_at]
