"""Who agreed that what is private comes along: nothing does without it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from degoog.convert.slack.values import Room, User
from degoog.model import SkipReason


@dataclass(frozen=True, slots=True)
class Consent:
    """What workspace.yml and agreements.csv allow.

    `private`: names or ids of private channels that come along. `withdrawn`: names or ids of those of whose members
    somebody withdrew. `direct`: whether conversations come along at all; `agreed` tells of one whether each of its
    people (all the names that each goes by) agreed, and has not withdrawn.
    """

    private: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    direct: bool = False
    agreed: Callable[[str, Collection[frozenset[str]]], bool] = lambda _id, _people: False

    def verdict(self, room: Room, users: Mapping[str, User]) -> SkipReason | None:
        """Say why a room stays where it is, None where it may come along."""
        if not room.private:
            return None
        if not room.direct:
            known = {room.id, room.name, room.name.lower()}
            if not known & self.private:
                return SkipReason.PRIVATE
            return SkipReason.NOT_AGREED if known & self.withdrawn else None
        if not self.direct:
            return SkipReason.PRIVATE
        people = [_names(id_, users.get(id_)) for id_ in room.members]
        return None if people and self.agreed(room.id, people) else SkipReason.NOT_AGREED


def _names(id_: str, user: User | None) -> frozenset[str]:
    if user is None:
        return frozenset({id_.casefold()})
    return frozenset(name.casefold() for name in (id_, user.handle, user.email, user.shown) if name)
