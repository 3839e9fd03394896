"""The fault plan: what goes wrong on purpose, to which requests, how often; the same each time for a seed."""

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from degoog.sandbox.plan import Plan


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


class FaultPlan(Plan[Fault]):
    """The faults in force at the Nextcloud: `{"faults": [{"kind": "locked", "path": "*/a.txt", "times": 3}, …]}`."""

    @staticmethod
    def read(given: Mapping[str, Any]) -> Fault:
        """Read one fault."""
        return Fault.from_dict(given)

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
                if path is not None and self._draw(number, fault, tally, f"{method}|{path}"):
                    found.append(fault)
            return found
