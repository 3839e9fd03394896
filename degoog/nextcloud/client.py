"""One account on one Nextcloud: every request that is made in its name."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx

from degoog.errors import Unavailable, Usage
from degoog.http import CONNECT, TIMEOUT, Pacing, open_client
from degoog.i18n import _
from degoog.nextcloud import dav, server
from degoog.nextcloud.judge import Judge
from degoog.nextcloud.sessions import Sessions
from degoog.ports import Observer
from degoog.secrets import Secret

HEADERS = {"Accept-Language": "en", "User-Agent": "degoog"}


class Client:
    """Requests in the name of one account, on the server at `url` (as `addresses.server` gives it).

    Enter it before use: that reads the server's version and rules. It may be entered again while it is open.

    Entering raises `Usage` for an address that is no Nextcloud or one too old, `Unavailable` for one that is in
    maintenance or refuses the password. After a first refusal every request raises the same `Unavailable` at once:
    ten failures would lock this network out for half an hour (nextcloud.md §6).
    """

    def __init__(
        self,
        url: str,
        login: str,
        password: Secret,
        *,
        pacing: Pacing | None = None,
        observer: Observer | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.login = login
        self._password = password
        self._pacing = pacing or Pacing()
        self._observer = observer
        self._transport = transport
        self._http: httpx.AsyncClient | None = None
        self._server: server.Server | None = None
        self._entered = 0
        self._sessions = Sessions()

    @property
    def server(self) -> server.Server:
        """What the server said when this was entered."""
        if self._server is None:
            raise RuntimeError("enter the client first")
        return self._server

    async def __aenter__(self) -> Self:
        self._entered += 1
        if self._entered > 1:  # shared by several targets
            return self
        self._http = open_client(
            judge=Judge(self.url, self.login),
            pacing=self._pacing,
            observer=self._observer,
            transport=self._transport,
            headers=HEADERS,
        )
        try:
            text = await self._status()
            _code, user = await self.ocs("GET", "/cloud/user")
            _code, told = await self.ocs("GET", "/cloud/capabilities")
            self._server = server.read(self.url, text, user, told, await self._instance(user))
        except BaseException:
            self._entered = 0
            await self._http.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered -= 1
        if self._http is not None and not self._entered:
            await self._http.aclose()

    def now(self) -> float:
        """Give the time by which requests are sent, in seconds."""
        return self._pacing.time.clock()

    def files(self, path: str = "") -> str:
        """Give the address of a path of this account's files; a path begins with a slash."""
        return self._address("files", self.server.user) + quote(path, safe="/")

    def uploads(self, *names: str) -> str:
        """Give the address of an unfinished upload, or of something in it."""
        return self._address("uploads", self.server.user, *names)

    def calendars(self, *names: str) -> str:
        """Give the address of this account's calendars, or of something in them."""
        return self._address("calendars", self.server.user, *names)

    def books(self, *names: str) -> str:
        """Give the address of this account's address books, or of something in them."""
        return self._address("addressbooks", "users", self.server.user, *names)

    def versions(self, number: str, *names: str) -> str:
        """Give the address of the versions of a file, by its number, or of one of them."""
        return self._address("versions", self.server.user, "versions", number, *names)

    def restoring(self) -> str:
        """Give the address to which a version is moved that is to be the present one again."""
        return self._address("versions", self.server.user, "restore", "target")

    def link(self, file_id: str) -> str:
        """Give the address a person opens to see a file or folder."""
        return f"{self.url}{'' if self.server.pretty else '/index.php'}/f/{file_id}"

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | AsyncIterable[bytes] | None = None,
        read: float | None = None,
        extensions: Mapping[str, bool | float] | None = None,
    ) -> httpx.Response:
        """Send a request and read its answer, whatever its status. `read`: how long to wait for it, in seconds.

        Raises `Unavailable`, and httpx's `TransportError` where nobody knows what the request did.
        """
        with self._sessions.one(method) as session:
            response = await self._opened.request(
                method,
                url,
                headers={**(headers or {}), **session.header()},
                content=content,
                auth=self._auth(),
                timeout=TIMEOUT if read is None else httpx.Timeout(read, connect=CONNECT, pool=None),
                extensions=dict(extensions or {}),
            )
            session.learn(response)
        return response

    def stream(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> AbstractAsyncContextManager[httpx.Response]:
        """Send a request and give its answer before its body is read."""
        return self._stream(method, url, headers=headers, content=content)

    async def ocs(self, method: str, path: str, *, data: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Call OCS v2 (sharing, provisioning): give its status code and its data, as JSON values.

        `path` begins behind `/ocs/v2.php`. Raises `Unavailable` where the answer is not one of OCS.
        """
        headers = {"OCS-APIRequest": "true", "Accept": "application/json"}
        response = await self._opened.request(
            method, f"{self.url}/ocs/v2.php{path}", headers=headers, data=data, auth=self._auth()
        )
        try:
            answer = response.json()["ocs"]
            return int(answer["meta"]["statuscode"]), answer["data"]
        except (ValueError, KeyError, TypeError) as error:
            text = _("{url} gave an answer that Nextcloud would not give (status {status}). Is the address right?")
            raise Unavailable(text.format(url=self.url, status=response.status_code)) from error

    @asynccontextmanager
    async def _stream(
        self, method: str, url: str, *, headers: Mapping[str, str] | None, content: bytes | None
    ) -> AsyncIterator[httpx.Response]:
        with self._sessions.one(method) as session:
            headers = {**(headers or {}), **session.header()}
            asked = self._opened.stream(method, url, headers=headers, content=content, auth=self._auth())
            async with asked as response:
                session.learn(response)
                yield response

    @property
    def _opened(self) -> httpx.AsyncClient:
        if self._http is None:
            raise RuntimeError("enter the client first")
        return self._http

    def _auth(self) -> httpx.BasicAuth:
        return httpx.BasicAuth(self.login, self._password.reveal())

    def _address(self, *names: str) -> str:
        return "/".join([f"{self.url}/remote.php/dav", *(quote(name, safe="") for name in names)])

    async def _status(self) -> str:
        for _hop in range(4):
            response = await self._opened.get(f"{self.url}/status.php")
            if not response.has_redirect_location:
                break
            self.url = _followed(self.url, str(response.url.join(response.headers["location"])))
        try:
            status = response.json()
        except ValueError:
            status = None
        return server.version(self.url, status)

    async def _instance(self, user: object) -> str:
        # oc:id is the file's number, padded to eight digits, and the instance's id (nextcloud.md §2).
        name = str(user["id"]) if isinstance(user, dict) and "id" in user else self.login
        response = await self.request(
            "PROPFIND",
            self._address("files", name) + "/",
            headers={"Depth": "0"},
            content=dav.propfind((f"{dav.OC}id", f"{dav.OC}fileid")),
        )
        answers = dav.parse(response.content) if response.status_code == 207 else []
        if not answers:
            text = _("{url} does not show the files of {login} (status {status}). Is the app “Files” switched on?")
            raise Unavailable(text.format(url=self.url, login=self.login, status=response.status_code))
        return answers[0].text(f"{dav.OC}id").removeprefix(answers[0].text(f"{dav.OC}fileid").zfill(8))


def _followed(url: str, target: str) -> str:
    old, new = urlsplit(url), urlsplit(target)
    safe = new.scheme == "https" or old.scheme == "http"
    if safe and new.hostname == old.hostname and new.path.endswith("/status.php"):
        return target.removesuffix("/status.php")
    raise Usage(_("{url} sends visitors on to {target}. Use that address instead.").format(url=url, target=target))
