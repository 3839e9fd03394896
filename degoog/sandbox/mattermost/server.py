"""The sandbox's Mattermost: `<url>/api/v4/…` on loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from degoog.sandbox.http_server import Drop, HttpServer, Request, Response
from degoog.sandbox.mattermost import administration, imports, people, talk
from degoog.sandbox.mattermost.answers import ApiError, Asked, Route, answer, error, ok
from degoog.sandbox.mattermost.rules import LONGEST_POST
from degoog.sandbox.mattermost.world import User, World
from degoog.sandbox.request_log import Entry, RequestLog

VERSION = "11.6.0"
TOKEN = "sandboxtoken"  # noqa: S105 - known to everybody
_TABLES = (administration.routes, people.routes, talk.routes, imports.routes)


def _open_to(me: User, path: str, door: tuple[Route, tuple[str, ...]] | None) -> tuple[Route, tuple[str, ...]]:
    if door is None:
        raise ApiError(404, "api.context.404.app_error", "Sorry, we could not find the page.")
    own = path == "/users/me" or (path.startswith("/channels/") and path.endswith("/members"))
    if "system_admin" not in me.roles and not own:
        raise ApiError(403, "api.context.permissions.app_error")
    return door


class MattermostSandbox:
    """A Mattermost on 127.0.0.1, from `with` to its end. `world` is what it holds, and may be changed meanwhile.

    `before` is called with each request before it is answered; raising `Drop` there breaks the connection.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, seed: str = "sandbox") -> None:
        self.world = World(now=lambda: int(clock() * 1000))
        self.identity = seed
        self.tokens: dict[str, User] = {TOKEN: self.world.admin}
        self.log = RequestLog()
        self.before: Callable[[Request], None] = lambda _request: None
        self._guard = threading.Lock()
        self._http = HttpServer(self._answer)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._http.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it."""
        self._http.close()

    def _answer(self, request: Request) -> Response:
        began, status = time.monotonic(), 0
        path = request.path.removeprefix("/api/v4")
        me = self.tokens.get(request.header("authorization").removeprefix("Bearer "))
        try:
            raw = request.body.read_all()
            with self._guard:
                self.before(request)
                response = self._route(request, path, me, raw)
            status = response.status
        finally:
            login = me.username if me else ""
            self.log.note(Entry(request.method, path, status, login, time.monotonic() - began), door="api")
        return response

    def _route(self, request: Request, path: str, me: User | None, raw: bytes) -> Response:
        if path == "/config/client":
            told = {"Version": VERSION, "DiagnosticId": self.identity, "MaxPostSize": str(LONGEST_POST)}
            return answer(told | {"NoAccounts": "false"})
        if path == "/system/ping":
            return ok()
        if me is None or me.delete_at:
            return error(ApiError(401, "api.context.session_expired.app_error", "Invalid or expired session."))
        if request.body.torn and "/uploads/" not in path:
            raise Drop
        found = next((one for table in _TABLES if (one := table.find(request.method, path))), None)
        try:
            route, segments = _open_to(me, path, found)
            return route(Asked(self.world, request, me, raw), *segments)
        except ApiError as failed:
            return error(failed)
