"""Calendar files as a source: every event, or every task, of one or several `.ics`."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from typing import NamedTuple, Self

from degoog.convert import masters, moments, traits
from degoog.convert.calendar_object import RawObject
from degoog.convert.components import Component, Piece, component, pieces
from degoog.convert.content_lines import Line, decoded, read, unescaped
from degoog.convert.titles import file_name
from degoog.convert.traits import Traits
from degoog.documents import Document, Documents
from degoog.errors import Refused
from degoog.i18n import _
from degoog.model import FailReason, Found, Item, Kind, Ref, SkipReason, Stage
from degoog.shelf import Laid, Pile, Shelf

_OF = {"VEVENT": (Kind.CALENDAR, Kind.EVENT), "VTODO": (Kind.TASK_LIST, Kind.TASK)}
_PAUSE = 500  # pieces between two turns of the loop


class IcsSource:
    """See `ports.Source`; `component` is `VEVENT` or `VTODO`: what this road moves. What else a file holds is told.

    `zone` is that of times in a zone nobody knows, where the calendar names none.
    """

    sequential = False

    def __init__(self, documents: Documents, *, component: str = "VEVENT", zone: str = "") -> None:
        self._documents = documents
        self._component = component
        self._zone = zone
        self._shelf: Shelf | None = None
        self._zones: dict[str, dict[str, tuple[Line, ...]]] = {}
        self._own: dict[str, dict[str, str]] = {}
        self._cut: set[str] = set()

    @property
    def account(self) -> str:
        """Whose calendars these are, as far as they tell."""
        return self._documents.account

    async def walk(self) -> AsyncIterator[Found]:
        """Everything in the files: calendars, then what lies in each."""
        shelf = await self._read_all()
        for problem in self._documents.problems():
            yield problem
        for document in self._documents.documents():
            for count, found in enumerate(self._found(shelf, document)):
                yield found
                if not count % _PAUSE:
                    await asyncio.sleep(0)

    def overlooks(self, ref: Ref) -> bool:
        """Whether it may lie in a document that is not there, or behind the end of one that was cut off."""
        return self._documents.partial or ref.id.partition("|")[0] in self._cut

    async def read(self, item: Item) -> RawObject | Traits:
        """Describe a calendar, or give all components of one UID. Raises `Refused` for what is not in the files."""
        shelf = await self._read_all()
        if item.holder:
            documents = (one for one in self._documents.documents() if one.key == item.ref.id)
            if (document := next(documents, None)) is None:
                raise Refused(FailReason.UNREADABLE, _("It is no longer in the calendar file."))
            return self._traits(document)
        holder = item.parent.id if item.parent else ""
        key, at = item.ref.id.removeprefix(f"{holder}|"), 0
        laid = _sound(shelf, holder, self._component, key)
        if not laid:  # one of several masters with one UID
            key, _bar, number = key.rpartition("|")
            at = int(number) if number.isdecimal() else 0
            laid = _sound(shelf, holder, self._component, key)
        groups = masters.split([component(Piece(one.kind, one.number, one.data)) for one in laid])
        if not laid or at >= len(groups):
            raise Refused(FailReason.UNREADABLE, _("It is no longer in the calendar file."))
        uid = masters.uid_of(key, groups[at], at)
        kept = all(one.value("UID") == uid for one in groups[at])
        zone = self._own.get(holder, {}).get("X-WR-TIMEZONE", "") or self._zone
        return RawObject(tuple(groups[at]), self._zones.get(holder, {}), zone, "" if kept else uid)

    async def __aenter__(self) -> Self:
        await self._documents.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._shelf is not None:
            self._shelf.close()
            self._shelf = None
        await self._documents.__aexit__(*error)

    # Reading the files.

    async def _read_all(self) -> Shelf:
        if self._shelf is None:
            shelf = Shelf()
            count = 0
            for document in self._documents.documents():
                self._zones[document.key], self._own[document.key] = {}, {}
                tail = _Tail(document.open())
                for piece in pieces(tail):
                    self._take(shelf, document, piece)
                    count += 1
                    if not count % _PAUSE:
                        await asyncio.sleep(0)
                if not tail.complete:
                    self._cut.add(document.key)
            shelf.sort()
            self._shelf = shelf
        return self._shelf

    def _take(self, shelf: Shelf, document: Document, piece: Piece) -> None:
        if piece.kind == "PROPERTY":
            line = read(decoded(piece.data)[0])
            if line is not None:
                self._own[document.key].setdefault(line.name, unescaped(line.value))
            return
        one = component(piece)
        if piece.kind == "VTIMEZONE":
            self._zones[document.key].setdefault(one.value("TZID"), one.lines)
            return
        shelf.lay(_laid(document, piece, one))

    # Telling what is there.

    def _found(self, shelf: Shelf, document: Document) -> Iterator[Found]:
        kinds = shelf.kinds(document.key)
        holder_kind, kind = _OF[self._component]
        ref = Ref("ics", document.key)
        here = kinds.pop(self._component, 0)
        if here or (self._component == "VEVENT" and not kinds):
            look = self._traits(document)
            print_ = hashlib.sha256(f"{look}".encode("utf-8", "replace")).hexdigest()
            yield Found(Item(ref, None, holder_kind, look.name, Stage.HOLDERS, content=print_))
        for other, number in kinds.items():
            yield _left(document, other, number, parent=ref if here else None)
        for pile in shelf.piles(document.key, self._component):
            yield from self._items(shelf, document, pile, kind)
        for laid in shelf.broken(document.key, self._component):
            item = _item(document, kind, laid.key, _Told(laid.title, laid.day, laid.digest, ""))
            yield Found(item, FailReason.BROKEN, _("line {line}: it has no end").format(line=laid.number))

    def _traits(self, document: Document) -> Traits:
        own = self._own[document.key]
        return Traits(
            own.get("X-WR-CALNAME", "").strip() or document.name,
            self._component,
            traits.color(own.get("X-APPLE-CALENDAR-COLOR", "") or own.get("COLOR", "")),
            own.get("X-WR-TIMEZONE", ""),
            own.get("X-WR-CALDESC", ""),
        )

    def _items(self, shelf: Shelf, document: Document, pile: Pile, kind: Kind) -> Iterator[Found]:
        if pile.masters < 2:
            digest = hashlib.sha256(pile.digests.encode()).hexdigest()
            yield Found(_item(document, kind, pile.key, _Told(pile.title, pile.day, digest, pile.modified)))
            return
        laid = shelf.pieces(document.key, self._component, pile.key)
        groups = masters.split([component(Piece(one.kind, one.number, one.data)) for one in laid])
        for number, group in enumerate(groups):
            told = repr([[str(line) for line in one.lines if line.name != "DTSTAMP"] for one in group])
            key = f"{pile.key}|{number}" if number else pile.key
            title, day = unescaped(group[0].value("SUMMARY")), _day(group[0])
            digest = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()
            yield Found(_item(document, kind, key, _Told(title, day, digest, pile.modified)))


class _Tail:
    """Chunks that pass, and whether the last of them ended a calendar."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._last = b""

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._last = (self._last + chunk)[-64:]
            yield chunk

    @property
    def complete(self) -> bool:
        return self._last.rstrip(b"\r\n \t\0").upper().endswith(b"END:VCALENDAR")


