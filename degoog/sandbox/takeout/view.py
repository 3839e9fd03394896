"""What a drawn Takeout holds, as its drawer knows it: the answer a reader is compared with.

Nothing here reads an archive. The drawer fills these values from the Drive it invented and from the rules by
which Takeout spoils names, so a mistake in a reader cannot hide behind the same mistake here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class Packing(StrEnum):
    """The two forms in which Google hands out a Takeout."""

    ZIP = "zip"
    TGZ = "tgz"


class Language(StrEnum):
    """The languages of the account that a Takeout can be drawn in; product folders follow it."""

    FRENCH = "fr"
    ENGLISH = "en"
    GERMAN = "de"


class Numbering(StrEnum):
    """How the parts are named: `takeout-<time>-001.zip`, or `takeout-<time>-<group>-001.zip` since 2025."""

    PLAIN = "plain"
    GROUPED = "grouped"


class Product(StrEnum):
    """A Google product, by the id of its block in `archive_browser.html` (`service-details-…`)."""

    DRIVE = "DRIVE"
    MAIL = "MAIL"
    PHOTOS = "PHOTOS"
    KEEP = "KEEP"
    CALENDAR = "CALENDAR"
    CONTACTS = "CONTACTS"
    TASKS = "TASKS"


class ItemKind(StrEnum):
    """What an item was in Drive."""

    FOLDER = "folder"
    FILE = "file"
    DOCUMENT = "document"
    """A Google document (Docs, Sheets, Slides, Drawings) that Takeout converted."""


class GranteeKind(StrEnum):
    """To whom something is shared."""

    USER = "user"
    GROUP = "group"
    DOMAIN = "domain"
    ANYONE = "anyone"


class Role(StrEnum):
    """What the grantee may do. Sidecars write `commenter` as `reader` with an additional role."""

    OWNER = "owner"
    WRITER = "writer"
    COMMENTER = "commenter"
    READER = "reader"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One permission of an item. `who` is an address or a domain, None for anyone and deleted accounts."""

    kind: GranteeKind
    role: Role
    who: str | None = None
    name: str | None = None
    expires: datetime | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedItem:
    """One folder, file or converted document of Drive, as a faithful reader of the archives must find it.

    `path` is the path in Drive with the names the archive tells: the true name where a sidecar has it, else
    the name as archived. A converted document's name is its title, without the extension of the conversion.
    `drive_path` is the whole truth, which the archive may not tell. `archive_path` begins with `Takeout/` and
    has no trailing slash; a folder's may have no entry of its own in any part.
    `modified`, `content_modified` and `created` come from the sidecar and are None where it says nothing.
    `certain` is False where two sidecars could belong to this item by every rule of naming (a document
    "Rapport" beside an uploaded "Rapport.docx"): a reader may attribute either, but must lose neither.
    """

    path: tuple[str, ...]
    drive_path: tuple[str, ...]
    archive_path: str
    kind: ItemKind
    mime_type: str | None
    size: int | None
    sha256: str | None
    created: datetime | None
    modified: datetime | None
    content_modified: datetime | None
    starred: bool
    grants: tuple[Grant, ...]
    drive_id: str | None
    part: int | None
    sidecar: str | None
    sidecar_part: int | None
    comments: str | None
    certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedItem:
    """Something Google says it could not export: `path` lies below the product's folder."""

    product: Product
    path: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedProduct:
    """What one product weighs over all parts: every archived file counts, sidecars included."""

    product: Product
    folder: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnTakeout:
    """The archives on disk, and all that is in them.

    `items` holds folders before what is in them. `extras` are archived files of Drive that are neither items
    nor sidecars: comment pages and `Workspaces.json`. `failed` is empty when no manifest was drawn, because
    nothing else names what is missing.
    """

    parts: tuple[Path, ...]
    owner: str
    language: Language
    made: datetime
    job: str
    items: tuple[ExpectedItem, ...]
    extras: tuple[str, ...]
    products: tuple[ExpectedProduct, ...]
    failed: tuple[FailedItem, ...]
    manifest: str | None

    def by_archive_path(self) -> dict[str, ExpectedItem]:
        """The items by their path in the archive."""
        return {item.archive_path: item for item in self.items}

    def of_kind(self, kind: ItemKind) -> tuple[ExpectedItem, ...]:
        """The items of one kind, in order."""
        return tuple(item for item in self.items if item.kind is kind)
