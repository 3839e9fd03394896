"""Who belongs to an organisation, as its Google directory lists them.

https://developers.google.com/people/api/rest/v1/people/listDirectoryPeople
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from degoog.errors import Unavailable
from degoog.google import hosts
from degoog.google.client import Client
from degoog.google.fault import Fault
from degoog.i18n import _

# How contact sharing is switched on in the admin console: without it the list is refused or empty.
_SHARING = "https://support.google.com/a/answer/60218"


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody in the directory."""

    name: str
    email: str
    title: str


async def listed(client: Client) -> AsyncIterator[Listed]:
    """List everybody who has an account in the organisation; the client is entered.

    Raises `Unavailable` where the account belongs to no organisation, or its directory is not shared.
    """
    params = {
        "readMask": "names,emailAddresses,organizations",
        "sources": "DIRECTORY_SOURCE_TYPE_DOMAIN_PROFILE",
        "pageSize": "1000",
    }
    while True:
        try:
            page = await client.get("/v1/people:listDirectoryPeople", params, host=hosts.PEOPLE)
        except Fault as fault:
            raise Unavailable(
                _(
                    "Google shows no directory to {account} ({why}). To do: use an account of your organisation, or "
                    "have whoever manages Google Workspace switch contact sharing on at {link}; then run the same "
                    "command again."
                ).format(account=client.account or "Google", why=fault, link=_SHARING)
            ) from fault
        for raw in page.get("people") or ():
            if email := _first(raw, "emailAddresses", "value"):
                yield Listed(_first(raw, "names", "displayName"), email, _first(raw, "organizations", "title"))
        if not page.get("nextPageToken"):
            return
        params["pageToken"] = str(page["nextPageToken"])


def _first(raw: dict[str, Any], field: str, part: str) -> str:
    """Give the part of a field's primary entry, or else of its first; empty where there is none."""
    entries = [one for one in raw.get(field) or () if isinstance(one, dict)]
    entries.sort(key=lambda one: not (one.get("metadata") or {}).get("primary"))
    return str(entries[0].get(part) or "") if entries else ""
