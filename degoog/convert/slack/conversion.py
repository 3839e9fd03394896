"""The conversion of the channels road: what Slack's export tells becomes what Mattermost's import takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import assert_never

from degoog.convert.people import Accounts, Assigned, Named, Nobody, Wanted, name_people
from degoog.convert.slack import emoji, message
from degoog.convert.slack.lexicon import Lexicon, Speech
from degoog.convert.slack.marks import decoded, markdown
from degoog.convert.slack.rooms import RoomName, is_conversation, name_rooms, name_teams
from degoog.convert.slack.values import DrawnEmoji, Room, Talk, User, Workspace
from degoog.convert.talk import Channel, Emoji, Person, Team, Thread
from degoog.i18n import _
from degoog.model import Item, Loss, LossKind, Ref

Raw = User | Workspace | Room | DrawnEmoji | Talk
Made = Person | Team | Channel | Emoji | Thread

_NAME = 64  # runes: a first name, a last name, a nickname, what a channel is called
_POSITION, _HEADER, _PURPOSE = 128, 1024, 250


@dataclass(frozen=True, slots=True)
class Everyone:
    """All that a workspace's messages can name: known once the source is open."""

    users: Sequence[User] = ()
    workspaces: Sequence[Workspace] = ()
    rooms: Sequence[Room] = ()
    emoji: Mapping[str, str] = field(default_factory=dict)  # name → the one it is another name for, or itself
    groups: Mapping[str, str] = field(default_factory=dict)


class Conversion:
    """Converts the items of one export, as a road asks; the names are given at the first one.

    `everyone` and `accounts` are asked then, when both ends are open. `assigned` is people.csv. `team`, where given,
    is the name of the team that a single workspace moves to. `earlier` gives the name a channel got in an earlier run.
    The same input gives the same output.
    """

    def __init__(
        self,
        everyone: Callable[[], Everyone],
        *,
        accounts: Callable[[], Accounts] = Nobody,
        assigned: Callable[[Wanted], Assigned | None] = lambda _one: None,
        team: str = "",
        zone: tzinfo = UTC,
        resolve: Callable[[str], str | None] = lambda _link: None,
        earlier: Callable[[Ref], str] = lambda _ref: "",
    ) -> None:
        self._everyone = everyone
        self._accounts = accounts
        self._assigned = assigned
        self._team = team
        self._zone = zone
        self._resolve = resolve
        self._earlier = earlier
        self._names: _Names | None = None

    def __call__(self, item: Item, raw: Raw) -> tuple[Made, tuple[Loss, ...]]:
        """Give what the target takes, and what changed on the way."""
        del item
        names = self.names
        match raw:
            case Talk():
                return message.thread(raw, names.lexicon)
            case User():
                return _person(raw, names.people[raw.id])
            case Room():
                return self._channel(raw, names)
            case Workspace():
                return Team(raw.ref, names.teams[raw.id], _cut(raw.name or raw.id, _NAME)), ()
            case DrawnEmoji():
                name = emoji.custom(raw.name)
                changed = (Loss(LossKind.NAME, f":{raw.name}:"),) if name != raw.name else ()
                return Emoji(name, raw.image), changed
            case _:
                assert_never(raw)

    @property
    def names(self) -> _Names:
        """Who and what is called how; asked once."""
        if self._names is None:
            self._names = self._name(self._everyone(), self._accounts())
        return self._names

    def _name(self, everyone: Everyone, accounts: Accounts) -> _Names:
        people = name_people(
            (Wanted(user.ref, user.id, user.handle, user.shown, user.email) for user in everyone.users),
            accounts,
            self._assigned,
            earlier=lambda ref: self._earlier(ref).removeprefix("@"),
        )
        spaces = everyone.workspaces
        alone = self._team if len(spaces) == 1 else ""
        teams = name_teams(spaces, alone=alone, fallback=self._team, earlier=self._earlier)
        rooms = name_rooms(everyone.rooms, teams, accounts, earlier=lambda room: self._earlier(room.ref))
        lexicon = Lexicon(
            usernames={id_: one.username for id_, one in people.items()},
            names={user.id: user.shown for user in everyone.users},
            rooms={id_: one.name for id_, one in rooms.items()},
            groups=everyone.groups,
            emoji={name: emoji.system(aim) or emoji.custom(aim) for name, aim in everyone.emoji.items()},
            public=frozenset(room.id for room in everyone.rooms if not (room.private or room.direct)),
            resolve=self._resolve,
            zone=self._zone,
        )
        return _Names(people, teams, rooms, lexicon)

    def _channel(self, room: Room, names: _Names) -> tuple[Channel, tuple[Loss, ...]]:
        members = tuple(sorted({names.people[id_].username for id_ in room.members if id_ in names.people}))
        if is_conversation(room):
            return Channel(room.ref, "", "", private=True, header=_prose(room.topic, names), members=members), ()
        given = names.rooms[room.id]
        losses = []
        shown = decoded(room.name) or given.name
        if room.direct:
            shown = decoded(room.purpose) or shown
        if given.name != room.name and not room.general:
            losses.append(Loss(LossKind.NAME, room.name))
        header, purpose = _prose(room.topic, names), decoded(room.purpose)
        if len(header) > _HEADER or len(purpose) > _PURPOSE:
            losses.append(Loss(LossKind.WORDING, _("the topic or the purpose of the channel is too long")))
        return (
            Channel(
                room.ref,
                given.team,
                given.name,
                _cut(shown, _NAME),
                private=room.private or room.direct,
                header=_cut(header, _HEADER),
                purpose=_cut(purpose, _PURPOSE),
                archived=room.archived,
                members=members,
            ),
            tuple(losses),
        )


@dataclass(frozen=True, slots=True)
class _Names:
    people: Mapping[str, Named]
    teams: Mapping[str, str]
    rooms: Mapping[str, RoomName]
    lexicon: Lexicon


def _prose(text: str, names: _Names) -> str:
    return markdown(text, Speech(names.lexicon)) if text else ""


def _person(user: User, named: Named) -> tuple[Person, tuple[Loss, ...]]:
    losses = []
    if user.unknown:
        losses.append(Loss(LossKind.AUTHOR, user.id))
    if user.guest and not named.chosen:
        losses.append(Loss(LossKind.GUEST, user.shown))
    if user.faceless:
        losses.append(Loss(LossKind.PICTURE))
    if not named.known and named.username != user.handle:
        losses.append(Loss(LossKind.NAME, user.handle or user.id))
    active = named.known or (
        bool(named.email) and not user.unknown and not user.deleted and (named.chosen or not user.guest)
    )
    first, last = user.first_name, user.last_name
    if not (first or last):
        first, _blank, last = user.real_name.partition(" ")
    person = Person(
        user.ref,
        named.username,
        named.email,
        _cut(first, _NAME),
        _cut(last, _NAME),
        _cut(user.display_name if user.display_name != user.handle else "", _NAME),
        _cut(user.title, _POSITION),
        user.locale,
        active=active,
        bot=user.bot,
        known=named.known,
        picture=user.picture,
    )
    return person, tuple(losses)


def _cut(text: str, longest: int) -> str:
    text = text.replace("\x00", "").strip()
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