class _Told(NamedTuple):
    """What the line of an item says of it."""

    title: str
    day: str
    digest: str
    changed: str


def _item(document: Document, kind: Kind, key: str, told: _Told) -> Item:
    day = date.fromisoformat(told.day) if told.day else None
    return Item(
        ref=Ref("ics", f"{document.key}|{key}"),
        parent=Ref("ics", document.key),
        kind=kind,
        name=file_name(told.title, ".ics", day=day, otherwise=_("Without a title")),
        stage=Stage.CONTENT,
        content=told.digest,
        place=document.key,
        modified=_utc(told.changed),
    )


def _sound(shelf: Shelf, holder: str, kind: str, key: str) -> list[Laid]:
    return [one for one in shelf.pieces(holder, kind, key) if not one.problem]


def _laid(document: Document, piece: Piece, one: Component) -> Laid:
    # Google's exports stamp every event with the time of the export.
    said = b"\n".join(line for line in piece.data.split(b"\n") if not line.upper().startswith(b"DTSTAMP"))
    digest = hashlib.sha256(said).hexdigest()
    return Laid(
        holder=document.key,
        key=one.value("UID").strip() or masters.uid_for(said),
        kind=piece.kind,
        master=one.first("RECURRENCE-ID") is None,
        number=piece.number,
        title=unescaped(one.value("SUMMARY")),
        day=_day(one),
        modified=one.value("LAST-MODIFIED"),
        digest=digest,
        problem=piece.problem,
        groups="",
        data=piece.data,
    )


def _left(document: Document, kind: str, number: int, *, parent: Ref | None) -> Found:
    """Tell of what this road leaves in the file, as one line."""
    item = Item(
        Ref("ics", f"{document.key}||{kind}"), parent, Kind.PRODUCT, f"{document.name} ({kind})", Stage.CONTENT,
        count=number,
    )  # fmt: skip
    match kind:
        case "VTODO":
            return Found(item, SkipReason.OTHER_ROAD, _("Tasks have a command of their own: degoog migrate tasks."))
        case "VEVENT":
            text = _("Calendars have a command of their own: degoog migrate calendars.")
            return Found(item, SkipReason.OTHER_ROAD, text)
        case _:
            return Found(
                item,
                SkipReason.NOT_SUPPORTED,
                _("degoog does not move “{product}”. Keep the file.").format(product=kind),
            )


def _day(one: Component) -> str:
    value = moments.parse(one.value("DTSTART") or one.value("DUE"))
    if value is None:
        return ""
    return (value.date() if isinstance(value, datetime) else value).isoformat()


def _utc(value: str) -> datetime | None:
    found = moments.parse(value) if value else None
    return found if isinstance(found, datetime) and found.tzinfo else None
