"""What conversations are made of, between the chat a structure leaves and the one it joins: a road's own values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from degoog.model import Ref
from degoog.ports import Blob

# Every text is Markdown as the joined chat reads it, every name one that it allows. Times are aware, UTC, and whole
# milliseconds; within a channel no two posts share one.


@dataclass(frozen=True, slots=True)
class Person:
    """An author or a member. `known` where an account exists at the target already: it is used as it is.

    `username` is unique at the target. `email` is empty where nobody knows one. An account that is not `active` can
    be an author and cannot log in.
    """

    ref: Ref
    username: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    nickname: str = ""
    position: str = ""
    locale: str = ""
    active: bool = True
    bot: bool = False
    known: bool = False
    picture: Blob | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """A team. `known` where it exists at the target already."""

    ref: Ref
    name: str
    display_name: str
    known: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of a team, or, where `team` is empty, a conversation among `members` (usernames) only."""

    ref: Ref
    team: str
    name: str
    display_name: str = ""
    private: bool = False
    header: str = ""
    purpose: str = ""
    archived: bool = False
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reaction:
    """One person's emoji on a post; `at` is not before the post's."""

    username: str
    emoji: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Emoji:
    """A custom emoji that posts and reactions name."""

    name: str
    image: Blob


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a post; the same `ref` may hang on several posts."""

    ref: Ref
    name: str
    blob: Blob


@dataclass(frozen=True, slots=True)
class Post:
    """A message. `cards` are message attachments as Mattermost's `props.attachments` holds them, texts converted.

    `action` is true for what is said of oneself ("/me waves"). `placeholder` stands for a root that the source no
    longer has: it is no newer state of it. What a long message goes on in has the same ref with `#2`, `#3`.
    """

    ref: Ref
    username: str
    at: datetime
    text: str
    edited: datetime | None = None
    pinned: bool = False
    action: bool = False
    placeholder: bool = False
    reactions: tuple[Reaction, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    cards: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """What is put as one: a root and its replies in order of time. A message of its own is a thread without replies."""

    channel: Ref
    root: Post
    replies: tuple[Post, ...] = field(default=())


def stand_in_address(ref: Ref) -> str:
    """Give the address of an account that only signs messages and whose own is unknown; no mail can reach it."""
    return re.sub(r"[^a-z0-9]+", ".", ref.id.lower()).strip(".") + f"@{ref.service}.invalid"
