"""What Drive has, page by page: files, shared drives, and what changed (facts/google.md §1.1, §1.5, §1.6)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from degoog.errors import Unavailable
from degoog.google.client import Client
from degoog.google.drive.file import MASK
from degoog.google.fault import Fault
from degoog.i18n import _

_PAGE = "1000"
# Without these two, what lies in shared drives is left out, and asking for it is a 404.
EVERYWHERE = {"supportsAllDrives": "true", "includeItemsFromAllDrives": "true"}


class TokenRefused(Exception):
    """Google no longer knows the page that a token names."""


@dataclass(frozen=True, slots=True)
class SharedDrive:
    """A shared drive of which the account is a member."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed. `told` is the file as it is now, None where it was deleted or is no longer visible.

    `drive` where it is a shared drive that changed, with an empty name where it is gone.
    """

    id: str
    told: dict[str, Any] | None
    drive: SharedDrive | None = None


async def files(client: Client, *, drive: str = "") -> AsyncIterator[list[dict[str, Any]]]:
    """Give everything in My Drive and shared with the account, or in one shared drive, a page at a time.

    Something may come twice: what is added or deleted meanwhile shifts the pages. Raises `TokenRefused` where Google
    forgot where the pass was; what it gave so far counts for nothing then.
    """
    where = {"corpora": "drive", "driveId": drive} if drive else {"corpora": "user"}
    params = {
        **EVERYWHERE, **where, "q": "trashed = false", "pageSize": _PAGE, "spaces": "drive",
        "fields": f"nextPageToken,incompleteSearch,files({MASK})",
    }  # fmt: skip
    async for answer in _pages(client, "/drive/v3/files", params):
        _check_complete(client, answer)
        yield _entries(answer, "files")


async def children(client: Client, folder: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Give what lies directly in one folder, a page at a time."""
    quoted = folder.replace("\\", "\\\\").replace("'", "\\'")
    params = {
        **EVERYWHERE, "corpora": "allDrives", "q": f"'{quoted}' in parents and trashed = false", "pageSize": _PAGE,
        "spaces": "drive", "fields": f"nextPageToken,incompleteSearch,files({MASK})",
    }  # fmt: skip
    async for answer in _pages(client, "/drive/v3/files", params):
        _check_complete(client, answer)
        yield _entries(answer, "files")


async def drives(client: Client) -> list[SharedDrive]:
    """Give the shared drives of which the account is a member."""
    found = []
    params = {"pageSize": "100", "fields": "nextPageToken,drives(id,name)"}
    async for answer in _pages(client, "/drive/v3/drives", params):
        found += [SharedDrive(str(entry.get("id")), str(entry.get("name"))) for entry in _entries(answer, "drives")]
    return found


async def start_token(client: Client, *, drive: str = "") -> str:
    """Give the token from which `Changes` tells what changes from now on; it does not expire."""
    where = {"driveId": drive} if drive else {}
    answer = await _asked(client, "/drive/v3/changes/startPageToken", {"supportsAllDrives": "true", **where})
    return str(answer.get("startPageToken"))


async def address(client: Client) -> str:
    """Give the address of the account."""
    user = (await _asked(client, "/drive/v3/about", {"fields": "user(emailAddress)"})).get("user")
    return str(user.get("emailAddress", "")) if isinstance(user, dict) else ""


async def root(client: Client) -> str:
    """Give the id of the account's My Drive."""
    return str((await _asked(client, "/drive/v3/files/root", {"fields": "id"})).get("id"))


@dataclass(slots=True)
class Changes:
    """What changed since a token. `token` is the one to go on from, once all pages were read."""

    client: Client
    token: str
    drive: str = ""

    async def pages(self) -> AsyncIterator[list[Change]]:
        """Give the changes, oldest first, a page at a time. Raises `TokenRefused`."""
        where = {"driveId": self.drive} if self.drive else {}
        fields = (
            f"nextPageToken,newStartPageToken,changes(changeType,fileId,driveId,removed,drive(id,name),file({MASK}))"
        )
        params = {**EVERYWHERE, **where, "pageSize": _PAGE, "includeRemoved": "true", "spaces": "drive",
                  "fields": fields}  # fmt: skip
        async for answer in _pages(self.client, "/drive/v3/changes", {**params, "pageToken": self.token}):
            self.token = str(answer.get("newStartPageToken") or self.token)
            yield [_change(entry) for entry in _entries(answer, "changes")]


async def _pages(client: Client, path: str, params: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
    given = dict(params)
    while True:
        answer = await _asked(client, path, given)
        token = answer.get("nextPageToken")
        yield answer
        del answer  # a page is large: it is not kept while the next one comes
        if not isinstance(token, str) or not token:
            return
        given["pageToken"] = token


async def _asked(client: Client, path: str, params: Mapping[str, str]) -> dict[str, Any]:
    try:
        return await client.get(path, params)
    except Fault as what:
        if "pageToken" in params and what.status in {400, 404, 410}:
            raise TokenRefused from what
        text = _("Google Drive cannot be listed ({why}). Nothing was changed. Run the same command again later.")
        raise Unavailable(text.format(why=what)) from what


def _check_complete(client: Client, answer: dict[str, Any]) -> None:
    if answer.get("incompleteSearch") is True:
        raise Unavailable(
            _(
                "Google says that it could not look everywhere in {account}'s Drive: its list would have holes. "
                "Nothing was changed. To do: run the same command again later."
            ).format(account=client.account or "Google")
        )


def _entries(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = answer.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _change(entry: dict[str, Any]) -> Change:
    told, drive = entry.get("file"), entry.get("drive")
    if entry.get("changeType") == "drive":
        name = str(drive.get("name", "")) if isinstance(drive, dict) else ""
        id_ = str(entry.get("driveId"))
        return Change(id_, None, SharedDrive(id_, name))
    gone = entry.get("removed") is True
    return Change(str(entry.get("fileId")), told if isinstance(told, dict) and not gone else None)
