"""The error tree: an error's type says how to recover from it.

    DegoogError
    ├── Usage         the person can mend it: a wrong option, a broken file, a missing right   exit 2
    ├── Unavailable   a service or credential stops the run: run again later to resume         exit 4
    └── Refused       this one item cannot be done; the others go on                           exit 3

Every message says what happened, to which item, and what to do about it, in the reader's language.
"""

from __future__ import annotations

from degoog.model import FailReason


class DegoogError(Exception):
    """Anything degoog itself reports; its text is shown to the person as it is."""


class Usage(DegoogError):
    """The command, a configuration or an input file must be mended first."""


class Unavailable(DegoogError):
    """A service stopped answering, a quota is full or a credential died: nothing is lost, run again to resume."""


class Refused(DegoogError):
    """One item cannot be read or written; it is settled as `failed(reason, detail)` and the run goes on.

    With the reason `deferred` it stays pending instead, and this run does not ask for it again.
    """

    def __init__(self, reason: FailReason, detail: str = "") -> None:
        super().__init__(detail or reason.value)
        self.reason = reason
        self.detail = detail


class Bodiless(Refused):
    """What lies there has no bytes to download: a target's `digest` says all there is to say of it."""
