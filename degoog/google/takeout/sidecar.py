"""What Google says of a file beside it, in `<file>-info.json`: its true name, times, star and sharing.

Google documents no format; the fields and spellings are those seen in public importers and archives
(`facts/google.md` §1.9): everything is optional and nothing is trusted.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from degoog.model import Loss, LossKind

LARGEST = 1 << 20
"""A longer file is no sidecar."""

_KNOWN = frozenset({
    "title", "mime_type", "starred", "permissions", "created", "content_last_modified", "last_modified_by_any_user",
    "last_modified_by_me", "viewers_can_download", "editors_can_edit_access",
})  # fmt: skip
_GOOGLE = "application/vnd.google-apps."
_FOLDER = "application/vnd.google-apps.folder"
_ID = re.compile(r"[A-Za-z0-9_-]{10,}")
_ID_IN_LINK = re.compile(r"/files/([A-Za-z0-9_-]{10,})(?:/|\?|$)")
_ID_FIELDS = ("id", "file_id", "fileId")
_LINK_FIELDS = ("self_link", "selfLink")
_EXPIRY_FIELDS = ("expiration_time", "expirationTime", "expiration_date", "expirationDate", "expires")
# What Google exports its own documents as.
EXPORTED = frozenset({
    ".docx", ".odt", ".rtf", ".txt", ".html", ".epub", ".xlsx", ".ods", ".csv", ".tsv", ".pptx", ".odp", ".pdf",
    ".svg", ".png", ".jpg", ".json", ".zip",
})  # fmt: skip
# `Rapport.docx-info.json`, `Rapport-info.json`, `Rapport.docx-info(1).json`; a long name leaves `…-in.json`, `…-.json`.
_NAME = re.compile(r"(?P<stem>.+)-(?P<tail>info|inf|in|i|)(?P<version>\(\d+\))?\.json", re.DOTALL)
_CUT_NAME = re.compile(r"(?P<stem>.+?)(?P<version>\(\d+\))?\.json", re.DOTALL)
_decode = json.JSONDecoder().decode
_LONGEST_EXTENSION = 12
_CUT_FROM = 45  # bytes; shorter names are never cut


class SidecarName(NamedTuple):
    """What the name of a possible sidecar tells: the stem of its file's name, `(1)` or empty, cut short or not."""

    stem: str
    version: str
    cut: bool

    @property
    def target(self) -> str:
        """The name its file has in the usual spelling."""
        if not self.version:
            return self.stem
        stem, extension = split_extension(self.stem)
        return f"{stem}{self.version}{extension}"


class Sidecar(NamedTuple):
    """A file's metadata. Times are aware; what could not be read as one is in `losses` with what stood there."""

    id: str
    title: str
    media: str
    starred: bool
    created: datetime | None
    modified: datetime | None
    owner: str
    losses: tuple[Loss, ...]

    @property
    def folder(self) -> bool:
        """Whether it describes a folder."""
        return self.media == _FOLDER

    @property
    def google(self) -> bool:
        """Whether it describes a document that exists only as an export."""
        return self.media.startswith(_GOOGLE) and not self.folder


def split_extension(name: str) -> tuple[str, str]:
    """Split `a.b.docx` into `a.b` and `.docx`; a leading dot makes no extension, and an extension is short."""
    at = name.rfind(".")
    if at <= 0 or not 1 < len(name) - at <= _LONGEST_EXTENSION or " " in name[at:]:
        return name, ""
    return name[:at], name[at:]


def sidecar_name(name: str) -> SidecarName | None:
    """Read the name of a possible sidecar; None for a name that no sidecar has."""
    match = _NAME.fullmatch(name)
    if match:
        return SidecarName(match["stem"], match["version"] or "", match["tail"] != "info")
    match = _CUT_NAME.fullmatch(name) if len(name.encode()) >= _CUT_FROM else None
    return SidecarName(match["stem"], match["version"] or "", cut=True) if match else None


def parse(raw: bytes, account: str) -> Sidecar | None:
    """Read a sidecar; None for anything else that happens to be JSON. `account` is whose export it is."""
    try:
        data = _decode(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or len(_KNOWN & data.keys()) < 2:
        return None
    listed = data.get("permissions")
    permissions = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    losses: list[Loss] = []
    modified = _time(data, ("content_last_modified", "last_modified_by_any_user"), LossKind.TIME, losses)
    created = _time(data, ("created",), LossKind.CREATED, losses)
    owner = ""
    for permission in permissions:
        who = _text(permission.get("email_address"))
        if permission.get("role") == "owner" and (not account or who.lower() in {"", account.lower()}):
            owner = owner or who
        else:
            losses.append(_sharing(permission, who))
    return Sidecar(
        id=_drive_id(data, permissions),
        title=_text(data.get("title")),
        media=_text(data.get("mime_type")),
        starred=data.get("starred") is True,
        created=created,
        modified=modified,
        owner=owner,
        losses=tuple(losses),
    )


def true_name(name: str, sidecar: Sidecar) -> tuple[str, bool]:
    """Give the name it had in Drive, an export's extension kept, and whether it is a converted document."""
    title = sidecar.title
    if not title.strip() or "\0" in title or title in {".", ".."}:
        return name, sidecar.google
    extension = split_extension(name)[1]
    if title.lower().endswith(extension.lower()):
        return title, sidecar.google
    if sidecar.google:
        return title + extension, True
    if not sidecar.media and (extension.lower() in EXPORTED or not split_extension(title)[1]):
        return title + extension, extension.lower() in EXPORTED
    return title, False


def _drive_id(data: dict[str, Any], permissions: list[dict[str, Any]]) -> str:
    for field in _ID_FIELDS:
        value = data.get(field)
        if isinstance(value, str) and _ID.fullmatch(value):
            return value
    for holder in (*permissions, data):
        for field in _LINK_FIELDS:
            value = holder.get(field)
            match = _ID_IN_LINK.search(value) if isinstance(value, str) else None
            if match:
                return match[1]
    return ""


def _time(data: dict[str, Any], fields: tuple[str, ...], kind: LossKind, losses: list[Loss]) -> datetime | None:
    unreadable = ""
    for field in fields:
        value = data.get(field)
        if value in (None, ""):
            continue
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is UTC:
                return moment
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, TypeError, OverflowError):
            unreadable = unreadable or _text(str(value)[:100])
    if unreadable:
        losses.append(Loss(kind, detail=unreadable))
    return None


def _sharing(permission: dict[str, Any], who: str) -> Loss:
    kind = _text(permission.get("type"))
    role = _text(permission.get("role"))
    more = permission.get("additional_roles")
    if role == "reader" and isinstance(more, list) and "commenter" in more:
        role = "commenter"
    details = [f"type={kind}"] if kind else []
    name = _text(permission.get("name"))
    if name and who:
        details.append(f"name={name}")
    expiry = next((_text(permission[field]) for field in _EXPIRY_FIELDS if permission.get(field)), "")
    if expiry:
        details.append(f"expires={expiry}")
    if permission.get("with_link") is True or permission.get("withLink") is True:
        details.append("with_link")
    details.extend(flag for flag in ("deleted", "pending_owner") if permission.get(flag) is True)
    who = who or _text(permission.get("domain")) or name or kind or _text(permission.get("id"))
    return Loss(LossKind.SHARING, detail="; ".join(details), who=who, role=role)


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
