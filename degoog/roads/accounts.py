"""Accounts at a target, as the workspace, the keyring and the environment name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from degoog import access

if TYPE_CHECKING:
    from degoog.nextcloud.client import Client
    from degoog.roads import Outside


def nextcloud(outside: Outside, *, account: str = "") -> Client:
    """Give the client of an account, or of degoog's own, not entered yet. Raises `Usage` where it is not connected."""
    from degoog.http import Pacing, Time
    from degoog.nextcloud.client import Client

    given = access.nextcloud(outside.workspace, outside.secrets(), outside.environ, account=account)
    return Client(
        given.url,
        given.login,
        given.password,
        pacing=Pacing(outside.time or Time()),
        observer=outside.observer,
        transport=outside.transport,
    )
