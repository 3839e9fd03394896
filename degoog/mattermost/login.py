"""How degoog gives an access token of Mattermost back.

Only a token whose id is known can be revoked by itself: https://developers.mattermost.com/api-documentation, users,
"Revoke a user access token".
"""

from __future__ import annotations

import httpx

from degoog.errors import Unavailable
from degoog.i18n import _
from degoog.mattermost.client import HEADERS
from degoog.secrets import Secret


async def give_back(
    url: str, token: Secret, token_id: str, *, transport: httpx.AsyncBaseTransport | None = None
) -> bool:
    """Have a server forget a token; False where it no longer knew it. Raises `Unavailable` where nobody answers."""
    headers = {**HEADERS, "Authorization": f"Bearer {token.reveal()}"}
    async with httpx.AsyncClient(transport=transport, timeout=20, headers=headers, trust_env=False) as client:
        try:
            answer = await client.post(f"{url}/api/v4/users/tokens/revoke", json={"token_id": token_id})
        except httpx.HTTPError as error:
            text = _("{url} does not answer. To do: delete the token “degoog” there, Profile, Security, Access Tokens.")
            raise Unavailable(text.format(url=url)) from error
    return answer.status_code == 200
