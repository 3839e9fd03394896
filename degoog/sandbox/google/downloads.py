"""Contents: `alt=media` with ranges, exports within their limit, export links, and downloads that take their time."""

import base64
import hashlib
import io
import re
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from degoog.sandbox.google import formats
from degoog.sandbox.google.answers import ApiError, Asked, invalid, not_found
from degoog.sandbox.google.contents import Content
from degoog.sandbox.google.faults import Trouble
from degoog.sandbox.google.nodes import FOLDER, Node, Role
from degoog.sandbox.google.resources import Json, Sight
from degoog.sandbox.http_server import Response

EXPORT_LIMIT = 10 * 1024 * 1024
_TYPES = "type.googleapis.com/google.apps.drive.v3."


def media(asked: Asked, sight: Sight) -> Response:
    """`files.get` with `alt=media`. Raises ApiError."""
    node = sight.node
    if not node.blob or node.content is None:
        message = "Only files with binary content can be downloaded. Use Export with Docs Editors files."
        raise ApiError(403, "fileNotDownloadable", message, location="alt")
    allow(asked, sight)
    return content(asked, node.content, node.mime, sums=node.checksums)


def allow(asked: Asked, sight: Sight) -> None:
    """Raise ApiError where this person may not have the content, or not without acknowledging its risk."""
    if not sight.downloadable:
        raise ApiError(403, "cannotDownloadFile", "This file cannot be downloaded by the user.")
    if sight.node.abusive or asked.struck(Trouble.FLAGGED):
        may = sight.mine or (sight.node.drive and sight.at_least(Role.ORGANIZER))
        if not (asked.flag("acknowledgeAbuse") and may):
            message = "This file has been identified as malware or spam and cannot be downloaded."
            raise ApiError(403, "cannotDownloadAbusiveFile", message)


def content(asked: Asked, given: Content, mime: str, *, sums: frozenset[str] = frozenset()) -> Response:
    """The bytes, or the range of them that is asked for; 416 for a range that begins at or after the end."""
    data = given.read()
    headers = {"Content-Type": mime, "Server": "UploadServer", "Accept-Ranges": "bytes", "Vary": "Origin, X-Origin"}
    if "md5" in sums:
        digest = hashlib.md5(data, usedforsecurity=False).digest()
        headers["X-Goog-Hash"] = f"md5={base64.b64encode(digest).decode()}"
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", asked.request.header("range"))
    if wanted is None or wanted.group(0) == "bytes=-":
        return Response(200, headers, data)
    first, last = wanted.groups()
    start = int(first) if first else max(0, len(data) - int(last))
    end = min(int(last), len(data) - 1) if first and last else len(data) - 1
    if start >= len(data) or end < start:
        headers["Content-Range"] = f"bytes */{len(data)}"
        return Response(416, {**headers, "Content-Type": "text/html; charset=UTF-8"}, b"<html>416</html>")
    headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
    return Response(206, headers, data[start : end + 1])


def exported(asked: Asked, sight: Sight) -> Response:
    """`files.export`: at most 10 MB, and never a range. Raises ApiError."""
    node, wanted = sight.node, asked.one("mimeType")
    if not wanted:
        raise ApiError(400, "required", "Required parameter: mimeType", location="parameters.mimeType")
    if node.mime not in formats.EXPORT_FORMATS or node.mime == formats.VID:
        raise ApiError(403, "fileNotExportable", "Export only supports Docs Editors files.")
    allow(asked, sight)
    found = export_of(node, wanted)
    if found.size > EXPORT_LIMIT:
        raise ApiError(403, "exportSizeLimitExceeded", "This file is too large to be exported.")
    return whole(found, wanted)


def export_of(node: Node, wanted: str) -> Content:
    """A document in this format. Raises ApiError where there is no such conversion."""
    if wanted not in formats.EXPORT_FORMATS.get(node.mime, ()) or wanted not in node.exports:
        raise ApiError(400, "badRequest", "The requested conversion is not supported.", location="convertTo")
    return node.exports[wanted]


