"""Walks a source and reads what it finds, as the engine would, in a few words for tests."""

import asyncio
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from degoog.errors import Refused
from degoog.google.takeout import TakeoutSource
from degoog.model import FailReason, Found, Item, Kind, Stage


@dataclass
class Seen:
    """What a walk gave, and the SHA-256 or the reason of the refusal for each file without a verdict."""

    account: str
    sequential: bool
    found: list[Found]
    contents: dict[str, str]

    @property
    def files(self) -> dict[str, Item]:
        """The files that can be moved, by path."""
        return {
            found.item.path: found.item
            for found in self.found
            if found.verdict is None and found.item.stage is Stage.CONTENT
        }

    @property
    def folders(self) -> dict[str, Item]:
        """The folders, by path."""
        return {found.item.path: found.item for found in self.found if found.item.kind is Kind.FOLDER}

    def with_verdict(self, verdict: str) -> list[Found]:
        """What has this verdict."""
        return [found for found in self.found if found.verdict == verdict]

    def of(self, path: str) -> Found:
        """The one thing found at a path."""
        (found,) = [found for found in self.found if found.item.path == path]
        return found


async def content(source: TakeoutSource, item: Item) -> bytes:
    """All bytes of an item."""
    blob = await source.read(item)
    async with blob.open() as chunks:
        data = b"".join([chunk async for chunk in chunks])
    assert len(data) == blob.size
    return data


async def see(parts: Sequence[Path], scratch: Path | None = None) -> Seen:
    """Walk and read everything."""
    async with TakeoutSource(parts, scratch=scratch) as source:
        found = [one async for one in source.walk()]
        contents = {}
        for one in found:
            if one.verdict is None and one.item.stage is Stage.CONTENT:
                try:
                    contents[str(one.item.ref)] = hashlib.sha256(await content(source, one.item)).hexdigest()
                except Refused as error:
                    contents[str(one.item.ref)] = error.reason.value
        return Seen(source.account, source.sequential, found, contents)


def seen(*parts: Path, scratch: Path | None = None) -> Seen:
    """Walk and read everything, outside of async code."""
    return asyncio.run(see(parts, scratch))


def digest(data: bytes) -> str:
    """The SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    """Write a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, files: dict[str, bytes], tar_format: int = tarfile.PAX_FORMAT) -> Path:
    """Write a tgz."""
    with tarfile.open(path, "w:gz", format=tar_format) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


__all__ = ["FailReason", "Seen", "content", "digest", "see", "seen", "tarred", "zipped"]
