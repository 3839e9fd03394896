"""Documents that hold many things each (an .ics, a .vcf), wherever they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from degoog.model import Found


@dataclass(frozen=True, slots=True)
class Document:
    """One document. `key` stays the same in every export; `name` is what people call it; `path` is where it lies.

    `open()` reads it from its start, as often as asked; it raises `Refused` where its bytes are no good. `groups` are
    the words that everything in it belongs to.
    """

    key: str
    name: str
    path: str
    open: Callable[[], Iterator[bytes]]
    groups: tuple[str, ...] = ()


class Documents(Protocol):
    """What a source of documents gives."""

    @property
    def account(self) -> str:
        """Whose they are, as far as they tell; known once entered."""

    def documents(self) -> Sequence[Document]:
        """All of them, in an order that stays."""

    @property
    def partial(self) -> bool:
        """Whether there may be more of them than these."""

    def problems(self) -> Sequence[Found]:
        """What could not be opened or is missing, as lines of the ledger."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *error: object) -> None: ...
