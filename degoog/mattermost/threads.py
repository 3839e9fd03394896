"""Messages: the threads of a batch in one import, read back, and each message's outcome."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from degoog import wording
from degoog.convert.talk import Thread
from degoog.errors import Refused
from degoog.i18n import _
from degoog.mattermost import jobs, posts
from degoog.mattermost.bundle import Bundle
from degoog.mattermost.census import PAGE, Census, Conversation
from degoog.mattermost.client import Client
from degoog.mattermost.limits import Settings
from degoog.mattermost.lines import Room
from degoog.mattermost.posts import There
from degoog.mattermost.unit import Message, Rules, Shore, Unit, Writer, unit
from degoog.model import FailReason, Item, Loss, LossKind, Proof
from degoog.ports import Failed, Result, Settled, Unknown, Write

_FAULTS = 20  # lines at fault that one batch forgives: then it is not the lines


@dataclass(frozen=True, slots=True)
class Tools:
    """What batches of one target share. `joining` counts who is in a team, with those about to come."""

    client: Client
    census: Census
    settings: Settings
    joining: dict[str, int] = field(default_factory=dict)


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
    shores: dict[str, Shore] = field(default_factory=dict)
    heads: dict[str, There] = field(default_factory=dict)


async def put(tools: Tools, tasks: Sequence[Write[Thread]]) -> list[Result]:
    """Import the threads of some tasks; one result for each message that waits. Raises `Unavailable`."""
    results: list[Result] = []
    units: list[Unit] = []
    for task in tasks:
        path = task.at.path.rpartition("/")[0]
        channel = await tools.census.at(path)
        if channel is None:
            results += [Failed(item, FailReason.PARENT_FAILED) for item in _items(task)]
            continue
        units.append(unit(task, await _room(tools, channel), channel))
    batch = _Batch(tools, units)
    doubt = await _import(batch)
    results += [_result(batch, its, message, doubt) for its in units for message in its.messages.values()]
    return results


async def _room(tools: Tools, channel: Conversation) -> Room:
    if channel.team:
        return Room(channel.team, channel.name)
    return Room(members=await tools.census.members_of(channel))


async def _import(batch: _Batch) -> str:
    """Send what is not there until the server took it; gives why something may not have been tried, else nothing."""
    await _look(batch)
    for _fault in range(_FAULTS):
        with Bundle() as bundle:
            numbers = _fill(batch, bundle)
            if bundle.empty:
                return ""
            ended = await _send(batch, bundle, sum(1 for its in batch.units for _one in its.wanted()))
            await _look(batch)
            if ended.success:
                return ""
            at_fault = numbers.get(bundle.line(ended.line))
        if at_fault is None:
            return ended.error
        for message in at_fault.messages.values():
            if not _arrived(batch, at_fault, message):
                message.failed = _refused(ended.error)
    return ended.error


def _refused(error: str) -> Refused:
    return Refused(FailReason.REJECTED, error)


def _fill(batch: _Batch, bundle: Bundle) -> dict[tuple[str, int], Unit]:
    tools = batch.tools
    writer = Writer(
        bundle, Rules(tools.census, tools.client.server.post, tools.settings.largest), tools.client.download
    )
    numbers = {}
    for its in batch.units:
        head = batch.heads.get(its.head.at.proof.id) if its.head.at.proof else None
        line = writer.write(its, batch.shores[its.channel.id], head)
        if line is not None:
            numbers[line] = its
    return numbers


async def _send(batch: _Batch, bundle: Bundle, posts: int) -> jobs.Ended:
    tools = batch.tools
    with tempfile.TemporaryFile() as file:
        size = await bundle.write(file)
        await tools.settings.need("FileSettings", "MaxFileSize", max(size, bundle.largest))
        if bundle.largest:
            await tools.settings.need("FileSettings", "EnableFileAttachments", least=True)
        return await jobs.import_file(tools.client, file, size, progress=_Counter(batch, posts).told)


@dataclass(slots=True)
class _Counter:
    """How far an import is, by what the channels say they hold."""

    batch: _Batch
    posts: int
    began: int = -1

    async def told(self) -> str:
        """Give it in words."""
        # A channel by itself comes from the server's cache, which an import does not renew; a listing does not.
        listed = await self.batch.tools.client.get(f"/channels?exclude_default_channels=false&per_page={PAGE}")
        count = sum(int(channel.get("total_msg_count") or 0) for channel in listed)
        self.began = count if self.began < 0 else self.began
        done = wording.count(min(count - self.began, self.posts))
        return _("Mattermost imports the messages ({done} of {posts})").format(
            done=done, posts=wording.count(self.posts)
        )


async def _look(batch: _Batch) -> None:
    """Read what the channels hold, no further back than this batch needs."""
    client = batch.tools.client
    earliest: dict[str, int] = {}
    for its in batch.units:
        earliest[its.channel.id] = min(earliest.get(its.channel.id, 1 << 62), its.earliest)
    for id_, until in earliest.items():
        shore = batch.shores[id_] = Shore()
        if until == 1 << 62:
            continue
        async for post in posts.newest_first(client, id_, until=until):
            shore.taken.add(post.at)
            if post.ref:
                shore.ours[post.ref] = post
    moved = [its.head.at.proof.id for its in batch.units if its.head.at.proof is not None]
    if moved and not batch.heads:
        batch.heads = await posts.by_id(client, moved)


def _arrived(batch: _Batch, its: Unit, message: Message) -> list[There] | None:
    """Give a message's posts as the server has them; None where one is not there."""
    ours = batch.shores[its.channel.id].ours
    found = [ours.get(str(post.ref)) for post in message.posts]
    return [one for one in found if one is not None] if all(found) and found else None


def _result(batch: _Batch, its: Unit, message: Message, doubt: str) -> Result:
    item, at = message.item, message.at
    if at.proof is not None:  # it arrived before: what a later export says of it changes nothing
        changed = message is not its.head or not its.task.value.root.placeholder
        losses = (Loss(LossKind.WORDING, _("changed after it was moved")),) if changed else ()
        return Settled(item, at.was or at.path, at.proof, losses)
    arrived = _arrived(batch, its, message)
    if arrived is None:
        if message.failed is not None:
            return Failed(item, message.failed.reason, message.failed.detail)
        return Unknown(item, doubt) if doubt else Failed(item, FailReason.REJECTED, _("it did not arrive"))
    first, holder = arrived[0], at.path.rpartition("/")[0]
    link = f"{batch.tools.client.url}/{holder.partition('/')[0]}/pl/{first.id}"
    proof = Proof(first.id, digest=first.digest, etag=str(first.edited))
    return Settled(item, f"{holder}/{first.id}", proof, (*message.losses, *_missing(message, arrived)), link)


def _missing(message: Message, arrived: Iterable[There]) -> list[Loss]:
    """mattermost.md §3: 11.x imports a post without a file it could not read, and calls that a success."""
    losses = []
    for post, there in zip(message.posts, arrived, strict=True):
        if len(there.files) < len(post.attachments):
            names = {name for name, _size, _id in there.files}
            losses += [Loss(LossKind.ATTACHMENT, file.name) for file in post.attachments if file.name not in names] or [
                Loss(LossKind.ATTACHMENT, post.attachments[-1].name)
            ]
    return losses


def _items(task: Write[Thread]) -> list[Item]:
    return [task.item, *(part.item for part in task.parts)]
