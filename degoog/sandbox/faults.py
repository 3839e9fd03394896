"""The fault plan: what goes wrong on purpose, to which requests, how often; the same each time for a seed."""

import fnmatch
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


def drawn_share(key: str) -> float:
    """A number from 0 to 1 that looks like chance and is the same each time for a key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) / 2**64


class FaultKind(StrEnum):
    """What a fault does to the request it strikes."""

    LOCKED = "locked"
    """423, as if somebody else were writing that file (500 for a MOVE of it; one entry's error in a bulk)."""
    QUOTA = "quota"
    """507, or `Could not create path` for one entry of a bulk."""
    MAINTENANCE = "maintenance"
    """503, in the flavour of the door knocked at (DAV, OCS or a page)."""
    TOO_MANY = "too_many"
    """429."""
    ERROR = "error"
    """500, before anything is done."""
    SLOW = "slow"
    """Carried out after `seconds`."""
    DROP_REQUEST = "drop_request"
    """The connection is closed before anything is done."""
    DROP_ANSWER = "drop_answer"
    """Carried out, then the connection is closed before the answer."""
    CUT_BODY = "cut_body"
    """The connection breaks after `bytes` of the body: a new file leaves nothing, another is truncated.
    A shorter body is carried out, and its answer dropped."""
    BIT_FLIP = "bit_flip"
    """One bit changes on the way in: the server's own hash tells."""
    BIT_ROT = "bit_rot"
    """One bit changes on the disk, after the server's hash: only reading it again tells."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble and whom it strikes: `path` is a glob on the decoded path; no methods means all."""

    kind: FaultKind
    path: str = "*"
    methods: frozenset[str] = frozenset()
    after: int = 0
    """So many matching requests pass first."""
    times: int | None = None
    """Strikes at most so often; None: always."""
    rate: float = 1.0
    """The share of matching requests it strikes, drawn from the plan's seed, the path and the attempt."""
    seconds: float = 0.0
    bytes: int = 0
    retry_after: int | None = None
    """A Retry-After header for a refusal; Nextcloud itself sends none, a proxy before it may."""

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """From plain data, as in a JSON file. Raises ValueError or TypeError on an unknown kind or key."""
        values = dict(given)
        values["kind"] = FaultKind(values["kind"])
        values["methods"] = frozenset(values.get("methods", ()))
        return cls(**values)

    def concerns(self, method: str, path: str) -> bool:
        """Whether such a request may be struck at all."""
        return (not self.methods or method in self.methods) and fnmatch.fnmatchcase(path, self.path)


@dataclass(slots=True)
class _Tally:
    seen: int = 0
    struck: int = 0
    attempts: Counter[tuple[str, str]] = field(default_factory=Counter)


class FaultPlan:
    """The faults in force; may be changed at any time, from any thread.

    A rate is drawn from (seed, fault, method, path, nth time), never from a shared stream, so that threads
    arriving in another order are struck all the same.
    """

    def __init__(self, faults: Iterable[Fault] = (), *, seed: int = 0) -> None:
        self.seed = seed
        self._guard = threading.Lock()
        self._faults: list[tuple[Fault, _Tally]] = [(fault, _Tally()) for fault in faults]

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """From `{"seed": 7, "faults": [{"kind": "locked", "path": "*/a.txt", "times": 3}, …]}`."""
        return cls([Fault.from_dict(fault) for fault in given.get("faults", ())], seed=given.get("seed", 0))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The same, from JSON text."""
        return cls.from_dict(json.loads(text))

    def add(self, fault: Fault) -> None:
        """Put one more fault in force."""
        with self._guard:
            self._faults.append((fault, _Tally()))

    def clear(self) -> None:
        """All is well again."""
        with self._guard:
            self._faults.clear()

    def struck(self, kind: FaultKind) -> int:
        """How many requests faults of this kind in force have struck so far."""
        with self._guard:
            return sum(tally.struck for fault, tally in self._faults if fault.kind is kind)

    def holds(self, kind: FaultKind) -> bool:
        """Whether a fault of this kind is in force and not used up."""
        with self._guard:
            return any(
                fault.kind is kind and (fault.times is None or tally.struck < fault.times)
                for fault, tally in self._faults
            )

    def strikes(self, method: str, *paths: str, only: FaultKind | None = None) -> list[Fault]:
        """The faults that strike this request now, counted. A request may touch several paths (a MOVE)."""
        with self._guard:
            found = []
            for number, (fault, tally) in enumerate(self._faults):
                if only is not None and fault.kind is not only:
                    continue
                path = next((path for path in paths if fault.concerns(method, path)), None)
                if path is not None and self._draw(number, fault, tally, method, path):
                    found.append(fault)
            return found

    def _draw(self, number: int, fault: Fault, tally: _Tally, method: str, path: str) -> bool:
        tally.seen += 1
        if tally.seen <= fault.after or (fault.times is not None and tally.struck >= fault.times):
            return False
        if fault.rate < 1.0:
            tally.attempts[method, path] += 1
            if drawn_share(f"{self.seed}|{number}|{method}|{path}|{tally.attempts[method, path]}") >= fault.rate:
                return False
        tally.struck += 1
        return True
