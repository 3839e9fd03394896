"""Messages: the threads of a batch in one import, read back, and each message's outcome."""

from __future__ import annotations

import asyncio
import tempfile
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from degoog import wording
from degoog.convert.talk import Thread
from degoog.errors import Refused
from degoog.i18n import _
from degoog.mattermost import jobs, posts
from degoog.mattermost.bundle import Bundle, Unreadable
from degoog.mattermost.census import Census, Conversation
from degoog.mattermost.client import Client
from degoog.mattermost.limits import Settings
from degoog.mattermost.lines import Line, Room
from degoog.mattermost.posts import There
from degoog.mattermost.shores import Shores
from degoog.mattermost.unit import Message, Rules, Unit, Writer, as_written, complete, unit
from degoog.model import FailReason, Item, Loss, LossKind, Proof, Ref
from degoog.ports import Failed, Result, Settled, Unknown, Write

_FAULTS = 100  # lines at fault one after the other, with nothing arriving in between: then it is not the lines


@dataclass(frozen=True, slots=True)
class Tools:
    """What batches of one target share. `joining` counts who is in a team, with those about to come.

    `joined` are the ids of those whom this run has let into a team.
    `flying` are the times at which open batches say something, by channel. A server imports one file at a time:
    whoever has one imported holds `turn`. `under_way` are the batches that are being sent, imported or read back.
    """

    client: Client
    census: Census
    settings: Settings
    joining: dict[str, int] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    flying: dict[str, list[set[int]]] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    under_way: list[object] = field(default_factory=list)


async def forget(tools: Tools, channel: str, notices: Collection[str], about: Collection[str]) -> None:
    """Take away what the server says by itself of what our account did to some people: history has none of it.

    Such lines are newer than whatever was imported; a run that died may have left some.
    """
    async for post in posts.newest_first(tools.client, channel):
        if post.ref:
            return
        if post.notice in notices and post.user == tools.client.server.me and post.about in about:
            await tools.client.call("DELETE", f"/posts/{post.id}")


@dataclass(slots=True)
class _Batch:
    tools: Tools
    units: list[Unit]
    shores: Shores
    heads: dict[str, There] = field(default_factory=dict)


async def put(tools: Tools, tasks: deque[Write[Thread]]) -> list[Result]:
    """Import the threads of some tasks; one result for each message that waits. Raises `Unavailable`.

    The tasks are taken out of `tasks`: what they say is let go of as soon as it is written down.
    """
    units: list[Unit] = []
    tools.under_way.append(units)
    try:
        return await _put(tools, tasks, units)
    finally:
        tools.under_way[:] = [one for one in tools.under_way if one is not units]


async def _put(tools: Tools, tasks: deque[Write[Thread]], units: list[Unit]) -> list[Result]:
    results: list[Result] = []
    while tasks:
        task = tasks.popleft()
        path = task.at.path.rpartition("/")[0]
        channel = await tools.census.at(path)
        if channel is None:
            results += [Failed(item, FailReason.PARENT_FAILED) for item in _items(task)]
            continue
        units.append(unit(task, await _room(tools, channel), channel))
        del task
    batch = _Batch(tools, units, Shores(tools.client, units, tools.flying))
    try:
        doubt = await _import(batch)
    finally:
        batch.shores.arrive()
    results += [_result(batch, its, message, doubt) for its in units for message in its.messages.values()]
    return results


async def _room(tools: Tools, channel: Conversation) -> Room:
    if channel.team:
        return Room(channel.team, channel.name)
    return Room(members=await tools.census.members_of(channel))


async def _import(batch: _Batch) -> str:
    """Send what is not there until the server took it; gives why something may not have been tried, else nothing."""
    # Whoever reads posts has the server visit each link in them (app/post_metadata.go), and an import reads them all.
    await batch.tools.settings.prefer("ServiceSettings", "EnableLinkPreviews", value=False)
    await batch.shores.look()
    moved = [its.head.at.proof.id for its in batch.units if its.head.at.proof is not None]
    batch.heads = await _readable(batch, await posts.by_id(batch.tools.client, moved))
    with Bundle() as bundle:
        batch.shores.depart()
        numbers = _fill(batch, bundle)
        ended, faults = jobs.Ended(success=True), 0
        while faults < _FAULTS:
            if bundle.empty:
                return ""
            arrived = batch.shores.arrived
            try:
                ended = await _send(batch, bundle)
                refused, why = bundle.line(ended.line), Refused(FailReason.REJECTED, ended.error)
                faults += 1
            except Unreadable as error:
                ended, refused, why = jobs.Ended(success=False, error=error.detail), error.line, error
            if ended.success:
                await batch.shores.look_again(batch.units)
                return ""
            await batch.shores.look()
            faults = 0 if batch.shores.arrived > arrived else faults
            if refused not in numbers:
                return ended.error
            whose, its_messages = numbers[refused]
            for message in its_messages:
                if not _whole(message, _arrived(batch, whose, message)):
                    message.failed = why
            for line, (its, messages) in numbers.items():
                if line == refused or all(message.failed for message in messages) or batch.shores.has(its):
                    bundle.leave(line)
        return ended.error


