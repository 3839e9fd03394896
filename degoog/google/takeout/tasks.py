"""The tasks of a Takeout: `Tasks.json`, which holds every list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from typing import Any, Self

from degoog.convert.calendar_object import RawObject
from degoog.convert.google_tasks import stamp, task
from degoog.convert.titles import file_name
from degoog.convert.traits import Traits
from degoog.errors import Refused
from degoog.google.takeout.documents import TakeoutDocuments
from degoog.i18n import _
from degoog.model import FailReason, Found, Item, Kind, Ref, Stage

_LARGEST = 64 << 20  # bytes; a hundred thousand tasks are half of it
_SERVICE = "google-tasks"
Raw = Mapping[str, Any]


class TakeoutTasks:
    """See `ports.Source`."""

    sequential = False

    def __init__(self, documents: TakeoutDocuments) -> None:
        self._documents = documents
        self._lists: dict[str, Raw] = {}
        self._tasks: dict[str, Raw] = {}

    @property
    def account(self) -> str:
        """The owner's address, `takeout` where no manifest tells it."""
        return self._documents.account

    async def walk(self) -> AsyncIterator[Found]:
        """The lists, each followed by its tasks; then what of the archive could not be read."""
        self._load()
        for id_, raw in self._lists.items():
            name = str(raw.get("title") or _("Tasks"))
            parent = Ref(_SERVICE, id_)
            yield Found(Item(parent, None, Kind.TASK_LIST, name, Stage.HOLDERS, content=name))
            for one in _of(raw):
                yield Found(_item(one, parent))
        for found in self._documents.problems():
            yield found

    def overlooks(self, ref: Ref) -> bool:  # noqa: ARG002 - a port's signature
        """Whether the documents are not all there are."""
        return self._documents.partial

    async def read(self, item: Item) -> RawObject | Traits:
        """Describe a list, or give a task. Raises `Refused` for what is not in the archive."""
        self._load()
        if item.holder and item.ref.id in self._lists:
            return Traits(item.name, "VTODO")
        if item.ref.id not in self._tasks:
            raise Refused(FailReason.UNREADABLE, _("It is not in the archives that were given."))
        return RawObject((task(self._tasks[item.ref.id]),))

    async def __aenter__(self) -> Self:
        await self._documents.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        self._lists.clear()
        self._tasks.clear()
        await self._documents.__aexit__(*error)

    def _load(self) -> None:
        if self._lists:
            return
        for document in self._documents.documents():
            data = b"".join(document.open())
            for raw in _lists(json.loads(data) if len(data) <= _LARGEST else None):
                self._lists[str(raw.get("id"))] = raw
                self._tasks |= {str(one.get("id")): one for one in _of(raw)}


def _lists(told: object) -> Iterator[Raw]:
    match told:
        case {"items": list(items)}:
            yield from (raw for raw in items if isinstance(raw, dict) and raw.get("id"))


def _of(raw: Raw) -> Iterator[Raw]:
    items = raw.get("items")
    for one in items if isinstance(items, list) else ():
        if isinstance(one, dict) and one.get("id") and not one.get("deleted"):
            yield one


def _item(raw: Raw, parent: Ref) -> Item:
    told = json.dumps(raw, sort_keys=True, ensure_ascii=False)
    updated = stamp(raw.get("updated"))
    return Item(
        ref=Ref(_SERVICE, str(raw["id"])),
        parent=parent,
        kind=Kind.TASK,
        name=file_name(str(raw.get("title") or ""), ".ics", otherwise=_("Without a title")),
        stage=Stage.CONTENT,
        content=hashlib.sha256(told.encode("utf-8", "replace")).hexdigest(),
        place=parent.id,
        modified=datetime.strptime(updated, "%Y%m%dT%H%M%S%z") if updated else None,
    )
