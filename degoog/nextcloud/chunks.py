"""Chunked uploads: resumable, and the only safe way to replace a file (nextcloud.md §3, §6).

A plain PUT over an existing file that is cut leaves the file truncated; the MOVE that ends a chunked upload puts the
new bytes in place at once, and file id, shares and versions stay (apps/dav/lib/Upload/ChunkingPlugin.php).

That MOVE is also asked for the hash of what it puts together, and a look at the file tells whether all of that was
stored: apps/dav/lib/Connector/Sabre/File.php hashes what it reads, and compares lengths for PUT alone.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import httpx

from degoog.model import Item
from degoog.nextcloud import dav
from degoog.nextcloud.reader import Reader
from degoog.nextcloud.tree import PATIENT, Stored, Tree, algorithm
from degoog.ports import Blob

MIB = 1024 * 1024
_MOST = 10_000  # apps/dav/lib/Upload/ChunkingV2Plugin.php: names 1 to 10000, at least 5 MiB each but the last
_LEAST_BYTES = 5 * MIB
USUAL = 100 * MIB
_SIDE_BY_SIDE = 2  # chunks of one file: while the server puts one away, the next is on its way
_AHEAD = 24  # pieces of at most 1 MiB read ahead, for all uploads together: the next chunk leaves before this one ends
_LAST_WHOLE = 10.0  # seconds for the chunks that were read whole when another one broke
_POLLS, _PAUSE = 60, 5.0  # how long an assembly is waited for after its answer was lost: five minutes


@dataclass(frozen=True, slots=True)
class Piece:
    """One chunk: its name on the server and its bytes."""

    name: str
    length: int


def pieces(size: int, *, usual: int, largest: int | None) -> Iterator[Piece]:
    """Cut a file. The same size and server always give the same pieces, so that an upload can be resumed."""
    chunk = max(_LEAST_BYTES, min(usual, largest or usual), -(-size // _MOST))
    for number, start in enumerate(range(0, max(size, 1), chunk), start=1):
        yield Piece(f"{number:05d}", min(chunk, size - start))


def upload_id(identity: str, item: Item) -> str:
    """Name the upload of one content of one item to one lane, the same in every run."""
    key = "\0".join([identity, str(item.ref), item.content, str(item.size), str(item.modified)])
    return f"degoog-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class _Upload:
    """A file under way: the upload's id, where it goes, its bytes and how they are cut."""

    id: str
    path: str
    size: int
    pieces: list[Piece]


class _Body:
    """The bytes of a chunk as they come. Each piece holds a place of `room` until it has been sent."""

    def __init__(self, room: asyncio.Semaphore) -> None:
        self._room = room
        self._held = 0
        self._over = False
        self.whole = False  # nothing more is to be read for it
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue()

    def put(self, piece: bytes) -> None:
        """Add a piece, for which a place was taken; an empty one ends the body."""
        if self._over:  # the request has just failed: whoever asks for the next place is told
            self._room.release()
            return
        self.whole = not piece
        self._held += 1
        self._pieces.put_nowait(piece)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await self._pieces.get():
            yield piece
            self._held -= 1
            self._room.release()

    def drop(self) -> None:
        """Give back the places of what was not sent; nothing more is taken."""
        self._over = True
        for _place in range(self._held):
            self._room.release()
        self._held = 0


