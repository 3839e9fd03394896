"""What a Slack export tells, typed: what a source reads and the conversion takes.

Formats: facts of the export as its readers know it (https://slack.com/help/articles/220556107) and Slack's published
types (npm @slack/types, @slack/web-api). Blocks and attachments stay trees as Slack writes them: they are documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from degoog.model import Ref
from degoog.ports import Blob

Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who has, or had, an account; a bot; or an id of which only messages tell (`unknown`).

    `faceless`: there was a picture, and it could not be had.
    """

    ref: Ref
    id: str
    handle: str = ""
    real_name: str = ""
    display_name: str = ""
    first_name: str = ""
    last_name: str = ""
    title: str = ""
    email: str = ""
    locale: str = ""
    deleted: bool = False
    bot: bool = False
    guest: bool = False
    unknown: bool = False
    picture: Blob | None = None
    faceless: bool = False

    @property
    def shown(self) -> str:
        """The name that Slack shows."""
        return self.display_name or self.real_name or self.handle or self.id


@dataclass(frozen=True, slots=True)
class Workspace:
    """A Slack workspace, or one of those of a Grid."""

    ref: Ref
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """Any place where people talk: a channel, or a conversation (`direct`) among its members only."""

    ref: Ref
    id: str
    team: str = ""
    name: str = ""
    private: bool = False
    direct: bool = False
    general: bool = False
    archived: bool = False
    topic: str = ""
    purpose: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DrawnEmoji:
    """A custom emoji."""

    ref: Ref
    name: str
    image: Blob


@dataclass(frozen=True, slots=True)
class File:
    """A file as a message names it. `blob` are its bytes, where they could be had; else `lost` says why not.

    `url` is where people see it, without any token. `page` is the text of a canvas or of a post, as HTML.
    """

    ref: Ref
    id: str
    name: str
    title: str = ""
    mimetype: str = ""
    size: int | None = None
    mode: str = ""
    external: bool = False
    url: str = ""
    comment: str = ""
    blob: Blob | None = None
    lost: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One message. `at` is its place in time: whole milliseconds, shared with no other message of its room.

    `user` is whose account signs it. `raw` is the message as exported, for what only some messages have.
    """

    ref: Ref
    ts: str
    at: int
    user: str
    text: str
    subtype: str
    raw: Tree
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """A message and what answers it, in order of time. `root` is None where the export no longer has it."""

    room: Ref
    ref: Ref
    ts: str
    at: int
    root: Said | None
    replies: tuple[Said, ...] = ()
