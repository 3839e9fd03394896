"""What messages need before them: teams by the API; channels, people, emoji and small conversations in one import."""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from degoog.convert.talk import Channel, Emoji, Person, Team
from degoog.errors import Refused
from degoog.i18n import _
from degoog.mattermost import jobs, lines
from degoog.mattermost.bundle import Bundle
from degoog.mattermost.census import DEFAULT, DIRECT, Conversation
from degoog.mattermost.described import as_made, described, marked
from degoog.mattermost.threads import Tools, forget
from degoog.model import FailReason, Loss, LossKind, Proof
from degoog.ports import Failed, Make, Result, Settled

_FAULTS = 100  # lines at fault one after the other, with nothing arriving in between
_TEAM = re.compile(r"[a-z0-9][a-z0-9-]*[a-z0-9]\Z")
_CHANNEL = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?\Z")
_USERNAME = re.compile(r"[a-z0-9._-]{1,64}\Z")
_EMOJI = re.compile(r"[a-zA-Z0-9+_-]{1,64}\Z")
TOWN_SQUARE = "town-square"
_BOTS = (11, 0)  # the import's line for bots was read there; an older server may end the import at it
# What making a team and describing a channel leave in it (model/post.go).
_OUR_NOTICES = frozenset(
    {
        "system_join_team",
        "system_join_channel",
        "system_header_change",
        "system_purpose_change",
        "system_displayname_change",
    }
)


@dataclass(slots=True)
class _New:
    """A thing that is not there yet, and what became of it."""

    task: Make
    value: Channel | Person | Emoji
    failed: str = ""


@dataclass(slots=True)
class _Batch:
    tools: Tools
    new: list[_New] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    rooms: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # by username, team


async def make(tools: Tools, tasks: Sequence[Make]) -> list[Result]:
    """Make what is not there, adopt what is; one result for each task. Raises `Unavailable`."""
    batch = _Batch(tools)
    for task in tasks:
        if isinstance(task.value, Channel) and task.value.team:
            there = await _there(tools, task, task.value)
            if there is not None and task.value.private and not there.private:
                continue  # it is refused below: nobody comes into a public channel by that
            name = there.name if there else task.value.name
            for username in task.value.members:
                batch.rooms.setdefault(username.lower(), {}).setdefault(task.value.team, []).append(name)
    for task in tasks:
        try:
            result = await _known(batch, task)
        except Refused as error:
            result = Failed(task.item, error.reason, error.detail)
        if result is not None:
            batch.results.append(result)
        else:
            batch.new.append(_New(task, task.value))
    await _import(batch)
    return [*batch.results, *[await _made(batch, new) for new in batch.new]]


async def _known(batch: _Batch, task: Make) -> Result | None:
    """Settle what is there already, None for what must be imported. Raises `Refused` for what cannot be."""
    value = task.value
    match value:
        case Team():
            return await _team(batch.tools, task, value)
        case Channel(team=""):
            _check(len(value.members) in range(1, 9), _("between 1 and 8 people"))
        case Channel():
            return await _channel(batch.tools, task, value)
        case Person():
            return await _person(batch, task, value)
        case Emoji():
            _check(_EMOJI.match(value.name), value.name)
        case _:
            raise TypeError(type(value).__name__)
    return None


async def _channel(tools: Tools, task: Make, value: Channel) -> Result | None:
    _check(_CHANNEL.match(value.name) and len(value.name) <= 64, value.name)
    _check(len(value.header) <= 1024 and len(value.purpose) <= 250, value.name)
    found = await _there(tools, task, value)
    if found is None:
        await _room_for_channel(tools, value.team)
        return None
    _check(found.private or not value.private, _("a public channel has that name already"))
    return await _adopt(tools, task, value, found)


async def _person(batch: _Batch, task: Make, value: Person) -> Result | None:
    _check(_USERNAME.match(value.username), value.username)
    account = batch.tools.census.account(value.username)
    if account is not None:
        return _settled(task, f"@{account.username}", account.id)
    if value.active and not value.bot:
        await _room_for_people(batch.tools, batch.rooms.get(value.username, {}))
    return None


