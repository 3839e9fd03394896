"""One account at Google: every request that is made in its name."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, tzinfo
from types import TracebackType
from typing import Any, Self

import httpx

from degoog.errors import Unavailable
from degoog.google import hosts
from degoog.google.credentials import Credentials
from degoog.google.fault import fault
from degoog.google.hosts import Hosts
from degoog.google.judge import Judge
from degoog.google.scopes import FILES
from degoog.google.tokens import Bearer, Tokens
from degoog.http import Pacing, open_client
from degoog.i18n import _
from degoog.ports import Observer

_AGENT = "degoog (gzip)"  # Google compresses for who says so in both headers
_HOPS = 5


class Client:
    """Requests in the name of `account`; with a service account, the person for whom it acts. Enter it before use.

    `api_url` is a server that stands in for Google, `narrow` what to say where a permission is missing. Every request
    raises `Unavailable` where Google stops the run.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        account: str = "",
        api_url: str = "",
        pacing: Pacing | None = None,
        observer: Observer | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], float] = time.time,
        zone: tzinfo = UTC,
        scopes: tuple[str, ...] = FILES,
        narrow: str = "",
    ) -> None:
        self.account = account
        self.hosts = Hosts(api_url)
        self.now = now
        self.pacing = pacing or Pacing()
        self._credentials = credentials
        self._observer = observer
        self._transport = transport
        self._zone = zone
        self._scopes = scopes
        self._narrow = narrow
        self._http: httpx.AsyncClient | None = None
        self._bearer: Bearer | None = None
        self._entered = 0

    async def __aenter__(self) -> Self:
        self._entered += 1
        if self._entered == 1:
            self._http = open_client(
                judge=Judge(self.account, lambda: datetime.fromtimestamp(self.now(), UTC), self._zone, self._narrow),
                pacing=self.pacing,
                observer=self._observer,
                transport=self._transport,
                headers={"User-Agent": _AGENT},
            )
            self._bearer = Bearer(
                Tokens(self._http, self.hosts, self._credentials, self.account, self.now, scopes=self._scopes)
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered = max(0, self._entered - 1)
        if self._http is not None and not self._entered:
            await self._http.aclose()
            self._http = None

    async def get(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        headers: Mapping[str, str] | None = None,
        host: str = hosts.API,
    ) -> dict[str, Any]:
        """Ask an API (`/drive/v3/files`) and give its answer, a JSON object. Raises `Fault` for an error."""
        return await self._json("GET", self.hosts.url(host, path), params, headers)

    async def post(
        self, path: str, params: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Begin something at an API and give its answer, a JSON object. Raises `Fault` for an error."""
        return await self._json("POST", self.api(path), params, headers)

    @asynccontextmanager
    async def stream(
        self, url: str, params: Mapping[str, str] | None = None, *, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """Give an answer before its body is read, as the bytes are stored. Raises `Fault` for an error."""
        given = {**(headers or {}), "Accept-Encoding": "identity"}
        for _hop in range(_HOPS):
            async with self._opened.stream("GET", url, params=params, headers=given, auth=self._auth) as response:
                if response.is_redirect:
                    url, params = self.hosts.placed(str(response.url.join(response.headers["location"]))), None
                    continue
                if response.is_error and response.status_code != 416:
                    raise fault(response)
                yield response
                return
        raise Unavailable(_("Google sends from one address to the next without end. Run the same command again later."))

    def api(self, path: str) -> str:
        """Give the address of an API's path."""
        return self.hosts.url(hosts.API, path)

    async def sleep(self, seconds: float) -> None:
        """Wait before asking again how far Google is."""
        await self.pacing.time.sleep(seconds)

    async def _json(
        self, method: str, url: str, params: Mapping[str, str], headers: Mapping[str, str] | None
    ) -> dict[str, Any]:
        try:
            response = await self._opened.request(method, url, params=dict(params), headers=headers, auth=self._auth)
        except httpx.TransportError as error:
            text = _("{host} does not answer. Nothing is lost; run the same command again to resume.")
            raise Unavailable(text.format(host=hosts.API)) from error
        if response.is_error:
            raise fault(response)
        try:
            told = response.json()
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise Unavailable(_("Google gave an answer that cannot be read. Run the same command later to resume."))
        return told

    @property
    def _opened(self) -> httpx.AsyncClient:
        if self._http is None:
            raise RuntimeError("enter the client first")
        return self._http

    @property
    def _auth(self) -> Bearer:
        if self._bearer is None:
            raise RuntimeError("enter the client first")
        return self._bearer
