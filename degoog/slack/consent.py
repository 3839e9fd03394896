"""Who agreed that what is private comes along: nothing does without it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from degoog.convert.slack.values import Room, User
from degoog.errors import Usage
from degoog.i18n import _
from degoog.model import SkipReason
from degoog.problems import instead


@dataclass(frozen=True, slots=True)
class Consent:
    """What workspace.yml and agreements.csv allow.

    `private`: names or ids of private channels that come along. `withdrawn`: names or ids of those of whose members
    somebody withdrew; `spoken_of`: all that somebody said something of, as it was written. `direct`: whether
    conversations come along at all; `agreed` tells of one whether each of its people (all the names that each goes
    by) agreed, and has not withdrawn.
    """

    private: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    spoken_of: frozenset[str] = frozenset()
    direct: bool = False
    agreed: Callable[[str, Collection[frozenset[str]]], bool] = lambda _id, _people: False

    def verdict(self, room: Room, users: Mapping[str, User]) -> SkipReason | None:
        """Say why a room stays where it is, None where it may come along."""
        if not room.private:
            return None
        if not room.direct:
            if not any(_is(room, name) for name in self.private):
                return SkipReason.PRIVATE
            return SkipReason.NOT_AGREED if any(_is(room, name) for name in self.withdrawn) else None
        if not self.direct:
            return SkipReason.PRIVATE
        people = [_names(id_, users) for id_ in room.members]
        return None if people and self.agreed(room.id, people) else SkipReason.NOT_AGREED

    def check(self, rooms: Iterable[Room]) -> None:
        """Raise `Usage` for channels that are named and that nobody knows: a wrong letter must not decide."""
        channels = [room for room in rooms if not room.direct]
        private = [room.name for room in channels if room.private]
        told: list[str] = []
        for name in sorted(self.private):
            if not any(_is(room, name) for room in channels if room.private):
                told += _unknown("roads: channels: private", name, private)
        for name in sorted(self.spoken_of):
            if not any(_is(room, name) for room in channels):
                told += _unknown("agreements.csv", name, [room.name for room in channels])
        if told:
            raise Usage("\n".join(told))


def _is(room: Room, name: str) -> bool:
    return name.casefold() in {room.id.casefold(), room.name.casefold()}


def _unknown(where: str, name: str, known: list[str]) -> list[str]:
    what = _("{where} names the channel “{name}”, and the exports have none of that name.").format(
        where=where, name=name
    )
    if not known:
        cure = _("give an export of all conversations (Slack makes it for Business+ plans), or take the name out.")
    else:
        cure = instead(name, sorted(set(known)))
    return [f"{what} " + _("To do: {cure}").format(cure=cure)]


def _names(id_: str, users: Mapping[str, User]) -> frozenset[str]:
    """Give what somebody goes by. What people read counts only where nobody else goes by it: anybody may choose it."""
    user = users.get(id_)
    if user is None:
        return frozenset({id_.casefold()})
    names = {name.casefold() for name in (id_, user.handle, user.email) if name}
    shown = user.shown.casefold()
    others = (other for other in users.values() if other.id != id_)
    if shown and not any(
        shown in {one.shown.casefold(), one.handle.casefold(), one.email.casefold()} for one in others
    ):
        names.add(shown)
    return frozenset(names)