def _check(fine: object, detail: str) -> None:
    if not fine:
        raise Refused(FailReason.FORBIDDEN_NAME, detail)


async def _team(tools: Tools, task: Make, value: Team) -> Result:
    _check(_TEAM.match(value.name) and 2 <= len(value.name) <= 64, value.name)
    group = await tools.census.group(value.name)
    ours = task.at.intent is not None
    if group is None:
        made = await tools.client.do(
            "POST", "/teams", {"name": value.name, "display_name": value.display_name[:64], "type": "I"}
        )
        group = tools.census.know_team(made)
        ours = True
    await tools.census.load_channels()
    for name in DEFAULT if ours else ():
        if (channel := tools.census.channel(group.name, name)) is not None:
            await forget(tools, channel.id, _OUR_NOTICES, {tools.client.server.username})
    return Settled(task.item, group.name, Proof(group.id), link=f"{tools.client.url}/{group.name}")


async def _adopt(tools: Tools, task: Make, value: Channel, found: Conversation) -> Result:
    """Take a channel that is there. It follows what the source says of it, but for what people said there."""
    mark = task.at.proof.etag if task.at.proof else ""
    if value.name == TOWN_SQUARE and value.display_name and not found.posts and not task.at.proof:
        mark = as_made(replace(found, header="", purpose=""))  # nobody named it: the server did
    its = described(value, found, mark)
    news, kept, ours = dict(its.news), its.kept, dict(its.ours)
    if found.archived:  # nobody can change it
        news, kept, ours = {}, (*kept, *news), {name: one for name, one in ours.items() if name not in news}
    if news:
        changed = await tools.client.do("PUT", f"/channels/{found.id}/patch", news)
        found = tools.census.know_channel(changed, value.team)
    if news or task.at.intent is not None:
        await forget(tools, found.id, _OUR_NOTICES, {tools.client.server.username})
    lost = [Loss(LossKind.PROPERTY, name) for name in kept]
    if value.private and task.at.proof is None and task.at.intent is None:
        lost.append(
            Loss(LossKind.PROPERTY, _("a private channel of that name was there: who is in it reads all of it"))
        )
    return replace(
        _settled(task, found.name, found.id),
        proof=Proof(found.id, etag=marked(ours)),
        losses=tuple(lost),
        link=_link(tools, found),
    )


async def _there(tools: Tools, task: Make, value: Channel) -> Conversation | None:
    """Give the channel that one of the source became, whatever either is called now; else one of its name."""
    if task.at.proof is not None and (found := await tools.census.known_as(value.team, task.at.proof.id)) is not None:
        return found
    return await tools.census.named(value.team, value.name)


async def _room_for_channel(tools: Tools, team: str) -> None:
    open_ = sum(not channel.archived for channel in tools.census.channels(team))
    await tools.settings.need("TeamSettings", "MaxChannelsPerTeam", open_ + 1000 if open_ > 1000 else open_ + 1)


async def _room_for_people(tools: Tools, rooms: dict[str, list[str]]) -> None:
    for team in rooms:
        tools.joining[team] = tools.joining.get(team, await _members(tools, team)) + 1
        await tools.settings.need("TeamSettings", "MaxUsersPerTeam", tools.joining[team])


async def _members(tools: Tools, team: str) -> int:
    group = tools.census.teams.get(team)
    if group is None:
        return 0
    told = await tools.client.get(f"/teams/{group.id}/stats")
    return int(told.get("total_member_count") or 0)


