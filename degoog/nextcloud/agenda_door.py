"""A CalDAV or CardDAV server as one account sees it: one method a question (RFC 4791, RFC 6352).

Nextcloud is one; the tests open another, so that nothing here rests on one server's habits. Answers that are errors
raise `dav.Fault` where a method's docstring does not foresee them, requests that broke httpx's `TransportError`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape, quoteattr

import httpx

from degoog.convert import zones
from degoog.convert.content_lines import written
from degoog.convert.identity import uid_in
from degoog.convert.traits import Traits
from degoog.nextcloud import dav
from degoog.nextcloud.dav import Answer, D

C = "{urn:ietf:params:xml:ns:caldav}"
A = "{urn:ietf:params:xml:ns:carddav}"
COLOR = "{http://apple.com/ns/ical/}calendar-color"
DELETED = "{http://nextcloud.com/ns}deleted-at"
_RETENTION = "{http://nextcloud.com/ns}trash-bin-retention-duration"
_CTAG = "{http://calendarserver.org/ns/}getctag"
_ABOUT = f"{C}calendar-description"
_HOLDS = f"{C}supported-calendar-component-set"
_KINDS = {"VEVENT": "text/calendar; charset=utf-8", "VTODO": "text/calendar; charset=utf-8", "VCARD": "text/vcard"}
# No invitation, mail or inbox item may ever come of what is written here: nextcloud.md §7, measured. The first
# header counts for PUT only, the second for DELETE and MOVE too.
QUIET = {"X-NC-Scheduling": "false", "Schedule-Reply": "F"}
_XML = {"Content-Type": "application/xml; charset=utf-8"}


class Client(Protocol):
    """What is asked of a client (`nextcloud.client.Client` is one)."""

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> httpx.Response:
        """Send a request and read its answer, whatever its status."""

    def stream(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> AbstractAsyncContextManager[httpx.Response]:
        """Send a request and give its answer before its body is read."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A collection or an object as the server lists it."""

    name: str
    holder: bool
    etag: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """An object the server holds. `data` is empty where it was not asked for."""

    etag: str
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Collection:
    """What is known of a collection. `deleted`: it lies in the trash, and still answers at its address."""

    holds: bool
    deleted: bool


