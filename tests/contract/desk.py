"""A Nextcloud under test: its accounts, and eyes on what really lies there."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx

from degoog.model import Item, Kind, Place, Proof, Ref, Stage
from degoog.nextcloud.client import Client
from degoog.nextcloud.dav import Answer, D, parse, propfind
from degoog.nextcloud.files import NextcloudFiles
from degoog.ports import Blob, Make, Result, Settled, Task, Write
from degoog.secrets import Secret
from tests.contract.accidents import Wire

OCS = {"OCS-APIRequest": "true", "Accept": "application/json"}
DAY = datetime(2015, 5, 6, 7, 8, 9, tzinfo=UTC)


class Cloud:
    """A server of which we are the administrator; the accounts made here are removed at the end."""

    def __init__(self, admin_url: str) -> None:
        parts = urlsplit(admin_url)
        self.url = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "") + parts.path
        self._admin = (unquote(parts.username or ""), unquote(parts.password or ""))
        self._made: list[str] = []

    def account(self, **values: str) -> Account:
        """A new account with an app password and nothing in its home. `quota="5 MB"`."""
        login, password = f"degoog-test-{secrets.token_hex(4)}", secrets.token_urlsafe(24)
        self._made.append(login)
        self._ocs(self._admin, "POST", "/cloud/users", userid=login, password=password, **values)
        given = self._ocs((login, password), "GET", "/core/getapppassword")["apppassword"]
        account = Account(self.url, login, given)
        for example in account.look("/", f"{D}resourcetype", depth=1)[1:]:
            assert account.dav("DELETE", f"/{example.entry().name}").status_code == 204
        return account

    def close(self) -> None:
        for login in self._made:
            self._ocs(self._admin, "DELETE", f"/cloud/users/{login}")

    def _ocs(self, auth, method, path, **data) -> Any:
        url = f"{self.url}/ocs/v2.php{path}"
        answer = httpx.request(method, url, auth=auth, headers=OCS, data=data or None, timeout=120)
        assert answer.status_code == 200, answer.text
        return answer.json()["ocs"]["data"]


@dataclass(frozen=True)
class Account:
    """An account, and what its owner can do and see without degoog."""

    url: str
    login: str
    password: str

    def client(self, wire: httpx.AsyncBaseTransport | None = None, password: str = "") -> Client:
        return Client(self.url, self.login, Secret(password or self.password), transport=wire)

    def dav(self, method: str, path: str, kind: str = "files", **given) -> httpx.Response:
        url = f"{self.url}/remote.php/dav/{kind}/{quote(self.login)}{quote(path)}"
        return httpx.request(method, url, auth=(self.login, self.password), timeout=120, **given)

    def get(self, path: str) -> bytes | None:
        answer = self.dav("GET", path)
        return answer.content if answer.status_code == 200 else None

    def put(self, path: str, data: bytes) -> str:
        """Write as another program would; gives the file's number."""
        answer = self.dav("PUT", path, content=data)
        assert answer.status_code in {201, 204}, answer.text
        return re.sub(r"^0*(\d+)[a-z].*$", r"\1", answer.headers["oc-fileid"])

    def look(self, path: str, *names: str, depth: int = 0, kind: str = "files") -> list[Answer]:
        given: dict[str, Any] = {"headers": {"Depth": str(depth)}, "content": propfind(names) if names else propfind()}
        answer = self.dav("PROPFIND", path, kind, **given)
        return parse(answer.content) if answer.status_code == 207 else []

    def names(self, path: str, kind: str = "files") -> set[str]:
        return {answer.entry().name for answer in self.look(path, depth=1, kind=kind)[1:]}

    def share(self, path: str, url: str = "/apps/files_sharing/api/v1/shares", **data: str) -> httpx.Response:
        where = f"{self.url}/ocs/v2.php{url}"
        given = {"path": path, "shareType": "3", **data}
        return httpx.post(where, auth=(self.login, self.password), headers=OCS, data=given, timeout=60)

    def shares(self, path: str) -> int:
        where = f"{self.url}/ocs/v2.php/apps/files_sharing/api/v1/shares"
        answer = httpx.get(where, auth=(self.login, self.password), headers=OCS, params={"path": path}, timeout=60)
        return len(answer.json()["ocs"]["data"])


@dataclass
class Desk:
    """One folder of one account, and a target on it that is new at every call, as after a kill."""

    account: Account
    into: str
    wire: Wire = field(default_factory=Wire)
    options: dict[str, Any] = field(default_factory=dict)

    def close(self, *tasks: Task[Blob], **options) -> list[Result]:
        """Put tasks into one batch and close it."""

        async def go(target: NextcloudFiles) -> list[Result]:
            batch = target.batch()
            for task in tasks:
                batch.put(task)
            return list(await batch.close())

        results: list[Result] = self.run(go, **options)
        return results

    def run(self, go, **options) -> Any:
        """Run a coroutine function on an entered target."""

        async def inner() -> Any:
            given = {"sleep": no_sleep, **self.options, **options}
            async with NextcloudFiles(self.account.client(self.wire), into=self.into, **given) as target:
                self.wire.log.clear()
                return await go(target)

        return asyncio.run(inner())

    def settled(self, *tasks: Task[Blob], **options) -> list[Settled]:
        """The same, where everything must arrive; in the order of the tasks."""
        results = {result.item.ref: result for result in self.close(*tasks, **options)}
        ordered = [results[task.item.ref] for task in tasks]
        assert all(isinstance(result, Settled) for result in ordered), ordered
        return [result for result in ordered if isinstance(result, Settled)]

    def path(self, name: str) -> str:
        return f"{self.into}/{name}"

    def get(self, name: str) -> bytes | None:
        return self.account.get(self.path(name))

    def names(self, folder: str = "") -> set[str]:
        return self.account.names(self.path(folder).rstrip("/")) - {".degoog"}


async def no_sleep(_seconds: float) -> None:
    """Waiting takes no time in a test."""


def blob(data: bytes, *, size: int | None = None, error: Exception | None = None) -> Blob:
    """Bytes as a Blob; it may lie about its size, or end in an error."""

    @asynccontextmanager
    async def open_() -> AsyncIterator[AsyncIterator[bytes]]:
        yield pieces()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 1 << 18):
            yield data[start : start + (1 << 18)]
        if error is not None:
            raise error

    return Blob(len(data) if size is None else size, open_)


def file(name: str, content: str = "1", **more) -> Item:
    given: dict[str, Any] = {"content": content, "modified": DAY, **more}
    return Item(Ref("test", name), None, Kind.FILE, name, Stage.CONTENT, **given)


def write(path: str, data: bytes, *, proof: Proof | None = None, intent: Any = None, **more) -> Write[Blob]:
    """A file to be written at a path; its last name is its id."""
    place = Place(path, proof=proof, intent=intent)
    return Write(file(path, content=str(hash(data)), **more), place, blob(data))


def make(path: str, **more) -> Make:
    given: dict[str, Any] = {"modified": DAY, **more}
    return Make(Item(Ref("test", path), None, Kind.FOLDER, path, Stage.HOLDERS, **given), Place(path))


def again(task: Write[Blob], result: Settled, data: bytes) -> Write[Blob]:
    """The same item with new content, as the ledger remembers it."""
    item = replace(task.item, content=str(hash(data)))
    return Write(item, Place(result.path, proof=result.proof), blob(data))
