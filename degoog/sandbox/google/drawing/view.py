"""What a faithful migration of a drawn Drive must bring, told by who drew it: the answer a client is compared with.

Nothing here asks the store or the server. Where something lies, who sees it and what becomes of it is noted while it
is planted, from the top down; the server works the same out from permissions, from the bottom up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from degoog.sandbox.google.contents import Content
from degoog.sandbox.google.drawing.calendars import ExpectedCalendar
from degoog.sandbox.google.nodes import Grant
from degoog.sandbox.google.world import World


class Place(StrEnum):
    """Under which top somebody finds an item."""

    MY_DRIVE = "my_drive"
    ORPHAN = "orphan"
    """Theirs, in no folder they can see, or in a ring of folders that hangs from nothing."""
    SHARED_WITH_ME = "shared_with_me"
    SHARED_DRIVE = "shared_drive"


class Fate(StrEnum):
    """What becomes of it."""

    FOLDER = "folder"
    BYTES = "bytes"
    """It arrives byte for byte."""
    CONVERTED = "converted"
    """A Google document: it arrives in one of its formats."""
    POINTER = "pointer"
    """It cannot be exported, or must not be copied: a pointer file stands for it."""
    REFUSED = "refused"
    """Google does not give its content to this person."""
    TRASHED = "trashed"
    """Left where it is."""


class Why(StrEnum):
    """The reason of a pointer or a refusal."""

    NONE = ""
    SHORTCUT = "shortcut"
    NOT_EXPORTABLE = "not_exportable"
    FLAGGED = "flagged"
    """Google takes it for malware; its owner may have it by acknowledging that."""
    DOWNLOAD_FORBIDDEN = "download_forbidden"
    ENCRYPTED = "encrypted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One item as one person must find it.

    `path` holds titles as Drive shows them, from the place's top. `top` is the address of the person, or the id of
    the shared drive, under whose top it lies: who moves it when both are asked to move. `formats` are the contents of
    a document by media type; the fallback for those above Google's limit is part of the exercise.
    """

    account: str
    id: str
    mime: str
    place: Place
    top: str
    path: tuple[str, ...]
    fate: Fate
    why: Why = Why.NONE
    owner: str = ""
    content: Content | None = None
    formats: Mapping[str, Content] | None = None
    created: datetime
    modified: datetime
    starred: bool = False
    description: str = ""
    grants: tuple[Grant, ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A world, and what each person must find in it, folders before what is in them."""

    world: World
    expected: tuple[Expected, ...]
    calendars: tuple[ExpectedCalendar, ...] = ()

    def of(self, account: str, *places: Place) -> dict[str, Expected]:
        """What one person must find (in these places), by id."""
        return {one.id: one for one in self.expected if one.account == account and (not places or one.place in places)}

    def named(self, name: str) -> Expected:
        """The item with this title, in the eyes of whoever comes first. Raises KeyError."""
        for one in self.expected:
            if one.path[-1:] == (name,):
                return one
        raise KeyError(name)
