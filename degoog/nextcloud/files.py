"""A folder of a Nextcloud account as the target of the road of files."""

from __future__ import annotations

import asyncio
import hashlib
import posixpath
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Self

import httpx

from degoog.convert.names import Names
from degoog.errors import Refused, Unavailable, Usage
from degoog.i18n import _
from degoog.model import FailReason, Item, Seen, Stage
from degoog.nextcloud import dav, stamps
from degoog.nextcloud.chunks import MIB, USUAL, Chunks
from degoog.nextcloud.client import Client
from degoog.nextcloud.files_batch import FilesBatch
from degoog.nextcloud.files_trash import FilesTrash
from degoog.nextcloud.folders import Folders
from degoog.nextcloud.judge import full
from degoog.nextcloud.reader import Reader
from degoog.nextcloud.server import OWN_FOLDER
from degoog.nextcloud.tree import Tree, algorithm
from degoog.nextcloud.uploads import Uploads
from degoog.ports import Blob, Bytes

LARGE = 100 * MIB


class NextcloudFiles:
    """See `ports.Target`. Everything lies under `into`, which is made at the first write.

    `large`: from how many bytes on a new file is sent in resumable chunks; `chunk`: how large these are.
    """

    def __init__(
        self,
        client: Client,
        *,
        into: str = "/Google Drive",
        large: int = LARGE,
        chunk: int = USUAL,
        parallel: int = 4,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._tree = Tree(client, "/" + "/".join(part for part in into.split("/") if part))
        self._large = large
        self._parallel = parallel
        self._folders = Folders(self._tree, clock=clock)
        self._chunks = Chunks(self._tree, usual=chunk, sleep=sleep)
        self._naming: Names | None = None
        self._made = False
        self._making = asyncio.Lock()
        self._stopped: Unavailable | None = None

    @property
    def address(self) -> str:
        """The server, the account and the folder."""
        return f"{self._client.url} ({self._client.server.user}), {self._tree.into or '/'}"

    @property
    def identity(self) -> str:
        """The instance (whatever its address), the account and the folder."""
        server = self._client.server
        return f"nextcloud:{server.instance}:{server.user}:{self._tree.into or '/'}"

    @property
    def naming(self) -> Names:
        """The server's own rules."""
        if self._naming is None:
            raise RuntimeError("enter the target first")
        return self._naming

    @property
    def parallel(self) -> int:
        """How many batches are worth having open at once."""
        return self._parallel

    @property
    def trash(self) -> FilesTrash:
        """The account's trash bin."""
        return FilesTrash(self._tree)

    def touches(self, item: Item) -> frozenset[Stage]:
        """Files get what could not come with their bytes; folders are made with everything but their time."""
        if not item.holder:
            return frozenset({Stage.PROPERTIES} if stamps.owed(item) else ())
        return frozenset({Stage.LAST} if item.modified is not None else ())

    def batch(self) -> FilesBatch:
        """Open a batch."""
        claims = self._folders.claims()
        uploads = Uploads(
            self._tree, self._folders, claims, self._chunks, self.naming, identity=self.identity, large=self._large
        )
        return FilesBatch(self._tree, self._folders, claims, uploads, ready=self._ready, stop=self._stop)

    async def free(self) -> int | None:
        """Bytes that still fit into the account, or the team folder that holds `into`."""
        ask = dav.propfind((f"{dav.D}quota-available-bytes",))
        for url in (self._tree.url(""), self._client.files("/")):
            with self._answering():
                response = await self._client.request("PROPFIND", url, headers={"Depth": "0"}, content=ask)
            if response.status_code == 207:
                value = dav.parse(response.content)[0].text(f"{dav.D}quota-available-bytes")
                return int(value) if value.isdecimal() else None  # -3 unlimited, -2 unknown, -1 not computed
        return None

    async def list(self, path: str) -> AsyncIterator[Seen]:
        """List a folder. `oc:checksums` is whatever some client claimed, so there is no digest (nextcloud.md §2)."""
        with self._answering():
            async for entry in self._tree.list(path):
                if path or entry.name != OWN_FOLDER:
                    yield Seen(entry.name, entry.id, entry.holder, entry.size, entry.etag)

    async def digest(self, path: str, algorithm: str) -> str:
        """Have the server hash what it stores: sha256, sha1 or md5."""
        with self._answering():
            return await self._tree.hash(path, algorithm)

    def fetch(self, path: str) -> Bytes:
        """Download a file. Raises `Refused` where it is not there or the transfer breaks."""
        return self._fetch(path)

    async def save_map(self, name: str, blob: Blob) -> None:
        """Keep a file in the folder `.degoog` beside what was migrated."""
        await self._ready()
        path = posixpath.join(OWN_FOLDER, name)
        with self._answering():
            await self._tree.make(OWN_FOLDER, {})
            entry = await self._tree.stat(path)
            if entry is None:
                async with blob.open() as source:
                    body = Reader(source, blob.size, algorithm(blob.size)).take(blob.size)
                    await self._tree.put(path, body, blob.size, {})
            else:
                upload = f"degoog-{hashlib.sha256(f'{self.identity}/{name}'.encode()).hexdigest()[:32]}"
                await self._chunks.drop(upload)
                await self._chunks.send(upload, path, blob, {}, replaces=entry.etag)

    def load_map(self, name: str) -> Bytes:
        """Read it back; raises `Refused` where there is none."""
        return self._fetch(posixpath.join(OWN_FOLDER, name))

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        try:
            self._naming = Names(self._client.server.rules)
            await self._check_into()
        except BaseException:
            await self._client.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def _check_into(self) -> None:
        into = self._tree.into
        for part in into.split("/")[1:]:
            if self.naming.safe(part) != part:
                text = _("Nextcloud does not allow a folder named “{name}”. Choose another one with `into`.")
                raise Usage(text.format(name=part))
        with self._answering():
            entry = await self._tree.stat("")
        if entry is not None and not entry.holder:
            raise Usage(_("“{into}” is a file in Nextcloud. Choose another folder with `into`.").format(into=into))
        self._made = entry is not None

    async def _ready(self) -> None:
        if self._stopped is not None:
            stopped, self._stopped = self._stopped, None
            raise stopped
        async with self._making:
            if self._made:
                return
            home = Tree(self._client, "/")
            parts = self._tree.into.split("/")[1:]
            with self._answering():
                for end in range(1, len(parts) + 1):
                    try:
                        await home.make("/".join(parts[:end]), {})
                    except dav.Fault as fault:
                        if fault.status >= 500:
                            raise
                        text = _("The folder “{into}” cannot be made in Nextcloud: {why}.")
                        raise Usage(text.format(into=self._tree.into, why=fault)) from fault
            self._made = True

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Where an answer that cannot be used stops everything."""
        try:
            yield
        except (dav.Fault, httpx.TransportError) as error:
            if isinstance(error, dav.Fault) and error.status == 507:
                raise Unavailable(full(self._tree.into)) from error
            text = _("Nextcloud did not answer as it should ({why}). Nothing is lost; run the same command again.")
            raise Unavailable(text.format(why=str(error) or type(error).__name__)) from error

    def _stop(self, error: Unavailable) -> None:
        self._stopped = error

    @asynccontextmanager
    async def _fetch(self, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        async with self._tree.get(path) as response:
            if response.is_error:
                raise Refused(FailReason.REJECTED, f"{path}: {dav.fault(response)}")
            yield _body(response, path)


async def _body(response: httpx.Response, path: str) -> AsyncIterator[bytes]:
    try:
        async for data in response.aiter_bytes(MIB):
            yield data
    except httpx.TransportError as error:
        text = _("The download from Nextcloud broke: {path}.").format(path=path)
        raise Refused(FailReason.CONNECTION, text) from error
