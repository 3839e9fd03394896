"""What a Mattermost's settings allow, raised where that was asked for, and put back."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from degoog.errors import Unavailable, Usage
from degoog.i18n import _
from degoog.mattermost.client import Client

_CATEGORY, _NAME = "degoog", "settings"  # a preference of the account used: it survives a kill, and a lost computer


class Limits(StrEnum):
    """What to do where the server's settings are too narrow for an import."""

    KEEP = "keep"  # say so, and stop
    RAISE = "raise"  # raise them, and put them back at the end


class Settings:
    """The settings an import depends on. `read` comes first; nothing is changed before `need`.

    `joining` is since when this run, or one that died, adds people to channels (milliseconds, 0 for not at all);
    `interrupted` whether one that died did.
    """

    def __init__(self, client: Client, limits: Limits) -> None:
        self._client = client
        self._limits = limits
        self._now: dict[str, dict[str, Any]] = {}
        self._before: dict[str, dict[str, Any]] = {}
        self.joining = 0
        self.interrupted = False

    async def read(self) -> None:
        """Read them; what a run that died has raised is known again by its old values. Raises `Unavailable`."""
        status, now = await self._client.call("GET", "/config")
        self._now = now if status == 200 and isinstance(now, dict) else {}
        me = self._client.server.me
        status, kept = await self._client.call("GET", f"/users/{me}/preferences/{_CATEGORY}/name/{_NAME}")
        if status == 200 and isinstance(kept, dict) and kept.get("value"):  # without one, the answer is 400
            try:
                value = json.loads(str(kept["value"]))
                self._before, self.joining = value["before"], int(value["joining"])
                self.interrupted = bool(self.joining)
            except (ValueError, KeyError, TypeError):
                self._before = {}

    @property
    def file_size(self) -> int:
        """The largest file the server takes, in bytes."""
        return int(self._setting("FileSettings", "MaxFileSize", 100 << 20))

    @property
    def largest(self) -> int:
        """The largest file that may come: what the server takes, or anything where its limit may be raised."""
        return self.file_size if self._limits is Limits.KEEP else 1 << 50

    async def need(self, section: str, key: str, least: int | bool) -> None:  # noqa: FBT001 - a setting's value
        """Have a setting be at least this. Raises `Usage` where it is not, and nobody asked to raise it."""
        now = self._setting(section, key, None)
        enough = now is None or (now == least if isinstance(least, bool) else int(now) >= least)
        if enough:
            return
        if self._limits is Limits.KEEP:
            raise Usage(
                _(
                    "Mattermost's setting {section}.{key} is {now}, and this import needs {least}. To do: change it in "
                    "the System Console, or write mattermost: limits: raise in workspace.yml; degoog puts it back "
                    "at the end. Then run the same command again."
                ).format(section=section, key=key, now=now, least=least)
            )
        self._before.setdefault(section, {}).setdefault(key, now)
        await self._keep()
        await self._patch({section: {key: least}})

    async def prefer(self, section: str, key: str, value: bool) -> None:  # noqa: FBT001 - a setting's value
        """Have a setting be this for the time of the run where settings may be changed; else leave it."""
        if self._limits is Limits.RAISE:
            await self.need(section, key, value)

    async def join(self, now: int) -> None:
        """Note that people are added to channels from now on: what the server says of it will be taken away."""
        if not self.joining:
            self.joining = now
            await self._keep()

    async def put_back(self) -> None:
        """Give every setting that was raised its old value; forget what was noted."""
        if not self._before and not self.joining:
            return
        if self._before:
            await self._patch(self._before)
        self._before, self.joining, self.interrupted = {}, 0, False
        me = self._client.server.me
        entry = [{"user_id": me, "category": _CATEGORY, "name": _NAME, "value": ""}]
        await self._client.call("POST", f"/users/{me}/preferences/delete", entry)

    def _setting(self, section: str, key: str, default: Any) -> Any:  # noqa: ANN401 - a setting's value
        return (self._now.get(section) or {}).get(key, default)

    async def _keep(self) -> None:
        me = self._client.server.me
        value = json.dumps({"before": self._before, "joining": self.joining}, separators=(",", ":"))
        entry = [{"user_id": me, "category": _CATEGORY, "name": _NAME, "value": value}]
        status, answer = await self._client.call("PUT", f"/users/{me}/preferences", entry)
        if status != 200:
            raise Unavailable(self._client.said("/preferences", status, answer))

    async def _patch(self, settings: dict[str, dict[str, Any]]) -> None:
        status, answer = await self._client.call("PUT", "/config/patch", settings)
        if status != 200:
            raise Unavailable(self._client.said("/config/patch", status, answer))
        for section, values in settings.items():
            self._now.setdefault(section, {}).update(values)
