"""How provisioning gets into a Nextcloud: a client for an account, an app password for one that was just made."""

from __future__ import annotations

import httpx

from degoog.http import Pacing
from degoog.nextcloud.client import Client
from degoog.nextcloud.login import Door, revoke
from degoog.secrets import Secret

__all__ = ["Client", "client", "exchange", "forget"]


def client(
    url: str, login: str, password: Secret, *, pacing: Pacing | None = None, transport: httpx.AsyncBaseTransport | None
) -> Client:
    """Give a client for an account; enter it before use."""
    return Client(url, login, password, pacing=pacing, transport=transport)


async def exchange(
    url: str, login: str, password: Secret, *, transport: httpx.AsyncBaseTransport | None = None
) -> Secret:
    """Get an app password for a password; see `login.Door.exchange` for what is raised."""
    return (await Door(url, transport=transport).exchange(login, password)).password


async def forget(opened: Client) -> bool:
    """Have the server forget the app password the client works with; False where it is none."""
    return await revoke(opened)
