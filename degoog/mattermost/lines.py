"""The lines of Mattermost's bulk import: JSON as its importer reads it.

https://docs.mattermost.com/onboard/bulk-loading-data.html; the importer: channels/app/imports/import_types.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from degoog.convert.talk import Channel, Person, Post, stand_in_address

Line = dict[str, Any]
VERSION: Line = {"type": "version", "version": 1}
# In this order: a change of type is a barrier in the importer (import.go), and each needs those before it.
KINDS = ("version", "emoji", "team", "channel", "user", "bot", "direct_channel", "post", "direct_post")
REF, NAME = "degoog", "degoog_name"  # in a post's props: which message it is, and what the ledger calls its place
BOTS = "degoog-import"  # whose bots are: nobody is called that
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    """Give a time as Mattermost writes it."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Room:
    """Where a message is said: a team's channel, or among `members` where there is no team."""

    team: str = ""
    channel: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """A post as it is sent: its time, which is free in its channel, and its files' paths in the bundle.

    `name` is what its place in the ledger is called; a piece of a long message has none of its own.
    """

    post: Post
    at: int
    files: tuple[str, ...] = ()
    name: str = ""


def emoji(name: str, path: str) -> Line:
    """Give the line of a custom emoji."""
    return {"type": "emoji", "emoji": {"name": name, "image": path}}


def team(name: str, display_name: str) -> Line:
    """Give the line of a team that only those in it can join."""
    return {"type": "team", "team": {"name": name, "display_name": display_name, "type": "I"}}


def channel(described: Channel) -> Line:
    """Give the line of a channel that is not there yet: for one that is, its counters would go to 0."""
    return {
        "type": "channel",
        "channel": {
            "team": described.team,
            "name": described.name,
            "display_name": described.display_name or described.name,
            "type": "P" if described.private else "O",
            "header": described.header,
            "purpose": described.purpose,
        },
    }


def direct_channel(members: Sequence[str], header: str = "") -> Line:
    """Give the line of a conversation among a few."""
    return {"type": "direct_channel", "direct_channel": {"members": _two(members), "header": header}}


def _two(members: Sequence[str]) -> list[str]:
    """A note to self is a conversation of one with the same one (import_validators.go wants two)."""
    return [*members, *members] if len(members) == 1 else list(members)


def user(person: Person, rooms: Mapping[str, Sequence[str]], *, now: int, picture: str = "") -> Line:
    """Give the line of an account that is not there yet: one that is would get another password.

    `rooms` are the channels it is in, by team.
    """
    teams = [
        {
            "name": name,
            "roles": "team_user",
            "channels": [{"name": its, "roles": "channel_user"} for its in channels],
        }
        for name, channels in rooms.items()
    ]
    given: Line = {
        "username": person.username,
        "email": person.email or stand_in_address(person.ref),
        "roles": "system_user",
        "first_name": person.first_name,
        "last_name": person.last_name,
        "nickname": person.nickname,
        "position": person.position,
        "teams": teams,
    }
    if person.locale:
        given["locale"] = person.locale
    if not person.active:
        given["delete_at"] = now
    if picture:
        given["profile_image"] = picture
    return {"type": "user", "user": given}


def bot(person: Person, *, picture: str = "") -> Line:
    """Give the line of a bot that is not there yet; its owner is nobody's name (app/import_functions.go: importBot)."""
    name = " ".join(part for part in (person.first_name, person.last_name) if part) or person.nickname
    given: Line = {"username": person.username, "owner": BOTS, "display_name": name[:64], "description": "Slack"}
    if picture:
        given["profile_image"] = picture
    return {"type": "bot", "bot": given}


def thread(room: Room, root: Line, replies: Sequence[Line]) -> Line:
    """Give the line of a post with what answers it, each as `post` or `again` gives it."""
    said = {**root, "replies": list(replies)} if replies else root
    if room.team:
        return {"type": "post", "post": {"team": room.team, "channel": room.channel, **said}}
    return {"type": "direct_post", "direct_post": {"channel_members": _two(room.members), **said}}


def post(sent: Sent) -> Line:
    """Give a post, or a reply, for a line."""
    message = sent.post
    props: Line = {REF: str(message.ref)}
    if sent.name:
        props[NAME] = sent.name
    if message.cards:
        props["attachments"] = [dict(card) for card in message.cards]
    if message.action:
        props["message"] = message.text  # slashcommands/command_me.go: the text in italics, and as it was said
    given: Line = {"user": message.username, "message": text(message), "create_at": sent.at, "props": props}
    if message.edited is not None:
        given["edit_at"] = max(milliseconds(message.edited), sent.at)
    if message.pinned:
        given["is_pinned"] = True
    if message.action:
        given["type"] = "me"
    if message.reactions:
        given["reactions"] = [
            {"user": one.username, "emoji_name": one.emoji, "create_at": max(milliseconds(one.at), sent.at)}
            for one in message.reactions
        ]
    if sent.files:
        given["attachments"] = [{"path": path} for path in sent.files]
    return given


def text(message: Post) -> str:
    """Give the words of a post as the server will hold them."""
    return f"*{message.text}*" if message.action else message.text


def again(username: str, message: str, at: int, files: Sequence[str]) -> Line:
    """Give a post exactly as the server has it, so that it is recognised and gets its new replies."""
    given: Line = {"user": username, "message": message, "create_at": at}
    if files:
        given["attachments"] = [{"path": path} for path in files]
    return given
