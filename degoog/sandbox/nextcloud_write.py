"""How bytes become files in the Nextcloud stand-in: plain PUT and assembled chunks, with their traps."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from degoog.sandbox.http_server import PIECE, Body, Drop, Request, Response, decode_path
from degoog.sandbox.nextcloud_answers import SABRE, DavError, empty, invalid_path, locked, not_found
from degoog.sandbox.nextcloud_names import MAX_PATH_BYTES, NameRules, segments
from degoog.sandbox.nextcloud_store import Home, Node, Store
from degoog.sandbox.php import strict_time

Read = Callable[[], bytes]
"""The next piece of a file's content; empty at the end."""

_HASHES = {"X-Hash-SHA256": "sha256", "X-Hash-SHA1": "sha1", "X-Hash-MD5": "md5"}


def insufficient(path: str, *, needed: int, free: int) -> DavError:
    """507: more bytes than the quota leaves."""
    message = f"Insufficient space in {path}, {needed} required, {free} available"
    return DavError(507, SABRE + "InsufficientStorage", message)


def check_quota(home: Home, path: str, *, needed: int) -> None:
    """Raises 507 when the quota does not leave that many bytes; what an overwrite frees does not count."""
    if home.free is not None and needed > home.free:
        raise insufficient(path, needed=needed, free=home.free)


def check_name(home: Home, parent: Node, name: str, rules: NameRules) -> None:
    """Raises 400 for a name, or a path, the server refuses."""
    why = rules.refusal(name)
    if why is not None:
        raise invalid_path(why)
    length = len(f"/{home.login}/files{parent.path.rstrip('/')}/{name}".encode())
    if length > MAX_PATH_BYTES:
        raise invalid_path(f"Path length({length}) exceeds max path length({MAX_PATH_BYTES})")


def check_etag_headers(request: Request, node: Node | None) -> None:
    """Raises 412 as If-Match and If-None-Match ask."""
    # Trap: sabre/dav gives a folder no etag here, so that no condition on one is ever met.
    etag = f'"{node.etag}"' if node is not None and node.children is None else None
    wanted = request.header("if-match")
    if wanted and node is None:
        raise _precondition("An If-Match header was specified and the resource did not exist", "If-Match")
    if wanted and etag not in re.split(r",\s*", wanted) and wanted != "*":
        message = "An If-Match header was specified, but none of the specified ETags matched."
        raise _precondition(message, "If-Match", {"ETag": etag or ""})
    unwanted = request.header("if-none-match")
    if unwanted and node is not None and (unwanted == "*" or etag in re.split(r",\s*", unwanted)):
        message = "An If-None-Match header was specified, but the ETag matched (or * was specified)."
        raise _precondition(message, "If-None-Match", {} if unwanted == "*" else {"ETag": etag or ""})


def check_if_header(request: Request, home: Home) -> None:
    """Raises 412 where a file named in the If header has another etag, 404 where there is none (RFC 4918 §10.4)."""
    for url, etag in re.findall(r'<([^>]+)>\s*\(\["([^"]*)"\]\)', request.header("if")):
        names = segments(decode_path(urlsplit(url).path).removeprefix("/remote.php/dav/"))
        node = home.find(names[2:])
        if node is None:
            raise not_found("/" + "/".join(names[2:]))
        if node.etag != etag:
            message = f"Failed to find a valid token/etag combination for {'/'.join(names)}"
            raise _precondition(message, "If")


def _precondition(message: str, header: str, headers: dict[str, str] | None = None) -> DavError:
    extra = f"  <s:header>{header}</s:header>\n"
    return DavError(412, SABRE + "PreconditionFailed", message, headers, extra)


def hashes_asked(request: Request) -> dict[str, str]:
    """The headers that X-Hash asks for, with their algorithms (apps/dav/lib/Connector/Sabre/File.php)."""
    wish = request.header("x-hash")
    return {header: kind for header, kind in _HASHES.items() if wish in {kind, "all"}}


@dataclass(slots=True)
class Written:
    """What came of storing a stream."""

    size: int
    hashes: dict[str, str]


def store_stream(path: Path, read: Read, *, hashes: list[str]) -> Written:
    """Write the pieces to that path, hashing on the way."""
    digests = {name: hashlib.new(name, usedforsecurity=False) for name in hashes}
    size = 0
    with path.open("wb") as file:
        while piece := read():
            file.write(piece)
            size += len(piece)
            for digest in digests.values():
                digest.update(piece)
    return Written(size, {name: digest.hexdigest() for name, digest in digests.items()})


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes one home's files."""

    store: Store
    home: Home
    rules: NameRules

    @contextmanager
    def holding(self, parent: Node, name: str) -> Iterator[None]:
        """Keep others from the path while its bytes arrive; raises 423 when somebody else holds it."""
        path = f"{parent.path.rstrip('/')}/{name}"
        with self.store.lock:
            if self.home.held(path):
                raise locked(path)
            self.home.writing.add(path)
        try:
            yield
        finally:
            with self.store.lock:
                self.home.writing.discard(path)

    def write(self, request: Request, parent: Node, name: str, read: Read, *, body: Body | None) -> Response:
        """Store a stream as that file and answer as PUT and the chunks' MOVE do.

        `body` is the request's own body where the stream is one: it tells whether the sender left too early.
        """
        headers = hashes_asked(request)
        with self.holding(parent, name):
            with self.store.lock:
                node = (parent.children or {}).get(name)
                if node is not None:
                    self.store.keep_version(node)
            blob = node.blob if node is not None else self.store.new_blob()
            written = store_stream(self.store.blob_path(blob), read, hashes=list(headers.values()))
            with self.store.lock:
                if body is not None and body.torn:
                    self._torn(node, blob)
                status, node = self._index(parent, name, node, blob, written.size)
                answer = {header: written.hashes[kind] for header, kind in headers.items()}
                answer |= self._dress(request, node)
                if request.rot:
                    self.store.rot(node)
        return empty(status, answer)

    def _torn(self, node: Node | None, blob: int) -> None:
        if node is None:
            self.store.drop_blob(blob)
        else:
            self.store.tore_file(node)
        raise Drop

    def _index(self, parent: Node, name: str, node: Node | None, blob: int, size: int) -> tuple[int, Node]:
        if node is None:
            return 201, self.store.made_file(parent, name, blob=blob, size=size)
        self.store.rewrote_file(node, size=size)
        return 204, node

    def _dress(self, request: Request, node: Node) -> dict[str, str]:
        """Times and checksum from the headers. Trap: a bad time is a 500, but the file is there by then."""
        headers = {}
        if mtime := request.header("x-oc-mtime"):
            self.store.touch(node, strict_time(mtime))
            headers["X-OC-MTime"] = "accepted"
        created = request.header("x-oc-ctime")
        if created and created != "0":
            node.creation_time = strict_time(created)
            headers["X-OC-CTime"] = "accepted"
        node.upload_time = self.store.now()
        node.checksum = request.header("oc-checksum").strip()
        etag = f'"{node.etag}"'
        return {**headers, "OC-FileId": node.dav_id, "ETag": etag, "OC-ETag": etag}


def body_reader(body: Body) -> Read:
    """A PUT's content. Trap: with chunked transfer encoding nothing of it is stored."""
    if body.chunked:
        body.drain()
        return lambda: b""
    return lambda: body.read(PIECE)
