"""Nextcloud's application store: which applications have a release for a release of Nextcloud.

The list is the one the server itself reads: GET /api/v1/platform/VERSION/apps.json (nextcloudappstore's REST API).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from degoog.errors import Unavailable
from degoog.http import Pacing, Time, open_client
from degoog.provision.artefacts import AppRelease, number

STORE = "https://apps.nextcloud.com/api/v1"


async def releases(
    versions: Iterable[str], *, transport: httpx.AsyncBaseTransport | None = None, time: Time | None = None
) -> dict[str, dict[str, AppRelease] | None]:
    """Give, for each version of Nextcloud, the newest release of each application; None where the store is silent."""
    client = open_client(
        judge=lambda _answer: None, pacing=Pacing(time=time or Time()), transport=transport, base_url=STORE, time=time
    )
    found: dict[str, dict[str, AppRelease] | None] = {}
    async with client:
        for version in versions:
            found[version] = await _of(client, version)
    return found


async def _of(client: httpx.AsyncClient, version: str) -> dict[str, AppRelease] | None:
    try:
        answer = await client.get(f"/platform/{version}/apps.json")
        told = answer.raise_for_status().json()
    except (Unavailable, httpx.HTTPError, ValueError):
        return None
    return dict(_newest(app) for app in told if any(map(_finished, app.get("releases", ()))))


def _newest(app: Mapping[str, Any]) -> tuple[str, AppRelease]:
    newest = max(filter(_finished, app["releases"]), key=lambda one: number(one["version"]))
    name = str(app["id"])
    return name, AppRelease(name, str(newest["version"]), url=str(newest.get("download", "")))


def _finished(release: Mapping[str, Any]) -> bool:
    return not release.get("isNightly") and "-" not in str(release["version"])