class Door:
    """The collections of one component under `home`, an address without a slash at its end."""

    def __init__(self, client: Client, home: str, *, component: str) -> None:
        self.client = client
        self.component = component
        self._home = home

    def url(self, path: str) -> str:
        """Give the address of a path: a collection's name, or one and an object's."""
        return "/".join([self._home, *(quote(name, safe="") for name in path.split("/") if name)])

    async def make(self, name: str, look: Traits) -> bool:
        """Make a collection; False where something has that name."""
        book = self.component == "VCARD"
        method, body = ("MKCOL", _book(look)) if book else ("MKCALENDAR", _calendar(look, self.component))
        response = await self.client.request(method, self.url(name), headers=_XML, content=body)
        if response.status_code == 405 or (response.status_code == 409 and await self.about(name) is not None):
            return False
        _good(response)
        return True

    async def about(self, name: str) -> Collection | None:
        """Tell what a collection is; None where there is none of that name."""
        ask = dav.propfind((f"{D}resourcetype", _HOLDS, DELETED))
        response = await self.client.request("PROPFIND", self.url(name), headers=_XML | {"Depth": "0"}, content=ask)
        if response.status_code == 404:
            return None
        answers = dav.parse(_good(response).content)
        return self._collection(answers[0]) if answers else None

    async def describe(self, name: str, look: Traits) -> None:
        """Give a collection its name, colour and description anew."""
        values = {f"{D}displayname": look.name}
        if self.component != "VCARD":
            values |= {COLOR: look.color} if look.color else {}
            values |= {_ABOUT: look.about} if look.about else {}
        _good(await self.client.request("PROPPATCH", self.url(name), headers=_XML, content=dav.proppatch(values)))

    async def put(self, path: str, data: bytes, *, etag: str = "") -> str | None:
        """Write an object: a new one, or in place of the one with this etag. Gives its etag, or None (412).

        The etag is empty where the server stored something else than it was sent.
        """
        condition = {"If-Match": f'"{etag}"'} if etag else {"If-None-Match": "*"}
        headers = QUIET | condition | {"Content-Type": _KINDS[self.component]}
        response = await self.client.request("PUT", self.url(path), headers=headers, content=data)
        if response.status_code == 412 or (response.status_code == 404 and etag):
            return None
        return dav.bare(_good(response).headers.get("etag", ""))

    async def get(self, path: str) -> Stored | None:
        """Read an object; None where there is none."""
        response = await self.client.request("GET", self.url(path), headers={"Accept-Encoding": "identity"})
        if response.status_code in {404, 410}:
            return None
        return Stored(dav.bare(_good(response).headers.get("etag", "")), response.content)

    async def move(self, path: str, to: str) -> bool:
        """Move an object to another collection; False where something lies there. 404: nothing to move."""
        headers = QUIET | {"Destination": self.url(to), "Overwrite": "F"}
        response = await self.client.request("MOVE", self.url(path), headers=headers)
        if response.status_code == 412:
            return False
        _good(response)
        return True

    async def delete(self, path: str, *, etag: str = "") -> bool:
        """Delete an object, a collection where no etag is given; False where it is another one by now (412)."""
        headers = QUIET | ({"If-Match": f'"{etag}"'} if etag else {})
        response = await self.client.request("DELETE", self.url(path), headers=headers)
        if response.status_code == 412:
            return False
        _good(response)
        return True

    async def mark(self, name: str) -> str:
        """Give what the server changes with each change in a collection; empty where it gives nothing."""
        ask = dav.propfind((_CTAG, f"{D}sync-token"))
        response = await self.client.request("PROPFIND", self.url(name), headers=_XML | {"Depth": "0"}, content=ask)
        answers = dav.parse(_good(response).content)
        return "|".join(answers[0].text(one) for one in (_CTAG, f"{D}sync-token")).strip("|") if answers else ""

    async def retention(self) -> int:
        """Give for how many seconds deleted events are kept, 0 where they are not, as contacts never are."""
        if self.component == "VCARD":
            return 0
        # apps/dav/lib/CalDAV/Trashbin/Plugin.php; no other server knows the address.
        ask, url = dav.propfind((_RETENTION,)), self.url("trashbin")
        response = await self.client.request("PROPFIND", url, headers=_XML | {"Depth": "0"}, content=ask)
        if response.status_code in {403, 404, 405}:
            return 0
        answers = dav.parse(_good(response).content)
        seconds = answers[0].text(_RETENTION) if answers else ""
        return int(seconds) if seconds.isdecimal() else 0

    async def named(self, collection: str, uid: str) -> str | None:
        """Give the name of the object that has a UID; None where none has."""
        body = _by_uid(uid, self.component)
        response = await self.client.request(
            "REPORT", self.url(collection), headers=_XML | {"Depth": "1"}, content=body
        )
        # RFC 4791 §9.7.5: text is looked for, not compared.
        for answer in dav.parse(_good(response).content):
            name = answer.entry().name
            there = await self.get(f"{collection}/{name}")
            if there is not None and uid_in(there.data) == uid:
                return name
        return None

    async def list(self, name: str) -> AsyncIterator[Listed]:
        """Give what lies directly in a collection, or the collections; nothing where there is no such collection."""
        names = (f"{D}resourcetype", f"{D}getetag", f"{D}getcontentlength", _HOLDS, DELETED)
        request = self.client.stream(
            "PROPFIND", self.url(name), headers=_XML | {"Depth": "1"}, content=dav.propfind(names)
        )
        async with request as response:
            if response.status_code == 404:
                return
            if response.is_error:
                await response.aread()
                raise dav.fault(response)
            parser, own = dav.Multistatus(), _path(self.url(name))
            async for data in response.aiter_bytes():
                for answer in parser.feed(data):
                    entry = answer.entry()
                    if entry.path.rstrip("/") == own:
                        continue
                    about = self._collection(answer) if entry.holder else None
                    if not entry.holder:
                        yield Listed(entry.name, holder=False, etag=entry.etag, size=entry.size)
                    elif not name and about is not None and about.holds and not about.deleted:
                        yield Listed(entry.name, holder=True)
            parser.end()

    def _collection(self, answer: Answer) -> Collection | None:
        kinds = answer.found.get(f"{D}resourcetype")
        if kinds is None:
            return None
        if self.component == "VCARD":
            return Collection(holds=kinds.find(f"{A}addressbook") is not None, deleted=False)
        held = answer.found.get(_HOLDS)
        words = {comp.get("name") for comp in held} if held is not None else {self.component}
        holds = kinds.find(f"{C}calendar") is not None and self.component in words
        return Collection(holds=holds, deleted=bool(answer.text(DELETED)))


