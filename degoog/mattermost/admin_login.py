"""How provisioning gets into a Mattermost: a client with an administrator's token."""

from __future__ import annotations

import httpx

from degoog.http import Pacing
from degoog.mattermost.client import Client
from degoog.secrets import Secret

__all__ = ["Client", "client"]


def client(
    url: str, token: Secret, *, pacing: Pacing | None = None, transport: httpx.AsyncBaseTransport | None
) -> Client:
    """Give a client with a token; enter it before use."""
    return Client(url, token, pacing=pacing, transport=transport)
