"""What Google's own documents become, and the ways to have them (facts/google.md §1.3).

Asked for in this order, until one gives a file that opens: `files.export` (10 MB at most), the document's own export
link, the long-running download; then the same for PDF.
"""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from degoog.google.client import Client
from degoog.google.drive.file import GOOGLE, SCRIPT, SPREADSHEET
from degoog.google.drive.spool import Spool
from degoog.google.fault import Fault, fault
from degoog.i18n import _


class Format(StrEnum):
    """What documents become."""

    ODF = "odf"
    OOXML = "ooxml"


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
_PDF = ("pdf", "application/pdf")

# developers.google.com/workspace/drive/api/guides/ref-export-formats
_WANTED: dict[str, dict[Format, tuple[str, str]]] = {
    f"{GOOGLE}document": {
        Format.ODF: ("odt", f"{_OPEN}.text"),
        Format.OOXML: ("docx", f"{_OFFICE}.wordprocessingml.document"),
    },
    SPREADSHEET: {
        # Google's own list gives this odd type for .ods beside the registered one.
        Format.ODF: ("ods", f"{_OPEN}.spreadsheet"),
        Format.OOXML: ("xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
    },
    f"{GOOGLE}presentation": {
        Format.ODF: ("odp", f"{_OPEN}.presentation"),
        Format.OOXML: ("pptx", f"{_OFFICE}.presentationml.presentation"),
    },
}
_VIDEO = f"{GOOGLE}vid"
_ALWAYS = {
    f"{GOOGLE}drawing": ("svg", "image/svg+xml"),
    SCRIPT: ("json", f"{SCRIPT}+json"),
    _VIDEO: ("mp4", "video/mp4"),
}
_NO_PDF = {SCRIPT, _VIDEO}
_PACKED = {"docx", "odt", "xlsx", "ods", "pptx", "odp"}
_POLLS = (1.0, 2.0, 4.0, 8.0, *(15.0,) * 40)  # seconds: ten minutes in all
# The document or its format is the matter, not the run: another way may lead further.
_OTHER_WAY = ("exportSizeLimitExceeded", "fileNotExportable", "badRequest", "invalid", "invalidArgument")


def becomes(media: str, wanted: Format) -> tuple[str, str] | None:
    """Give the ending and media type in which a document arrives, None for what cannot be exported."""
    return _WANTED[media][wanted] if media in _WANTED else _ALWAYS.get(media)


@dataclass(frozen=True, slots=True)
class Exported:
    """A document's bytes, and the ending of the format in which they came."""

    bytes: Spool
    ending: str


class NotExportable(Exception):
    """Google gives the document in none of the formats; the text says why."""


class _NextWay(Exception):
    """This way leads nowhere; the next one may."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """Exports one document. `ending` is the one that its name says; `headers` carry its resource key."""

    client: Client
    id: str
    media: str
    ending: str
    headers: Mapping[str, str]

    async def export(self) -> Exported:
        """Give the document. Raises `NotExportable`, or `Fault` for what is not about its format."""
        why = ""
        # Videos are to be had by the long-running download only.
        every = (self._plain, self._linked, self._long_running)
        ways = every[2:] if self.media == _VIDEO else every
        for ending, mime in self._formats():
            for way in ways:
                try:
                    spool = await way(mime)
                except _NextWay as leads_nowhere:
                    why = str(leads_nowhere) or why
                    continue
                if await asyncio.to_thread(opens, spool, ending):
                    return Exported(spool, ending)
                why = _("what Google gave does not open")
        raise NotExportable(why)

    def _formats(self) -> list[tuple[str, str]]:
        choices = [_ALWAYS[self.media]] if self.media in _ALWAYS else list(_WANTED[self.media].values())
        first = [one for one in choices if one[0] == self.ending] or choices[-1:]
        return first if self.media in _NO_PDF else [*first, _PDF]

    async def _plain(self, mime: str) -> Spool:
        return await self._fetch(self.client.api(f"/drive/v3/files/{self.id}/export"), {"mimeType": mime})

    async def _linked(self, mime: str) -> Spool:
        params = {"supportsAllDrives": "true", "fields": "exportLinks"}
        told = await self._step(self.client.get(f"/drive/v3/files/{self.id}", params, headers=self.headers))
        links = told.get("exportLinks")
        link = links.get(mime) if isinstance(links, dict) else None
        if not isinstance(link, str):
            raise _NextWay
        return await self._fetch(self.client.hosts.placed(link))

    async def _long_running(self, mime: str) -> Spool:
        """https://developers.google.com/workspace/drive/api/guides/long-running-operations."""
        path = f"/drive/v3/files/{self.id}/download"
        told = await self._step(self.client.post(path, {"mimeType": mime}, headers=self.headers))
        for wait in _POLLS:
            if told.get("done") is True:
                break
            await self.client.sleep(wait)
            name = str(told.get("name", "")).removeprefix("operations/")
            told = await self._step(self.client.get(f"/drive/v3/operations/{name}", {}))
        match told:
            case {"response": {"downloadUri": str(uri)}}:
                return await self._fetch(self.client.hosts.placed(uri))
            case {"error": {"message": str(message)}}:
                raise _NextWay(message)
            case _other:
                raise _NextWay(_("Google did not come to an end with it"))

    async def _step(self, asking: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        try:
            return await asking
        except Fault as what:
            raise _judged(what) from what

    async def _fetch(self, url: str, params: Mapping[str, str] | None = None) -> Spool:
        spool = Spool()
        try:
            async with self.client.stream(url, params, headers=self.headers) as response:
                if response.is_error:
                    await response.aread()
                    raise fault(response)
                if params is None and response.headers.get("content-type", "").startswith("text/html"):
                    raise _NextWay(_("Google showed a page instead of the document"))
                async for chunk in response.aiter_bytes(1 << 18):
                    spool.write(chunk)
                announced = response.headers.get("content-length", "")
        except Fault as what:
            raise _judged(what) from what
        except httpx.TransportError as error:
            raise _NextWay(_("the connection broke")) from error
        if announced.isdigit() and int(announced) != spool.size:
            raise _NextWay(_("the connection broke"))
        return spool


def opens(spool: Spool, ending: str) -> bool:
    """Whether an export is whole, as far as its format lets one see."""
    if not spool.size:
        return False
    if ending == "pdf":
        return spool.read(0, 5) == b"%PDF-" and b"%%EOF" in spool.read(max(0, spool.size - 2048), 2048)
    if ending not in _PACKED:
        return True
    try:
        with spool.file() as file, zipfile.ZipFile(file) as packed:
            return packed.testzip() is None
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError):
        return False


def _judged(what: Fault) -> Exception:
    """Tell the end of one way from what is wrong with the document or the run."""
    if what.is_one_of(*_OTHER_WAY) or what.status == 400 or what.status >= 500:
        return _NextWay(what.message or str(what))
    return what


async def chunks(spool: Spool) -> AsyncIterator[bytes]:
    """Give a spool's bytes from its start."""
    position = 0
    while data := spool.read(position, 1 << 18):
        position += len(data)
        yield data
