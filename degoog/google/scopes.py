"""What degoog asks Google's permission for: to read, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

_PREFIX = "https://www.googleapis.com/auth/"

# By road. developers.google.com/identity/protocols/oauth2/scopes
SCOPES = {
    "files": (f"{_PREFIX}drive.readonly",),
    "calendars": (f"{_PREFIX}calendar.readonly", f"{_PREFIX}calendar.acls.readonly"),
    "contacts": (f"{_PREFIX}contacts.readonly",),
    "tasks": (f"{_PREFIX}tasks.readonly",),
}
ALL = tuple(scope for scopes in SCOPES.values() for scope in scopes)
FILES = SCOPES["files"]
# Whom one wrote to and never noted down: asked for where workspace.yml wants them (roads: contacts: other:).
OTHER_CONTACTS = (f"{_PREFIX}contacts.other.readonly",)
# Who belongs to the organisation: for `people import --google` alone, with an access of its own.
DIRECTORY = (f"{_PREFIX}directory.readonly",)


def missing(granted: str, wanted: tuple[str, ...] = FILES) -> list[str]:
    """Give what was not granted, from the `scope` of a token answer: a person can untick boxes.

    Files are what degoog is for; a road whose own box was left unticked says so when it is taken.
    """
    return [scope for scope in wanted if scope not in granted.split()]


def shown(scopes: Iterable[str] = ALL) -> str:
    """Give scopes for a person to compare, without what they all begin with."""
    return ", ".join(scope.removeprefix(_PREFIX) for scope in scopes)
