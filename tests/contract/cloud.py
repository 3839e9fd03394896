"""A Nextcloud under test, and its accounts as their owners see them: over WebDAV, without degoog."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree as ET

import httpx

from degoog.nextcloud.client import Client
from degoog.nextcloud.files import NextcloudFiles
from degoog.ports import Blob, Target
from degoog.secrets import Secret

OCS = {"OCS-APIRequest": "true", "Accept": "application/json"}


class Cloud:
    """A server of which we are the administrator; the accounts made here are removed at the end."""

    def __init__(self, admin_url: str) -> None:
        parts = urlsplit(admin_url)
        self.url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
        self._admin = (unquote(parts.username or ""), unquote(parts.password or ""))
        self._made: list[str] = []
        self.http = httpx.Client(timeout=120, headers=OCS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for login in self._made:
            self._ocs(self._admin, "DELETE", f"/cloud/users/{login}")
        self.http.close()

    def account(self) -> Account:
        """A new account with an app password."""
        login, password = f"degoog-test-{secrets.token_hex(4)}", secrets.token_urlsafe(24)
        self._made.append(login)
        self._ocs(self._admin, "POST", "/cloud/users", {"userid": login, "password": password})
        given = self._ocs((login, password), "GET", "/core/getapppassword")["apppassword"]
        return Account(self, login, given)

    def _ocs(self, auth: tuple[str, str], method: str, path: str, data: dict[str, str] | None = None) -> Any:
        answer = self.http.request(method, f"{self.url}/ocs/v2.php{path}", auth=auth, data=data)
        self.http.cookies.clear()
        assert answer.status_code == 200, answer.text
        return answer.json()["ocs"]["data"]


@dataclass(frozen=True)
class Account:
    """One account."""

    cloud: Cloud
    login: str
    password: str

    def dav(self, method: str, path: str, kind: str = "files", **given: Any) -> httpx.Response:
        url = f"{self.cloud.url}/remote.php/dav/{kind}/{quote(self.login)}{quote(path)}"
        answer = self.cloud.http.request(method, url, auth=(self.login, self.password), **given)
        self.cloud.http.cookies.clear()
        return answer

    def site(self, into: str) -> CloudSite:
        return CloudSite(self, into)


@dataclass(frozen=True)
class CloudSite:
    """A folder of an account. See `tests.contract.site.Site`."""

    account: Account
    into: str
    keeps_id = True

    def open(self) -> Target[Blob]:
        account = self.account
        client = Client(account.cloud.url, account.login, Secret(account.password))
        return NextcloudFiles(client, into=self.into, large=1 << 20, sleep=no_sleep)

    def foreign_write(self, path: str, data: bytes) -> None:
        self._make_into()
        self._good(self.account.dav("PUT", f"{self.into}/{path}", content=data))

    def foreign_make(self, path: str) -> None:
        self._make_into()
        self._good(self.account.dav("MKCOL", f"{self.into}/{path}"))

    def remove(self, path: str) -> None:
        self._good(self.account.dav("DELETE", f"{self.into}/{path}"))

    def read(self, path: str) -> bytes:
        return self._good(self.account.dav("GET", f"{self.into}/{path}")).content

    def paths(self) -> set[str]:
        found, folders = set(), [""]
        while folders:
            folder = folders.pop()
            for path in self._in(folder):
                found.add(path)
                folders += [path] * path.endswith("/")
        return found

    def modified(self, path: str) -> datetime | None:
        answer = self._good(self.account.dav("PROPFIND", f"{self.into}/{path}", headers={"Depth": "0"}))
        text = ET.fromstring(answer.content).findtext(".//{DAV:}getlastmodified")
        return parsedate_to_datetime(text).astimezone(UTC) if text else None

    def leftovers(self) -> set[str]:
        answer = self.account.dav("PROPFIND", "/", "uploads", headers={"Depth": "1"})
        return {name for name in map(_name, _hrefs(answer)[1:]) if name} if answer.status_code == 207 else set()

    def _in(self, folder: str) -> list[str]:
        answer = self.account.dav("PROPFIND", f"{self.into}/{folder}", headers={"Depth": "1"})
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
            self.account.dav("MKCOL", "/" + "/".join(parts[:end]))

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
