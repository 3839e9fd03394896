"""How one item of a Drive is read: downloaded, exported, or replaced by a page that leads to it."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial

from degoog.errors import Refused, Unavailable
from degoog.google.client import Client
from degoog.google.drive import describe, documents
from degoog.google.drive.ahead import SMALL, Ahead
from degoog.google.drive.documents import Exporter, NotExportable
from degoog.google.drive.download import Download
from degoog.google.drive.pointer import pointer
from degoog.google.fault import Fault
from degoog.i18n import _, language
from degoog.model import FailReason, Item, Kind, Loss, LossKind
from degoog.ports import Blob

_FORBIDDEN = ("cannotDownloadFile", "insufficientFilePermissions", "cannotExportFile", "forbidden")
_FLAGGED = ("cannotDownloadAbusiveFile",)


class Flagged(StrEnum):
    """What to do with one's own files that Google takes for malware."""

    LEAVE = "leave"
    TAKE = "take"


AsOwner = Callable[[str], Client | None]


@dataclass(frozen=True, slots=True)
class _Way:
    """Whom to ask, and how."""

    client: Client
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads items. `as_owner` gives a client that acts for an item's owner, where one may act for others."""

    client: Client
    as_owner: AsOwner
    ahead: Ahead
    flagged: Flagged = Flagged.LEAVE

    async def read(self, item: Item) -> Blob:
        """Give an item's content. Raises `Refused`, and `Unavailable` where Google stops the run."""
        if describe.is_pointer(item):
            if not describe.is_its_own(item):
                raise refusal(Fault(404))
            return pointer(item, language=language())
        if item.kind is Kind.DOCUMENT:
            return await self._exported(item)
        size, md5 = item.size, item.content.removeprefix("md5:") if item.content.startswith("md5:") else ""
        if size is None:
            raise Refused(FailReason.UNREADABLE, _("Google does not tell its size."))
        make = self.ahead.blob if size <= SMALL else _blob
        return make(size, f"md5:{md5}" if md5 else "", partial(self._bytes, item, size, md5))

    async def _bytes(self, item: Item, size: int, md5: str) -> AsyncGenerator[bytes, None]:
        ways = _Ways(self, item)
        for way in ways:
            download = Download(way.client, item.ref.id, size, md5, _headers(item), way.params)
            given = False
            try:
                async with way.client, aclosing(download.chunks()) as chunks:
                    async for chunk in chunks:
                        given = True
                        yield chunk
            except Fault as what:
                if given:
                    raise refusal(what) from what
                ways.failed(what)
            except Unavailable:
                if way.client is self.client:
                    raise
            else:
                return
        raise ways.refusal()

    async def _exported(self, item: Item) -> Blob:
        ending = describe.ending_of(item)
        ways = _Ways(self, item)
        for way in ways:
            try:
                async with way.client as client:
                    exported = await Exporter(client, item.ref.id, item.media, ending, _headers(item)).export()
            except NotExportable as why:
                lost = Loss(LossKind.POINTER, str(why) or _("Google gives it in no format"))
                return replace(pointer(item, language=language()), losses=(lost,), suffix=".html")
            except Fault as what:
                ways.failed(what)
                continue
            except Unavailable:
                if way.client is self.client:
                    raise
                continue
            blob = _blob(exported.bytes.size, "", partial(documents.chunks, exported.bytes))
            if exported.ending == ending:
                return blob
            lost = Loss(LossKind.FORMAT, f"{ending} → {exported.ending}")
            return replace(blob, losses=(lost,), suffix=f".{exported.ending}")
        raise ways.refusal()


@dataclass(slots=True)
class _Ways:
    """The ways to ask for an item, each once; what Google said to one may open another."""

    reading: Reading
    item: Item
    _left: deque[_Way] = field(default_factory=deque)
    _last: Fault | None = None
    _opened: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[_Way]:
        self._left.append(_Way(self.reading.client, {}))
        while self._left:
            yield self._left.popleft()

    def failed(self, what: Fault) -> None:
        """Note what Google said, and what may be tried instead."""
        self._last = what
        own = self.reading.client
        if what.is_one_of(*_FLAGGED):
            if self.reading.flagged is Flagged.TAKE:  # for owners only (facts/google.md §1.3)
                self._open("flagged", _Way(own, {"acknowledgeAbuse": "true"}))
        elif what.status == 404:
            self._open("again", _Way(own, {}))
        elif what.is_one_of(*_FORBIDDEN) and (owner := self.reading.as_owner(self.item.owner)) is not None:
            self._open("owner", _Way(owner, {}))

    def refusal(self) -> Refused:
        """Give what becomes of the item, all ways having failed."""
        return refusal(self._last or Fault(0))

    def _open(self, name: str, way: _Way) -> None:
        if name not in self._opened:
            self._opened.add(name)
            self._left.append(way)


def refusal(what: Fault) -> Refused:
    """Say what becomes of an item of which Google said this; what stops a run was raised before (facts §1.7)."""
    if what.is_one_of("downloadQuotaExceeded"):
        text = _("Google lets nobody download it for now, for it was asked for too often. It is free again in a day.")
        return Refused(FailReason.DEFERRED, text)
    if what.is_one_of(*_FLAGGED):
        return Refused(FailReason.FLAGGED, _("Google takes it for malware."))
    if what.is_one_of(*_FORBIDDEN):
        return Refused(FailReason.UNREADABLE, forbidden())
    if what.status == 404:
        text = _("It is no longer there, or no longer shared with this account.")
        return Refused(FailReason.UNREADABLE, text)
    return Refused(FailReason.UNREADABLE, _("Google says: {words}").format(words=what))


def forbidden() -> str:
    """Say that an owner keeps something from being downloaded."""
    return _("Its owner does not allow downloading.")


def _headers(item: Item) -> dict[str, str]:
    """https://developers.google.com/workspace/drive/api/guides/resource-keys."""
    key = describe.key_of(item)
    return {"X-Goog-Drive-Resource-Keys": f"{item.ref.id}/{key}"} if key else {}


def _blob(size: int, digest: str, start: Callable[[], AsyncIterator[bytes]]) -> Blob:
    @asynccontextmanager
    async def open_() -> AsyncIterator[AsyncIterator[bytes]]:
        chunks = start()
        try:
            yield chunks
        finally:
            if isinstance(chunks, AsyncGenerator):
                await chunks.aclose()

    return Blob(size, open_, digest)
