"""What lies in the channels of a batch: read before its import, while the server still works on it, and after."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from degoog.mattermost import posts
from degoog.mattermost.client import Client
from degoog.mattermost.unit import Awaited, Shore, Unit, complete

_AT_ONCE = 4  # channels: a page is small, and the server has other things to do
_NEVER = 1 << 62
_WORTH = 1000  # posts that must have come for a channel to be read on: an import writes so many at once
_UNDER_WAY = 4 * _WORTH  # how far behind the newest ones files and reactions may still come


@dataclass(order=True, slots=True)
class _Due:
    """A post that is sent: when it will have been said, and what it is recognised by."""

    at: int
    post: Awaited = field(compare=False)


class Shores:
    """The shores of a batch, by the id of their channel. `flying` are the times that open batches have taken."""

    def __init__(self, client: Client, units: Iterable[Unit], flying: dict[str, list[set[int]]]) -> None:
        self._client = client
        self._flying = flying
        self._own: dict[str, set[int]] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._until: dict[str, int] = {}
        self._whole: dict[str, int] = {}  # how many of `sent`, from the oldest on, need not be read again
        self._grown: dict[str, int] = {}
        for its in units:
            self._until[its.channel.id] = min(self._until.get(its.channel.id, _NEVER), its.earliest)
        self.of: dict[str, Shore] = {}
        self.sent: dict[str, list[_Due]] = {}  # what is sent and not there yet, by channel, the oldest first

    async def look(self, channels: Iterable[str] | None = None) -> None:
        """Read what some channels, or all of them, hold: no further back than this batch needs."""
        wanted = list(self._until if channels is None else channels)
        found = await asyncio.gather(*(self._shore(channel, self._until[channel]) for channel in wanted))
        self.of |= dict(zip(wanted, found, strict=True))
        for channel in wanted:
            self._recognise(channel)
            taken = self.of[channel].taken
            self.sent[channel] = [due for due in self.sent.get(channel, ()) if due.at not in taken]
            self._whole[channel] = self._grown[channel] = 0

    def depart(self) -> None:
        """Know which times other batches take, and have them know those that this one takes from now on."""
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

    def expect(self, channel: str, at: int, post: Awaited) -> None:
        """Note that a post is sent that is to arrive with that time."""
        if post.ref not in self.of[channel].ours:
            insort(self.sent[channel], _Due(at, post))

    @property
    def arrived(self) -> int:
        """How many posts of ours are known to be there."""
        return sum(len(shore.ours) for shore in self.of.values())

    def has(self, its: Unit) -> bool:
        """Whether all of a unit is there."""
        ours = self.of[its.channel.id].ours
        return all((there := ours.get(post.ref)) is not None and complete(post, there) for post in its.awaited())

    async def look_early(self, grown: dict[str, int]) -> None:
        """Read what has arrived, while the server goes on; `grown` tells by how many posts channels grew.

        An import goes from the oldest post of a channel to the newest, a thousand at a time: the channel is read
        again from the oldest that is not whole yet, unless much else was said there since.
        """
        ready = []
        for channel, count in grown.items():
            sent = self.sent[channel]
            more = count >= min(len(sent), self._grown[channel] + _WORTH)
            if self._whole[channel] < len(sent) and more and self._beyond(channel) < _WORTH:
                self._grown[channel] = count
                ready.append(channel)
        await asyncio.gather(*(self._read_on(channel) for channel in ready))

    async def look_again(self, units: Iterable[Unit]) -> None:
        """Read what was not read early, and again what was not whole then: files and reactions come after posts."""
        await asyncio.gather(*(self._read_on(id_) for id_, sent in self.sent.items() if self._whole[id_] < len(sent)))
        missing: set[str] = set()
        again: dict[str, tuple[str, str]] = {}
        for its in units:
            channel = its.channel.id
            for post in its.awaited():
                known = self.of[channel].ours.get(post.ref)
                if known is None:
                    missing.add(channel)
                elif not complete(post, known):
                    again[known.id] = channel, post.ref
        for there in (await posts.by_id(self._client, again)).values():
            channel, ref = again[there.id]
            self.of[channel].ours[ref] = replace(there, ref=ref)
        await self.look(missing)

    def _beyond(self, channel: str) -> int:
        """Give how much else than ours was said in a channel, newer than what is to be read."""
        sent, whole = self.sent[channel], self._whole[channel]
        newer = sum(at >= sent[whole].at for at in self.of[channel].taken)
        return newer - (len(sent) - whole)

    async def _read_on(self, channel: str) -> None:
        """Read a channel from the oldest post on that is sent and was not whole yet."""
        sent, first, shore = self.sent[channel], self._whole[channel], self.of[channel]
        found = await self._shore(channel, sent[first].at)
        shore.ours |= found.ours
        shore.nameless |= found.nameless
        self._recognise(channel)
        there = first
        while there < len(sent) and sent[there].at in found.taken:
            there += 1
        whole = first
        while whole < there and (known := shore.ours.get(sent[whole].post.ref)) and complete(sent[whole].post, known):
            whole += 1
        self._whole[channel] = max(whole, there - _UNDER_WAY)

    def _recognise(self, channel: str) -> None:
        """Know what was sent by its time: that was free, so that what lies there now is ours."""
        shore = self.of[channel]
        if shore.nameless:
            for due in self.sent.get(channel, ()):
                shore.recognise(due.post.ref, due.at)

    async def _shore(self, channel: str, until: int) -> Shore:
        shore = Shore()
        if until == _NEVER:
            return shore
        async with self._turns:
            async for post in posts.newest_first(self._client, channel, until=until):
                shore.note(post)
        return shore
