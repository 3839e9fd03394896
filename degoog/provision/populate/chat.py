"""Comparing a space with a Mattermost: what is to be done there. Pure; nothing is asked or changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from degoog.mattermost.admin import ChannelSeen, PersonSeen, TeamSeen
from degoog.provision.populate.actions import (
    ChatAction,
    DescribeChannel,
    Drop,
    JoinChannel,
    JoinTeam,
    MakeChannel,
    MakePerson,
    MakeTeam,
    NameTeam,
)
from degoog.provision.populate.memory import Known, Memory
from degoog.provision.populate.wanted import Member, Wanted
from degoog.space import Channel, Team

# The two channels every team has, under the names that never change (mattermost.md §1).
DEFAULTS = {"general": "town-square", "hors-sujet": "off-topic"}
# As the server names them: in English, and in French where that is its language (i18n/fr.json).
_BORN = {"Town Square", "Off-Topic", "Place publique", "Hors-sujet", "Centre-ville"}


@dataclass(frozen=True, slots=True)
class Chat:
    """What a Mattermost holds: its people by id, the wanted teams by their key."""

    admin: bool
    people: Mapping[str, PersonSeen] = field(default_factory=dict)
    teams: Mapping[str, TeamSeen] = field(default_factory=dict)


def by_name(found: Chat) -> dict[str, PersonSeen]:
    """Give people by their name in the service."""
    return {person.username: person for person in found.people.values()}


def account(member: Member, found: Chat) -> PersonSeen | None:
    """Find somebody's account: by the address, which nobody else can have, else by the name."""
    if member.email:
        for person in found.people.values():
            if person.email == member.email:
                return person
    return by_name(found).get(member.mattermost)


def slug(key: str) -> str:
    """Give the name a channel has in addresses."""
    return DEFAULTS.get(key, key)


def adopted(wanted: Wanted, found: Chat, memory: Memory) -> Iterator[tuple[tuple[str, ...], Known]]:
    """Give what is there already and is not yet remembered: from now on it is known by its id. It is not ours."""
    for key, team in wanted.space.teams.items():
        seen = found.teams.get(key)
        if seen is None:
            continue
        known = memory.get("team", key)
        if known is None or not known.id:
            yield ("team", key), Known(seen.id, seen.name, made=known is not None and known.made)
        for name in team.channels:
            channel = _channel(key, name, seen, memory)
            held = memory.get("channel", key, name)
            if channel is not None and (held is None or not held.id):
                yield ("channel", key, name), Known(channel.id, channel.name, made=held is not None and held.made)


def plan(wanted: Wanted, found: Chat, memory: Memory) -> Iterator[ChatAction]:
    """Give what is to be done, in the order in which it can be done."""
    space = wanted.space
    for member in wanted.members:
        if account(member, found) is None and member.email and _in_any(member, space.teams):
            yield MakePerson(member)
    for key, team in space.teams.items():
        seen = found.teams.get(key)
        known = memory.get("team", key)
        if seen is None:
            yield MakeTeam(key, team.name, team.open)
        elif known and known.made and known.value == seen.name != team.name:
            yield NameTeam(key, seen.id, team.name)
        inside = [member for member in wanted.members if member.groups & _everybody(team) and member.email]
        missing = [member for member in inside if not _is_in(member, found, seen.members if seen else frozenset())]
        if missing:
            yield JoinTeam(key, team.name, tuple(member.mattermost for member in missing))
        for name, channel in team.channels.items():
            yield from _channels((key, name), channel, seen, wanted=wanted, found=found, memory=memory)


def prune(wanted: Wanted, found: Chat, memory: Memory) -> Iterator[ChatAction]:
    """Give what degoog made that is no longer wanted: channels are archived, people leave channels; teams stay."""
    space = wanted.space
    for key, known in memory.all("channel-member").items():
        team, name, login = key
        channel = _seen(found, memory, team, name)
        place = space.teams[team].channels.get(name) if team in space.teams else None
        member = next((member for member in wanted.members if member.mattermost == login), None)
        person = by_name(found).get(login)
        stays = place is not None and member is not None and bool(member.groups & set(place.groups))
        if channel and person and person.id in channel.members and not stays:
            yield Drop("channel-member", key, known.id, f"{login} → {channel.name}")
    for key, known in memory.all("channel").items():
        team, name = key
        channel = _seen(found, memory, team, name)
        wished_team = space.teams.get(team)
        wished = wished_team is not None and name in wished_team.channels
        if channel and not channel.archived and not wished and name not in DEFAULTS:
            yield Drop("channel", key, known.id, channel.name)


def _channels(
    at: tuple[str, str], channel: Channel, seen: TeamSeen | None, *, wanted: Wanted, found: Chat, memory: Memory
) -> Iterator[ChatAction]:
    team, key = at
    there = _channel(team, key, seen, memory)
    known = memory.get("channel", team, key)
    if there is None and key not in DEFAULTS:
        yield MakeChannel(team, key, channel)
    else:
        yield from _described(team, key, channel, there, known)
    inside = there.members if there else frozenset()
    if there is not None and there.archived:
        return
    for member in wanted.members:
        wished = member.groups & set(channel.groups) and member.email
        if wished and key not in DEFAULTS and not _is_in(member, found, inside):
            yield JoinChannel(team, key, channel.name, member.mattermost, member.name)


def _described(
    team: str, key: str, channel: Channel, there: ChannelSeen | None, known: Known | None
) -> Iterator[ChatAction]:
    """Change what stands on a channel where degoog wrote it, or where nobody did yet."""
    has = {"display_name": there.name, "purpose": there.purpose, "header": there.header} if there else {}
    wished = {"display_name": channel.name, "purpose": channel.purpose, "header": channel.header}
    ours = known.value.split("\n") if known and known.made and known.value else []
    before = dict(zip(("display_name", "purpose", "header"), ours, strict=False))
    changes = []
    for field_, text in wished.items():
        now = has.get(field_, "")
        free = now == before.get(field_) or (now in _BORN if field_ == "display_name" else not now)
        if text and text != now and (there is None or free):
            changes.append((field_, text))
    if changes:
        yield DescribeChannel(team, key, channel.name, tuple(changes))


def _channel(team: str, key: str, seen: TeamSeen | None, memory: Memory) -> ChannelSeen | None:
    if seen is None:
        return None
    known = memory.get("channel", team, key)
    if known is not None and known.id in seen.channels:
        return seen.channels[known.id]
    return next((one for one in seen.channels.values() if one.slug == slug(key)), None)


def _seen(found: Chat, memory: Memory, team: str, key: str) -> ChannelSeen | None:
    return _channel(team, key, found.teams.get(team), memory)


def _everybody(team: Team) -> set[str]:
    return {*team.groups, *(group for channel in team.channels.values() for group in channel.groups)}


def _in_any(member: Member, teams: Mapping[str, Team]) -> bool:
    return any(member.groups & _everybody(team) for team in teams.values())


def _is_in(member: Member, found: Chat, inside: frozenset[str]) -> bool:
    person = account(member, found)
    return person is not None and person.id in inside