def _path(url: str) -> str:
    return httpx.URL(urlsplit(url).path).path.rstrip("/")


def _good(response: httpx.Response) -> httpx.Response:
    if response.is_error:
        raise dav.fault(response)
    return response


def _calendar(look: Traits, component: str) -> bytes:
    more = ""
    if look.color:
        more += f"<calendar-color xmlns='http://apple.com/ns/ical/'>{_text(look.color)}</calendar-color>"
    if look.about:
        more += f"<c:calendar-description>{_text(look.about)}</c:calendar-description>"
    if zone := _zone(look.zone):
        more += f"<c:calendar-timezone>{_text(zone)}</c:calendar-timezone>"
    return (
        "<?xml version='1.0' encoding='utf-8'?>"
        "<c:mkcalendar xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'><d:set><d:prop>"
        f"<d:displayname>{_text(look.name)}</d:displayname>{more}"
        f"<c:supported-calendar-component-set><c:comp name='{component}'/></c:supported-calendar-component-set>"
        "</d:prop></d:set></c:mkcalendar>"
    ).encode()


def _zone(name: str) -> str:
    """Give a zone as a calendar's property has it: a calendar of its definition (RFC 4791 §5.2.2)."""
    known = zones.known(name) if name else None
    if known is None:
        return ""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//degoog//degoog//EN", *zones.definition(known.id)]
    return written([*lines, "END:VCALENDAR"]).decode()


def _book(look: Traits) -> bytes:
    # A plain MKCOL is refused (nextcloud.md §8); this is the extended one of RFC 5689.
    return (
        "<?xml version='1.0' encoding='utf-8'?>"
        "<d:mkcol xmlns:d='DAV:' xmlns:a='urn:ietf:params:xml:ns:carddav'><d:set><d:prop>"
        "<d:resourcetype><d:collection/><a:addressbook/></d:resourcetype>"
        f"<d:displayname>{_text(look.name)}</d:displayname>"
        "</d:prop></d:set></d:mkcol>"
    ).encode()


def _by_uid(uid: str, component: str) -> bytes:
    if component == "VCARD":
        return (
            "<a:addressbook-query xmlns:d='DAV:' xmlns:a='urn:ietf:params:xml:ns:carddav'><d:prop><d:getetag/></d:prop>"
            "<a:filter><a:prop-filter name='UID'><a:text-match collation='i;octet' match-type='equals'>"
            f"{_text(uid)}</a:text-match></a:prop-filter></a:filter></a:addressbook-query>"
        ).encode()
    return (
        "<c:calendar-query xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'><d:prop><d:getetag/></d:prop>"
        f"<c:filter><c:comp-filter name='VCALENDAR'><c:comp-filter name={quoteattr(component)}>"
        f"<c:prop-filter name='UID'><c:text-match collation='i;octet'>{_text(uid)}</c:text-match></c:prop-filter>"
        "</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
    ).encode()


def _text(value: str) -> str:
    return escape("".join(c for c in value if c >= " " or c in "\t\n\r"))
