"""Slack's hosts on loopback: files behind a token, pictures, custom emoji, with the faults that links have."""

import base64
import hashlib
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from degoog.sandbox.faults import FaultKind, FaultPlan
from degoog.sandbox.http_server import Drop, HttpServer, Request, Response
from degoog.sandbox.request_log import Entry, RequestLog
from degoog.sandbox.slack.association import TOKEN
from degoog.sandbox.slack.traps import traps

API_TOKEN = "xoxb-drawn-by-the-sandbox"  # noqa: S105 - it opens the sandbox only
EXPIRED = frozenset({"F0EXPIRE"})
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_CANVAS = (
    '<html><body><div class="quip-canvas-content"><h1>{title}</h1><p class="line">Texte du <b>canevas</b>.</p>'
    "<div data-section-style='7'><ul><li class=\"checked\">fait</li><li>à faire</li></ul></div></div></body></html>"
)
_LOGIN = b"<!DOCTYPE html><html><head><title>Slack | Login</title></head><body>Sign in to your workspace</body></html>"


def content(file: str, size: int) -> bytes:
    """Give the bytes that a file of this id and size has."""
    block = hashlib.sha256(file.encode()).digest()
    return (block * (size // 32 + 1))[:size]


class SlackHosts:
    """Every host of Slack's as `http://127.0.0.1:port/<host>/…`, from `with` to its end.

    `sizes` are those of the files it has; others are 404. Faults strike by path, as in `FaultPlan`.
    """

    def __init__(
        self, sizes: dict[str, int], *, faults: FaultPlan | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.faults = faults or FaultPlan()
        self.requests = RequestLog()
        self.revoked = False
        self._sizes = sizes
        self._sleep = sleep
        self._server: HttpServer | None = None

    def __enter__(self) -> Self:
        self._server = HttpServer(self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()

    @property
    def url(self) -> str:
        """What DEGOOG_SLACK_FILES_URL is set to."""
        if self._server is None:
            raise RuntimeError("SlackHosts are used inside `with`")
        return f"http://127.0.0.1:{self._server.port}"

    def _handle(self, request: Request) -> Response:
        began = time.monotonic()
        status = 0
        try:
            response = self._answer(request)
            status = response.status
            return response
        finally:
            host = request.path.lstrip("/").partition("/")[0]
            self.requests.note(Entry(request.method, request.path, status, "", time.monotonic() - began), door=host)

    def _answer(self, request: Request) -> Response:
        cut: int | None = None
        for fault in self.faults.strikes(request.method, request.path):
            match fault.kind:
                case FaultKind.TOO_MANY:
                    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
                    return Response(429, headers)
                case FaultKind.ERROR:
                    return Response(500)
                case FaultKind.DROP_REQUEST | FaultKind.DROP_ANSWER:
                    raise Drop
                case FaultKind.CUT_BODY:
                    cut = fault.bytes
                case FaultKind.SLOW:
                    self._sleep(fault.seconds)
                case _:
                    pass
        host, _slash, path = request.path.lstrip("/").partition("/")
        match host:
            case "files.slack.com":
                return self._file(request, path, cut)
            case "ca.slack-edge.com" | "emoji.slack-edge.com":
                return Response(200, {"Content-Type": "image/png"}, _PIXEL)
            case "slack.com":
                return self._api(request, path)
            case _:
                return Response(404)

    def _file(self, request: Request, path: str, cut: int | None) -> Response:
        """Serve /files-pri/TEAM-FILE/…: without a good token Slack sends people to its page of login."""
        parts = path.split("/")
        id_ = parts[1].partition("-")[2] if len(parts) > 2 and parts[0] == "files-pri" else ""
        token = request.query.get("token") or request.query.get("t") or request.header("authorization")[7:]
        if self.revoked or id_ in EXPIRED or token not in {TOKEN, API_TOKEN}:
            if len(id_) % 2:
                return Response(200, {"Content-Type": "text/html; charset=utf-8"}, _LOGIN)
            return Response(302, {"Location": "https://jardins-lauze.slack.com/?redir=%2Ffiles-pri"})
        if id_.startswith("F0CANVAS"):
            return Response(200, {"Content-Type": "text/html"}, _CANVAS.format(title=id_).encode())
        if id_ not in self._sizes:
            return Response(404)
        data = content(id_, self._sizes[id_])
        headers = {"Content-Type": "image/png", "Accept-Ranges": "bytes", "ETag": f'"{id_}"'}
        start = request.header("range").removeprefix("bytes=").partition("-")[0]
        if start.isdigit() and 0 < int(start) < len(data):
            begin = int(start)
            headers["Content-Range"] = f"bytes {begin}-{len(data) - 1}/{len(data)}"
            return Response(206, headers, data[begin:], cut_after=cut)
        return Response(200, headers, data, cut_after=cut)

    def _api(self, request: Request, path: str) -> Response:
        if request.header("authorization") != f"Bearer {API_TOKEN}":
            return _json('{"ok":false,"error":"invalid_auth"}')
        if path == "api/emoji.list":
            return _json(
                '{"ok":true,"emoji":{"logo.lauze":"https://emoji.slack-edge.com/T0LAUZE01/logo.lauze/1.png",'
                '"metal":"https://emoji.slack-edge.com/T0LAUZE01/metal/2.png","logo2":"alias:logo.lauze",'
                '"bravo":"alias:tada"}}'
            )
        return _json('{"ok":false,"error":"unknown_method"}')


def _json(text: str) -> Response:
    return Response(200, {"Content-Type": "application/json; charset=utf-8"}, text.encode())


def sizes() -> dict[str, int]:
    """The files that the traps hang on messages, and their sizes."""
    found: dict[str, int] = {}
    for message, _told in traps():
        for one in (*message.get("files", ()), *([message["file"]] if "file" in message else ())):
            if one.get("mode") == "hosted":
                found[one["id"]] = one["size"]
    return found
