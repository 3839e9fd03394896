"""What a channel gets after its messages: its members, then the state it was left in: read, and archived."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from degoog.convert.talk import Channel
from degoog.errors import Refused
from degoog.mattermost import posts
from degoog.mattermost.census import DEFAULT, Account, Conversation, members
from degoog.mattermost.threads import Tools
from degoog.model import FailReason, Loss, LossKind, Proof, Stage
from degoog.ports import Failed, Result, Settled, Touch

T = TypeVar("T")

# What a membership made by the API leaves (model/post.go): in a channel, in our name, and in the channels where a team
# puts everybody, in theirs who came into it (app/team.go: AddTeamMember names nobody who asked for it).
_ADDED = frozenset({"system_add_to_channel", "system_add_to_team"})
_CAME = frozenset({"system_join_channel", "system_join_team"})
_LOOKS, _SOON = 6, 0.5  # how often to look for what the server has still to say, and how long after, in seconds
_AT_ONCE = 8  # requests: each is small, and there may be thousands
_CHANNELS = 4  # at once
_MARKS = 100  # channels that one request marks as read
_BACK = 60_000  # milliseconds by which this clock and the server's may differ


async def put(tools: Tools, tasks: Sequence[Touch]) -> list[Result]:
    """Do what stages owe some channels; one result for each. Raises `Unavailable`.

    People come into one channel after the other: each of them may be what brings somebody into the team.
    """
    results = [await _touch(tools, task, partial(_join, tools)) for task in tasks if task.stage is Stage.PROPERTIES]
    last = [task for task in tasks if task.stage is not Stage.PROPERTIES]
    leaving, tidied = _Leaving(tools), list[Result]()
    for start in range(0, len(last), _CHANNELS):
        some = last[start : start + _CHANNELS]
        tidied += await asyncio.gather(*(_touch(tools, task, leaving.tidy) for task in some))
    await leaving.read()
    for task, result in zip(last, tidied, strict=True):
        results.append(await _touch(tools, task, leaving.archive) if isinstance(result, Settled) else result)
    return results


async def _touch(
    tools: Tools, task: Touch, do: Callable[[Conversation, Channel], Awaitable[tuple[Loss, ...]]]
) -> Result:
    channel, described = await tools.census.at(task.at.path), task.value
    if channel is None or not isinstance(described, Channel):
        return Failed(task.item, FailReason.PARENT_FAILED)
    try:
        losses = await do(channel, described)
    except Refused as error:
        return Failed(task.item, error.reason, error.detail)
    return Settled(task.item, task.at.path, Proof(channel.id), losses)


async def _join(tools: Tools, channel: Conversation, described: Channel) -> tuple[Loss, ...]:
    """Add who is missing, and take away the notices that this makes: history has none."""
    if not channel.team or channel.archived:
        return ()
    group, losses = tools.census.teams[channel.team], list[Loss]()
    inside = await members(tools.client, f"/channels/{channel.id}")
    there = [one for one in _accounts(tools, described.members) if one.active]
    missing = [one for one in there if one.id not in inside]
    team = await members(tools.client, f"/teams/{group.id}") if missing else {}
    newcomers = [one for one in missing if one.id not in team]
    if newcomers:
        await tools.settings.need("TeamSettings", "MaxUsersPerTeam", len(team) + len(newcomers))
    if missing:
        await tools.settings.join(int(time.time() * 1000) - _BACK)

    async def add(one: Account) -> None:
        try:
            if one.id not in team:
                tools.joined.add(one.id)
                await tools.client.do("POST", f"/teams/{group.id}/members", {"team_id": group.id, "user_id": one.id})
            await tools.client.do("POST", f"/channels/{channel.id}/members", {"user_id": one.id})
        except Refused as error:
            losses.append(Loss(LossKind.PROPERTY, error.detail, who=one.username))

    await _side_by_side(missing, add)
    expected, gone = len(missing) + len(DEFAULT) * len(newcomers), await _forget(tools, channel, there)
    for _look in range(_LOOKS):
        if gone >= expected:
            break
        await tools.client.time.sleep(_SOON)
        gone += await _forget(tools, channel, there)
    return tuple(losses)


async def _forget(tools: Tools, channel: Conversation, people: Sequence[Account]) -> int:
    """Take away who joined, of those we added since we began to: in the channel, and where a team puts everybody.

    Gives how many there were: the server says them a little after it answered. Who came by themselves is left alone;
    only after a run that died, of those who are to be there nobody knows who came into the team through it.
    """
    gone = 0
    if not tools.settings.joining:
        return gone
    names = {one.username for one in people}
    ids = {one.id for one in people if tools.settings.interrupted or one.id in tools.joined}
    everybody = {found.id for name in DEFAULT if (found := tools.census.channel(channel.team, name)) is not None}
    for place in {channel.id, *everybody}:
        async for post in posts.newest_first(tools.client, place, until=tools.settings.joining):
            added = post.notice in _ADDED and post.user == tools.client.server.me and post.about in names
            came = post.notice in _CAME and post.user in ids and place in everybody
            if added or came:
                await tools.client.call("DELETE", f"/posts/{post.id}")
                gone += 1
    return gone


@dataclass(frozen=True, slots=True)
class _Leaving:
    """Leaves channels as they were: what was imported is read by those who read it where it was said."""

    tools: Tools
    unread: dict[str, list[str]] = field(default_factory=dict)  # channels by the id of who is in them
    lost: dict[str, list[Loss]] = field(default_factory=dict)  # by the channel's id

    async def tidy(self, channel: Conversation, described: Channel) -> tuple[Loss, ...]:
        """Take away what the server said of our own doing, and note who is in the channel."""
        inside = await members(self.tools.client, f"/channels/{channel.id}")
        people = _accounts(self.tools, described.members)
        if channel.team and not channel.archived:
            await _forget(self.tools, channel, people)
        for one in people:
            if one.id in inside:
                self.unread.setdefault(one.id, []).append(channel.id)
        return ()

    async def read(self) -> None:
        """Mark it all as read: in one request a person, or one a channel where the server knows no other way."""
        await _side_by_side(list(self.unread.items()), self._read_by)

    async def archive(self, channel: Conversation, described: Channel) -> tuple[Loss, ...]:
        """Archive what was archived."""
        if described.archived and channel.team and not channel.archived:
            await self.tools.client.do("DELETE", f"/channels/{channel.id}")
        return tuple(self.lost.get(channel.id, ()))

    async def _read_by(self, unread: tuple[str, list[str]]) -> None:
        client, (who, channels) = self.tools.client, unread
        for start in range(0, len(channels), _MARKS):
            some = channels[start : start + _MARKS]
            status, _answer = await client.call("POST", f"/channels/members/{who}/mark_read", some)
            if status >= 400:  # api4/channel.go: of recent servers only
                for channel in some:
                    await self._view(who, channel)

    async def _view(self, who: str, channel: str) -> None:
        try:
            await self.tools.client.do("POST", f"/channels/members/{who}/view", {"channel_id": channel})
        except Refused as error:
            name = self.tools.census.holder_of(who)
            self.lost.setdefault(channel, []).append(Loss(LossKind.PROPERTY, error.detail, who=name))


async def _side_by_side(some: Sequence[T], do: Callable[[T], Awaitable[None]]) -> None:
    """Do small things, a few at a time."""
    for start in range(0, len(some), _AT_ONCE):
        await asyncio.gather(*(do(one) for one in some[start : start + _AT_ONCE]))


def _accounts(tools: Tools, usernames: Iterable[str]) -> list[Account]:
    return [account for name in usernames if (account := tools.census.account(name)) is not None]
