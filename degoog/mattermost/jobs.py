"""Uploads and import jobs: a bundle is sent in parts, imported, and waited for."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import IO, Any

import httpx

from degoog.errors import Unavailable
from degoog.happenings import Waiting
from degoog.i18n import _
from degoog.mattermost.client import Client, words

_PART = 32 << 20  # the first of several must be 5 MiB at least (mattermost.md §4)
_TRIES = 6  # of one part that breaks
_SOONEST, _LATEST = 0.1, 0.25  # seconds between two looks at a job: a fiftieth of the time it has taken, in between
_TOLD = 2.0  # seconds between two looks at how far it is
_OURS = "degoog-"
_ENDED = frozenset({"success", "error", "canceled", "warning"})


@dataclass(frozen=True, slots=True)
class Ended:
    """How an import ended. `line` is the number of the line at fault, 0 where the server does not know."""

    success: bool
    error: str = ""
    line: int = 0


Progress = Callable[[], Awaitable[str]]


async def import_file(client: Client, file: IO[bytes], size: int, *, progress: Progress) -> Ended:
    """Send a zip and have it imported; gives how that ended. Raises `Unavailable`."""
    return await run(client, await upload(client, file, size), progress=progress)


async def run(client: Client, name: str, *, progress: Progress) -> Ended:
    """Have a zip that was sent imported; gives how that ended. Raises `Unavailable`."""
    status, job = await client.call(
        "POST", "/jobs", {"type": "import_process", "data": {"import_file": name, "extract_content": "false"}}
    )
    if status not in {200, 201}:
        raise Unavailable(client.said("/jobs", status, job))
    ended = await _wait(client, job, progress)
    if not ended.success:
        await client.call("DELETE", f"/imports/{name}")  # a failed import's file stays (mattermost.md §4)
    return ended


async def wait_for_others(client: Client) -> None:
    """Wait for an import of ours that a run which died has left: its posts are still arriving."""
    status, answer = await client.call("GET", "/jobs/type/import_process?page=0&per_page=20")
    if status != 200:
        raise Unavailable(client.said("/jobs", status, answer))
    for job in answer if isinstance(answer, list) else []:
        file = str((job.get("data") or {}).get("import_file", ""))
        if _OURS in file and job.get("status") not in _ENDED:
            await _wait(client, job, _left_over)


async def _left_over() -> str:
    return _("Mattermost still imports what an earlier run sent")


async def upload(client: Client, file: IO[bytes], size: int) -> str:
    """Send a zip; gives the name under which the server keeps it: `<upload id>_<file name>`. Raises `Unavailable`."""
    filename = f"{_OURS}{secrets.token_hex(8)}.zip"
    body = {"type": "import", "channel_id": "", "filename": filename, "file_size": size}
    status, session = await client.call("POST", "/uploads", body)
    if status != 201:
        raise Unavailable(client.said("/uploads", status, session))
    id_, offset, broke = str(session["id"]), 0, 0
    while offset < size:
        length = min(_PART, size - offset)
        file.seek(offset)
        try:
            status, answer = await client.send(f"/uploads/{id_}", _part(file, length), length)
        except httpx.TransportError:
            status, answer = 0, None
        if status in {200, 204}:
            offset, broke = offset + length, 0
            continue
        broke += 1
        if broke >= _TRIES or status in {400, 403, 413}:
            raise Unavailable(client.said("/uploads", status, answer))
        await client.time.sleep(float(2**broke))
        offset = await _arrived(client, id_, size)
    return f"{id_}_{filename}"


async def _arrived(client: Client, id_: str, size: int) -> int:
    status, session = await client.call("GET", f"/uploads/{id_}")
    if status == 404:  # the session is gone once everything is there
        return size
    if status != 200:
        raise Unavailable(client.said("/uploads", status, session))
    return int(session.get("file_offset") or 0)


async def _part(file: IO[bytes], length: int) -> AsyncIterator[bytes]:
    while length and (piece := file.read(min(length, 1 << 18))):
        length -= len(piece)
        yield piece


async def _wait(client: Client, job: dict[str, Any], progress: Progress) -> Ended:
    waited, told = 0.0, 0.0
    while job.get("status") not in _ENDED:
        if waited >= told:
            told = waited + _TOLD
            why = await progress()
            if client.observer is not None:
                client.observer.notify(Waiting(client.host, _TOLD, why))
        pause = min(_LATEST, max(_SOONEST, waited / 50))
        await client.time.sleep(pause)
        waited += pause
        job = await client.get(f"/jobs/{job['id']}")
    data = job.get("data") or {}
    line = str(data.get("line_number", ""))
    error = str(data.get("error") or words(data) or job.get("status"))
    return Ended(job.get("status") == "success", error, int(line) if line.isdigit() else 0)
