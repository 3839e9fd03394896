"""A plan of faults: those in force and how often each struck, drawn the same each time for a seed."""

from __future__ import annotations

import hashlib
import json
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, Self, TypeVar


class Fault(Protocol):
    """What a plan needs to know of a fault."""

    @property
    def kind(self) -> StrEnum:
        """What it does."""

    @property
    def after(self) -> int:
        """So many matching requests pass first."""

    @property
    def times(self) -> int | None:
        """Strikes at most so often; None: always."""

    @property
    def rate(self) -> float:
        """The share of matching requests it strikes."""


F = TypeVar("F", bound=Fault)


def drawn_share(key: str) -> float:
    """A number from 0 to 1 that looks like chance and is the same each time for a key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) / 2**64


@dataclass(slots=True)
class Tally:
    """How it went with one fault until now."""

    seen: int = 0
    struck: int = 0
    attempts: Counter[str] = field(default_factory=Counter)


class Plan(ABC, Generic[F]):
    """The faults in force; may be changed at any time, from any thread.

    A rate is drawn from (seed, fault, request, nth time), never from a shared stream, so that threads arriving in
    another order are struck all the same.
    """

    def __init__(self, faults: Iterable[F] = (), *, seed: int = 0) -> None:
        self.seed = seed
        self._guard = threading.Lock()
        self._faults: list[tuple[F, Tally]] = [(fault, Tally()) for fault in faults]

    @staticmethod
    @abstractmethod
    def read(given: Mapping[str, Any]) -> F:
        """Read one fault from plain data. Raises ValueError or TypeError on an unknown kind or key."""

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """From `{"seed": 7, "faults": [{"kind": "too_many", "times": 3}, …]}`."""
        return cls([cls.read(fault) for fault in given.get("faults", ())], seed=given.get("seed", 0))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The same, from JSON text."""
        return cls.from_dict(json.loads(text))

    def add(self, fault: F) -> None:
        """Put one more fault in force."""
        with self._guard:
            self._faults.append((fault, Tally()))

    def clear(self) -> None:
        """All is well again."""
        with self._guard:
            self._faults.clear()

    def struck(self, kind: StrEnum | None = None) -> int:
        """How many requests faults (of this kind) in force have struck so far."""
        with self._guard:
            return sum(tally.struck for fault, tally in self._faults if kind in {None, fault.kind})

    def _draw(self, number: int, fault: F, tally: Tally, request: str) -> bool:
        """Whether a fault strikes a request that concerns it, counted; the guard is held."""
        tally.seen += 1
        if tally.seen <= fault.after or (fault.times is not None and tally.struck >= fault.times):
            return False
        if fault.rate < 1.0:
            tally.attempts[request] += 1
            if drawn_share(f"{self.seed}|{number}|{request}|{tally.attempts[request]}") >= fault.rate:
                return False
        tally.struck += 1
        return True