async def _readable(batch: _Batch, heads: dict[str, There]) -> dict[str, There]:
    """Leave out roots with files that the server no longer gives: without them, they cannot be sent again."""
    kept = {}
    for id_, head in heads.items():
        try:
            for _name, _size, file in head.files:
                async with batch.tools.client.download(f"/files/{file}") as chunks:
                    await anext(aiter(chunks), b"")
        except Refused:
            continue
        kept[id_] = head
    return kept


def _fill(batch: _Batch, bundle: Bundle) -> dict[tuple[str, int], tuple[Unit, tuple[Message, ...]]]:
    tools, shores = batch.tools, batch.shores
    rules = Rules(tools.census, tools.client.server.post, tools.settings.largest)
    numbers = {}
    for its in batch.units:
        shore = shores.of[its.channel.id]

        def note(ref: Ref, line: Line, channel: str = its.channel.id) -> None:
            shores.expect(channel, line["create_at"], as_written(ref, line))

        head = batch.heads.get(its.head.at.proof.id) if its.head.at.proof else None
        for line, messages in Writer(bundle, rules, tools.client.download, note).write(its, shore, head).items():
            numbers[line] = its, messages
        its.let_go()
    return numbers


async def _send(batch: _Batch, bundle: Bundle) -> jobs.Ended:
    tools = batch.tools
    with tempfile.TemporaryFile() as file:
        size = await bundle.write(file)
        await tools.settings.need("FileSettings", "MaxFileSize", max(size, bundle.largest))
        if bundle.largest:
            await tools.settings.need("FileSettings", "EnableFileAttachments", least=True)
        name = await jobs.upload(tools.client, file, size)
    async with tools.turn:
        return await jobs.run(tools.client, name, progress=_Counter(batch).told)


@dataclass(slots=True)
class _Counter:
    """How far an import is, by what the channels say they hold, beside what they held when it was asked for."""

    batch: _Batch
    before: dict[str, int] | None = None

    async def told(self) -> str:
        """Give it in words; what is whole already is read meanwhile."""
        shores = self.batch.shores
        now = await self.batch.tools.census.counts()
        before = self.before = self.before or now
        grown = {channel: now.get(channel, 0) - before.get(channel, 0) for channel in shores.sent}
        await shores.look_early(grown)
        posts = sum(map(len, shores.sent.values()))
        return _("Mattermost imports the messages ({done} of {posts})").format(
            done=wording.count(max(0, min(sum(grown.values()), posts))), posts=wording.count(posts)
        )


def _arrived(batch: _Batch, its: Unit, message: Message) -> list[There] | None:
    """Give a message's posts as the server has them; None where one is not there."""
    ours = batch.shores.of[its.channel.id].ours
    found = [ours.get(post.ref) for post in message.awaited]
    return [one for one in found if one is not None] if all(found) and found else None


def _whole(message: Message, arrived: list[There] | None) -> bool:
    """Whether a message's posts are there with their files and reactions."""
    return arrived is not None and all(map(complete, message.awaited, arrived))


def _result(batch: _Batch, its: Unit, message: Message, doubt: str) -> Result:
    item, at = message.item, message.at
    if at.proof is not None:  # it arrived before: what a later export says of it changes nothing
        changed = message is not its.head or not its.placeholder
        losses = (Loss(LossKind.WORDING, _("changed after it was moved")),) if changed else ()
        return Settled(item, at.was or at.path, at.proof, losses)
    arrived = _arrived(batch, its, message)
    if not _whole(message, arrived):
        if message.failed is not None:
            return Failed(item, message.failed.reason, message.failed.detail)
        if doubt:
            return Unknown(item, doubt)
    if arrived is None:
        return Failed(item, FailReason.REJECTED, _("it did not arrive"))
    first, holder = arrived[0], at.path.rpartition("/")[0]
    link = f"{batch.tools.client.url}/{holder.partition('/')[0]}/pl/{first.id}"
    own, *others = (post.piece for post in arrived)
    proof = Proof(first.id, digest=first.digest, etag=str(first.edited), pieces=(replace(own, digest=""), *others))
    return Settled(item, f"{holder}/{first.id}", proof, (*message.losses, *_missing(message, arrived)), link)


def _missing(message: Message, arrived: Iterable[There]) -> list[Loss]:
    """mattermost.md §3: 11.x imports a post without a file it could not read, and calls that a success.

    Older ones know nothing of reactions to replies, of pins, of edits.
    """
    losses = []
    for post, there in zip(message.awaited, arrived, strict=True):
        if len(there.files) < len(post.files):
            names = {name for name, _size, _id in there.files}
            losses += [Loss(LossKind.ATTACHMENT, name) for name in post.files if name not in names] or [
                Loss(LossKind.ATTACHMENT, post.files[-1])
            ]
        if there.reactions < post.reactions:
            losses.append(Loss(LossKind.REACTION))
        losses += [Loss(LossKind.PROPERTY, mark) for mark in post.marks if mark not in there.marks]
    return losses


def _items(task: Write[Thread]) -> list[Item]:
    return [task.item, *(part.item for part in task.parts)]
