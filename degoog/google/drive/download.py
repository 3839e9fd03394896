"""A file's bytes, checked as they pass: resumed where they break off, and never whole unless they are right."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass

import httpx

from degoog.errors import Refused
from degoog.google.client import Client
from degoog.i18n import _
from degoog.model import FailReason

_CHUNK = 1 << 18
_TRIES = 5  # in a row without a single byte more


@dataclass(frozen=True, slots=True)
class Download:
    """One file to fetch. `md5` is Google's checksum in hex, empty where it has none."""

    client: Client
    id: str
    size: int
    md5: str
    headers: Mapping[str, str]
    params: Mapping[str, str]

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Give the bytes; the last ones only once length and checksum are right. Raises `Refused` and `Fault`."""
        digest = hashlib.md5(usedforsecurity=False)
        given, held, idle = 0, b"", 0
        asked = False
        while given < self.size or not asked:  # an empty file is asked for too: it may be there no longer
            before, asked = given, True
            try:
                async for chunk in self._from(given):
                    given += len(chunk)
                    if given > self.size:
                        raise _changed()
                    digest.update(chunk)
                    if held:
                        yield held
                    held = chunk
            except httpx.TransportError:
                pass  # what came is kept, the rest is asked for
            if given < self.size:
                idle = 0 if given > before else idle + 1
                if idle >= _TRIES:
                    text = _("The download broke off {number} times in a row.").format(number=idle)
                    raise Refused(FailReason.CONNECTION, text)
                await self.client.sleep(2.0**idle / 2)
        if self.md5 and digest.hexdigest() != self.md5:
            raise _changed()
        if held:
            yield held

    async def _from(self, start: int) -> AsyncIterator[bytes]:
        headers = {**self.headers, **({"Range": f"bytes={start}-"} if start else {})}
        url = self.client.api(f"/drive/v3/files/{self.id}")
        params = {"alt": "media", "supportsAllDrives": "true", **self.params}
        async with self.client.stream(url, params, headers=headers) as response:
            if response.status_code == 416:
                raise _changed()
            # Who does not know ranges sends everything again.
            skip = start if response.status_code != 206 else 0
            async for chunk in response.aiter_bytes(_CHUNK):
                if skip < len(chunk):
                    yield chunk[skip:] if skip else chunk
                skip = max(0, skip - len(chunk))


def _changed() -> Refused:
    text = _("What Google sent is not what it had announced: the file changed meanwhile, or was altered on its way.")
    return Refused(FailReason.HASH_MISMATCH, text)
