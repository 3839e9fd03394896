"""A folder of a Nextcloud account as its owner sees it: over WebDAV, without degoog."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

import httpx

from degoog.nextcloud.files import NextcloudFiles
from degoog.ports import Blob, Target
from tests.contract.desk import Account

LARGE = 1 << 20  # from here on in chunks, so that a test needs no file of 100 MiB


@cache
def certificates() -> ssl.SSLContext:
    """Read once: that takes longer than most tests."""
    return ssl.create_default_context()


@dataclass(frozen=True)
class CloudSite:
    """A folder of an account. See `tests.contract.site.Site`."""

    account: Account
    http: httpx.Client
    into: str
    keeps_id = True

    def open(self) -> Target[Blob]:
        wire = httpx.AsyncHTTPTransport(verify=certificates())
        return NextcloudFiles(self.account.client(wire), into=self.into, large=LARGE, sleep=no_sleep)

    def foreign_write(self, path: str, data: bytes) -> None:
        self._make_into()
        self._good(self._dav("PUT", f"{self.into}/{path}", content=data))

    def foreign_make(self, path: str) -> None:
        self._make_into()
        self._good(self._dav("MKCOL", f"{self.into}/{path}"))

    def remove(self, path: str) -> None:
        self._good(self._dav("DELETE", f"{self.into}/{path}"))

    def read(self, path: str) -> bytes:
        return self._good(self._dav("GET", f"{self.into}/{path}")).content

    def paths(self) -> set[str]:
        found, folders = set(), [""]
        while folders:
            folder = folders.pop()
            for path in self._in(folder):
                found.add(path)
                folders += [path] * path.endswith("/")
        return found

    def modified(self, path: str) -> datetime | None:
        answer = self._good(self._dav("PROPFIND", f"{self.into}/{path}", headers={"Depth": "0"}))
        text = ET.fromstring(answer.content).findtext(".//{DAV:}getlastmodified")
        return parsedate_to_datetime(text).astimezone(UTC) if text else None

    def trashed(self) -> list[str]:
        body = "<d:propfind xmlns:d='DAV:' xmlns:nc='http://nextcloud.org/ns'><d:prop><nc:trashbin-original-location/></d:prop></d:propfind>"
        answer = self._dav("PROPFIND", "/trash", "trashbin", headers={"Depth": "1"}, content=body.encode())
        told = ET.fromstring(self._good(answer).content).iter("{http://nextcloud.org/ns}trashbin-original-location")
        return [path for one in told if (path := one.text or "").startswith(self.into.strip("/"))]

    def leftovers(self) -> set[str]:
        answer = self._dav("PROPFIND", "/", "uploads", headers={"Depth": "1"})
        return {name for name in map(_name, _hrefs(answer)[1:]) if name} if answer.status_code == 207 else set()

    def _in(self, folder: str) -> list[str]:
        answer = self._dav("PROPFIND", f"{self.into}/{folder}", headers={"Depth": "1"})
        if answer.status_code == 404 and not folder:
            return []
        found = []
        for href in _hrefs(self._good(answer))[1:]:
            name = _name(href)
            if folder or name != ".degoog":
                found.append(f"{folder}{name}{'/' * href.endswith('/')}")
        return found

    def _make_into(self) -> None:
        parts = self.into.strip("/").split("/")
        for end in range(1, len(parts) + 1):
            self._dav("MKCOL", "/" + "/".join(parts[:end]))

    def _dav(self, method: str, path: str, kind: str = "files", **given: Any) -> httpx.Response:
        account = self.account
        url = f"{account.url}/remote.php/dav/{kind}/{quote(account.login)}{quote(path)}"
        answer = self.http.request(method, url, auth=(account.login, account.password), **given)
        self.http.cookies.clear()
        return answer

    @staticmethod
    def _good(answer: httpx.Response) -> httpx.Response:
        assert answer.is_success, answer.text
        return answer


def _hrefs(answer: httpx.Response) -> list[str]:
    return [element.text or "" for element in ET.fromstring(answer.content).iter("{DAV:}href")]


def _name(href: str) -> str:
    return unquote(href.rstrip("/").rpartition("/")[2])


async def no_sleep(_seconds: float) -> None:
    """Waiting takes no time in a test."""
