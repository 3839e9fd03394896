"""Many small files in one request: `POST /remote.php/dav/bulk` (apps/dav/lib/BulkUpload, nextcloud.md §4).

It overwrites in silence, makes no folders and dies of one bad name, so only names that are safe and were seen free a
moment ago may be sent, and the request leaves at once or not at all. Each part's hash is verified by the server before
it is written.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from degoog.http import KEPT, Kept, until
from degoog.nextcloud import dav
from degoog.nextcloud.client import Client
from degoog.nextcloud.tree import Stored

LARGEST = 1024 * 1024  # of one file: a whole part is held in the server's memory
MOST_FILES = 50  # more gain nothing
MOST_BYTES = 8 * 1024 * 1024
AT_ONCE = 2.0  # seconds within which a request must leave: later, somebody may have taken a name


@dataclass(frozen=True, slots=True)
class Part:
    """One file: its path from the account's home, its bytes, their `sha256:hex` and its modified time."""

    path: str
    data: bytes
    digest: str
    modified: str = ""


def fits(path: str, size: int) -> bool:
    """Whether a file may travel in bulk: the server trims the path it is told."""
    return size <= LARGEST and path == path.strip() and not any(c < " " for c in path)


async def send(client: Client, parts: Sequence[Part]) -> dict[str, Stored]:
    """Write files; give those the server confirmed, by path. What is missing may or may not have arrived."""
    boundary = secrets.token_hex(16)
    body = Kept(list(_body(parts, boundary)))
    headers = {
        "Content-Type": f"multipart/related; boundary={boundary}",
        "Content-Length": str(body.length),
    }
    url = f"{client.url}/remote.php/dav/bulk"
    try:
        extensions = {**KEPT, **until(client.now() + AT_ONCE)}
        response = await client.request("POST", url, headers=headers, content=body, extensions=extensions)
    except httpx.TransportError:
        return {}
    # nextcloud.md §4: 400 lists what was written before the part that was refused; 500 lists nothing.
    if response.status_code not in {200, 400}:
        return {}
    digests = {part.path: part.digest for part in parts}
    return _read(response, digests, client.server.instance)


def _body(parts: Sequence[Part], boundary: str) -> list[bytes]:
    pieces = []
    for part in parts:
        modified = f"X-OC-Mtime: {part.modified}\r\n" if part.modified else ""
        head = (
            f"--{boundary}\r\n"
            f"Content-Length: {len(part.data)}\r\n"
            f"X-File-Path: {part.path}\r\n"  # raw UTF-8, not percent-encoded
            f"OC-Checksum: {part.digest}\r\n"
            f"{modified}\r\n"
        )
        pieces += [head.encode(), part.data, b"\r\n"]
    return [*pieces, f"--{boundary}--\r\n".encode()]


def _read(response: httpx.Response, digests: dict[str, str], instance: str) -> dict[str, Stored]:
    try:
        told = response.json()
    except ValueError:
        return {}
    stored = {}
    for path, digest in digests.items():
        match told.get(path) if isinstance(told, dict) else None:  # nothing written is an empty list, not an object
            case {"error": False, "etag": str(etag), "fileid": str(number)}:
                stored[path] = Stored(number.removesuffix(instance).lstrip("0"), dav.bare(etag), digest)
    return stored
