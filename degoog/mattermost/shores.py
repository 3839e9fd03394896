"""What lies in the channels of a batch: read before its import, while the server still works on it, and after."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from degoog.mattermost import posts
from degoog.mattermost.client import Client
from degoog.mattermost.unit import Shore, Unit, complete

_AT_ONCE = 4  # channels: a page is small, and the server has other things to do
_NEVER = 1 << 62


class Shores:
    """The shores of a batch, by the id of their channel. `flying` are the times that open batches have taken."""

    def __init__(self, client: Client, units: Iterable[Unit], flying: dict[str, list[set[int]]]) -> None:
        self._client = client
        self._flying = flying
        self._own: dict[str, set[int]] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._early: set[str] = set()
        self._until: dict[str, int] = {}
        for its in units:
            self._until[its.channel.id] = min(self._until.get(its.channel.id, _NEVER), its.earliest)
        self.of: dict[str, Shore] = {}
        self.sent: dict[str, int] = {}  # posts that are not there yet, by channel

    async def look(self, channels: Iterable[str] | None = None) -> None:
        """Read what some channels, or all of them, hold: no further back than this batch needs."""
        wanted = list(self._until if channels is None else channels)
        found = await asyncio.gather(*(self._shore(channel) for channel in wanted))
        self.of |= dict(zip(wanted, found, strict=True))

    def depart(self) -> None:
        """Know which times other batches take, and have them know those that this one takes from now on."""
        self.arrive()
        for channel, shore in self.of.items():
            others = self._flying.setdefault(channel, [])
            shore.beside = tuple(others)
            others.append(shore.taken)
            self._own[channel] = shore.taken

    def arrive(self) -> None:
        """Have them forget it: what was taken lies there, or never will."""
        for channel, taken in self._own.items():
            self._flying[channel] = [one for one in self._flying[channel] if one is not taken]
        self._own = {}

    async def look_early(self, grown: dict[str, int]) -> None:
        """Read the channels that have all their posts already, while the server goes on with others.

        `grown` tells by how many posts channels grew.
        """
        ready = [id_ for id_, count in self.sent.items() if id_ not in self._early and 0 < count <= grown.get(id_, 0)]
        self._early.update(ready)
        await self.look(ready)

    async def look_again(self, units: Iterable[Unit]) -> None:
        """Read what was not read early, and again what was not whole then: files and reactions come after posts."""
        early, self._early = self._early, set()
        await self.look(id_ for id_ in self._until if id_ not in early)
        missing: set[str] = set()
        again: dict[str, str] = {}
        for its in units:
            if (channel := its.channel.id) in early:
                for _message, post in its.wanted():
                    known = self.of[channel].ours.get(str(post.ref))
                    if known is None:
                        missing.add(channel)
                    elif not complete(post, known):
                        again[known.id] = channel
        for there in (await posts.by_id(self._client, again)).values():
            self.of[again[there.id]].ours[there.ref] = there
        await self.look(missing)

    async def _shore(self, channel: str) -> Shore:
        shore = Shore()
        if self._until[channel] == _NEVER:
            return shore
        async with self._turns:
            async for post in posts.newest_first(self._client, channel, until=self._until[channel]):
                shore.taken.add(post.at)
                if post.ref:
                    shore.ours[post.ref] = post
        return shore
