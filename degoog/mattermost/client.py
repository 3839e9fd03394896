"""One account on one Mattermost: every request that is made with its token."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from degoog.errors import Refused, Unavailable
from degoog.http import TIMEOUT, Pacing, open_client
from degoog.i18n import _
from degoog.mattermost import server
from degoog.mattermost.judge import Judge
from degoog.model import FailReason
from degoog.ports import Observer
from degoog.secrets import Secret

HEADERS = {"Accept-Language": "en", "User-Agent": "degoog"}
_API = "/api/v4"


class Client:
    """Requests with one access token, on the server at `url` (as `addresses.server` gives it).

    Enter it before use: that reads the server's version and who the token's account is. It may be entered again
    while it is open. Entering raises `Usage` for an address that is no Mattermost or one too old, `Unavailable`
    where the token is refused; after that every request raises the same at once.
    """

    def __init__(
        self,
        url: str,
        token: Secret,
        *,
        pacing: Pacing | None = None,
        observer: Observer | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.observer = observer
        self._token = token
        self._pacing = pacing or Pacing()
        self._transport = transport
        self._http: httpx.AsyncClient | None = None
        self._server: server.Server | None = None
        self._entered = 0

    @property
    def host(self) -> str:
        """The server's name, for people."""
        return urlsplit(self.url).hostname or self.url

    @property
    def server(self) -> server.Server:
        """What the server said when this was entered."""
        if self._server is None:
            raise RuntimeError("enter the client first")
        return self._server

    @property
    def time(self) -> Any:  # noqa: ANN401 - degoog.http.Time, which ports need not know
        """Where waiting comes from."""
        return self._pacing.time

    async def __aenter__(self) -> Self:
        self._entered += 1
        if self._entered > 1:  # shared by several targets
            return self
        self._http = open_client(
            judge=Judge(self.url),
            pacing=self._pacing,
            observer=self.observer,
            transport=self._transport,
            headers=HEADERS,
        )
        try:
            _status, told = await self.call("GET", "/config/client?format=old")
            server.read(self.url, told, {"id": ""})  # an address that is no Mattermost is said to be none
            _status, me = await self.call("GET", "/users/me")
            self._server = server.read(self.url, told, me)
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

    async def call(
        self, method: str, path: str, body: object = None, *, extensions: Mapping[str, bool] | None = None
    ) -> tuple[int, Any]:
        """Call the API at a path behind `/api/v4`; give the status and the answer's JSON, None where it has none.

        An error's JSON holds `id` and `message`. Raises `Unavailable`, also where nobody knows what the request did;
        `extensions=REPEATABLE` has those repeated.
        """
        try:
            response = await self._opened.request(
                method,
                self.url + _API + path,
                json=body if body is not None else None,
                headers=self._headers(),
                extensions=dict(extensions or {}),
            )
        except httpx.TransportError as error:
            raise Unavailable(self._broke(path)) from error
        try:
            return response.status_code, response.json()
        except ValueError:
            return response.status_code, None

    async def get(self, path: str) -> Any:  # noqa: ANN401 - JSON as it came
        """Read something that is there. Raises `Unavailable` with what the server said where it does not give it."""
        status, answer = await self.call("GET", path)
        if status != 200:
            raise Unavailable(self.said(path, status, answer))
        return answer

    async def find(self, path: str) -> Any:  # noqa: ANN401 - JSON as it came
        """Read something that may not be there: None then."""
        status, answer = await self.call("GET", path)
        if status == 404:
            return None
        if status != 200:
            raise Unavailable(self.said(path, status, answer))
        return answer

    async def do(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON as it came
        """Have something done. Raises `Refused(REJECTED)` with the server's own words where it would not."""
        status, answer = await self.call(method, path, body)
        if status >= 400:
            raise Refused(FailReason.REJECTED, words(answer) or str(status))
        return answer

    async def send(self, path: str, content: bytes | AsyncIterable[bytes], length: int) -> tuple[int, Any]:
        """Send bytes of known length; give the status and the answer's JSON."""
        headers = self._headers() | {"Content-Type": "application/octet-stream", "Content-Length": str(length)}
        response = await self._opened.post(self.url + _API + path, content=content, headers=headers)
        try:
            return response.status_code, response.json()
        except ValueError:
            return response.status_code, None

    @asynccontextmanager
    async def download(self, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Give a file's bytes as they come. Raises `Refused(UNREADABLE)` where the server does not give it."""
        async with self._opened.stream(
            "GET", self.url + _API + path, headers=self._headers(), timeout=TIMEOUT
        ) as response:
            if response.status_code != 200:
                raise Refused(FailReason.UNREADABLE, str(response.status_code))
            yield response.aiter_bytes(1 << 18)

    def _broke(self, path: str) -> str:
        text = _("the connection to {url} broke at {path}; what it had begun is looked for in the next run")
        return text.format(url=self.url, path=path.partition("?")[0])

    def said(self, path: str, status: int, answer: object) -> str:
        """Give an error in words: what the server said to a request."""
        return _("{url} answered {status} to {path}: {words}").format(
            url=self.url, status=status, path=path.partition("?")[0], words=words(answer) or "-"
        )

    @property
    def _opened(self) -> httpx.AsyncClient:
        if self._http is None:
            raise RuntimeError("enter the client first")
        return self._http

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token.reveal()}"}


def words(answer: object) -> str:
    """Give the words of an error answer (model.AppError: id, message, detailed_error), empty where it has none."""
    return str(answer.get("message") or answer.get("id") or "") if isinstance(answer, dict) else ""
