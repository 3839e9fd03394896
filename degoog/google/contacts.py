"""An account's Google contacts as a source: every field, groups, pictures, and what changed since an earlier walk.

https://developers.google.com/people/api/rest (facts/google.md §2.5).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import httpx

from degoog.convert.google_contacts import FIELDS, OTHER_FIELDS, person, photo_of
from degoog.convert.titles import file_name
from degoog.convert.traits import Traits
from degoog.convert.vcards import RawCard
from degoog.errors import Refused
from degoog.google import hosts
from degoog.google.client import Client
from degoog.google.fault import Fault
from degoog.i18n import _
from degoog.model import FailReason, Found, Item, Kind, Loss, LossKind, Ref, Stage
from degoog.ports import Gone, Outdated
from degoog.shelf import Laid, Shelf

SERVICE = "google-contacts"
_CARD = "VCARD"
_PIXELS = 720  # of a picture's longer side: as sharp as a telephone shows it
_MOST_PHOTO = 16 << 20
# Groups that say nothing a person chose: who is in none of the others is in these.
_EVERYBODY = frozenset({"myContacts", "all", "chatBuddies", "blocked"})
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Book:
    """What becomes one address book: a listing of People, the name of its array, and what it is asked for."""

    id: str
    path: str
    array: str
    mask: tuple[str, str]

    @property
    def ref(self) -> Ref:
        return Ref(SERVICE, self.id)

    @property
    def name(self) -> str:
        return _("Contacts") if self is _OWN else _("Other contacts")


_OWN = _Book("contacts", "/v1/people/me/connections", "connections", ("personFields", FIELDS))
# People one wrote to and never noted down: https://developers.google.com/people/api/rest/v1/otherContacts/list
_OTHER = _Book("otherContacts", "/v1/otherContacts", "otherContacts", ("readMask", OTHER_FIELDS))


class GoogleContacts:
    """See `ports.Source` and `ports.Following`. The client is entered with the source."""

    sequential = False

    def __init__(self, client: Client, *, other: bool = False) -> None:
        """`other`: people whom Google noted by itself come too, in an address book of their own."""
        self._client = client
        self._books = (_OWN, _OTHER) if other else (_OWN,)
        self._shelf: Shelf | None = None
        self._groups: dict[str, str] = {}
        self._tokens: dict[str, str] = {}

    @property
    def account(self) -> str:
        """Whose contacts these are."""
        return self._client.account or "google"

    @property
    def bookmark(self) -> str:
        """A sync token for each book, which lives seven days, and what the groups were called."""
        return json.dumps({"version": 2, "tokens": self._tokens, "groups": self._groups}, sort_keys=True)

    async def walk(self) -> AsyncIterator[Found]:
        """The address books, each followed by everybody in it."""
        shelf, refused = self._begin(), {}
        self._tokens = {}
        for book in self._books:
            try:
                if book is _OWN:
                    await self._name_groups()
                async for raw in self._people(book, ""):
                    _lay(shelf, book, raw, self._groups)
            except Refused as error:
                refused[book.id] = error.detail
        for found in self._found(shelf, refused):
            yield found

    async def changes(self, bookmark: str, known: Callable[[Ref], Kind | None]) -> AsyncIterator[Found | Gone]:
        """What changed since. Raises `Outdated` for a token that is too old, and where a group was renamed."""
        shelf, refused, gone = self._begin(), {}, []
        tokens, groups = _read(bookmark)
        if tokens.keys() != {book.id for book in self._books}:
            raise Outdated  # refused until now, or only now asked for
        self._tokens = dict(tokens)
        for book in self._books:
            try:
                if book is _OWN:
                    await self._name_groups()
                    if groups != self._groups:
                        raise Outdated
                async for raw in self._people(book, tokens[book.id]):
                    if (raw.get("metadata") or {}).get("deleted"):
                        gone.append(Ref(SERVICE, str(raw["resourceName"])))
                    else:
                        _lay(shelf, book, raw, self._groups)
            except Refused as error:
                refused[book.id] = error.detail
                self._groups = groups
        for found in self._found(shelf, refused):
            yield found
        for ref in gone:
            if known(ref) is not None:
                yield Gone(ref)

    def overlooks(self, ref: Ref) -> bool:
        """Whether it is of a book that is not asked for now."""
        return _OTHER not in self._books and ref.id.partition("/")[0] == _OTHER.id

    async def read(self, item: Item) -> RawCard | Traits:
        """Describe the book, or give a card with its picture."""
        if item.holder:
            return Traits(item.name, _CARD)
        shelf = self._shelf or self._begin()
        laid = shelf.pieces(item.parent.id if item.parent else "", _CARD, item.ref.id)
        if not laid and item.parent == _OTHER.ref:  # of these Google gives none alone
            async for one in self._people(_OTHER, ""):
                _lay(shelf, _OTHER, one, self._groups)
            laid = shelf.pieces(_OTHER.id, _CARD, item.ref.id)
            if not laid:
                raise Refused(FailReason.UNREADABLE, _("Google no longer shows this contact."))
        if laid:
            raw = json.loads(laid[0].data)
        else:
            try:
                raw = await self._client.get(f"/v1/{item.ref.id}", {"personFields": FIELDS}, host=hosts.PEOPLE)
            except Fault as fault:
                raise Refused(FailReason.UNREADABLE, _("Google no longer shows this contact.")) from fault
        if not self._groups:
            await self._name_groups()
        photo, losses = await self._photo(photo_of(raw))
        card = person(raw, groups=self._groups, photo=photo)
        return RawCard(card.lines, groups=card.groups, losses=losses)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._shelf is not None:
            self._shelf.close()
            self._shelf = None
        await self._client.__aexit__(None, None, None)

    def _begin(self) -> Shelf:
        if self._shelf is not None:
            self._shelf.close()
        self._shelf = Shelf()
        return self._shelf

    async def _name_groups(self) -> None:
        params = {"pageSize": "1000"}
        self._groups = {}
        while True:
            page = await self._asked("/v1/contactGroups", params)
            for group in page.get("contactGroups") or ():
                name = str(group.get("formattedName") or group.get("name") or "")
                if str(group.get("name")) not in _EVERYBODY:
                    self._groups[str(group["resourceName"])] = name
            if not page.get("nextPageToken"):
                return
            params["pageToken"] = str(page["nextPageToken"])

    async def _people(self, book: _Book, since: str) -> AsyncIterator[Raw]:
        """Give who is in a book, or changed since a token; the next token is noted with the last page."""
        params = dict((book.mask, ("pageSize", "1000"), ("requestSyncToken", "true")))
        params |= {"syncToken": since} if since else {}
        while True:
            try:
                page = await self._client.get(book.path, params, host=hosts.PEOPLE)
            except Fault as fault:
                if since and (fault.is_one_of("EXPIRED_SYNC_TOKEN") or fault.status in {400, 410}):
                    raise Outdated from fault
                raise Refused(FailReason.UNREADABLE, str(fault)) from fault
            for raw in page.get(book.array) or ():
                yield raw
            if not page.get("nextPageToken"):
                self._tokens[book.id] = str(page.get("nextSyncToken") or "")
                return
            params["pageToken"] = str(page["nextPageToken"])

    def _found(self, shelf: Shelf, refused: Mapping[str, str]) -> Iterator[Found]:
        """Tell of the books. `refused` is why those in one are not given: it fails then, settled earlier or not."""
        shelf.sort()
        for book in self._books:
            item = Item(book.ref, None, Kind.ADDRESS_BOOK, book.name, Stage.HOLDERS, content=book.name)
            if book.id in refused:
                why = _("Google does not give its contacts: {why}").format(why=refused[book.id])
                yield Found(replace(item, content=""), FailReason.UNREADABLE, why)
            else:
                yield Found(item)
            for pile in shelf.piles(book.id, _CARD):
                yield Found(_item(book, pile.key, pile.title, pile.digests))

    async def _asked(self, path: str, params: dict[str, str]) -> Raw:
        try:
            return await self._client.get(path, params, host=hosts.PEOPLE)
        except Fault as fault:
            raise Refused(FailReason.UNREADABLE, str(fault)) from fault

    async def _photo(self, address: str) -> tuple[tuple[bytes, str] | None, tuple[Loss, ...]]:
        """Fetch a picture at a useful size; one that cannot be had is a loss, not the end of the contact."""
        if not address:
            return None, ()
        url = self._client.hosts.placed(f"{address.partition('=')[0]}=s{_PIXELS}")
        try:
            async with self._client.stream(url) as response:
                data = bytearray()
                async for chunk in response.aiter_bytes():
                    data += chunk
                    if len(data) > _MOST_PHOTO:
                        return None, (Loss(LossKind.PHOTO),)
                return (bytes(data), response.headers.get("content-type", "image/jpeg").partition(";")[0]), ()
        except (Fault, httpx.TransportError):
            return None, (Loss(LossKind.PHOTO),)


def _lay(shelf: Shelf, book: _Book, raw: Raw, groups: dict[str, str]) -> None:
    # The address of a picture changes with every answer; its key does not.
    told = json.dumps([{k: v for k, v in raw.items() if k != "etag"}, groups if raw.get("memberships") else None],
                      sort_keys=True, ensure_ascii=False)  # fmt: skip
    names = raw.get("names") or raw.get("organizations") or raw.get("emailAddresses") or [{}]
    title = str(names[0].get("displayName") or names[0].get("name") or names[0].get("value") or "")
    shelf.lay(
        Laid(
            holder=book.id,
            key=str(raw["resourceName"]),
            kind=_CARD,
            master=True,
            number=0,
            title=title,
            day="",
            modified="",
            digest=hashlib.sha256(told.encode("utf-8", "replace")).hexdigest(),
            problem="",
            groups="",
            data=json.dumps(raw).encode(),
        )
    )


def _item(book: _Book, key: str, title: str, digest: str) -> Item:
    return Item(
        ref=Ref(SERVICE, key),
        parent=book.ref,
        kind=Kind.CONTACT,
        name=file_name(title, ".vcf", otherwise=_("Without a name")),
        stage=Stage.CONTENT,
        content=digest,
        place=book.id,
    )


def _read(bookmark: str) -> tuple[dict[str, str], dict[str, str]]:
    try:
        told = json.loads(bookmark)
    except ValueError:
        told = None
    match told:
        case {"version": 2, "tokens": dict(tokens), "groups": dict(groups)} if all(tokens.values()):
            return tokens, groups
    raise Outdated