def whole(found: Content, mime: str) -> Response:
    """An export: all of it, with its length."""
    return Response(200, {"Content-Type": mime, "Server": "ESF", "Content-Disposition": "attachment"}, found.read())


def redrawn(package: bytes, *, minutes: int) -> bytes:
    """The same zip made some minutes later."""
    hour, minute = divmod(minutes, 60)
    date_time = (2026, 1 + hour // 24 // 28 % 12, 1 + hour // 24 % 28, hour % 24, minute, 0)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(buffer, "w") as new:
        for member in old.infolist():
            again = zipfile.ZipInfo(member.filename, date_time)
            new.writestr(again, old.read(member), member.compress_type)
    return buffer.getvalue()


@dataclass(slots=True)
class _Ticket:
    content: Content
    mime: str
    ranges: bool


@dataclass(slots=True)
class _Operation:
    account: str
    ticket: str
    polls: int = 0


class Waiting:
    """Downloads that take their time (`files.download`), and the addresses that contents are fetched from.

    An operation is done at the third look. An address is secret and asks for no token.
    """

    def __init__(self, draw: Callable[[int], str]) -> None:
        self._draw = draw
        self._guard = threading.Lock()
        self._operations: dict[str, _Operation] = {}
        self._tickets: dict[str, _Ticket] = {}
        self.looks = 3

    def begin(self, asked: Asked, sight: Sight) -> Json:
        """`files.download`. Raises ApiError."""
        node = sight.node
        if node.mime == FOLDER or (node.content is None and node.mime not in formats.EXPORT_FORMATS):
            raise ApiError(403, "fileNotDownloadable", "The file cannot be downloaded.")
        allow(asked, sight)
        wanted = asked.one("mimeType")
        if node.content is not None:
            if wanted:
                raise invalid("mimeType", "mimeType can only be set when downloading Google Workspace documents.")
            ticket = _Ticket(node.content, node.mime, ranges=True)
        else:
            wanted = wanted or formats.EXPORT_FORMATS[node.mime][0]
            ticket = _Ticket(export_of(node, wanted), wanted, ranges=False)
        with self._guard:
            name = self._draw(32)
            self._operations[name] = _Operation(asked.account, self._keep(ticket))
        return self._told(name)

    def look(self, asked: Asked) -> Json:
        """`operations.get`. Raises ApiError."""
        name = asked.item
        with self._guard:
            operation = self._operations.get(name)
            if operation is None or operation.account != asked.account:
                raise not_found(name)
            operation.polls += 1
        return self._told(name)

    def link(self, found: Content, mime: str) -> str:
        """An address of the host of user contents, for what an export link leads to."""
        with self._guard:
            secret = self._keep(_Ticket(found, mime, ranges=False))
        return f"https://doc-0s-8k-docstext.googleusercontent.com/export/{secret}"

    def fetch(self, asked: Asked) -> Response:
        """What lies at such an address."""
        ticket = self._tickets.get(asked.item)
        if ticket is None:
            return Response(404, {"Content-Type": "text/html; charset=UTF-8"}, b"<html>Error 404 (Not Found)</html>")
        return content(asked, ticket.content, ticket.mime) if ticket.ranges else whole(ticket.content, ticket.mime)

    def _keep(self, ticket: _Ticket) -> str:
        secret = self._draw(40)
        self._tickets[secret] = ticket
        return secret

    def _told(self, name: str) -> Json:
        operation = self._operations[name]
        told: Json = {
            "name": name,
            "done": operation.polls >= self.looks,
            "metadata": {"@type": _TYPES + "DownloadFileMetadata"},
        }
        if told["done"]:
            told["response"] = {
                "@type": _TYPES + "DownloadFileResponse",
                "downloadUri": f"https://drive.usercontent.google.com/download/{operation.ticket}",
                "partialDownloadAllowed": self._tickets[operation.ticket].ranges,
            }
        return told
