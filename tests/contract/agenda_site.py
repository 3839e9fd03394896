"""Calendars and address books under test: the sandbox's Nextcloud, a real one, a Radicale; and eyes on them."""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, unquote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from xml.etree import ElementTree

import httpx
import radicale.config
from radicale.app import Application

from degoog.nextcloud.agenda_door import Door
from degoog.nextcloud.agendas import Agendas, NextcloudAgendas
from degoog.ports import Blob, Target
from tests.contract.accidents import Wire
from tests.contract.desk import Account
from tests.memory import MemoryTarget

CALDAV = "{urn:ietf:params:xml:ns:caldav}"
XML = {"Content-Type": "application/xml; charset=utf-8"}


class AgendaSite(Protocol):
    """An account's calendars (or address books) as its owner sees them. Paths are `collection/object`."""

    component: str
    trash: bool  # what is deleted lies in a trash, and its UID is taken
    largest: int  # bytes of an object that it refuses; 0 for no limit
    wire: Wire

    def open(self) -> Target[Blob]:
        """A target on it, new as after a kill; not entered yet."""

    def foreign_make(self, name: str, *, component: str = "") -> None:
        """Make a collection as another program would."""

    def foreign_write(self, path: str, data: bytes) -> None:
        """Write as another program would, one that invites nobody."""

    def remove(self, path: str) -> None: ...

    def read(self, path: str) -> bytes: ...

    def trashed(self, name: str) -> set[str]:
        """The UIDs of what lies in the trash and was in a collection."""

    def look(self, name: str) -> str:
        """What the server tells of a collection, as XML."""


@dataclass
class DavSite:
    """Over plain HTTP, without degoog."""

    home: str
    auth: tuple[str, str]
    http: httpx.Client
    component: str
    opening: Callable[[Wire], Target[Blob]]
    trash: bool = False
    largest: int = 0
    wire: Wire = field(default_factory=Wire)

    def open(self) -> Target[Blob]:
        return self.opening(self.wire)

    def foreign_make(self, name: str, *, component: str = "") -> None:
        kind = component or self.component
        if kind == "VCARD":
            body = (
                "<d:mkcol xmlns:d='DAV:' xmlns:a='urn:ietf:params:xml:ns:carddav'><d:set><d:prop><d:resourcetype>"
                "<d:collection/><a:addressbook/></d:resourcetype></d:prop></d:set></d:mkcol>"
            )
            self._good(self._dav("MKCOL", name, content=body, headers=XML))
            return
        body = (
            "<c:mkcalendar xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'><d:set><d:prop>"
            f"<c:supported-calendar-component-set><c:comp name='{kind}'/></c:supported-calendar-component-set>"
            "</d:prop></d:set></c:mkcalendar>"
        )
        self._good(self._dav("MKCALENDAR", name, content=body, headers=XML))

    def foreign_write(self, path: str, data: bytes) -> None:
        kind = "text/vcard" if self.component == "VCARD" else "text/calendar"
        self._good(self._dav("PUT", path, content=data, headers={"Content-Type": kind, "Schedule-Reply": "F"}))

    def remove(self, path: str) -> None:
        self._good(self._dav("DELETE", path, headers={"Schedule-Reply": "F"}))

    def read(self, path: str) -> bytes:
        return self._good(self._dav("GET", path)).content

    def trashed(self, name: str) -> set[str]:
        if not self.trash:
            return set()
        body = (
            "<c:calendar-query xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:n='http://nextcloud.com/ns'>"
            "<d:prop><c:calendar-data/><n:calendar-uri/></d:prop><c:filter><c:comp-filter name='VCALENDAR'>"
            f"<c:comp-filter name='{self.component}'/></c:comp-filter></c:filter></c:calendar-query>"
        )
        answer = self._good(self._dav("REPORT", "trashbin/objects", content=body, headers=XML | {"Depth": "1"}))
        told = [
            (one.findtext(".//{http://nextcloud.com/ns}calendar-uri"), one.findtext(f".//{CALDAV}calendar-data") or "")
            for one in ElementTree.fromstring(answer.content).iter("{DAV:}response")
        ]
        return {uid for where, data in told if where == name for uid in re.findall(r"(?m)^UID:(.*?)\r?$", data)}

    def look(self, name: str) -> str:
        body = (
            "<d:propfind xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:a='http://apple.com/ns/ical/'>"
            "<d:prop><d:displayname/><a:calendar-color/><c:calendar-description/><c:calendar-timezone/></d:prop></d:propfind>"
        )
        return self._good(self._dav("PROPFIND", name, content=body, headers=XML | {"Depth": "0"})).text

    def _dav(self, method: str, path: str, **given: Any) -> httpx.Response:
        url = "/".join([self.home, *(quote(name, safe="") for name in path.split("/"))])
        given["content"] = given.get("content", b"")
        answer = self.http.request(method, url, auth=self.auth, **given)
        self.http.cookies.clear()
        return answer

    @staticmethod
    def _good(answer: httpx.Response) -> httpx.Response:
        assert answer.is_success, answer.text
        return answer


def nextcloud_site(account: Account, http: httpx.Client, component: str) -> DavSite:
    """One account's side on a Nextcloud."""
    kind = "addressbooks/users" if component == "VCARD" else "calendars"
    return DavSite(
        f"{account.url}/remote.php/dav/{kind}/{account.login}",
        (account.login, account.password),
        http,
        component,
        lambda wire: NextcloudAgendas(account.client(wire), component=component),
        trash=component != "VCARD",
        largest=(5 if component == "VCARD" else 10) << 20,
    )


# A Radicale, whose code is neither ours nor Nextcloud's.


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """A test's output is its own."""

    def get_environ(self) -> dict[str, Any]:
        """Radicale's own server hands it decoded paths (radicale/server.py)."""
        return super().get_environ() | {"PATH_INFO": unquote(self.path.partition("?")[0])}


@contextlib.contextmanager
def running_radicale(folder: Path) -> Iterator[str]:
    """A Radicale on loopback that keeps its collections in a folder; gives its address."""
    configuration = radicale.config.load()
    configuration.update(
        {
            "auth": {"type": "none"},
            "rights": {"type": "owner_only"},
            "storage": {"type": "multifilesystem", "filesystem_folder": str(folder), "_filesystem_fsync": "False"},
            "logging": {"level": "critical"},
        },
        "test",
        privileged=True,
    )
    application = Application(configuration)
    server = make_server("127.0.0.1", 0, application, WSGIServer, _Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class PlainClient:
    """What `Door` asks of a client, without anything that only Nextcloud has."""

    def __init__(self, wire: Wire, auth: tuple[str, str]) -> None:
        self._http = httpx.AsyncClient(transport=wire, auth=auth, timeout=60)

    async def request(self, method: str, url: str, *, headers=None, content=None) -> httpx.Response:
        return await self._http.request(method, url, headers=headers, content=content)

    def stream(self, method: str, url: str, *, headers=None, content=None):
        return self._http.stream(method, url, headers=headers, content=content)


def radicale_site(url: str, http: httpx.Client, component: str) -> DavSite:
    """A new account's side on a Radicale."""
    login = f"camille-{secrets.token_hex(4)}"
    auth = (login, "whatever")
    http.request("MKCOL", f"{url}/{login}/", auth=auth)

    def opening(wire: Wire) -> Target[Blob]:
        door = Door(PlainClient(wire, auth), f"{url}/{login}", component=component)
        return Agendas(door, MemoryTarget(), address=url, identity=f"radicale:{login}:{component}")

    return DavSite(f"{url}/{login}", auth, http, component, opening)
