"""The Slack source: the people, the channels and the messages of one or several exports of one workspace."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from degoog.convert.slack.conversion import Everyone, Raw
from degoog.convert.slack.values import DrawnEmoji, File, Said, Talk, User
from degoog.errors import Refused, Usage
from degoog.i18n import _
from degoog.model import FailReason, Found, Item, Kind, Loss, LossKind, Ref, SkipReason, Stage
from degoog.ports import Blob
from degoog.slack import entries
from degoog.slack.consent import Consent
from degoog.slack.gathered import Gathered, Place, Problem
from degoog.slack.gathering import Gathering
from degoog.slack.lists import SERVICE
from degoog.slack.pack import LARGEST_DAY, Pack
from degoog.slack.store import Row, Store
from degoog.slack.uploads import trouble, upload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNNAMED = "Slack"  # an export in which nothing says what its workspace is called
_DAYS_AT_HAND = 48
_LETTERS_AT_HAND = 24 << 20


class Fetches(Protocol):
    """Where the bytes are of what messages link to."""

    async def file(self, raw: Mapping[str, Any], plain: File) -> File:
        """Give a file with its bytes, or with why they could not be had. Raises `Unavailable`."""

    async def picture(self, url: str) -> Blob | None:
        """Give somebody's picture, or an emoji's, None where there is none any more."""

    async def emoji(self) -> Mapping[str, str]:
        """Give the custom emoji: name → address, or `alias:` and a name."""

    async def close(self) -> None:
        """Forget everything."""


class NoFetching:
    """Files stay where they are: only their names come along."""

    async def file(self, raw: Mapping[str, Any], plain: File) -> File:  # noqa: ARG002 - as `Fetches`
        """Say that it was not asked for."""
        return replace(plain, lost=_("files were not asked for"))

    async def picture(self, url: str) -> Blob | None:  # noqa: ARG002
        """Give None."""
        return None

    async def emoji(self) -> Mapping[str, str]:
        """Give none."""
        return {}

    async def close(self) -> None:
        """Nothing was kept."""


class SlackSource:
    """Exports as Slack makes them, the later ones of the same workspace beside the earlier, in any order.

    Entering reads all of them once and raises `Usage` where one is none, or of another workspace. Nothing is
    unpacked: where each message stands is kept in a private temporary database. Messages of what is private are only
    counted, unless `consent` allows them. `fetches` is made once the exports are read, for it needs their token.
    `reachable` tells whether an address is known of somebody.
    """

    sequential = False

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        consent: Consent | None = None,
        fetches: Callable[[Gathered], Fetches] = lambda _found: NoFetching(),
        reachable: Callable[[User], bool] = lambda user: bool(user.email),
        zone: tzinfo = UTC,
    ) -> None:
        self._paths = tuple(paths)
        self._consent = consent or Consent()
        self._make_fetches = fetches
        self._reachable = reachable
        self._zone = zone
        self._closing = ExitStack()
        self._packs: list[Pack] = []
        self._store: Store | None = None
        self._found: Gathered | None = None
        self._fetches: Fetches = NoFetching()
        self._texts: OrderedDict[int, str] = OrderedDict()
        self._letters = 0

    @property
    def account(self) -> str:
        """The workspace's id, or the Grid's."""
        return self._gathered.account

    @property
    def everyone(self) -> Everyone:
        """All that messages can name, for the conversion."""
        found = self._gathered
        return Everyone(
            tuple(found.users.values()),
            tuple(found.spaces.values()),
            tuple(place.room for place in found.places.values() if place.verdict is None),
            {name: _aim(name, found.emoji) for name in found.emoji},
            found.groups,
        )

    async def __aenter__(self) -> Self:
        stop = threading.Event()
        opening = asyncio.create_task(asyncio.to_thread(self._open, stop))
        try:
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait({opening})
            self._closing.close()
            raise
        except BaseException:
            self._closing.close()
            raise
        self._fetches = self._make_fetches(self._gathered)
        try:
            self._gathered.emoji |= await self._fetches.emoji()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._fetches.close()
        self._fetches = NoFetching()
        self._closing.close()
        self._texts.clear()
        self._packs.clear()
        self._store = self._found = None

    def _open(self, stop: threading.Event) -> None:
        seen: set[Path] = set()
        for path in self._paths:
            if path.resolve() in seen:
                continue
            seen.add(path.resolve())
            pack = Pack(path)
            self._packs.append(pack)
            self._closing.callback(pack.close)
        if not self._packs:
            raise Usage(_("No Slack export was given. To do: add --source slack:export.zip."))
        self._store = Store()
        self._closing.callback(self._store.close)
        self._found = Gathering(self._packs, self._store, self._consent, stop).run()

    async def walk(self) -> AsyncIterator[Found]:
        """The workspaces, people, channels and messages in order of time, then what could not be read."""
        found = self._gathered
        first = next(iter(found.spaces.values())).ref
        for space in found.spaces.values():
            shown = f"{found.domain}.slack.com" if found.domain and space.name == found.domain else space.name
            yield Found(_holder(space.ref, None, Kind.TEAM, shown or _UNNAMED, repr(space)))
        for user in found.users.values():
            print_ = repr((user, found.pictures.get(user.id)))
            item = _holder(user.ref, first, Kind.PERSON, user.shown, print_, path=user.handle)
            needed = not (user.bot or user.deleted or user.unknown or self._reachable(user))
            yield Found(replace(item, losses=(Loss(LossKind.EMAIL, user.shown),)) if needed else item)
        for name, url in found.emoji.items():
            if not url.startswith("alias:"):
                yield Found(_holder(Ref(SERVICE, f"{self.account}/emoji/{name}"), first, Kind.EMOJI, name, url))
        for place in found.places.values():
            yield self._channel(place, first)
        for place in found.places.values():
            if place.verdict is not None:
                continue
            shown = _shown(place)
            for number, row in enumerate(self._stored.messages(place.number)):
                yield self._message(place, row, shown)
                if number % 2000 == 1999:
                    await asyncio.sleep(0)
        for problem in found.problems:
            yield _problem(problem, first)

    async def read(self, item: Item) -> Raw:
        """Describe a holder, or give a message with all that answers it."""
        found = self._gathered
        match item.kind:
            case Kind.TEAM:
                return next(space for space in found.spaces.values() if space.ref == item.ref)
            case Kind.PERSON:
                user = found.users[item.ref.id.partition("/")[2]]
                url = found.pictures.get(user.id)
                if not url:
                    return user
                picture = await self._fetches.picture(url)
                return replace(user, picture=picture, faceless=picture is None)
            case Kind.EMOJI:
                name = item.ref.id.split("/", 2)[2]
                image = await self._fetches.picture(found.emoji[name])
                if image is None:
                    raise Refused(FailReason.UNREADABLE, _("Slack no longer has its image."))
                return DrawnEmoji(item.ref, name, image)
            case Kind.CHANNEL:
                return found.places[item.ref.id.partition("/")[2]].room
            case _:
                return await self._talk(item.ref)

    # Items

    def _channel(self, place: Place, first: Ref) -> Found:
        room = place.room
        item = _holder(
            room.ref,
            Ref(SERVICE, room.team) if room.team in self._gathered.spaces and not room.direct else first,
            Kind.CHANNEL,
            _shown(place).lstrip("#"),
            repr(room) if place.verdict is None else "",
            path=_shown(place),
        )
        if place.verdict is not None:
            # One line for all that is said there: who wrote when is nobody's business either.
            return Found(replace(item, count=1 + place.left), place.verdict)
        return Found(item)

    def _message(self, place: Place, row: Row, shown: str) -> Found:
        ref = self._ref(place, row)
        at = _EPOCH + timedelta(microseconds=row.micro)
        item = Item(
            ref=ref,
            parent=place.room.ref,
            kind=Kind.MESSAGE,
            name=f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S.%f}",
            stage=Stage.CONTENT,
            content=row.print.hex() or "gone",
            place=place.room.id,
            size=row.weight,
            path=shown,
            modified=at,
            unit=None if row.thread is None else Ref(SERVICE, f"{place.room.ref.id}/{entries.digits(row.thread)}"),
            link=self._link(place, row),
        )
        return Found(item, SkipReason.NOTICE if row.notice else None)

    def _ref(self, place: Place, row: Row) -> Ref:
        return Ref(SERVICE, f"{place.room.ref.id}/{row.ts or entries.digits(row.micro)}")

    def _link(self, place: Place, row: Row) -> str:
        if not self._gathered.domain:
            return ""
        return f"https://{self._gathered.domain}.slack.com/archives/{place.room.id}/p{row.micro:016}"

    # Reading

    async def _talk(self, ref: Ref) -> Talk:
        _account, _slash, rest = ref.id.partition("/")
        room, _slash, ts = rest.partition("/")
        place, micro = self._gathered.places.get(room), entries.micros(ts)
        row = None if place is None or micro is None else self._stored.message(place.number, micro)
        if place is None or row is None:
            raise Refused(FailReason.UNREADABLE, _("It is not in the exports that were given."))
        gone = row.member is None and not self._stored.made(row.room, row.micro)
        root = None if gone else await self._said(place, row)
        replies = [await self._said(place, one) for one in self._stored.answers(row.room, row.micro)]
        at = row.micro // 1000 if row.at is None else row.at
        return Talk(place.room.ref, ref, ts, at, root, tuple(replies))

    async def _said(self, place: Place, row: Row) -> Said:
        if row.member is None:
            raw: dict[str, Any] = json.loads(self._stored.made(row.room, row.micro))
        else:
            raw = json.loads((await self._text(row.member))[row.start : row.stop])
        if raw.get("ts") in place.pins and not raw.get("pinned_to"):
            raw["pinned_to"] = [place.room.id]
        files: tuple[File, ...] = ()
        if row.weight or raw.get("files") or raw.get("file") or raw.get("attachments"):
            given = entries.files(raw)
            files = tuple(await asyncio.gather(*(self._file(one) for one in given)))
        comment = raw.get("text")
        return Said(
            self._ref(place, row),
            row.ts or entries.digits(row.micro),
            row.micro // 1000 if row.at is None else row.at,
            entries.author(raw),
            comment if isinstance(comment, str) else "",
            str(raw.get("subtype") or ""),
            raw,
            files,
        )

    async def _file(self, raw: Mapping[str, Any]) -> File:
        plain = entries.file(raw, self.account)
        if plain.mode in {"tombstone", "hidden_by_limit"} or plain.external:
            return replace(plain, lost="" if plain.external else _("no longer in Slack"))
        number = self._stored.upload(plain.id)
        if number is not None:
            archive, member = self._stored.member(number)
            path = self._packs[archive].path
            if wrong := await asyncio.to_thread(trouble, path, member):  # the message comes, and says so
                return replace(plain, lost=wrong)
            return replace(plain, blob=upload(path, member))
        return await self._fetches.file(raw, plain)

    async def _text(self, member: int) -> str:
        """Give a day's text; the last ones read stay at hand, for a conversation goes on from one day to the next."""
        text = self._texts.get(member)
        if text is not None:
            self._texts.move_to_end(member)
            return text
        archive, known = self._stored.member(member)
        text = entries.text_of(self._packs[archive].read(known, limit=LARGEST_DAY))
        self._texts[member] = text
        self._letters += len(text)
        while len(self._texts) > 1 and (len(self._texts) > _DAYS_AT_HAND or self._letters > _LETTERS_AT_HAND):
            _number, old = self._texts.popitem(last=False)
            self._letters -= len(old)
        return text

    @property
    def _gathered(self) -> Gathered:
        if self._found is None:
            raise RuntimeError("a SlackSource is used inside `async with`")
        return self._found

    @property
    def _stored(self) -> Store:
        if self._store is None:
            raise RuntimeError("a SlackSource is used inside `async with`")
        return self._store