class Chunks:
    """Uploads in chunks of `usual` bytes, or fewer where the server asks for it.

    `sleep` waits while the server puts an upload together after its answer was lost.
    """

    def __init__(self, tree: Tree, *, usual: int, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._usual = usual
        self._tree = tree
        self._client = tree.client
        self._sleep = sleep
        self._room = asyncio.Semaphore(_AHEAD)

    async def send(
        self, upload: str, path: str, blob: Blob, headers: Mapping[str, str], *, replaces: str = ""
    ) -> tuple[Stored | None, str]:
        """Upload to a free place, or over the file whose etag is `replaces`; give what is stored and our digest.

        None for stored: something else lies there by now. What was sent stays on the server for the next try when
        the request breaks; it is deleted when the bytes turn out to be no good.
        """
        cut = list(pieces(blob.size, usual=self._usual, largest=self._client.server.chunk))
        there = await self._begin(upload, path, cut)
        async with blob.open() as source:
            reader = Reader(source, blob.size, algorithm(blob.size))
            await self._send_pieces(_Upload(upload, path, blob.size, cut), there, reader)
            await reader.end()
        stored = await self._finish(upload, path, blob.size, digest=reader.digest, headers=headers, replaces=replaces)
        if stored is None:
            await self.drop(upload)
        else:
            stored = await self._whole(path, blob.size, stored.digest)
        return stored, reader.digest

    async def drop(self, upload: str) -> None:
        """Delete what an upload has left on the server."""
        response = await self._client.request("DELETE", self._client.uploads(upload))
        if response.is_error and response.status_code != 404:
            raise dav.fault(response)

    async def _begin(self, upload: str, path: str, cut: list[Piece]) -> dict[str, int | None]:
        found = await self._found(upload)
        names = {piece.name for piece in cut}
        if found is not None and not names.issuperset(found):
            await self.drop(upload)  # it was cut otherwise: another version of the file, or of the server's rules
            found = None
        if found is not None:
            return found
        headers = {"Destination": self._tree.url(path)}
        response = await self._client.request("MKCOL", self._client.uploads(upload), headers=headers)
        if response.is_error and response.status_code != 405:
            raise dav.fault(response)
        return {}

    async def _found(self, upload: str) -> dict[str, int | None] | None:
        ask = dav.propfind((f"{dav.D}resourcetype", f"{dav.D}getcontentlength"))
        response = await self._client.request(
            "PROPFIND", self._client.uploads(upload), headers={"Depth": "1"}, content=ask
        )
        if response.status_code == 404:
            return None
        if response.is_error:
            raise dav.fault(response)
        entries = [answer.entry() for answer in dav.parse(response.content)]
        return {entry.name: entry.size for entry in entries if not entry.holder and entry.name != ".file"}

    async def _send_pieces(self, upload: _Upload, there: Mapping[str, int | None], reader: Reader) -> None:
        """Send what is not there yet."""
        under_way: deque[asyncio.Task[None]] = deque()
        bodies: dict[asyncio.Task[None], _Body] = {}
        try:
            for piece in upload.pieces:
                if there.get(piece.name) == piece.length:
                    async for _skipped in reader.take(piece.length):
                        pass  # hashed all the same: the proof is of the whole
                    continue
                if len(under_way) == _SIDE_BY_SIDE:
                    await under_way.popleft()
                body = _Body(self._room)
                under_way.append(asyncio.create_task(self._put(upload, piece, body)))
                bodies[under_way[-1]] = body
                async for data in reader.take(piece.length):
                    await self._place(under_way)
                    body.put(data)
                await self._place(under_way)
                body.put(b"")
            while under_way:
                await under_way.popleft()
        except (httpx.TransportError, dav.Fault):
            # One broke: another that was read whole may still arrive, and need not be sent again by the next try.
            if whole := [task for task in under_way if bodies[task].whole and not task.done()]:
                await asyncio.wait(whole, timeout=_LAST_WHOLE)
            raise
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _place(self, under_way: Collection[asyncio.Task[None]]) -> None:
        """Take a place for a piece. Raises what a chunk under way has failed of: it would give no place back."""
        taking = asyncio.ensure_future(self._room.acquire())
        try:
            await asyncio.wait({taking, *under_way}, return_when=asyncio.FIRST_COMPLETED)
            for task in under_way:
                if task.done():
                    task.result()
            await taking
        except BaseException:
            if taking.done() and not taking.cancelled():
                self._room.release()
            taking.cancel()
            raise

    async def _put(self, upload: _Upload, piece: Piece, body: _Body) -> None:
        headers = {
            "Destination": self._tree.url(upload.path),
            "Content-Length": str(piece.length),
            "OC-Total-Length": str(upload.size),  # nextcloud.md §3: has the quota checked at once
        }
        url = self._client.uploads(upload.id, piece.name)
        try:
            response = await self._client.request("PUT", url, headers=headers, content=body)
        finally:
            body.drop()
        if response.status_code == 404 and await self._found(upload.id) is None:
            raise dav.Fault(503, message="the server threw the upload away")  # after a day: it begins anew
        if response.is_error:
            raise dav.fault(response)

    async def _whole(self, path: str, size: int, digest: str) -> Stored:
        """Look whether all of it was put together: a MOVE onto a full disk answers 201 all the same."""
        entry = await self._tree.stat(path)
        if entry is None:
            raise dav.Fault(503, message="the upload is not where it was put")
        if entry.size != size:
            return Stored(entry.id, entry.etag, f"size:{entry.size}")
        return Stored(entry.id, entry.etag, digest or await self._tree.hash(path, algorithm(size)))

    async def _finish(
        self,
        upload: str,
        path: str,
        size: int,
        *,
        digest: str,
        headers: Mapping[str, str],
        replaces: str,
    ) -> Stored | None:
        target = self._tree.url(path)
        sent = {**headers, "Destination": target, "OC-Total-Length": str(size), "X-Hash": algorithm(size)}
        if replaces:
            # RFC 4918 §10.4: only while the file there is the one we know. If-Match would speak of the upload.
            sent |= {"Overwrite": "T", "If": f'<{target}> (["{replaces}"])'}
        else:
            sent |= {"Overwrite": "F"}
        url = self._client.uploads(upload, ".file")
        try:
            response = await self._client.request("MOVE", url, headers=sent, read=PATIENT)
        except httpx.TransportError:
            return await self._outcome(upload, path, size, digest)
        if response.status_code in {502, 504}:  # a proxy lost its patience, the server goes on
            return await self._outcome(upload, path, size, digest)
        if response.status_code == 412 or (replaces and response.status_code == 404):  # changed, or gone
            return None
        if response.is_error:
            raise dav.fault(response)
        return self._tree.stored(response)

    async def _outcome(self, upload: str, path: str, size: int, digest: str) -> Stored:
        """See what became of a MOVE whose answer was lost: the folder of the upload goes when it is done."""
        for _poll in range(_POLLS):
            if await self._found(upload) is None:
                break
            await self._sleep(_PAUSE)
        entry = await self._tree.stat(path)
        if entry is None or entry.size != size or await self._tree.hash(path, algorithm(size)) != digest:
            raise dav.Fault(504, message="no answer to the end of the upload")
        return Stored(entry.id, entry.etag, digest)
