"""What messages link to, fetched from Slack's hosts: resumed, checked, kept in a private folder for the time of a run.

An export holds links, never bytes; a token in each link opens it until the export is revoked. A dead link answers with
a page of login and 200, or leads to one: such a page must never pass for a file.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import weakref
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from degoog import scratch
from degoog.convert.slack import pages
from degoog.convert.slack.values import File
from degoog.errors import Refused, Unavailable
from degoog.http import Again, Pacing, Time, Verdict, open_client
from degoog.i18n import _
from degoog.model import FailReason
from degoog.ports import Blob, Observer
from degoog.secrets import Secret

_CHUNK = 256 << 10
_TRIES = 5
_AT_ONCE = 6
_LARGEST_PAGE = 16 << 20
_PICTURE = 1 << 20  # the largest that Mattermost takes as an emoji, and more than a portrait needs
_PAGES = frozenset({"quip", "canvas", "docs", "post", "space"})
# Slack may tell the size of the original and give a smaller one; a page has none of its own.
_OTHER_SIZE = ("video/", "audio/")


class Downloads:
    """Files, pictures and emoji of one workspace; used inside `async with`.

    `token` is the export's own, for links that lack it; `account` a person's (xoxb or xoxp), for what needs one.
    Tokens go to Slack's hosts, or to `url` in their place, and to no other.
    """

    def __init__(
        self,
        *,
        token: Secret | None = None,
        account: Secret | None = None,
        url: str = "",
        observer: Observer | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        time: Time | None = None,
    ) -> None:
        self._token = token
        self._account = account
        self._url = url.rstrip("/")
        clock = time or Time()
        self._client = open_client(
            judge=_judge, pacing=Pacing(clock), observer=observer, time=clock, transport=transport
        )
        self._sleep = clock.sleep
        self._silent: set[str] = set()  # hosts that did not answer: nobody waits for them twice in a run
        self._folder = scratch.make()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._numbers = count(1)
        self._kept: weakref.WeakValueDictionary[str, _Spool] = weakref.WeakValueDictionary()
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def close(self) -> None:
        """Forget every file, and close the connections."""
        await self._client.aclose()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def file(self, raw: Mapping[str, Any], plain: File) -> File:
        """Give a file with its bytes, or with why they could not be had.

        Raises `Refused(DEFERRED)` where its host does not answer, or not to the end: the message waits, the others go
        on.
        """
        address = str(
            raw.get("list_csv_download_url") or raw.get("url_private_download") or raw.get("url_private") or ""
        )
        if raw.get("file_access") in {"access_denied", "file_not_found", "check_file_info"} and not address:
            return replace(plain, lost=_("Slack gives it to nobody with this export"))
        if not _of_slack(address):
            return replace(plain, lost=_("the export has no link to it"))
        try:
            spool = await self._spooled(plain.id, address, plain)
        except Refused as refused:
            if refused.reason is FailReason.DEFERRED:
                raise
            return replace(plain, lost=refused.detail)
        if plain.mode in _PAGES:
            text = spool.path.read_bytes()[:_LARGEST_PAGE].decode("utf-8", "replace")
            if pages.is_page(text):
                return replace(plain, page=text)
            if plain.mode in {"quip", "canvas", "docs"}:
                return replace(plain, lost=_expired())
        return replace(plain, blob=spool.blob())

    async def picture(self, url: str) -> Blob | None:
        """Give somebody's picture or an emoji's image, None where there is none any more."""
        if not _of_slack(url):
            return None
        try:
            spool = await self._spooled(url, url, None)
        except Refused:
            return None
        return spool.blob() if 0 < spool.size <= _PICTURE else None

    async def emoji(self) -> Mapping[str, str]:
        """Give the custom emoji: name → address, or `alias:` and a name. Nothing without a person's token.

        https://docs.slack.dev/reference/methods/emoji.list
        """
        if self._account is None:
            return {}
        response = await self._client.get(self._at("https://slack.com/api/emoji.list"), headers=self._header())
        try:
            told = json.loads(response.content)
        except ValueError:
            told = {}
        if not isinstance(told, dict) or not told.get("ok"):
            why = str(told.get("error") or response.status_code) if isinstance(told, dict) else response.status_code
            raise Unavailable(
                _("Slack does not give the custom emoji ({why}). To do: check DEGOOG_SLACK_TOKEN, or unset it.").format(
                    why=why
                )
            )
        return {str(name): str(value) for name, value in (told.get("emoji") or {}).items()}

    # One file

    async def _spooled(self, key: str, address: str, plain: File | None) -> _Spool:
        """Fetch each thing once for as long as somebody holds it, whoever asks at the same time."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        async with lock:
            spool = self._kept.get(key)
            if spool is None:
                async with self._turns:
                    spool = await self._fetch(address, plain)
                self._kept[key] = spool
            return spool

    async def _fetch(self, address: str, plain: File | None) -> _Spool:
        host = urlsplit(address).hostname or ""
        if host in self._silent:
            raise _not_today(host)
        spool = _Spool(self._folder / str(next(self._numbers)))
        for attempt in range(_TRIES):
            try:
                await self._pour(address, spool, plain)
            except Unavailable as error:
                self._silent.add(host)
                raise _not_today(host) from error
            except httpx.TransportError as error:
                if attempt == _TRIES - 1:
                    text = _("the connection to {host} broke several times")
                    raise Refused(FailReason.DEFERRED, text.format(host=host)) from error
                await self._sleep(min(30.0, 2.0**attempt))
            else:
                break
        exact = plain is not None and plain.size and not plain.mimetype.startswith(_OTHER_SIZE)
        if exact and plain is not None and plain.mode not in _PAGES and spool.size != plain.size:
            text = _("what came has {got} bytes instead of {size}")
            raise Refused(FailReason.HASH_MISMATCH, text.format(got=spool.size, size=plain.size))
        return spool

    async def _pour(self, address: str, spool: _Spool, plain: File | None) -> None:
        """Append what is missing to the spool; begins anew where the server does not go on in the middle."""
        headers = self._header() if "token=" not in address and "t=xox" not in address else {}
        headers = {**headers, "Accept-Encoding": "identity"}
        if spool.size:
            headers = {**headers, "Range": f"bytes={spool.size}-"}
        async with self._client.stream("GET", self._with_token(address), headers=headers) as response:
            _check(response, plain)
            if response.status_code == 416:
                return
            mode = "ab" if response.status_code == 206 and spool.size else "wb"
            with spool.path.open(mode) as file:
                async for chunk in response.aiter_raw():  # as it comes: what came before a break is kept
                    file.write(chunk)

    def _with_token(self, address: str) -> str:
        if self._token is not None and "xox" not in address and self._account is None:
            mark = "&" if "?" in address else "?"
            address = f"{address}{mark}token={self._token.reveal()}"
        return self._at(address)

    def _header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._account.reveal()}"} if self._account is not None else {}

    def _at(self, address: str) -> str:
        """Give an address at Slack's host, or at whoever stands in for it."""
        return f"{self._url}/{address.removeprefix('https://')}" if self._url else address