async def _import(batch: _Batch) -> None:
    """Import what is not there; what the server refuses is left out, and the rest sent again."""
    faults, left = 0, len(batch.new)
    while faults < _FAULTS:
        with Bundle() as bundle:
            numbers = {}
            for new in batch.new:
                if not new.failed and await _found(batch.tools, new.task, new.value) is None:
                    numbers[bundle.add(_line(batch, bundle, new))] = new
            if bundle.empty:
                return
            faults, left = 0 if len(numbers) < left - 1 else faults + 1, len(numbers)
            with tempfile.TemporaryFile() as file:
                size = await bundle.write(file)
                await batch.tools.settings.need("FileSettings", "MaxFileSize", size)
                ended = await jobs.import_file(batch.tools.client, file, size, progress=_told)
            await _look(batch)
            if ended.success:
                return
            at_fault = numbers.get(bundle.line(ended.line))
        for new in [at_fault] if at_fault else batch.new:
            new.failed = new.failed or ended.error


async def _told() -> str:
    return _("Mattermost makes channels and accounts")


def _line(batch: _Batch, bundle: Bundle, new: _New) -> lines.Line:
    match new.value:
        case Emoji() as emoji:
            return lines.emoji(emoji.name, bundle.attach("emoji", f"{emoji.name}.png", emoji.image))
        case Channel(team="") as channel:
            return lines.direct_channel(channel.members, channel.header)
        case Channel() as channel:
            return lines.channel(channel)
        case Person() as person:
            picture = bundle.attach("people", f"{person.username}.png", person.picture) if person.picture else ""
            if person.bot and batch.tools.client.server.release >= _BOTS:
                return lines.bot(person, picture=picture)
            rooms = batch.rooms.get(person.username, {}) if person.active else {}
            return lines.user(person, rooms, now=int(time.time() * 1000), picture=picture)


async def _look(batch: _Batch) -> None:
    census = batch.tools.census
    await census.load_channels()
    await census.load_accounts(new.value.username for new in batch.new if isinstance(new.value, Person))


async def _made(batch: _Batch, new: _New) -> Result:
    found = await _found(batch.tools, new.task, new.value)
    if found is None:
        return Failed(new.task.item, FailReason.REJECTED, new.failed or _("it did not arrive"))
    name, id_, link = found
    settled = replace(_settled(new.task, name, id_), link=link)
    if isinstance(new.value, Channel) and (made := batch.tools.census.channel(new.value.team, name)) is not None:
        settled = replace(settled, proof=Proof(id_, etag=as_made(made)))
    return settled


async def _found(tools: Tools, task: Make, value: Channel | Person | Emoji) -> tuple[str, str, str] | None:
    """Give what its place is called, its id and its link, None where it is not there."""
    match value:
        case Person():
            account = tools.census.account(value.username)
            return None if account is None else (f"@{account.username}", account.id, "")
        case Emoji():
            emoji = await tools.client.find(f"/emoji/name/{value.name}")
            return None if emoji is None else (f":{value.name}:", str(emoji["id"]), "")
        case Channel(team=""):
            direct = await _direct(tools, task.at.path.partition("/")[0], value.members)
            return None if direct is None else (f"{DIRECT}{direct}", direct, "")
        case Channel():
            found = await tools.census.named(value.team, value.name)
            return None if found is None else (found.name, found.id, _link(tools, found))


async def _direct(tools: Tools, team: str, usernames: Sequence[str]) -> str | None:
    """Give the id of a conversation among a few, found by the name the server gives it (model/channel.go)."""
    accounts = [tools.census.account(username) for username in usernames]
    ids = sorted(account.id for account in accounts if account is not None)
    group = tools.census.teams.get(team)
    if len(ids) < len(usernames) or group is None:
        return None
    name = hashlib.sha1("".join(ids).encode()).hexdigest() if len(ids) > 2 else "__".join([ids[0], ids[-1]])  # noqa: S324
    found = await tools.client.find(f"/teams/{group.id}/channels/name/{name}")
    return None if found is None else str(found["id"])


def _link(tools: Tools, channel: Conversation) -> str:
    return f"{tools.client.url}/{channel.team}/channels/{channel.name}"


def _settled(task: Make, name: str, id_: str) -> Settled:
    """Give a holder's result. It lies under its name at the server, in the team its item lies in."""
    team, _slash, _rest = task.at.path.rpartition("/")
    return Settled(task.item, f"{team}/{name}" if team else name, Proof(id_))
