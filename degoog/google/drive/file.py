"""A file as Drive tells of it, as a typed value.

https://developers.google.com/workspace/drive/api/reference/rest/v3/files; every field is optional in an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

GOOGLE = "application/vnd.google-apps."
FOLDER = f"{GOOGLE}folder"
SHORTCUT = f"{GOOGLE}shortcut"
FORM = f"{GOOGLE}form"
SCRIPT = f"{GOOGLE}script"
SPREADSHEET = f"{GOOGLE}spreadsheet"

# Every field is named: a mask of `*` makes pages slow, and none gives three fields (facts/google.md §1.1).
MASK = (
    "id,name,mimeType,parents,size,md5Checksum,trashed,createdTime,modifiedTime,ownedByMe,owners(emailAddress),driveId,"
    "permissions(type,role,emailAddress,domain,displayName,allowFileDiscovery,expirationTime,deleted,pendingOwner,"
    "permissionDetails(inherited)),capabilities(canDownload),shortcutDetails(targetId,targetMimeType,targetResourceKey),"
    "resourceKey,headRevisionId,description,starred,folderColorRgb,clientEncryptionDetails(encryptionState),webViewLink"
)


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may do what. `inherited` where a folder above gives it."""

    kind: str  # user, group, domain, anyone
    role: str
    who: str
    detail: str
    inherited: bool

    @property
    def key(self) -> str:
        """What makes it the same as a folder's."""
        return f"{self.role}\t{self.who}\t{self.detail}"


@dataclass(frozen=True, slots=True)
class File:
    """A file, folder, document or shortcut. `drive` is its shared drive, empty in My Drive. Times are aware."""

    id: str
    name: str
    media: str
    parents: tuple[str, ...]
    size: int | None
    md5: str
    revision: str
    trashed: bool
    created: datetime | None
    modified: datetime | None
    mine: bool
    owner: str
    drive: str
    permissions: tuple[Permission, ...]
    downloadable: bool
    encrypted: bool
    target: str
    target_key: str
    key: str
    description: str
    starred: bool
    colour: str
    link: str

    @property
    def folder(self) -> bool:
        """Whether others lie in it."""
        return self.media == FOLDER

    @property
    def google(self) -> bool:
        """Whether it has no bytes of its own: by its type, for documents have a size too (facts/google.md §1.2)."""
        return self.media.startswith(GOOGLE)


def parse(told: dict[str, Any]) -> File:
    """Read one file of an answer."""
    shortcut = _mapping(told.get("shortcutDetails"))
    return File(
        id=_text(told.get("id")),
        name=_text(told.get("name")),
        media=_text(told.get("mimeType")),
        parents=tuple(_text(parent) for parent in _list(told.get("parents"))),
        size=_number(told.get("size")),
        md5=_text(told.get("md5Checksum")).lower(),
        revision=_text(told.get("headRevisionId")),
        trashed=told.get("trashed") is True,
        created=moment(told.get("createdTime")),
        modified=moment(told.get("modifiedTime")),
        mine=told.get("ownedByMe") is True,
        owner=next((_text(_mapping(owner).get("emailAddress")) for owner in _list(told.get("owners"))), ""),
        drive=_text(told.get("driveId")),
        permissions=tuple(_permissions(told.get("permissions"))),
        downloadable=_mapping(told.get("capabilities")).get("canDownload") is not False,
        encrypted=bool(told.get("clientEncryptionDetails")),
        target=_text(shortcut.get("targetId")),
        target_key=_text(shortcut.get("targetResourceKey")),
        key=_text(told.get("resourceKey")),
        description=_text(told.get("description")),
        starred=told.get("starred") is True,
        colour=_text(told.get("folderColorRgb")),
        link=_text(told.get("webViewLink")),
    )


def moment(value: object) -> datetime | None:
    """Read a time as Google writes it (RFC 3339), None for anything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _permissions(told: object) -> Iterator[Permission]:
    for entry in map(_mapping, _list(told)):
        role, kind = _text(entry.get("role")), _text(entry.get("type"))
        who, name = _text(entry.get("emailAddress")) or _text(entry.get("domain")), _text(entry.get("displayName"))
        if not kind or not role:
            continue
        details = [f"type={kind}"]
        if name and who and name != who:
            details.append(f"name={name}")
        if expires := _text(entry.get("expirationTime")):
            details.append(f"expires={expires}")
        if kind in {"anyone", "domain"} and entry.get("allowFileDiscovery") is not True:
            details.append("with_link")
        details += [word for flag, word in _FLAGS if entry.get(flag) is True]
        sources = [_mapping(source) for source in _list(entry.get("permissionDetails"))]
        inherited = bool(sources) and all(source.get("inherited") is True for source in sources)
        yield Permission(kind, role, who or name or kind, "; ".join(details), inherited)


_FLAGS = (("deleted", "deleted"), ("pendingOwner", "pending_owner"))


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    # A lone surrogate was never text; neither SQLite nor a server takes one.
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None
