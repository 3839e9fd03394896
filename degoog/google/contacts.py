"""An account's Google contacts as a source: every field, groups, pictures, and what changed since an earlier walk.

https://developers.google.com/people/api/rest (facts/google.md §2.5).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, Self

import httpx

from degoog.convert.google_contacts import FIELDS, person, photo_of
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
_BOOK = "contacts"
_CARD = "VCARD"
_PIXELS = 720  # of a picture's longer side: as sharp as a telephone shows it
_MOST_PHOTO = 16 << 20
# Groups that say nothing a person chose: who is in none of the others is in these.
_EVERYBODY = frozenset({"myContacts", "all", "chatBuddies", "blocked"})
Raw = dict[str, Any]


class GoogleContacts:
    """See `ports.Source` and `ports.Following`. The client is entered with the source."""

    sequential = False

    def __init__(self, client: Client) -> None:
        self._client = client
        self._shelf: Shelf | None = None
        self._groups: dict[str, str] = {}
        self._token = ""

    @property
    def account(self) -> str:
        """Whose contacts these are."""
        return self._client.account or "google"

    @property
    def bookmark(self) -> str:
        """The sync token, which lives seven days, and what the groups were called."""
        return json.dumps({"version": 1, "token": self._token, "groups": self._groups}, sort_keys=True)

    async def walk(self) -> AsyncIterator[Found]:
        """The address book, then everybody in it."""
        shelf, refused = self._begin(), ""
        try:
            await self._name_groups()
            async for raw in self._people({}):
                _lay(shelf, raw, self._groups)
        except Refused as error:
            refused, self._token = error.detail, ""
        shelf.sort()
        yield _book(refused)
        for pile in shelf.piles(_BOOK, _CARD):
            yield Found(_item(pile.key, pile.title, pile.digests))

    async def changes(self, bookmark: str, known: Callable[[Ref], Kind | None]) -> AsyncIterator[Found | Gone]:
        """What changed since. Raises `Outdated` for a token that is too old, and where a group was renamed."""
        shelf, refused, gone = self._begin(), "", []
        token, groups = _read(bookmark)
        try:
            await self._name_groups()
            if groups != self._groups:
                raise Outdated
            async for raw in self._people({"syncToken": token}):
                if (raw.get("metadata") or {}).get("deleted"):
                    gone.append(Ref(SERVICE, str(raw["resourceName"])))
                else:
                    _lay(shelf, raw, self._groups)
        except Refused as error:
            refused, self._token, self._groups = error.detail, token, groups
        shelf.sort()
        yield _book(refused)
        for pile in shelf.piles(_BOOK, _CARD):
            yield Found(_item(pile.key, pile.title, pile.digests))
        for ref in gone:
            if known(ref) is not None:
                yield Gone(ref)

    async def read(self, item: Item) -> RawCard | Traits:
        """Describe the book, or give a card with its picture."""
        if item.holder:
            return Traits(item.name, _CARD)
        shelf = self._shelf or self._begin()
        laid = shelf.pieces(_BOOK, _CARD, item.ref.id)
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

    async def _people(self, since: dict[str, str]) -> AsyncIterator[Raw]:
        params = {"personFields": FIELDS, "pageSize": "1000", "requestSyncToken": "true", **since}
        while True:
            try:
                page = await self._client.get("/v1/people/me/connections", params, host=hosts.PEOPLE)
            except Fault as fault:
                if since and (fault.is_one_of("EXPIRED_SYNC_TOKEN") or fault.status in {400, 410}):
                    raise Outdated from fault
                raise Refused(FailReason.UNREADABLE, str(fault)) from fault
            for raw in page.get("connections") or ():
                yield raw
            if not page.get("nextPageToken"):
                self._token = str(page.get("nextSyncToken") or "")
                return
            params["pageToken"] = str(page["nextPageToken"])

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


def _lay(shelf: Shelf, raw: Raw, groups: dict[str, str]) -> None:
    # The address of a picture changes with every answer; its key does not.
    told = json.dumps([{k: v for k, v in raw.items() if k != "etag"}, groups if raw.get("memberships") else None],
                      sort_keys=True, ensure_ascii=False)  # fmt: skip
    names = raw.get("names") or raw.get("organizations") or raw.get("emailAddresses") or [{}]
    title = str(names[0].get("displayName") or names[0].get("name") or names[0].get("value") or "")
    shelf.lay(
        Laid(
            holder=_BOOK,
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


def _book(refused: str = "") -> Found:
    """Tell of the book. `refused` is why those in it are not given: it fails then, settled earlier or not."""
    name, why = _("Contacts"), _("Google does not give its contacts: {why}").format(why=refused)
    item = Item(Ref(SERVICE, _BOOK), None, Kind.ADDRESS_BOOK, name, Stage.HOLDERS, content="" if refused else name)
    return Found(item, FailReason.UNREADABLE, why) if refused else Found(item)


def _item(key: str, title: str, digest: str) -> Item:
    return Item(
        ref=Ref(SERVICE, key),
        parent=Ref(SERVICE, _BOOK),
        kind=Kind.CONTACT,
        name=file_name(title, ".vcf", otherwise=_("Without a name")),
        stage=Stage.CONTENT,
        content=digest,
        place=_BOOK,
    )


def _read(bookmark: str) -> tuple[str, dict[str, str]]:
    try:
        told = json.loads(bookmark)
    except ValueError:
        told = None
    match told:
        case {"version": 1, "token": str(token), "groups": dict(groups)} if token:
            return token, groups
    raise Outdated
