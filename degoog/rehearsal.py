"""A target that keeps nothing: `--dry-run` is the same engine on a copy of the ledger, with this at its end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Self

from degoog.model import Intent, Item, Place, Proof, Ref, Seen, Stage
from degoog.ports import Batch, Blob, Bytes, Kept, Naming, Result, Settled, Target, Task, Trash, Write

_SIZE = 200


class Rehearsal:
    """A `ports.Target` that answers as another would, without a write: it says yes to everything."""

    def __init__(self, target: Target[Any]) -> None:
        self._target = target
        self._given_up: set[str] = set()

    @property
    def address(self) -> str:
        """The real one's."""
        return self._target.address

    @property
    def identity(self) -> str:
        """The real one's."""
        return self._target.identity

    @property
    def naming(self) -> Naming:
        """The real one's: names that would change are found out."""
        return self._target.naming

    @property
    def parallel(self) -> int:
        """One is enough: nothing is waited for."""
        return 1

    @property
    def trash(self) -> Trash | None:
        """One that looks at what lies there and leaves it."""
        return None if self._target.trash is None else _Looking(self._target.trash, self._given_up)

    def touches(self, item: Item) -> frozenset[Stage]:  # noqa: ARG002 - a port's signature
        """Nothing: touches would only be counted."""
        return frozenset()

    def batch(self) -> Batch[Any]:
        """Open a batch that keeps nothing."""
        return _Nothing()

    async def free(self) -> int | None:
        """The real one's."""
        return await self._target.free()

    async def list(self, path: str) -> AsyncIterator[Seen]:
        """The real one's, without what would have left."""
        async for seen in self._target.list(path):
            if f"{path}/{seen.name}" not in self._given_up:
                yield seen

    async def digest(self, path: str, algorithm: str) -> str:
        """The real one's."""
        return await self._target.digest(path, algorithm)

    def fetch(self, path: str) -> Bytes:
        """The real one's."""
        return self._target.fetch(path)

    async def save_map(self, name: str, blob: Blob) -> None:
        """Keep nothing."""

    def load_map(self, name: str) -> Bytes:
        """The real one's."""
        return self._target.load_map(name)

    async def __aenter__(self) -> Self:
        await self._target.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._target.__aexit__(kind, error, trace)


class _Looking:
    """A trash into which nothing goes."""

    def __init__(self, trash: Trash, given_up: set[str]) -> None:
        self._trash = trash
        self._given_up = given_up

    async def lasting(self) -> bool:
        return await self._trash.lasting()

    async def look(self, item: Item, at: Place) -> str | Kept:
        return await self._trash.look(item, at)

    async def discard(self, item: Item, at: Place, mark: str) -> Kept | None:  # noqa: ARG002 - a port's signature
        self._given_up.add(at.path)
        return None


class _Nothing:
    def __init__(self) -> None:
        self._tasks: list[Task[Any]] = []

    def put(self, task: Task[Any]) -> None:
        self._tasks.append(task)

    @property
    def full(self) -> bool:
        return len(self._tasks) >= _SIZE

    def intents(self) -> Sequence[tuple[Ref, Intent]]:
        return []

    async def close(self) -> Sequence[Result]:
        return [
            Settled(one.item, one.at.path, one.at.proof or Proof(""))
            for task in self._tasks
            for one in (task, *(task.parts if isinstance(task, Write) else ()))
        ]