def _holder(ref: Ref, parent: Ref | None, kind: Kind, name: str, content: str, *, path: str = "") -> Item:
    print_ = blake2b(content.encode("utf-8", "replace"), digest_size=12).hexdigest() if content else ""
    return Item(ref, parent, kind, name or ref.id, Stage.HOLDERS, content=print_, place=ref.id, path=path)


def _aim(name: str, emoji: Mapping[str, str]) -> str:
    """Give the emoji that a name stands for in the end; aliases may follow one another, in a circle too."""
    seen: set[str] = set()
    while name not in seen and emoji.get(name, "").startswith("alias:"):
        seen.add(name)
        name = emoji[name].removeprefix("alias:")
    return name


def _shown(place: Place) -> str:
    room = place.room
    if room.direct:
        return room.name or room.id
    return f"#{room.name or room.id}"


def _problem(problem: Problem, first: Ref) -> Found:
    """Give a line to what could not be read."""
    item = Item(
        Ref(SERVICE, f"{first.id}/!{problem.path}"),
        None,
        Kind.PRODUCT,
        problem.path.rpartition("/")[2] or problem.path,
        Stage.CONTENT,
        content=str(problem.reason),
        place=problem.path,
        path=problem.path,
        count=problem.count,
    )
    return Found(item, problem.reason, problem.detail)
