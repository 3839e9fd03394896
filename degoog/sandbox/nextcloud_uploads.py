"""Chunked uploads in the Nextcloud stand-in: chunks in a folder of their own, then MOVE of its `.file`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from degoog.sandbox import nextcloud_properties as properties
from degoog.sandbox.http_server import PIECE, Drop, FileSlice, Request, Response
from degoog.sandbox.nextcloud_answers import SABRE, DavError, Row, empty, invalid_path, multistatus, not_found
from degoog.sandbox.nextcloud_dav import DAV_ROOT, destination, method_not_allowed
from degoog.sandbox.nextcloud_names import NameRules, segments
from degoog.sandbox.nextcloud_store import Home, Node, Store, Upload
from degoog.sandbox.nextcloud_write import (
    Writer,
    body_reader,
    check_etag_headers,
    check_if_header,
    check_name,
    check_quota,
    hashes_asked,
    store_stream,
)


def _natural(name: str) -> list[tuple[int, int, str]]:
    """PHP's natural order: 1, 2, 10."""
    return [(0, int(piece), "") if piece.isdigit() else (1, 0, piece) for piece in re.findall(r"\d+|\D+", name)]


@dataclass(frozen=True, slots=True)
class UploadsDoor:
    """Answers for one account's uploads; `names` is the request's path below them."""

    store: Store
    home: Home
    rules: NameRules

    def answer(self, request: Request, names: list[str]) -> Response:
        """Dispatch by method and depth; raises DavError for what sabre refuses."""
        match request.method, names:
            case "MKCOL", [name]:
                return self._mkcol(name)
            case "MKCOL", _:
                raise DavError(409, SABRE + "Conflict", "Parent node does not exist")
            case "PROPFIND", _:
                return self._propfind(request, names)
            case "PUT", [name]:
                raise DavError(403, SABRE + "Forbidden", f"Permission denied to create file (filename {name})")
            case "PUT", [folder, name]:
                return self._put(request, folder, name)
            case "GET" | "HEAD", [folder, name]:
                return self._get(folder, name)
            case "MOVE", [folder, ".file"]:
                return self._assemble(request, folder)
            case "DELETE", [folder, *name]:
                return self._delete(folder, name)
        raise DavError(501, SABRE + "NotImplemented", f"The stand-in does not know {request.method} here")

    def _upload(self, folder: str) -> Upload:
        upload = self.home.uploads.get(folder)
        if upload is None:
            raise not_found(f"/{folder}")
        return upload

    def _mkcol(self, name: str) -> Response:
        with self.store.lock:
            if name in self.home.uploads:
                raise method_not_allowed()
            why = self.rules.refusal(name)
            if why is not None:
                raise invalid_path(why)
            self.home.uploads[name] = Upload(self.store.now())
            return empty(201)

    def _propfind(self, request: Request, names: list[str]) -> Response:
        asked = properties.asked(request.body.read_all())
        path = f"{DAV_ROOT}uploads/{self.home.login}/"
        deep = request.header("depth") != "0"
        with self.store.lock:
            rows: list[Row] = []
            if not names:
                here = Upload(self.store.now())
                rows.append(properties.row(path, properties.of_upload(here), asked))
                for name, upload in sorted(self.home.uploads.items()) if deep else ():
                    rows.append(properties.row(f"{path}{name}/", properties.of_upload(upload), asked))
                return multistatus(rows)
            upload = self._upload(names[0])
            path += f"{names[0]}/"
            rows.append(properties.row(path, properties.of_upload(upload), asked))
            if deep:
                total = sum(size for _, size, *_ in upload.chunks.values())
                etag = self.store.folder_etag()
                whole = properties.of_chunk(size=total, mtime=upload.mtime, etag=etag)
                rows.append(properties.row(f"{path}.file", whole, asked))
                for name, (_, size, mtime, etag) in sorted(upload.chunks.items()):
                    chunk = properties.of_chunk(size=size, mtime=mtime, etag=etag)
                    rows.append(properties.row(f"{path}{name}", chunk, asked))
            return multistatus(rows)

    def _put(self, request: Request, folder: str, name: str) -> Response:
        with self.store.lock:
            upload = self._upload(folder)
            if request.header("destination"):
                parent, _ = self._parent(destination(request), missing=404)
                total = request.header("oc-total-length")
                if total.isdigit():
                    check_quota(self.home, parent.path, needed=int(total))
            blob = self.store.new_blob()
        asked = hashes_asked(request)
        written = store_stream(self.store.blob_path(blob), body_reader(request.body), hashes=list(asked.values()))
        hashes = {header: written.hashes[kind] for header, kind in asked.items()}
        with self.store.lock:
            if request.body.torn:
                self.store.drop_blob(blob)
                raise Drop
            now = self.store.now()
            etag = self.store.file_etag(mtime=now, blob=blob, size=written.size)
            before = upload.chunks.get(name)
            upload.chunks[name] = (blob, written.size, now, etag)
            upload.mtime = now
            if before is None:
                return empty(201, hashes)
            self.store.drop_blob(before[0])
            return empty(204, hashes | {"ETag": f'"{etag}"', "OC-ETag": f'"{etag}"'})

    def _get(self, folder: str, name: str) -> Response:
        with self.store.lock:
            chunk = self._upload(folder).chunks.get(name)
            if chunk is None:
                raise not_found(f"{folder}/{name}")
            blob, size, _, etag = chunk
            headers = {"Content-Type": "application/octet-stream", "ETag": f'"{etag}"'}
            return Response(200, headers, FileSlice(self.store.blob_path(blob), 0, size))

    def _delete(self, folder: str, name: list[str]) -> Response:
        with self.store.lock:
            upload = self._upload(folder)
            if name:
                chunk = upload.chunks.pop(name[0], None)
                if chunk is None:
                    raise not_found("/".join([folder, *name]))
                self.store.drop_blob(chunk[0])
            else:
                self._forget(folder)
            return empty(204)

    def _forget(self, folder: str) -> None:
        for blob, *_ in self.home.uploads.pop(folder).chunks.values():
            self.store.drop_blob(blob)

    def _parent(self, path: str, *, missing: int) -> tuple[Node, str]:
        names = segments(path.removeprefix(DAV_ROOT))
        parent = self.home.find(names[2:-1])
        if parent is None or parent.children is None:
            if missing == 404:
                raise not_found("/" + "/".join(names[2:-1]))
            raise DavError(409, SABRE + "Conflict", "The destination node is not found")
        return parent, names[-1]

    def _assemble(self, request: Request, folder: str) -> Response:
        with self.store.lock:
            upload = self._upload(folder)
            path = destination(request)
            parent, name = self._parent(path, missing=409)
            node = (parent.children or {}).get(name)
            if node is not None and request.header("overwrite").upper() == "F":
                message = "The destination node already exists, and the overwrite header is set to false"
                raise DavError(412, SABRE + "PreconditionFailed", message)
            check_if_header(request, self.home)
            self._check_conditions(request, upload)
            if node is not None and node.children is not None:
                message = f"The given destination {path.removeprefix(DAV_ROOT)} is a directory."
                raise DavError(400, SABRE + "BadRequest", message)
            size = sum(size for _, size, *_ in upload.chunks.values())
            wanted = request.header("oc-total-length")
            if wanted and wanted != str(size):
                message = f"Chunks on server do not sum up to {wanted} but to {size} bytes"
                raise DavError(400, SABRE + "BadRequest", message)
            check_quota(self.home, parent.path, needed=size)
            check_name(self.home, parent, name, self.rules)
            blobs = [upload.chunks[chunk][0] for chunk in sorted(upload.chunks, key=_natural)]
        pieces = self._pieces(blobs)
        writer = Writer(self.store, self.home, self.rules)
        response = writer.write(request, parent, name, lambda: next(pieces, b""), body=None)
        with self.store.lock:
            self._forget(folder)
        return response

    def _check_conditions(self, request: Request, upload: Upload) -> None:
        """Trap: If-Match and If-None-Match look at the chunks, which are there and whose etag nobody knows."""
        whole = Node(0, ".file", None, None, 0, 0, upload.mtime, 0, self.store.folder_etag())
        check_etag_headers(request, whole)

    def _pieces(self, blobs: list[int]) -> Iterator[bytes]:
        for blob in blobs:
            with self.store.blob_path(blob).open("rb") as file:
                while piece := file.read(PIECE):
                    yield piece
