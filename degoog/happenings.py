"""What a run tells whoever watches."""

from __future__ import annotations

from dataclasses import dataclass

from degoog.model import Held, Item, Outcome, Stage


@dataclass(frozen=True, slots=True)
class Counted:
    """The walk goes on: so many items until now."""

    items: int


@dataclass(frozen=True, slots=True)
class Begun:
    """A stage of a road begins, with so much to do in it."""

    stage: Stage
    items: int
    bytes: int
    road: str = "files"


@dataclass(frozen=True, slots=True)
class Transferred:
    """Bytes passed by, of an item not settled yet. Negative when a transfer is thrown away."""

    bytes: int


@dataclass(frozen=True, slots=True)
class Done:
    """One item of a stage has its outcome."""

    item: Item
    stage: Stage
    outcome: Outcome
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """A conversation was compared: what had arrived in it, and what of that is there. `path` is where it lies."""

    path: str
    arrived: Held
    there: Held


@dataclass(frozen=True, slots=True)
class Waiting:
    """A service asked for patience."""

    host: str
    seconds: float
    why: str = ""
