"""The lane's folder as WebDAV shows it: one method a question, typed answers.

Paths are posix and relative to the lane's folder; the empty path is the folder itself. An answer that is an error,
and that the method's docstring does not foresee, raises `dav.Fault`; a request that broke raises httpx's
`TransportError`: nobody knows what it did.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import httpx

from degoog.http import REPEATABLE
from degoog.nextcloud import dav
from degoog.nextcloud.client import Client
from degoog.nextcloud.dav import Entry, Fault

# Nextcloud computes these on request (apps/dav/lib/Connector/Sabre/ChecksumUpdatePlugin.php); enough for a proof.
ALGORITHMS = ("sha256", "sha1", "md5")
# Up to here, in bytes, a proof is a SHA-256. PHP computes it at a third of SHA-1's speed (measured: 251 and 700 MB/s),
# and a large transfer would wait for nothing else. Against accidents, which are what a proof is about, both serve.
STRONG = 16 * 1024 * 1024
# Assembling or hashing a large file takes the server its time.
PATIENT = 3600.0


@dataclass(frozen=True, slots=True)
class Stored:
    """What the server confirmed of a file or folder it holds. `digest` is `algorithm:hex` of that, or empty."""

    id: str
    etag: str = ""
    digest: str = ""


class Tree:
    """The files under `into` in the account of a client. `into` begins with a slash, `/` alone is all its files."""

    def __init__(self, client: Client, into: str) -> None:
        self.client = client
        self.into = into.rstrip("/")

    def home(self, path: str) -> str:
        """Give the path seen from the account's home, as the bulk request wants it."""
        return f"{self.into}/{path}" if path else self.into

    def url(self, path: str) -> str:
        """Give the address of a path."""
        return self.client.files(self.home(path))

    async def stat(self, path: str) -> Entry | None:
        """Tell what lies at a path, None where nothing does."""
        response = await self._ask("PROPFIND", path, headers={"Depth": "0"}, content=dav.propfind())
        if response.status_code == 404:
            return None
        answers = dav.parse(_good(response).content)
        return answers[0].entry() if answers else None

    async def source_id(self, path: str) -> str:
        """Give the source id that degoog has put on a file or folder, empty where it has none."""
        response = await self._ask("PROPFIND", path, headers={"Depth": "0"}, content=dav.propfind((dav.SOURCE_ID,)))
        answers = dav.parse(_good(response).content)
        return answers[0].text(dav.SOURCE_ID) if answers else ""

    async def list(self, path: str) -> AsyncIterator[Entry]:
        """Give what lies directly in a folder, one entry at a time; nothing where there is no such folder."""
        request = self.client.stream("PROPFIND", self.url(path), headers={"Depth": "1"}, content=dav.propfind())
        async with request as response:
            if response.status_code == 404:
                return
            parser = dav.Multistatus()
            prefix = ""
            async for data in _good(response).aiter_bytes():
                for answer in parser.feed(data):
                    entry = answer.entry()
                    if not prefix:  # sabre/dav lists the folder itself first
                        prefix = entry.path + "/"
                        if not entry.holder:
                            return
                    elif entry.path.startswith(prefix):
                        yield entry
            parser.end()

    async def make(self, path: str, properties: Mapping[str, str]) -> Stored | None:
        """Make a folder with properties; None where something has that name (405). A missing parent is a 409.

        The id is empty where the folder was made without its properties.
        """
        headers = {"Content-Type": "application/xml; charset=utf-8"} if properties else {}
        content = dav.mkcol(properties) if properties else b""
        response = await self._ask("MKCOL", path, headers=headers, content=content, extensions=REPEATABLE)
        if response.status_code == 405:
            return None
        return self.stored(_good(response)) if response.status_code != 207 else Stored("")

    async def put(
        self, path: str, body: AsyncIterable[bytes] | bytes, size: int, headers: Mapping[str, str]
    ) -> Stored | None:
        """Write a new file; None where something has that name (412)."""
        headers = {**headers, "Content-Length": str(size), "If-None-Match": "*", "X-Hash": algorithm(size)}
        response = await self._ask("PUT", path, headers=headers, content=body)
        if response.status_code == 412:
            return None
        return self.stored(_good(response))

    async def move(self, path: str, to: str) -> Stored | None:
        """Move a file or folder to a free place; None where something lies there (412). 404: nothing to move."""
        headers = {"Destination": self.url(to), "Overwrite": "F"}
        response = await self._ask("MOVE", path, headers=headers, read=PATIENT)
        if response.status_code == 412:
            return None
        return self.stored(_good(response))

    async def set(self, path: str, values: Mapping[str, str], *, etag: str = "") -> Mapping[str, int] | None:
        """Set properties; give the refused ones with their status, None where the etag is another (412)."""
        refused: dict[str, int] = {}
        headers = {"Content-Type": "application/xml; charset=utf-8"}
        if etag:
            headers["If-Match"] = f'"{etag}"'
        while left := {name: value for name, value in values.items() if name not in refused}:
            response = await self._ask("PROPPATCH", path, headers=headers, content=dav.proppatch(left))
            if response.status_code == 412:
                return None
            answers = dav.parse(_good(response).content)
            failed = {name: code for answer in answers for name, code in answer.refused.items()}
            # All or nothing (RFC 4918 §9.2): 424 is for those that only failed because another one did.
            guilty = {name: code for name, code in failed.items() if code != 424} or failed
            refused |= guilty
            if not guilty:
                break
        return refused

    async def hash(self, path: str, algorithm: str) -> str:
        """Have the server hash what it stores: `algorithm:hex`, empty where it cannot (nextcloud.md §2)."""
        if algorithm not in ALGORITHMS:
            return ""
        headers = {"X-Recalculate-Hash": algorithm}
        response = await self._ask("PATCH", path, headers=headers, read=PATIENT)
        name, _colon, value = response.headers.get("oc-checksum", "").partition(":")
        return f"{algorithm}:{value.lower()}" if name.lower() == algorithm and response.is_success else ""

    async def delete_folder(self, path: str) -> None:
        """Delete a folder with all that is in it; it goes to the trash bin in one piece.

        sabre/dav knows no condition for a folder: its etag never matches (lib/DAV/Server.php, measured).
        """
        _good(await self._ask("DELETE", path, headers={}, read=PATIENT))

    async def delete(self, path: str, *, etag: str) -> bool:
        """Delete a file, only while it has this etag, else False; it goes to the trash bin."""
        response = await self._ask("DELETE", path, headers={"If-Match": f'"{etag}"'}, read=PATIENT)
        if response.status_code in {404, 412}:
            return False
        _good(response)
        return True

    def get(self, path: str) -> AbstractAsyncContextManager[httpx.Response]:
        """Download a file, not packed: its length tells whether it arrived whole."""
        return self.client.stream("GET", self.url(path), headers={"Accept-Encoding": "identity"})

    def stored(self, response: httpx.Response) -> Stored:
        """Read what the answer to a write says of the file."""
        number = response.headers.get("oc-fileid", "").removesuffix(self.client.server.instance).lstrip("0")
        etag = dav.bare(response.headers.get("oc-etag") or response.headers.get("etag") or "")
        digests = ((name, response.headers.get(f"x-hash-{name}", "").lower()) for name in ALGORITHMS)
        return Stored(number, etag, next((f"{name}:{digest}" for name, digest in digests if digest), ""))

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        content: AsyncIterable[bytes] | bytes | None = None,
        read: float | None = None,
        extensions: Mapping[str, bool] | None = None,
    ) -> httpx.Response:
        return await self.client.request(
            method, self.url(path), headers=headers, content=content, read=read, extensions=extensions
        )


def algorithm(size: int) -> str:
    """Name the hash that proves a file of this size."""
    return "sha256" if size <= STRONG else "sha1"


def _good(response: httpx.Response) -> httpx.Response:
    if response.is_error:
        raise dav.fault(response)
    return response


def missing(fault: Fault) -> bool:
    """Whether a write failed because its folder is not there: nextcloud.md §2, 404 on PUT, 409 on MKCOL and MOVE."""
    return fault.status in {404, 409}
