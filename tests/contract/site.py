"""What the suite asks of each backend beside its target: to look at the place from outside, and to work there."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from degoog.model import FailReason, Intent, Item, Kind, LossKind, Place, Proof, Ref, Seen, Stage
from degoog.ports import Blob, Make, Move, Result, Settled, Target, Task, Touch, Write

DAY = datetime(2015, 5, 6, 7, 8, 9, tzinfo=UTC)
LARGE = 3 * (1 << 20) + 17
T = TypeVar("T")


class Site(Protocol):
    """A place that targets write to, seen as its owner sees it. Paths are relative to it; folders end in a slash."""

    keeps_id: bool  # a file that is replaced stays the same file to the server: its shares and versions stay

    def open(self) -> Target[Blob]:
        """A target on this place, new as after a kill; not entered yet."""

    def foreign_write(self, path: str, data: bytes) -> None:
        """Write as another program would."""

    def foreign_make(self, path: str) -> None:
        """Make a folder as another program would."""

    def remove(self, path: str) -> None:
        """Delete a file as another program would."""

    def read(self, path: str) -> bytes: ...

    def paths(self) -> set[str]:
        """Everything that lies there, degoog's own folder left out."""

    def modified(self, path: str) -> datetime | None: ...

    def trashed(self) -> list[str]:
        """The names of what lies in the trash, each with what was added to it."""

    def leftovers(self) -> set[str]:
        """What unfinished writes have left, wherever it may lie."""


@dataclass(frozen=True)
class Desk:
    """Somebody who works at a site, each time with a new target."""

    site: Site

    def run(self, go: Callable[[Target[Blob]], Awaitable[T]]) -> T:
        """Run a coroutine function on an entered target."""

        async def inner() -> T:
            async with self.site.open() as target:
                return await go(target)

        return asyncio.run(inner())

    def close(self, *tasks: Task[Blob]) -> list[Result]:
        """Put tasks into one batch and close it; the results in the order of the tasks."""

        async def go(target: Target[Blob]) -> list[Result]:
            return await closed(target, *tasks)

        return self.run(go)

    def settled(self, *tasks: Task[Blob]) -> list[Settled]:
        """The same, where everything must arrive."""
        return all_settled(self.close(*tasks))

    def one(self, task: Task[Blob]) -> Settled:
        """The same for one task."""
        (result,) = self.settled(task)
        return result

    def make(self, *paths: str, **more: Any) -> None:
        """Make holders, one after the other as the engine does with depths."""
        for path in paths:
            self.one(make(path, **more))

    def listing(self, path: str = "") -> dict[str, Seen]:
        async def go(target: Target[Blob]) -> dict[str, Seen]:
            return {seen.name: seen async for seen in target.list(path)}

        return self.run(go)

    def state(self) -> dict[str, tuple[Seen, datetime | None]]:
        """Everything there as the target lists it, with the times: two of them are equal when nothing was written."""

        async def go(target: Target[Blob]) -> dict[str, Seen]:
            found, folders = {}, [""]
            while folders:
                folder = folders.pop()
                async for seen in target.list(folder):
                    path = f"{folder}/{seen.name}" if folder else seen.name
                    found[path] = seen
                    folders += [path] * seen.holder
            return found

        return {path: (seen, self.site.modified(path)) for path, seen in self.run(go).items()}

    def files(self) -> dict[str, bytes]:
        return {path: self.site.read(path) for path in self.site.paths() if not path.endswith("/")}


async def closed(target: Target[Blob], *tasks: Task[Blob]) -> list[Result]:
    """Close one batch of these tasks; the results in their order."""
    batch = target.batch()
    for task in tasks:
        batch.put(task)
    results = {result.item.ref: result for result in await batch.close()}
    assert len(results) == len(tasks)
    return [results[task.item.ref] for task in tasks]


def all_settled(results: list[Result]) -> list[Settled]:
    """The results, where everything must have arrived."""
    assert [result for result in results if not isinstance(result, Settled)] == []
    return [result for result in results if isinstance(result, Settled)]


def blob(data: bytes, *, size: int | None = None, error: Exception | None = None) -> Blob:
    """Bytes as a Blob; it may lie about its size, or end in an error."""

    @asynccontextmanager
    async def open_() -> AsyncIterator[AsyncIterator[bytes]]:
        yield _pieces(data, error)

    return Blob(len(data) if size is None else size, open_)


async def _pieces(data: bytes, error: Exception | None) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 1 << 18):
        yield data[start : start + (1 << 18)]
        await asyncio.sleep(0)
    if error is not None:
        raise error


def file(id_: str, data: bytes = b"", **more: Any) -> Item:
    given: dict[str, Any] = {
        "content": hashlib.sha256(data).hexdigest(), "place": id_, "size": len(data), "modified": DAY, **more,
    }  # fmt: skip
    return Item(Ref("test", id_), None, Kind.FILE, id_, Stage.CONTENT, **given)


def folder(id_: str, **more: Any) -> Item:
    return Item(Ref("test", id_), None, Kind.FOLDER, id_, Stage.HOLDERS, **{"place": id_, "modified": DAY, **more})


def make(path: str, *, id_: str = "", **more: Any) -> Make:
    """A folder to be made at a path, which is also its id."""
    return Make(folder(id_ or path, **more), Place(path))


def write(
    path: str, data: bytes, *, proof: Proof | None = None, intent: Intent | None = None, value: Blob | None = None,
    id_: str = "", **more: Any,
) -> Write[Blob]:  # fmt: skip
    """A file to be written at a path, which is also its id."""
    return Write(file(id_ or path, data, **more), Place(path, proof=proof, intent=intent), value or blob(data))


def again(done: Settled, data: bytes, *, value: Blob | None = None) -> Write[Blob]:
    """The same item with new content, as the ledger remembers it."""
    item = replace(done.item, content=hashlib.sha256(data).hexdigest(), size=len(data))
    return Write(item, Place(done.path, was=done.path, proof=done.proof), value or blob(data))


def move(done: Settled, path: str) -> Move:
    """What arrived goes to another path."""
    return Move(done.item, Place(path, was=done.path, proof=done.proof))


def touch(done: Settled, stage: Stage) -> Touch:
    """What arrived gets what a late stage owes it."""
    return Touch(done.item, Place(done.path, was=done.path, proof=done.proof), stage)


def losses(result: Settled) -> list[tuple[LossKind, str]]:
    return [(loss.kind, loss.detail) for loss in result.losses]


def beside(result: Settled) -> list[str]:
    """The paths it was wanted at and did not get."""
    return [detail for kind, detail in losses(result) if kind is LossKind.BESIDE]


def hashed(data: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}:{hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()}"


DAMAGE = {FailReason.DAMAGED, FailReason.UNREADABLE, FailReason.HASH_MISMATCH}
