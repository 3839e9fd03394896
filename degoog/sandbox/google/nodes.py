"""What lies in the sandbox's Drive: items with all that Google keeps about them, shared drives, permissions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from degoog.sandbox.google.contents import Content

GOOGLE_APPS = "application/vnd.google-apps."
FOLDER = GOOGLE_APPS + "folder"
SHORTCUT = GOOGLE_APPS + "shortcut"
_NOTHING: Mapping[str, Any] = MappingProxyType({})  # one for all: there may be a hundred thousand items
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Role(StrEnum):
    """What somebody may do with an item, strongest first."""

    OWNER = "owner"
    ORGANIZER = "organizer"
    FILE_ORGANIZER = "fileOrganizer"
    WRITER = "writer"
    COMMENTER = "commenter"
    READER = "reader"

    @property
    def rank(self) -> int:
        """Greater is stronger."""
        return len(_RANKS) - _RANKS.index(self)


_RANKS = [*Role]


class Grantee(StrEnum):
    """To whom something is shared."""

    USER = "user"
    GROUP = "group"
    DOMAIN = "domain"
    ANYONE = "anyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One permission. `who` is an address or a domain, empty for anyone; `discoverable` is "public on the web"."""

    kind: Grantee
    role: Role
    who: str = ""
    expires: datetime | None = None
    discoverable: bool = False
    deleted: bool = False
    """The account is gone; the permission is still there."""


def user(who: str, role: Role = Role.READER, *, expires: datetime | None = None) -> Grant:
    """Shared with one account."""
    return Grant(kind=Grantee.USER, role=role, who=who, expires=expires)


@dataclass(slots=True, kw_only=True)
class Revision:
    """An earlier state of a file's content."""

    id: str
    modified: datetime
    by: str
    content: Content | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Node:
    """An item: file, folder, shortcut or Google document. Changed only by `degoog.sandbox.google.hands`.

    `parents` are ids: none for an orphan, several for an item of before 2020, its own id for a folder in itself.
    `owner` is empty in shared drives. `exports` is for Google documents: media type → content.
    """

    id: str
    name: str
    mime: str
    parents: tuple[str, ...] = ()
    drive: str = ""
    owner: str = ""
    created: datetime = EPOCH
    modified: datetime = EPOCH
    modified_by: str = ""
    content: Content | None = None
    exports: Mapping[str, Content] = field(default_factory=lambda: _NOTHING)
    grants: tuple[Grant, ...] = ()
    order: float = 0.0
    """Where it stands in a listing that asks for no order."""
    version: int = 1
    """Grows with every change, sharing and stars included."""
    revision: int = 1
    """Grows with every change of content."""
    trashed: bool = False
    starred_by: frozenset[str] = frozenset()
    opened_by: frozenset[str] = frozenset()
    shared_at: datetime | None = None
    description: str = ""
    color: str = ""
    properties: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    labels: tuple[str, ...] = ()
    target: str = ""
    target_mime: str = ""
    target_key: str = ""
    resource_key: str = ""
    """Without this key in the request's header, who only has the link gets 404."""
    abusive: bool = False
    undownloadable: bool = False
    """Its owner forbade readers and commenters to download, print and copy it."""
    encrypted: bool = False
    limited: bool = False
    """Permissions of the folders above do not reach into this one (and what is in it)."""
    checksums: frozenset[str] = frozenset({"md5", "sha1", "sha256"})
    """Those Drive tells: files from before 2018 may have an MD5 only."""
    revisions: tuple[Revision, ...] = ()
    alias: str = ""
    """"root" for a My Drive's top."""

    @property
    def folder(self) -> bool:
        """Whether others may lie in it."""
        return self.mime == FOLDER

    @property
    def blob(self) -> bool:
        """Whether it has bytes of its own, as uploaded."""
        return not self.mime.startswith(GOOGLE_APPS)

    @property
    def head(self) -> str:
        """The id of the present state of a blob's content."""
        return f"0B{self.id[-24:]}{self.revision:04d}"


@dataclass(slots=True, kw_only=True, eq=False)
class SharedDrive:
    """A shared drive; its id is its top folder's too."""

    id: str
    name: str
    created: datetime
    members: tuple[Grant, ...] = ()
    hidden: bool = False
    restrictions: frozenset[str] = frozenset()
    """Names of the restrictions that are true: `domainUsersOnly`, `copyRequiresWriterPermission`, …"""
    color: str = "#0f9d58"
