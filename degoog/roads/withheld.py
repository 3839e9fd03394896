"""A lane of which nothing moves, and whose every item says why: nobody's things go to somebody else's place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Self

from degoog.convert.names import PORTABLE, Names
from degoog.errors import Refused
from degoog.model import FailReason, Found, Intent, Item, Ref, Seen, SkipReason, Stage
from degoog.ports import NOWHERE, Batch, Blob, Bytes, Result, Source, Task, Unknown


class Withheld:
    """A source of which everything stays where it is."""

    sequential = False

    def __init__(self, source: Source[Any], reason: SkipReason) -> None:
        self._source = source
        self._reason = reason

    @property
    def account(self) -> str:
        """The real one's."""
        return self._source.account

    async def walk(self) -> AsyncIterator[Found]:
        """What the real one finds, with the reason why it stays."""
        async for found in self._source.walk():
            yield found if found.verdict is not None else Found(found.item, self._reason)

    async def read(self, item: Item) -> Any:  # noqa: ANN401 - whatever the real one gives
        """Give what the real one gives; nobody asks."""
        return await self._source.read(item)

    async def __aenter__(self) -> Self:
        await self._source.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._source.__aexit__(kind, error, trace)


class Nowhere:
    """The target of somebody who is not connected: nothing can be put there.

    `address` is that of the real one to come, so that the lane goes on as it is once there is one.
    """

    naming = Names(PORTABLE)
    parallel = 1
    trash = None

    def __init__(self, address: str) -> None:
        self.address = address

    @property
    def identity(self) -> str:
        """One that no server has."""
        return f"{NOWHERE}{self.address}"

    def touches(self, item: Item) -> frozenset[Stage]:  # noqa: ARG002 - a port's signature
        """Nothing."""
        return frozenset()

    def batch(self) -> Batch[Any]:
        """Open a batch into which nothing should come: nothing is pending in such a lane."""
        return _Nothing()

    async def free(self) -> int | None:
        """Nobody knows."""
        return None

    async def list(self, path: str) -> AsyncIterator[Seen]:  # noqa: ARG002 - a port
        """Nothing lies there."""
        none: tuple[Seen, ...] = ()
        for nothing in none:
            yield nothing

    async def digest(self, path: str, algorithm: str) -> str:  # noqa: ARG002
        """Nothing can be computed."""
        return ""

    def fetch(self, path: str) -> Bytes:  # noqa: ARG002
        """Refuse."""
        raise _not_there()

    async def save_map(self, name: str, blob: Blob) -> None:  # noqa: ARG002
        """Refuse."""
        raise _not_there()

    def load_map(self, name: str) -> Bytes:  # noqa: ARG002
        """Refuse."""
        raise _not_there()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class _Nothing:
    """A batch that does nothing; what comes into it stays pending."""

    full = True

    def __init__(self) -> None:
        self._tasks: list[Task[Any]] = []

    def put(self, task: Task[Any]) -> None:
        self._tasks.append(task)

    def intents(self) -> Sequence[tuple[Ref, Intent]]:
        return ()

    async def close(self) -> Sequence[Result]:
        return [Unknown(task.item) for task in self._tasks]


def _not_there() -> Refused:
    return Refused(FailReason.REJECTED, SkipReason.NO_TARGET_ACCOUNT)
