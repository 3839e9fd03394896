"""The bulk import: line by line, in blocks of one type; the first error ends it, and what came before stays.

After channels/app/import.go and import_functions.go of 11.x, traps included.
"""

from __future__ import annotations

import io
import json
import posixpath
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from degoog.sandbox.mattermost import rules
from degoog.sandbox.mattermost.rules import Wrong
from degoog.sandbox.mattermost.world import Channel, File, Post, User, World

_LONGEST_LINE = 16 << 20
_BATCH = 1000  # posts are checked, then saved, so many at a time


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an import ended. `line` is 0 where the importer does not say which."""

    error: str = ""
    line: int = 0


class Importer:
    """One import into a world."""

    def __init__(self, world: World, archive: bytes) -> None:
        self._world = world
        self._zip = zipfile.ZipFile(io.BytesIO(archive))
        self._files = {unicodedata.normalize("NFC", name): name for name in self._zip.namelist()}

    def run(self) -> Outcome:
        """Do it."""
        name = next((name for name in self._zip.namelist() if name.endswith(".jsonl") and "/" not in name), None)
        if name is None:
            return Outcome("app.import.bulk_import.process_attachments.error: JSONL file is missing")
        block: list[tuple[int, str, dict[str, Any]]] = []
        with self._zip.open(name) as lines:
            for number, text in enumerate(lines, start=1):
                try:
                    kind, data = self._read(number, text)
                except Wrong as wrong:
                    return self._flush(block) or Outcome(str(wrong), number)
                if block and (block[0][1] != kind or len(block) == _BATCH):
                    if failed := self._flush(block):
                        return failed
                    block = []
                if kind != "version":
                    block.append((number, kind, data))
        return self._flush(block) or Outcome()

    def _read(self, number: int, text: bytes) -> tuple[str, dict[str, Any]]:
        if len(text) > _LONGEST_LINE:
            raise Wrong("bufio.Scanner: token too long")
        try:
            line = json.loads(text)
        except ValueError as error:
            raise Wrong("app.import.bulk_import.json_decode.error") from error
        kind = str(line.get("type"))
        if number == 1 and (kind != "version" or line.get("version") != 1):
            raise Wrong("app.import.process_import_data_file_version_line.invalid_version.error")
        if kind not in {"version", "emoji", "team", "channel", "user", "bot", "direct_channel", "post", "direct_post"}:
            raise Wrong("app.import.import_line.unknown_line_type.error")
        return kind, line.get(kind) if kind != "version" else {}

    def _flush(self, block: list[tuple[int, str, dict[str, Any]]]) -> Outcome | None:
        kinds: dict[str, tuple[Callable[[dict[str, Any]], None], Callable[[dict[str, Any]], None]]] = {
            "emoji": (rules.emoji, self._emoji),
            "team": (rules.team, self._team),
            "channel": (rules.channel, self._channel),
            "user": (rules.user, self._user),
            "bot": (rules.bot, self._bot),
            "direct_channel": (lambda _data: None, self._direct_channel),
            "post": (rules.post, self._post),
            "direct_post": (rules.direct_post, self._direct_post),
        }
        posts = bool(block) and block[0][1] in {"post", "direct_post"}
        try:
            if posts:  # a batch of posts is checked whole, and its people looked up, before the first is saved
                for number, kind, data in block:
                    self._checked(kinds[kind][0], data, number)
                for _number, _kind, data in block:
                    self._person(data["user"])
            for number, kind, data in block:
                if not posts:
                    self._checked(kinds[kind][0], data, number)
                self._checked(kinds[kind][1], data, 0 if posts else number)
        except _AtLine as error:
            return Outcome(error.text, error.number)
        except Wrong as error:
            return Outcome(str(error), 0)
        return None

    @staticmethod
    def _checked(check: Callable[[dict[str, Any]], None], data: dict[str, Any], number: int) -> None:
        try:
            check(data)
        except Wrong as error:
            raise _AtLine(str(error), number) from error

    # Holders

    def _team(self, data: dict[str, Any]) -> None:
        team = self._world.team(data["name"])
        if team is None:
            self._world.add_team(data["name"], data["display_name"], data["type"])
        else:
            team.display_name, team.type = data["display_name"], data["type"]

    def _channel(self, data: dict[str, Any]) -> None:
        team = self._world.team(data["team"])
        if team is None:
            raise Wrong("app.import.import_channel.team_not_found.error")
        channel = self._world.channel(team.id, data["name"])
        if channel is None:
            channel = self._world.add_channel(team.id, data["name"].lower(), "", data["type"])
        elif channel.delete_at:
            raise Wrong("app.channel.update_channel.archived_failed.app_error")
        else:
            channel.count = 0  # mattermost.md §3: the row is written back from a stale cache
        channel.display_name, channel.type = data.get("display_name") or data["name"], data["type"]
        channel.header, channel.purpose = data.get("header") or "", data.get("purpose") or ""

    def _user(self, data: dict[str, Any]) -> None:
        world, email = self._world, data["email"].lower()
        user = world.user(data["username"])
        if any(other.email == email and other is not user for other in world.users.values()):
            raise Wrong("app.user.save.email_exists.app_error: An account with that email already exists.")
        if user is None:
            user = world.add_user(data["username"], email)
        user.password = data.get("password") or world.new_id()  # also of one who had another until now
        user.roles, user.email = data.get("roles") or user.roles, email
        user.more |= {
            key: data[key] for key in ("first_name", "last_name", "nickname", "position", "locale") if key in data
        }
        user.delete_at = data.get("delete_at") or user.delete_at
        if data.get("profile_image"):
            user.more["picture"] = len(self._bytes(data["profile_image"]) or b"")
        for joined in data.get("teams") or ():
            team = world.team(joined["name"])
            if team is None:
                raise Wrong("app.import.get_teams_by_names.some_teams_not_found.error")
            world.join_team(team, user)
            for inside in joined.get("channels") or ():
                channel = world.channel(team.id, inside["name"])
                if channel is None:
                    raise Wrong("app.import.import_user_channels.channel_not_found.error")
                channel.members.setdefault(user.id, 0)

    def _bot(self, data: dict[str, Any]) -> None:
        """As 11.6 does: a bot whose owner has an account writes to them."""
        world, name = self._world, data["username"]
        user = world.user(name)
        if user is None:
            user = world.add_user(name, f"{name}@localhost")
            if (owner := world.user(data["owner"])) is not None:
                direct = world.add_channel("", "__".join(sorted((user.id, owner.id))), "", "D")
                world.notice(direct, user, "system_add_bot_teams_channels")
        elif not user.more.get("is_bot"):
            raise Wrong("app.user.save.username_exists.app_error")
        user.more |= {"is_bot": True, "first_name": data.get("display_name") or ""}

    def _emoji(self, data: dict[str, Any]) -> None:
        if self._bytes(data["image"]) is None:
            raise Wrong("app.import.emoji.bad_file.error")
        self._world.emoji.setdefault(data["name"], self._world.new_id())

    def _direct_channel(self, data: dict[str, Any]) -> None:
        members = data.get("members") or ()
        if not 2 <= len(members) <= 8:
            return  # a warning in the server's log
        channel = self._world.direct([self._person(name) for name in members])
        channel.header = data.get("header") or channel.header

    # Posts

    def _post(self, data: dict[str, Any]) -> None:
        team = self._world.team(data["team"])
        channel = self._world.channel(team.id, data["channel"]) if team else None
        if channel is None:
            raise Wrong("app.import.import_post.channel_not_found.error")
        self._thread(channel, data)

    def _direct_post(self, data: dict[str, Any]) -> None:
        self._thread(self._world.direct([self._person(name) for name in data["channel_members"]]), data)

    def _thread(self, channel: Channel, data: dict[str, Any]) -> None:
        root = self._say(channel, data, "")
        for reply in data.get("replies") or ():
            self._say(channel, reply | {"create_at": max(reply["create_at"], root.create_at)}, root.id)

    def _say(self, channel: Channel, data: dict[str, Any], root: str) -> Post:
        world, user = self._world, self._person(data["user"])
        if "\0" in data["message"]:
            raise Wrong('pq: invalid byte sequence for encoding "UTF8": 0x00')
        same = (
            one
            for one in world.at(channel.id, data["create_at"])
            if one.message == data["message"] and (not root or one.root == root)
        )
        post = next(same, None)  # whoever wrote it: the author is not part of what a post is known by
        if post is None:
            post = world.say(Post(world.new_id(), channel.id, user.id, data["message"], data["create_at"], root=root))
        post.user = user.id
        post.edit_at, post.type = data.get("edit_at") or post.edit_at, data.get("type") or post.type
        post.pinned = data.get("is_pinned", post.pinned)
        post.props = data.get("props") or post.props
        post.files = self._attach(post, data.get("attachments") or ())
        for reaction in data.get("reactions") or ():
            post.reactions[self._person(reaction["user"]).id, reaction["emoji_name"]] = reaction["create_at"]
        return post

    def _attach(self, post: Post, attachments: Sequence[dict[str, str]]) -> list[File]:
        """What is not named is taken away; what cannot be read is left out, and nobody is told."""
        kept = []
        for one in attachments:
            data = self._bytes(one["path"])
            if data is not None:
                name = posixpath.basename(one["path"])
                known = (file for file in post.files if (file.name, file.data) == (name, data))
                kept.append(next(known, None) or File(self._world.new_id(), name, data))
        return kept

    def _bytes(self, path: str) -> bytes | None:
        name = self._files.get(unicodedata.normalize("NFC", f"data/{path}"))
        return None if name is None else self._zip.read(name)

    def _person(self, username: str) -> User:
        user = self._world.user(username)
        if user is None:
            raise Wrong("app.import.get_users_by_username.some_users_not_found.error: Some users not found")
        return user


class _AtLine(Exception):
    def __init__(self, text: str, number: int) -> None:
        super().__init__(text)
        self.text = text
        self.number = number
