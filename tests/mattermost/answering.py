"""A Mattermost that answers what a test says, and what is usual for the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from degoog.http import Pacing, Time
from degoog.mattermost.client import Client
from degoog.secrets import Secret

URL = "https://chat.lauze.example"
TOLD = {"Version": "11.6.0", "DiagnosticId": "d1", "MaxPostSize": "16383"}
ME = {"id": "u1", "username": "referente", "roles": "system_admin system_user"}


@dataclass
class Server:
    """Answers by method and path behind /api/v4; what is not given is as on a healthy server."""

    given: dict[tuple[str, str], Any] = field(default_factory=dict)
    seen: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        path = request.url.path.removeprefix("/api/v4")
        answer = self.given.get((request.method, path))
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, httpx.Response):
            return answer
        if answer is not None:
            return httpx.Response(200, json=answer)
        match path:
            case "/config/client":
                return httpx.Response(200, json=TOLD)
            case "/users/me":
                return httpx.Response(200, json=ME)
        return httpx.Response(404, json={"id": "api.context.404.app_error", "message": "Sorry, not found."})

    def asked(self) -> list[str]:
        """What was asked, as `METHOD /path`."""
        return [f"{r.method} {r.url.path.removeprefix('/api/v4')}" for r in self.seen]


async def no_sleep(_seconds: float) -> None:
    """Waiting takes no time in a test."""


def client(server: Server) -> Client:
    """A client of it."""
    return Client(URL, Secret("t0ken"), pacing=Pacing(Time(sleep=no_sleep)), transport=httpx.MockTransport(server))
