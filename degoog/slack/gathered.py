"""All that was found in an export, but the messages: people, rooms, what could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from degoog.convert.slack.values import Room, User, Workspace
from degoog.model import FailReason, SkipReason


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the archive that could not be read, or is left where it is; it may stand for several things."""

    path: str
    reason: FailReason | SkipReason
    detail: str = ""
    count: int = 1


def merged(problems: Iterable[Problem]) -> list[Problem]:
    """Give one problem for each path, standing for all that happened there: the ledger has one line for each."""
    out: dict[str, Problem] = {}
    for one in problems:
        known = out.get(one.path)
        out[one.path] = one if known is None else replace(known, count=known.count + one.count)
    return list(out.values())


@dataclass(slots=True)
class Place:
    """A room with its number in the store; `verdict` says why it stays, `left` how many messages stay with it.

    `pins` are the timestamps of what is pinned in it, as the list of rooms tells them.
    """

    number: int
    room: Room
    verdict: SkipReason | None = None
    left: int = 0
    pins: frozenset[str] = frozenset()


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
