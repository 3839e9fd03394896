"""Where a pass over a Drive leaves off: a change token for My Drive and for each shared drive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from degoog.google.drive.file import moment

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Bookmark:
    """`tokens`: by shared drive, and "" for the account itself. `made` is when the pass began.

    `what` stands for everything besides that decides what a pass gives: another one makes the bookmark useless.
    """

    made: datetime
    what: str
    tokens: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Give it as the ledger keeps it."""
        told = {"version": _VERSION, "made": self.made.isoformat(), "what": self.what, "tokens": dict(self.tokens)}
        return json.dumps(told, separators=(",", ":"))


def read(text: str) -> Bookmark | None:
    """Read a bookmark, None for one that this degoog did not write."""
    try:
        told = json.loads(text)
    except ValueError:
        return None
    match told:
        case {"version": int(version), "made": str(made), "what": str(what), "tokens": dict(tokens)}:
            when = moment(made)
            if version == _VERSION and when is not None:
                return Bookmark(when, what, {str(drive): str(token) for drive, token in tokens.items()})
    return None
