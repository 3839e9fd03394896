"""What a Mattermost says about itself: its version, who it is, and who asks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from degoog.errors import Unavailable, Usage
from degoog.i18n import _

OLDEST = (6, 0)  # mattermost.md §4: 5.37 cannot read attachments from the import zip


@dataclass(frozen=True, slots=True)
class Server:
    """A Mattermost and the account that asks.

    `identity` stays when the address changes. `post` is the longest message in characters. `admin`: the account may
    do everything. Sizes are in bytes.
    """

    url: str
    version: str
    identity: str
    me: str
    username: str
    admin: bool
    post: int

    @property
    def release(self) -> tuple[int, int]:
        """The version as numbers: major, minor."""
        return _release(self.version)


def read(url: str, told: Any, me: Any) -> Server:  # noqa: ANN401 - JSON as it came
    """Give what `config/client?format=old` and `users/me` said.

    Raises `Usage` for an address that is no Mattermost, or one too old; `Unavailable` for an answer nobody expects.
    """
    if not isinstance(told, dict) or "Version" not in told:
        text = _("There is no Mattermost at {url}. To do: check the address; it is the one you open in a browser.")
        raise Usage(text.format(url=url))
    version = str(told["Version"])
    if _release(version) < OLDEST:
        text = _("The Mattermost at {url} is version {version}; degoog needs {oldest} or later.")
        raise Usage(text.format(url=url, version=version, oldest="6.0"))
    if not isinstance(me, dict) or not isinstance(me.get("id"), str):
        raise Unavailable(_("{url} does not say whose access token this is.").format(url=url))
    limit = str(told.get("MaxPostSize", ""))
    return Server(
        url=url,
        version=version,
        identity=str(told.get("DiagnosticId") or told.get("TelemetryId") or url),
        me=str(me["id"]),
        username=str(me.get("username", "")),
        admin="system_admin" in str(me.get("roles", "")).split(),
        post=int(limit) if limit.isdigit() else 16383,
    )


def _release(version: str) -> tuple[int, int]:
    numbers = re.findall(r"\d+", version)[:2]
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else (0, 0)
