"""A Mattermost that answers what `connect` and `doctor` ask."""

from __future__ import annotations

import httpx


class Mattermost(httpx.MockTransport):
    """`token` is the only one it knows; `roles` are those of its account."""

    def __init__(self, *, token: str = "kestrel", roles: str = "system_admin system_user", version: str = "11.6.0"):
        super().__init__(self.answer)
        self.token, self.roles, self.version = token, roles, version
        self.seen: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v4")
        self.seen.append(f"{request.method} {path}")
        if path == "/config/client":
            return httpx.Response(200, json={"Version": self.version, "DiagnosticId": "d1"})
        if path == "/users/me" and request.headers.get("authorization") == f"Bearer {self.token}":
            return httpx.Response(200, json={"id": "u1", "username": "camille", "roles": self.roles})
        return httpx.Response(401, json={"id": "api.context.session_expired.app_error"})
