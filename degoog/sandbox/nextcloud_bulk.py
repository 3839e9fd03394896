"""Bulk upload in the Nextcloud stand-in: many small files in one POST /remote.php/dav/bulk.

Follows apps/dav/lib/BulkUpload of the server's source.
"""

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from degoog.sandbox.http_server import Request, Response
from degoog.sandbox.nextcloud_answers import SABRE, DavError, as_json
from degoog.sandbox.nextcloud_names import NameRules, is_partial
from degoog.sandbox.nextcloud_store import Home, Node, Store
from degoog.sandbox.php import checked_time


class _BadPart(Exception):
    pass


@dataclass(slots=True)
class _Parts:
    """The multipart body, read as Nextcloud's MultipartRequestParser reads it."""

    body: bytes
    boundary: bytes
    at: int = 0

    def over(self) -> bool:
        return self.body.startswith(self.boundary + b"--\r\n", self.at)

    def next(self) -> tuple[dict[str, str], bytes]:
        opening = self.boundary + b"\r\n"
        if not self.body.startswith(opening, self.at):
            raise _BadPart
        self.at += len(opening)
        headers = self._headers()
        if "content-length" not in headers or not {"x-file-md5", "oc-checksum"} & headers.keys():
            raise _BadPart
        length = int(headers["content-length"])
        content = self.body[self.at : self.at + length]
        _check_hash(headers, content)
        if length and self.at + length >= len(self.body):
            raise _BadPart
        self.at += length + 2
        return headers, content

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        while True:
            end = self.body.find(b"\n", self.at)
            if end < 0:
                raise _BadPart
            line = self.body[self.at : end + 1]
            self.at = end + 1
            if line == b"\r\n":
                return headers
            name, colon, value = line.decode().partition(":")
            if not colon:
                raise _BadPart
            headers[name.strip().lower()] = value.strip()


def _check_hash(headers: dict[str, str], content: bytes) -> None:
    kind, _, wanted = headers.get("oc-checksum", f"md5:{headers.get('x-file-md5', '')}").partition(":")
    if kind.lower() not in {"md5", "sha1", "sha256"}:
        message = "hash_init(): Argument #1 ($algo) must be a valid hashing algorithm"
        raise DavError(500, "ValueError", message)
    if hashlib.new(kind.lower(), content, usedforsecurity=False).hexdigest() != wanted:
        raise _BadPart


def _boundary(content_type: str) -> bytes:
    kind, semicolon, parameter = content_type.partition(";")
    if not semicolon or "=" not in parameter:
        message = "Error while parsing boundary in Content-Type header."
        raise DavError(400, SABRE + "BadRequest", message)
    key, value = parameter.split(";")[0].split("=", 1)
    if kind.strip() != "multipart/related":
        raise DavError(400, SABRE + "BadRequest", "Content-Type must be multipart/related")
    if key.strip() != "boundary":
        raise DavError(400, SABRE + "BadRequest", "Boundary is invalid")
    return b"--" + value.strip().strip('"').encode()


@dataclass(frozen=True, slots=True)
class BulkDoor:
    """Answers for one home; `trouble` says why an entry's path is struck by the fault plan, if it is."""

    store: Store
    home: Home
    rules: NameRules
    trouble: Callable[[str], str | None]

    def answer(self, request: Request) -> Response:
        """Write entry after entry; one entry's refusal does not stop the rest, a malformed one does."""
        parts = _Parts(request.body.read_all(), _boundary(request.header("content-type")))
        if request.body.chunked:
            raise DavError(500, "Sabre\\DAV\\Exception", "Unknown error while seeking content")
        written: dict[str, object] = {}
        while not parts.over():
            try:
                headers, content = parts.next()
            except _BadPart:
                return self._told(400, written)
            if "x-file-path" not in headers:
                message = "A type error occurred. For more details, please refer to the logs, which provide"
                raise DavError(500, "TypeError", message + " additional context about the type error.")
            path = headers["x-file-path"]
            with self.store.lock:
                outcome = self._entry(path, headers, content)
            if isinstance(outcome, Node):
                if request.rot:
                    self.store.rot(outcome)
                written[path] = {
                    "error": False,
                    "etag": outcome.etag,
                    "fileid": outcome.dav_id,
                    "permissions": "RGDNVW",
                }
            else:
                written[path] = {"error": True, "message": outcome}
        return self._told(200, written)

    def _told(self, status: int, written: dict[str, object]) -> Response:
        return as_json(status, written or [], {"Content-Type": "text/html; charset=UTF-8"})

    def _entry(  # noqa: PLR0911 - one return a refusal, in the server's order
        self, path: str, headers: dict[str, str], content: bytes
    ) -> Node | str:
        """The file written, or why it was not."""
        mtime = checked_time(headers.get("x-file-mtime", headers.get("x-oc-mtime", "86401")))
        if isinstance(mtime, str):
            return mtime
        if not path:
            return "Could not create as provided path is empty"
        if ".." in path.replace("\\", "/").split("/"):
            return f'Invalid path "/{path.lstrip("/")}"'
        plain = unicodedata.normalize("NFC", path.replace("\\", "/"))
        names = [name for name in plain.split("/") if name not in {"", "."}]
        full = "/".join(["", self.home.login, "files", *names])
        if names and names[-1].lower() in self.rules.filenames:
            return "Invalid path: " + full.removeprefix(f"/{self.home.login}/")
        parent = self.home.find(names[:-1])
        node = self.home.find(names)
        if not names or parent is None or parent.children is None or (node and node.children is not None):
            return f'Could not create path "{full}"'
        if is_partial(names[-1]):
            raise DavError(500, "Error", "Call to a member function getETag() on null")
        if self.rules.refusal(names[-1]) is not None:
            return ""
        trouble = self.trouble(f"/{'/'.join(names)}")
        if trouble is not None:
            return trouble
        if self.home.held(f"/{'/'.join(names)}"):
            return f'"{full}" is locked'
        if self.home.free is not None and len(content) > self.home.free:
            return f'Could not create path "{full}"'
        node = self._write(parent, names[-1], node, content)
        given = {"x-file-mtime", "x-oc-mtime"} & headers.keys()
        self.store.touch(node, mtime if given else self.store.now())
        return node

    def _write(self, parent: Node, name: str, node: Node | None, content: bytes) -> Node:
        blob = node.blob if node is not None else self.store.new_blob()
        if node is not None:
            self.store.keep_version(node)
        self.store.blob_path(blob).write_bytes(content)
        if node is None:
            return self.store.made_file(parent, name, blob=blob, size=len(content))
        self.store.rewrote_file(node, size=len(content))
        return node
