"""A Google that answers what a test lays out by hand, after the discovery document (drive v3, rev. 20261106)."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx

from degoog.google.client import Client
from degoog.google.credentials import Credentials, GivenToken
from degoog.http import Pacing
from degoog.secrets import Secret
from tests.http.wire import Clock

GOOGLE = "application/vnd.google-apps."
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ME = "camille@lauze.example"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ROOT = "0ARootOfCamille"

Answer = Callable[[httpx.Request], httpx.Response | None]


def packed(text: str) -> bytes:
    """A file that opens as Office's and LibreOffice's do."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(zipfile.ZipInfo("content.xml"), text)
    return out.getvalue()


def error(status: int, reason: str = "", message: str = "", **more: Any) -> httpx.Response:
    """An error as Google's APIs tell it."""
    entries = [{"domain": "global", "reason": reason, "message": message}]
    return httpx.Response(status, json={"error": {"code": status, "message": message, "errors": entries, **more}})


@dataclass
class Drive:
    """Files by id, as the API tells of them, with their bytes; every change is noted for `changes.list`."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    data: dict[str, bytes] = field(default_factory=dict)
    drives: dict[str, str] = field(default_factory=dict)
    log: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    seen: list[httpx.Request] = field(default_factory=list)
    before: list[Answer] = field(default_factory=list)
    page: int = 1000
    address: str = ME
    clock: Clock = field(default_factory=Clock)

    def add(
        self,
        id_: str,
        name: str = "",
        parent: str | None = ROOT,
        *,
        data: bytes | None = b"x",
        media: str = "text/plain",
        **more: Any,
    ) -> str:
        google = media.startswith(GOOGLE)
        told = {
            "id": id_, "name": name or id_, "mimeType": media, "trashed": False, "ownedByMe": True,
            "owners": [{"emailAddress": self.address}], "createdTime": "2020-01-02T03:04:05.000Z",
            "modifiedTime": "2021-02-03T04:05:06.789Z", "webViewLink": f"https://drive.google.com/file/d/{id_}/view",
            **({"parents": [parent]} if parent else {}), **more,
        }  # fmt: skip
        if not google and data is not None:
            told |= {"size": str(len(data)), "md5Checksum": hashlib.md5(data).hexdigest()}
        self.data[id_] = data or b""
        self.files[id_] = told
        self.note(id_)
        return id_

    def folder(self, id_: str, name: str = "", parent: str | None = ROOT, **more: Any) -> str:
        return self.add(id_, name, parent, media=f"{GOOGLE}folder", **more)

    def change(self, id_: str, **more: Any) -> None:
        self.files[id_] = {**self.files[id_], **more}
        self.note(id_)

    def remove(self, id_: str) -> None:
        gone = self.files.pop(id_)
        self.log.append((gone.get("driveId", ""), {"changeType": "file", "fileId": id_, "removed": True}))

    def note(self, id_: str) -> None:
        file = self.files[id_]
        self.log.append((file.get("driveId", ""), {"changeType": "file", "fileId": id_, "removed": False}))

    # Answering

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        for hook in self.before:
            if (answer := hook(request)) is not None:
                return answer
        path, params = request.url.path, dict(request.url.params)
        if found := re.fullmatch(r"/drive/v3/files/([^/]+)(/export|/download)?", path):
            return self._file(request, found[1], found[2] or "", params)
        match path:
            case "/drive/v3/about":
                return httpx.Response(200, json={"user": {"emailAddress": self.address}})
            case "/drive/v3/drives":
                drives = [{"id": id_, "name": name} for id_, name in self.drives.items()]
                return httpx.Response(200, json={"drives": drives})
            case "/drive/v3/files":
                return self._listing(params)
            case "/drive/v3/changes/startPageToken":
                return httpx.Response(200, json={"startPageToken": str(len(self.log))})
            case "/drive/v3/changes":
                return self._changes(params)
            case "/token":
                return httpx.Response(200, json={"access_token": f"ya29.{len(self.seen)}", "expires_in": 3599})
        return error(404, "notFound")

    def _listing(self, params: dict[str, str]) -> httpx.Response:
        if match := re.search(r"'(.+)' in parents", params["q"]):
            files = [file for file in self.files.values() if match[1] in file.get("parents", ())]
        else:
            drive = params.get("driveId", "")
            files = [f for f in self.files.values() if (f.get("driveId") or "") == drive or not drive]
        return self._paged("files", [file for file in files if not file["trashed"]], params)

    def _changes(self, params: dict[str, str]) -> httpx.Response:
        start, drive = int(params["pageToken"]), params.get("driveId", "")
        page = min(int(params["pageSize"]), self.page)
        told = []
        for place, change in self.log[start : start + page]:
            if place == drive or (not drive and place not in self.drives):
                file = self.files.get(change["fileId"])
                told.append({**change, **({"file": file} if file and not change["removed"] else {})})
        end = start + page
        token = {"nextPageToken": str(end)} if end < len(self.log) else {"newStartPageToken": str(len(self.log))}
        return httpx.Response(200, json={"changes": told, **token})

    def _paged(self, name: str, entries: list[dict[str, Any]], params: dict[str, str]) -> httpx.Response:
        start, page = int(params.get("pageToken", 0)), min(int(params["pageSize"]), self.page)
        end = start + page
        token = {"nextPageToken": str(end)} if end < len(entries) else {}
        return httpx.Response(200, json={name: entries[start:end], **token})

    def _file(self, request: httpx.Request, id_: str, action: str, params: dict[str, str]) -> httpx.Response:
        if id_ == "root":
            return httpx.Response(200, json={"id": ROOT})
        if id_ not in self.files:
            return error(404, "notFound", f"File not found: {id_}.")
        if action == "/export":
            return httpx.Response(200, content=self.data[id_])
        if action == "/download":
            return error(400, "badRequest")
        if params.get("alt") != "media":
            return httpx.Response(200, json=self.files[id_])
        data, asked = self.data[id_], request.headers.get("range", "")
        if not asked:
            return httpx.Response(200, content=data)
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
        return httpx.Response(206, content=data[start:]) if start < len(data) else httpx.Response(416)

    # Asking

    def client(self, credentials: Credentials | None = None, **more: Any) -> Client:
        return Client(
            credentials or GivenToken(Secret("ya29.given")), transport=httpx.MockTransport(self),
            pacing=Pacing(self.clock.time), now=self.now, **more,
        )  # fmt: skip

    def now(self) -> float:
        return (NOW + timedelta(seconds=self.clock.now - 1000)).timestamp()

    def asked(self, path: str) -> list[httpx.Request]:
        return [request for request in self.seen if request.url.path == path]


def once(path: str, *answers: httpx.Response) -> Answer:
    """Answer the first requests for a path so."""
    left = list(answers)

    def hook(request: httpx.Request) -> httpx.Response | None:
        return left.pop(0) if left and re.fullmatch(path, request.url.path) else None

    return hook


def always(path: str, status: int, reason: str, message: str = "", **more: Any) -> Answer:
    """Answer every request for a path with an error."""

    def hook(request: httpx.Request) -> httpx.Response | None:
        return error(status, reason, message, **more) if re.fullmatch(path, request.url.path) else None

    return hook


def form(request: httpx.Request) -> dict[str, str]:
    """The fields of a form that was sent."""
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


def dumped(told: dict[str, Any]) -> Secret:
    """One of Google's files."""
    return Secret(json.dumps(told))
