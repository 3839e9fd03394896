"""What `degoog connect` and `degoog doctor` ask a Mattermost: is it there, which version, whose token, may it import.

Nothing is written, and nothing is repeated, so that an answer comes at once.
"""

from __future__ import annotations

from typing import Any

import httpx

from degoog.errors import Unavailable
from degoog.http import Stop
from degoog.i18n import _
from degoog.mattermost import server
from degoog.mattermost.client import HEADERS
from degoog.mattermost.judge import Judge
from degoog.mattermost.server import Server
from degoog.secrets import Secret

__all__ = ["Server", "account", "version"]


async def version(url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> str:
    """Ask anybody's question. Raises `Usage` for what is no Mattermost or one too old, `Unavailable` for silence."""
    told = await _ask(url, "/config/client?format=old", None, transport)
    return server.read(url, told, {"id": ""}).version


async def account(url: str, token: Secret, *, transport: httpx.AsyncBaseTransport | None = None) -> Server:
    """Ask whose token it is. Raises `Unavailable` where it is refused."""
    told = await _ask(url, "/config/client?format=old", token, transport)
    return server.read(url, told, await _ask(url, "/users/me", token, transport))


async def _ask(url: str, path: str, token: Secret | None, transport: httpx.AsyncBaseTransport | None) -> Any:  # noqa: ANN401 - JSON as it came
    headers = {**HEADERS, **({"Authorization": f"Bearer {token.reveal()}"} if token else {})}
    async with httpx.AsyncClient(transport=transport, timeout=20, headers=headers, trust_env=False) as client:
        try:
            response = await client.get(f"{url}/api/v4{path}", follow_redirects=False)
        except httpx.HTTPError as error:
            text = _(
                "Nobody answers at {url}. Open it in your browser; if it does not open there either, ask your host."
            )
            raise Unavailable(text.format(url=url)) from error
    match Judge(url)(response):
        case Stop(message):
            raise Unavailable(message)
    try:
        return response.json()
    except ValueError:
        return None
