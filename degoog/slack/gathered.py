"""All that was found in an export, but the messages: people, rooms, what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from degoog.convert.slack.values import Room, User, Workspace
from degoog.model import FailReason, SkipReason


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the archive that could not be read, or is left where it is; it may stand for several things."""

    path: str
    reason: FailReason | SkipReason
    detail: str = ""
    count: int = 1


@dataclass(slots=True)
class Place:
    """A room with its number in the store; `verdict` says why it stays, `left` how many messages stay with it."""

    number: int
    room: Room
    verdict: SkipReason | None = None
    left: int = 0


@dataclass(slots=True)
class Gathered:
    """All that was found, but the messages."""

    account: str = ""
    users: dict[str, User] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)
    spaces: dict[str, Workspace] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    emoji: dict[str, str] = field(default_factory=dict)
    domain: str = ""
    token: str = ""
