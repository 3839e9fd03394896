"""How a Mattermost answers: JSON, errors with an id, pages; and a table of routes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from degoog.sandbox.http_server import Request, Response
from degoog.sandbox.mattermost.world import User, World


class ApiError(Exception):
    """An error answer: its status and the error's id (model.AppError)."""

    def __init__(self, status: int, id_: str, message: str = "") -> None:
        super().__init__(id_)
        self.status = status
        self.id = id_
        self.message = message or id_


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of somebody who is logged in, with its body read. `body` is None where it is no JSON."""

    world: World
    request: Request
    me: User
    raw: bytes

    @property
    def body(self) -> Any:  # noqa: ANN401 - JSON as it came
        """The body's JSON. Raises ApiError."""
        try:
            return json.loads(self.raw or b"null")
        except ValueError as error:
            raise ApiError(400, "api.context.invalid_body_param.app_error") from error

    def page(self, everything: Sequence[dict[str, Any]]) -> Response:
        """Answer with the page that was asked for."""
        size = min(int(self.request.query.get("per_page", 60)), 200)
        start = int(self.request.query.get("page", 0)) * size
        return answer(list(everything)[start : start + size])


T = TypeVar("T")
Route = Callable[..., Response]


class Routes:
    """A table of routes: method and path, in which `{name}` stands for one segment."""

    def __init__(self) -> None:
        self._table: list[tuple[str, re.Pattern[str], Route]] = []

    def on(self, method: str, path: str) -> Callable[[Route], Route]:
        """Enter a function for a route; it gets the request and the path's segments."""

        def enter(route: Route) -> Route:
            pattern = re.compile(re.sub(r"\{\w+\}", "([^/]+)", path) + r"\Z")
            self._table.append((method, pattern, route))
            return route

        return enter

    def find(self, method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
        """Give the function for a path, and its segments."""
        for its, pattern, route in self._table:
            if its == method and (match := pattern.match(path)):
                return route, match.groups()
        return None


def answer(value: object, status: int = 200) -> Response:
    """Answer with JSON."""
    return Response(status, {"Content-Type": "application/json"}, json.dumps(value, ensure_ascii=False).encode())


def ok() -> Response:
    """Answer that it was done."""
    return answer({"status": "OK"})


def error(failed: ApiError) -> Response:
    """Answer with an error."""
    return answer(
        {"id": failed.id, "message": failed.message, "detailed_error": "", "status_code": failed.status}, failed.status
    )


def found(value: T | None, id_: str) -> T:
    """Give what was looked for. Raises ApiError(404) for nothing."""
    if value is None:
        raise ApiError(404, id_)
    return value
