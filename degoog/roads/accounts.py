"""Accounts at a target, as the workspace, the keyring and the environment name them."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from degoog import access
from degoog.errors import Usage
from degoog.i18n import _

if TYPE_CHECKING:
    from degoog.google.client import Client as GoogleClient
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


def google(outside: Outside, road: str) -> GoogleClient:
    """Give the client of the connected account, with no more rights than the road needs, not entered yet.

    Raises `Usage` where none is connected, or a service account was not told whose things to move.
    """
    from degoog.google import credentials
    from degoog.google.client import Client
    from degoog.google.scopes import SCOPES
    from degoog.http import Pacing, Time

    given = access.google(outside.workspace, outside.secrets, outside.environ)
    read = credentials.read(given.secret)
    if isinstance(read, credentials.ServiceAccount) and not given.account:
        raise Usage(
            _(
                "A service account has no calendars or contacts of its own: whose are to be moved? To do: write the "
                "address in workspace.yml (google: account:)."
            )
        )
    return Client(
        read,
        account=given.account,
        api_url=given.api_url,
        pacing=Pacing(outside.time or Time()),
        observer=outside.observer,
        transport=outside.transport,
        zone=ZoneInfo(outside.workspace.timezone) if outside.workspace else UTC,
        scopes=SCOPES[road],
    )
