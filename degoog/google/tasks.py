"""An account's Google tasks as a source: every list, done and hidden tasks too (facts/google.md §2.4).

https://developers.google.com/workspace/tasks/reference/rest: it has no sync tokens, and lists are short.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Self
from urllib.parse import quote

from degoog.convert.calendar_object import RawObject
from degoog.convert.google_tasks import stamp, task
from degoog.convert.titles import file_name
from degoog.convert.traits import Traits
from degoog.errors import Refused, Unavailable
from degoog.google import hosts
from degoog.google.client import Client
from degoog.google.fault import Fault
from degoog.i18n import _
from degoog.model import FailReason, Found, Item, Kind, Ref, Stage

SERVICE = "google-tasks"
_ALL = {"maxResults": "100", "showCompleted": "true", "showHidden": "true", "showAssigned": "true"}
_VOLATILE = frozenset({"etag", "kind", "selfLink"})
Raw = dict[str, Any]


class GoogleTasks:
    """See `ports.Source`. The client is entered with the source."""

    sequential = False

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def account(self) -> str:
        """Whose tasks these are."""
        return self._client.account or "google"

    async def walk(self) -> AsyncIterator[Found]:
        """The lists, each followed by its tasks."""
        async for raw in self._lists():
            parent = Ref(SERVICE, str(raw["id"]))
            name = str(raw.get("title") or _("Tasks"))
            item = Item(parent, None, Kind.TASK_LIST, name, Stage.HOLDERS, content=name)
            try:
                path = f"/tasks/v1/lists/{quote(parent.id, safe='')}/tasks"
                tasks = [_item(one, parent) async for one in self._pages(path, _ALL) if not one.get("deleted")]
            except Refused as error:
                why = _("Google does not give its tasks: {why}").format(why=error.detail)
                yield Found(replace(item, content=""), FailReason.UNREADABLE, why)
                continue
            yield Found(item)
            for one in tasks:
                yield Found(one)

    async def read(self, item: Item) -> RawObject | Traits:
        """Describe a list, or give a task."""
        if item.holder:
            return Traits(item.name, "VTODO")
        holder = item.parent.id if item.parent else ""
        path = f"/tasks/v1/lists/{quote(holder, safe='')}/tasks/{quote(item.ref.id, safe='')}"
        return RawObject((task(await self._asked(path, {})),))

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.__aexit__(None, None, None)

    async def _lists(self) -> AsyncIterator[Raw]:
        try:
            async for raw in self._pages("/tasks/v1/users/@me/lists", {"maxResults": "1000"}):
                yield raw
        except Refused as error:
            text = _("Google does not give the lists of tasks ({why}). Nothing is lost; run the command again.")
            raise Unavailable(text.format(why=error.detail)) from error

    async def _pages(self, path: str, params: dict[str, str]) -> AsyncIterator[Raw]:
        params = dict(params)
        while True:
            page = await self._asked(path, params)
            for raw in page.get("items") or ():
                yield raw
            if not page.get("nextPageToken"):
                return
            params["pageToken"] = str(page["nextPageToken"])

    async def _asked(self, path: str, params: dict[str, str]) -> Raw:
        try:
            return await self._client.get(path, params, host=hosts.TASKS)
        except Fault as fault:
            raise Refused(FailReason.UNREADABLE, str(fault)) from fault


def _item(raw: Raw, parent: Ref) -> Item:
    told = json.dumps({k: v for k, v in raw.items() if k not in _VOLATILE}, sort_keys=True, ensure_ascii=False)
    updated = stamp(raw.get("updated"))
    return Item(
        ref=Ref(SERVICE, str(raw["id"])),
        parent=parent,
        kind=Kind.TASK,
        name=file_name(str(raw.get("title") or ""), ".ics", otherwise=_("Without a title")),
        stage=Stage.CONTENT,
        content=hashlib.sha256(told.encode("utf-8", "replace")).hexdigest(),
        place=parent.id,
        modified=datetime.strptime(updated, "%Y%m%dT%H%M%S%z") if updated else None,
    )
