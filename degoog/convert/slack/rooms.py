"""Teams and channels: names that Mattermost allows, none of them twice, the same at every run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from degoog.convert.people import Accounts, sanitised
from degoog.convert.slack.values import Room, Workspace
from degoog.model import Ref

LONGEST = 64  # model.ChannelNameMaxLength
TOWN_SQUARE = "town-square"  # the channel that every member of a team is in
_OFF_TOPIC = "off-topic"
MOST_IN_GROUP = 8  # model.ChannelGroupMaxUsers
# model.reservedName of 11.x; a team's name may not begin with one of them.
_NO_TEAM = (
    "admin", "api", "boards", "channel", "claim", "error", "files", "help", "landing", "login", "mfa", "oauth",
    "playbooks", "plug", "plugins", "post", "signup",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoomName:
    """A channel's name in addresses and mentions, and the team it is in."""

    team: str
    name: str


def team_name(name: str, id_: str) -> str:
    """Give a valid name for a team: small letters, digits, hyphens, 2 to 64, none of the server's own words."""
    plain = re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9-]+", "-", sanitised(name))).strip("-")[:58].strip("-")
    if len(plain) < 2:
        plain = f"team-{id_.lower()}"
    return f"t-{plain}" if plain.startswith(_NO_TEAM) else plain


def name_teams(
    spaces: Iterable[Workspace], *, alone: str = "", fallback: str = "", earlier: Callable[[Ref], str]
) -> Mapping[str, str]:
    """Give each workspace's team: the one it became before, else `alone`, else one of its name that no other has."""
    named: dict[str, str] = {}
    for space in sorted(spaces, key=lambda space: (not earlier(space.ref), space.id)):
        name = earlier(space.ref) or alone or team_name(space.name or fallback, space.id)
        named[space.id] = name if name not in named.values() else f"{name[:40]}-{space.id.lower()}"
    return named


def name_rooms(
    rooms: Iterable[Room],
    teams: Mapping[str, str],
    accounts: Accounts,
    merge: frozenset[str] = frozenset(),
    *,
    earlier: Callable[[Room], str] = lambda _room: "",
) -> Mapping[str, RoomName]:
    """Give every channel's name, by id; `teams` are the teams' names by id. Conversations among people have none.

    The general channel is the team's town-square. A private channel never takes the name of a public one, of the
    export or of the server. `merge`: ids of further channels that become town-square, none by default. `earlier`: the
    name one got in an earlier run, which it keeps: no other takes it, whatever both are called at the source now.
    """
    named: dict[str, RoomName] = {}
    taken: set[tuple[str, str]] = {(team, TOWN_SQUARE) for team in teams.values()}
    channels = []
    for room in rooms:
        if is_conversation(room):
            continue
        if known := earlier(room):
            named[room.id] = RoomName(teams[room.team], known)
            taken.add((teams[room.team], known))
        else:
            channels.append(room)
    # Public first, then who has a name that needs no change; ids decide between equals.
    for room in sorted(channels, key=lambda one: (one.private, channel_name(one.name) != one.name, one.id)):
        team = teams[room.team]
        if (room.general and not room.private) or room.id in merge:
            named[room.id] = RoomName(team, TOWN_SQUARE)
            continue
        name = channel_name(room.name) or f"channel-{room.id.lower()}"
        tries = [name, f"{name[:56]}-private"] if room.private else [name]
        tries.append(f"{name[: LONGEST - len(room.id) - 1]}-{room.id.lower()}")
        for one in tries:
            public = one == _OFF_TOPIC or accounts.has_public_channel(team, one)
            if (team, one) not in taken and not (room.private and public):
                name = one
                break
        taken.add((team, name))
        named[room.id] = RoomName(team, name)
    return named


def channel_name(name: str) -> str:
    """Give the nearest valid name for a channel, empty where too little is left. Idempotent."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", sanitised(name).replace(".", "-")).strip("-_")[:LONGEST].strip("-_")
    if len(plain) < 2 or re.fullmatch(r"[a-z0-9]{26}__[a-z0-9]{26}", plain):
        return ""
    return plain


def is_conversation(room: Room) -> bool:
    """Whether it stays a conversation among people; one among more than eight becomes a private channel."""
    return room.direct and len(set(room.members)) <= MOST_IN_GROUP
