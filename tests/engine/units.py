"""Threads in memory: what is put as one, message by message."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from degoog.errors import Refused
from degoog.model import FailReason, Intent, Item, Kind, Loss, LossKind, Proof, Ref, Stage
from degoog.ports import Blob, Failed, Part, Result, Settled, Write
from tests.memory import MemoryBatch, MemorySource, MemoryTarget, Store, blob


def message(id_: str, channel: str = "c", text: str = "x", unit: str | None = None, **more) -> Item:
    """A message whose fingerprint is its text; `unit` is the first message of its thread."""
    return Item(
        Ref("memory", id_), Ref("memory", channel), Kind.MESSAGE, id_, Stage.CONTENT, content=text, place=channel,
        unit=None if unit is None else Ref("memory", unit), **more,
    )  # fmt: skip


class Talk(MemorySource):
    """A source of threads: read, a head gives all of its messages that are there."""

    def __init__(self, holders: Iterable[Item], messages: Iterable[Item], unreadable: Iterable[str] = ()):
        self.messages = {item.ref.id: item for item in messages}
        super().__init__([*holders, *self.messages.values()], unreadable)

    async def read(self, item: Item) -> Blob:
        if item.unit is not None and item.unit.id in self.messages:
            raise AssertionError("a part is never read by itself")
        if item.ref.id in self.unreadable:
            raise Refused(FailReason.UNREADABLE, "damaged")
        if item.holder:
            return blob(b"x")
        unit = [m for m in self.messages.values() if m.ref == item.ref or m.unit == item.ref]
        return blob(json.dumps({m.ref.id: m.content for m in unit}).encode())


def losing(item: Item, value: Blob) -> tuple[Blob, tuple[Loss, ...]]:
    """A conversion that loses something of a reply and of the head."""
    return value, (Loss(LossKind.STAR, item.ref.id), Loss(LossKind.TIME, "late", of=Ref("memory", "late")))


@dataclass
class Room(MemoryTarget):
    """A target that keeps threads as they were last put; `said` counts how often each message was sent."""

    room: Store = field(default_factory=Store)
    size: int = 3
    said: dict[str, int] = field(default_factory=dict)
    deaf: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        MemoryTarget.__init__(self, self.room, batch_size=self.size)

    def batch(self) -> RoomBatch:
        return RoomBatch(self)


def _all(task: Write[Blob]) -> list[Part]:
    return [Part(task.item, task.at), *task.parts]


class RoomBatch(MemoryBatch):
    _target: Room

    def intents(self) -> Sequence[tuple[Ref, Intent]]:
        writes = [task for task in self._tasks if isinstance(task, Write)]
        return [(one.item.ref, Intent(one.at.path)) for task in writes for one in _all(task)]

    async def close(self) -> Sequence[Result]:
        return [result for task in self._tasks for result in await self._answer(task)]

    async def _answer(self, task) -> list[Result]:
        if not isinstance(task, Write):
            return [await self._do(task)]
        async with task.value.open() as chunks:
            unit = json.loads(b"".join([chunk async for chunk in chunks]))
        waiting = {part.item.ref.id: part.at for part in task.parts} | {task.item.ref.id: task.at}
        results: list[Result] = []
        for id_, text in unit.items():
            path = f"{task.at.path.rpartition('/')[0]}/{id_}"
            there = self._target.store.nodes.get(path)
            if there is None or there.data != text.encode():
                self._target.said[id_] = self._target.said.get(id_, 0) + 1
                there = self._target.store.put(path, text.encode())
            if id_ in waiting:
                item = (
                    task.item if id_ == task.item.ref.id else next(p.item for p in task.parts if p.item.ref.id == id_)
                )
                if id_ in self._target.deaf:
                    results.append(Failed(item, FailReason.REJECTED))
                else:
                    results.append(Settled(item, path, Proof(there.id, len(text), f"x:{text}", str(there.etag))))
        return results
