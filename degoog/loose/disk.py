"""Documents that lie on this machine, or at an address that gives a calendar."""

from __future__ import annotations

import codecs
import hashlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Self
from urllib.parse import unquote, urlsplit

import httpx

from degoog.documents import Document
from degoog.errors import Unavailable, Usage
from degoog.http import Again, Pacing, Verdict, open_client
from degoog.i18n import _, trouble
from degoog.model import Found
from degoog.ports import Observer

_CHUNK = 1 << 18
_GOOGLE = re.compile(r"/calendar/ical/([^/]+)/(?:private-[^/]+|public)/")
_HOPS = 5
_HEAD = 1 << 16
_BEGINS = re.compile(rb"^BEGIN:V(?:CALENDAR|CARD)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class Paths:
    """Files on this machine; a folder stands for all files in it with this ending."""

    partial = False

    def __init__(self, paths: Sequence[Path], *, ending: str) -> None:
        self._paths = paths
        self._ending = ending
        self._found: list[Document] = []
        self.account = ", ".join(path.name for path in paths)

    def documents(self) -> Sequence[Document]:
        """One for each file."""
        return self._found

    def problems(self) -> Sequence[Found]:
        """None: a file that cannot be read stops everything."""
        return ()

    async def __aenter__(self) -> Self:
        """Look for the files. Raises `Usage` where one cannot be read, or is something else."""
        self._found = []
        for path in self._paths:
            inside = sorted(path.glob(f"*{self._ending}")) if path.is_dir() else [path]
            if not inside:
                text = _("There is no {ending} file in the folder {path}.")
                raise Usage(text.format(ending=self._ending, path=path))
            self._found += [self._document(one) for one in inside]
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    def _document(self, path: Path) -> Document:
        try:
            with path.open("rb") as file:
                head = file.read(_HEAD)
        except OSError as error:
            text = _("{path} cannot be read: {why}. Check the path after “ics:” or “vcf:”.")
            raise Usage(text.format(path=path, why=trouble(error))) from error
        if not _BEGINS.search(head.removeprefix(codecs.BOM_UTF8)):  # a page, an empty file, UTF-16: nothing to find
            text = _(
                "{path} holds no calendar and no contact, or not as UTF-8 text. "
                "To do: export it again, or take it out of the folder."
            )
            raise Usage(text.format(path=path))
        return Document(path.stem, path.stem, str(path), lambda: _read(path))


class Address:
    """A calendar at an address, Google's private ones among them; it is fetched once, when entered.

    The address is a secret: whoever knows it reads the calendar. It is neither shown nor kept.
    """

    partial = False

    def __init__(
        self, url: str, *, observer: Observer | None = None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._url = url
        self._observer = observer
        self._transport = transport
        self._file: IO[bytes] | None = None
        found = _GOOGLE.search(urlsplit(url).path)
        self._key = unquote(found[1]) if found else hashlib.sha256(url.encode()).hexdigest()[:16]
        self.account = self._key if found else f"{urlsplit(url).hostname} {self._key}"

    def documents(self) -> Sequence[Document]:
        """The one calendar."""
        name = self._key if "@" in self._key else str(urlsplit(self._url).hostname)
        return [Document(self._key, name, name, self._chunks)]

    def problems(self) -> Sequence[Found]:
        """None."""
        return ()

    async def __aenter__(self) -> Self:
        """Fetch it. Raises `Usage` for an address that gives no calendar, `Unavailable` for one that gives nothing."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed on leaving
        try:
            await self._fetch(file)
            self._check(file)
        except BaseException:
            file.close()
            raise
        self._file = file
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _check(self, file: IO[bytes]) -> None:
        file.seek(0)
        if b"BEGIN:VCALENDAR" not in file.read(1 << 16).upper():
            text = _("The address at {host} does not give a calendar. Copy the “secret address in iCal format”.")
            raise Usage(text.format(host=urlsplit(self._url).hostname))

    async def _fetch(self, file: IO[bytes]) -> None:
        url = self._url
        async with open_client(
            judge=_judge, pacing=Pacing(), observer=self._observer, transport=self._transport
        ) as client:
            for _hop in range(_HOPS):
                async with client.stream("GET", url, headers={"User-Agent": "degoog"}) as response:
                    if response.has_redirect_location:
                        url = str(response.url.join(response.headers["location"]))
                        continue
                    if response.is_error:
                        raise _refused(response)
                    async for data in response.aiter_bytes(_CHUNK):
                        file.write(data)
                    return
        raise _refused(response)

    def _chunks(self) -> Iterator[bytes]:
        if self._file is None:
            raise RuntimeError("enter the address first")
        self._file.seek(0)
        while chunk := self._file.read(_CHUNK):
            yield chunk


def _judge(response: httpx.Response) -> Verdict:
    if response.status_code in {429, 500, 502, 503, 504}:
        return Again(_("{host} asks for patience").format(host=response.request.url.host), refused=True)
    return None


def _refused(response: httpx.Response) -> Usage | Unavailable:
    host, status = response.request.url.host, response.status_code
    if status in {401, 403, 404, 410} or response.has_redirect_location:
        text = _("{host} does not give this calendar (status {status}). Copy its secret address in iCal format again.")
        return Usage(text.format(host=host, status=status))
    text = _("{host} does not give this calendar now (status {status}). Run the same command again later.")
    return Unavailable(text.format(host=host, status=status))


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