class _Spool:
    """A file of our own, gone when nobody holds it any more."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self.path = path
        weakref.finalize(self, path.unlink, missing_ok=True)

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def blob(self) -> Blob:
        spool = self  # held by whoever holds the blob

        @asynccontextmanager
        async def open_() -> AsyncIterator[AsyncIterator[bytes]]:
            async def chunks() -> AsyncIterator[bytes]:
                with spool.path.open("rb") as file:
                    while chunk := file.read(_CHUNK):
                        yield chunk

            yield chunks()

        return Blob(self.size, open_)


def _of_slack(address: str) -> bool:
    """Whether an address is one of Slack's: no token goes anywhere else."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    return parts.scheme == "https" and host.endswith((".slack.com", ".slack-edge.com")) and not parts.username


def _check(response: httpx.Response, plain: File | None) -> None:
    """Raise `Refused` for what is not the file."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.is_redirect or response.status_code in {401, 403}:
        raise Refused(FailReason.UNREADABLE, _expired())
    if response.status_code in {404, 410}:
        raise Refused(FailReason.UNREADABLE, _("no longer in Slack"))
    if response.status_code >= 500:
        raise Refused(FailReason.DEFERRED, _("Slack answers {status}").format(status=response.status_code))
    if response.status_code not in {200, 206, 416}:
        raise Refused(FailReason.UNREADABLE, _("Slack answers {status}").format(status=response.status_code))
    page = plain is not None and (plain.mode in _PAGES or "html" in plain.mimetype)
    if kind == "text/html" and not page:
        raise Refused(FailReason.UNREADABLE, _expired())


def _not_today(host: str) -> Refused:
    return Refused(FailReason.DEFERRED, _("{host} does not answer").format(host=host))


def _expired() -> str:
    return _("its link has expired")


def _judge(response: httpx.Response) -> Verdict:
    if response.status_code == 429:
        return Again(_("Slack asks to slow down"), refused=True)
    if response.status_code >= 500:
        return Again(_("Slack does not answer well"), everyone=False, times=4)
    return None
