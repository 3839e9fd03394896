"""The stand-in's WebDAV door: /remote.php/dav/files/<login>/…, as Nextcloud 32 answers there."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from degoog.sandbox import nextcloud_properties as properties
from degoog.sandbox.http_server import FileSlice, Request, Response, decode_path
from degoog.sandbox.nextcloud_answers import (
    ALLOW,
    FEATURES,
    SABRE,
    DavError,
    Row,
    empty,
    http_date,
    locked,
    multistatus,
    not_found,
)
from degoog.sandbox.nextcloud_names import NameRules, is_partial, segments
from degoog.sandbox.nextcloud_store import Home, Node, Store
from degoog.sandbox.nextcloud_write import (
    Writer,
    body_reader,
    check_etag_headers,
    check_if_header,
    check_name,
    check_quota,
)
from degoog.sandbox.php import php_integer

DAV_ROOT = "/remote.php/dav/"
_FOLDER_QUOTA = 4096
_ALL_LEVELS = 10_000


def destination(request: Request) -> str:
    """Where a MOVE or COPY goes, as a decoded path; raises 400 or 403 where sabre does."""
    given = request.header("destination")
    if not given:
        raise DavError(400, SABRE + "BadRequest", "The destination header was not supplied")
    path = decode_path(urlsplit(given).path)
    if not path.startswith(DAV_ROOT):
        message = f"Requested uri ({path}) is out of base uri ({DAV_ROOT})"
        raise DavError(403, SABRE + "Forbidden", message)
    return path


def method_not_allowed() -> DavError:
    """405: there is something already."""
    message = "The resource you tried to create already exists"
    return DavError(405, SABRE + "MethodNotAllowed", message, {"Allow": ALLOW})


@dataclass(frozen=True, slots=True)
class FilesDoor:
    """Answers for one home; `names` is the request's path below it."""

    store: Store
    home: Home
    rules: NameRules

    def answer(self, request: Request, names: list[str]) -> Response:
        """Dispatch by method; raises DavError for what sabre refuses."""
        methods: dict[str, Callable[[Request, list[str]], Response]] = {
            "OPTIONS": self._options,
            "PROPFIND": self._propfind,
            "PROPPATCH": self._proppatch,
            "GET": self._get,
            "HEAD": self._get,
            "PUT": self._put,
            "MKCOL": self._mkcol,
            "MOVE": self._move,
            "COPY": self._copy,
            "DELETE": self._delete,
            "PATCH": self._patch,
        }
        if request.method not in methods:
            raise _no_plugin(request.method)
        with self.store.lock:
            check_if_header(request, self.home)
        return methods[request.method](request, names)

    # --- finding

    def _node(self, names: list[str]) -> Node:
        node = self.home.find(names)
        if node is None:
            raise not_found("/".join(["", *names]))
        return node

    def _target(self, request: Request) -> tuple[Node, str, Node | None]:
        """The parent, name and present holder of a MOVE's or COPY's destination."""
        names = segments(destination(request).removeprefix(DAV_ROOT))
        if names[:1] != ["files"] or len(names) < 3:
            raise DavError(403, SABRE + "Forbidden", "Permission denied")
        parent = self.home.find(names[2:-1])
        if parent is None or parent.children is None:
            raise DavError(409, SABRE + "Conflict", "The destination node is not found")
        there = parent.children.get(names[-1])
        if there is not None and request.header("overwrite").upper() == "F":
            message = "The destination node already exists, and the overwrite header is set to false"
            raise DavError(412, SABRE + "PreconditionFailed", message)
        return parent, names[-1], there

    # --- reading

    def _options(self, _request: Request, _names: list[str]) -> Response:
        headers = {"Allow": ALLOW, "DAV": FEATURES, "MS-Author-Via": "DAV", "Accept-Ranges": "bytes"}
        return empty(200, headers)

    def _propfind(self, request: Request, names: list[str]) -> Response:
        asked = properties.asked(request.body.read_all())
        with self.store.lock:
            path = f"{DAV_ROOT}files/{'/'.join([self.home.login, *segments_as_sent(request)])}"
            node = self.home.find(names)
            if node is None and is_partial(names[-1]):
                return multistatus([properties.row(path, properties.of_ghost(), asked)])
            node = self._node(names)
            reader = properties.PropertyReader(self.store, self.home)
            depth = {"0": 0, "1": 1}.get(request.header("depth") or "1", _ALL_LEVELS)
            return multistatus(
                properties.row(below, reader.of(child), asked) for below, child in _down(path, node, depth)
            )

    def _get(self, request: Request, names: list[str]) -> Response:
        with self.store.lock:
            if self.home.find(names) is None and is_partial(names[-1]):
                message = f"Could not open file: {names[-1]}, file doesn't seem to exist"
                raise DavError(503, SABRE + "ServiceUnavailable", message)
            node = self._node(names)
            if node.children is not None:
                return empty(200)
            if node.path in self.home.writing:
                raise locked(node.path)
            if request.header("if-none-match") in {"*", f'"{node.etag}"'}:
                return Response(304)
            check_etag_headers(request, node)
            if request.method == "GET":
                self.store.settle_torn(node)
            headers = {
                "Content-Type": properties.content_type(node.name),
                "Last-Modified": http_date(node.mtime),
                "ETag": f'"{node.etag}"',
                "OC-ETag": f'"{node.etag}"',
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(node.name)}",
            }
            return self._slice(request, node, headers)

    def _slice(self, request: Request, node: Node, headers: dict[str, str]) -> Response:
        first, last, status = 0, node.size - 1, 200
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.header("range"))
        if wanted and wanted.group(0) != "bytes=-":
            if not wanted.group(1):
                first = max(0, node.size - int(wanted.group(2)))
            else:
                first = int(wanted.group(1))
                last = min(last, int(wanted.group(2) or last))
            if first >= node.size or last < first:
                message = f"The start offset ({first}) exceeded the size of the entity ({node.size})"
                raise DavError(416, SABRE + "RequestedRangeNotSatisfiable", message)
            headers["Content-Range"] = f"bytes {first}-{last}/{node.size}"
            status = 206
        path, held = self.store.blob_path(node.blob), node.path
        self.home.reading[held] += 1
        headers["Content-Length"] = str(last - first + 1)
        return Response(status, headers, FileSlice(path, first, last - first + 1, lambda: self._read(held)))

    def _read(self, path: str) -> None:
        """A reader has finished."""
        with self.store.lock:
            self.home.reading[path] -= 1
            if not self.home.reading[path]:
                del self.home.reading[path]

    # --- writing

    def _put(self, request: Request, names: list[str]) -> Response:
        with self.store.lock:
            if request.header("x-nc-webdav-auto-mkcol") == "1":
                self._make_parents(names)
            parent = self._node(names[:-1])
            node = self.home.find(names)
            if parent.children is None:
                raise DavError(404, SABRE + "NotFound", f"Node with name '{parent.name}' could not be found")
            if node is not None and node.children is not None:
                raise DavError(409, SABRE + "Conflict", "PUT is not allowed on non-files.")
            check_etag_headers(request, node)
            if node is None:
                check_name(self.home, parent, names[-1], self.rules)
            path = f"{parent.path.rstrip('/')}/{names[-1]}"
            if self.home.held(path):
                raise locked(path)
            announced = max(
                php_integer(request.header("content-length")), php_integer(request.header("oc-total-length"))
            )
            check_quota(self.home, path, needed=announced)
        writer = Writer(self.store, self.home, self.rules)
        return writer.write(request, parent, names[-1], body_reader(request.body), body=request.body)

    def _make_parents(self, names: list[str]) -> None:
        folder = self.home.root
        for name in names[:-1]:
            below = (folder.children or {}).get(name)
            if below is None:
                check_name(self.home, folder, name, self.rules)
                below = self.store.make_folder(folder, name)
            folder = below

    def _mkcol(self, request: Request, names: list[str]) -> Response:
        body = request.body.read_all()
        if body and not re.match(r"(application|text)/xml", request.header("content-type")):
            message = "The request body for the MKCOL request must have an xml Content-Type"
            raise DavError(415, SABRE + "UnsupportedMediaType", message)
        wanted = properties.of_new_folder(body) if body else []
        with self.store.lock:
            parent = self.home.find(names[:-1])
            if parent is None:
                raise DavError(409, SABRE + "Conflict", "Parent node does not exist")
            if parent.children is None:
                raise DavError(409, SABRE + "Conflict", "Parent node is not a collection")
            if not names or names[-1] in parent.children or is_partial(names[-1]):
                raise method_not_allowed()
            check_name(self.home, parent, names[-1], self.rules)
            check_quota(self.home, parent.path, needed=_FOLDER_QUOTA)
            folder = self.store.make_folder(parent, names[-1])
            found = properties.change(self.store, self.home, folder, wanted) if wanted else {}
            if 403 in found:  # trap: the folder is made all the same
                path = f"{DAV_ROOT}files/{'/'.join([self.home.login, *segments_as_sent(request)])}"
                return multistatus([Row(path, found)])
            return empty(201, {"OC-FileId": folder.dav_id})

    def _move(self, request: Request, names: list[str]) -> Response:
        with self.store.lock:
            node = self._node(names)
            parent, name, there = self._ready_target(request, node)
            if node.path in self.home.writing:
                raise DavError(500, "OCP\\Lock\\LockedException", f'"{node.path}" is locked')
            if there is not None:
                self.store.delete(self.home, there)
            self.store.move(self.home, node, parent, name)
            headers = {"OC-FileId": node.dav_id}
            if node.children is None:
                headers |= {"OC-ETag": f'"{node.etag}"', "ETag": f'"{node.etag}"'}
            return empty(201 if there is None else 204, headers)

    def _copy(self, request: Request, names: list[str]) -> Response:
        with self.store.lock:
            node = self._node(names)
            parent, name, there = self._ready_target(request, node)
            if node.path in self.home.writing:
                raise locked(node.path)
            check_quota(self.home, parent.path, needed=node.size)
            if there is not None:
                self.store.delete(self.home, there)
            copied = self.store.copy(node, parent, name)
            return empty(201 if there is None else 204, {"OC-FileId": copied.dav_id})

    def _ready_target(self, request: Request, node: Node) -> tuple[Node, str, Node | None]:
        parent, name, there = self._target(request)
        if there is node:
            raise DavError(403, SABRE + "Forbidden", "Source and destination uri are identical.")
        if node is parent or node in parent.ancestors():
            message = "The destination may not be part of the same subtree as the source path."
            raise DavError(409, SABRE + "Conflict", message)
        check_name(self.home, parent, name, self.rules)
        return parent, name, there

    def _delete(self, request: Request, names: list[str]) -> Response:
        with self.store.lock:
            node = self._node(names)
            if node is self.home.root:
                raise DavError(403, SABRE + "Forbidden", "Permission denied to delete home folder")
            check_etag_headers(request, node)
            if self.home.held(node.path):
                raise locked(node.path)
            self.store.delete(self.home, node)
            return empty(204)

    def _proppatch(self, request: Request, names: list[str]) -> Response:
        body = request.body.read_all()
        with self.store.lock:
            check_etag_headers(request, self.home.find(names))
            node = self._node(names)
            found = properties.patch(self.store, self.home, node, body)
            path = f"{DAV_ROOT}files/{'/'.join([self.home.login, *segments_as_sent(request)])}"
            return multistatus([Row(path, found)])

    def _patch(self, request: Request, names: list[str]) -> Response:
        with self.store.lock:
            node = self._node(names)
            if node.children is not None:
                raise _no_plugin("PATCH")
            kind = request.header("x-recalculate-hash").lower()
            if kind not in {"sha1", "sha256", "md5"}:
                message = "hash_file(): Argument #1 ($algo) must be a valid hashing algorithm"
                raise DavError(500, "ValueError", message)
            path = self.store.blob_path(node.blob)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, kind).hexdigest()
        with self.store.lock:
            node.checksum = f"{kind.upper()}:{digest}"
            return empty(204, {"OC-Checksum": node.checksum})


def segments_as_sent(request: Request) -> list[str]:
    """The names of the request's path below the home, not normalised: sabre repeats what it was asked."""
    parts = [part for part in request.path.removeprefix(DAV_ROOT).split("/") if part not in {"", "."}]
    return parts[2:]


def _down(path: str, node: Node, depth: int) -> Iterator[tuple[str, Node]]:
    """The node and what lies below it, so many levels deep, each with its path; folders end in '/'."""
    if node.children is None:
        yield path, node
        return
    yield path + "/", node
    if depth > 0:
        for name in sorted(node.children):
            yield from _down(f"{path}/{name}", node.children[name], depth - 1)


def _no_plugin(method: str) -> DavError:
    message = f"There was no plugin in the system that was willing to handle this {method} method."
    return DavError(501, SABRE + "NotImplemented", message)
