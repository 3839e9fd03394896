"""Writes archives that are the same, byte for byte, for the same entries: fixed times, owners and order."""

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

_CHUNK = 1 << 20
_ALREADY_PACKED = (".jpg", ".png", ".mp4", ".bin", ".pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One member: a folder's `path` ends with `/`; content is bytes, or `stream` bytes of seeded noise."""

    path: str
    content: bytes = b""
    stream: int = 0
    seed: str = ""

    @property
    def size(self) -> int:
        """Bytes, not packed."""
        return self.stream or len(self.content)

    @property
    def is_folder(self) -> bool:
        """Whether it is an entry for a folder."""
        return self.path.endswith("/")

    def chunks(self) -> Iterator[bytes]:
        """The content, the same each time it is asked for."""
        if not self.stream:
            yield self.content
            return
        random = Random(self.seed)  # noqa: S311 - fixtures want to be repeatable
        for start in range(0, self.stream, _CHUNK):
            yield random.randbytes(min(_CHUNK, self.stream - start))

    def sha256(self) -> str:
        """The hash of the content, in hexadecimal."""
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()


def write_zip(path: Path, entries: Sequence[Entry], *, made: datetime) -> None:
    """A zip of these entries, in order. What does not shrink is stored."""
    with zipfile.ZipFile(path, "w") as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.path, (made.year, made.month, made.day, made.hour, made.minute, made.second))
            info.create_system = 3
            info.external_attr = (0o40755 << 16 | 0x10) if entry.is_folder else 0o100644 << 16
            packed = entry.is_folder or entry.stream or entry.path.lower().endswith(_ALREADY_PACKED)
            info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            info.file_size = entry.size
            with archive.open(info, "w") as member:
                for chunk in entry.chunks():
                    member.write(chunk)


def write_tgz(path: Path, entries: Sequence[Entry], *, made: datetime) -> None:
    """A gzipped tar of these entries, in order."""
    time = int(made.timestamp())
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=raw, mtime=time) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for entry in entries:
            info = tarfile.TarInfo(entry.path.rstrip("/"))
            info.mtime = time
            info.type = tarfile.DIRTYPE if entry.is_folder else tarfile.REGTYPE
            info.mode = 0o755 if entry.is_folder else 0o644
            info.size = entry.size
            archive.addfile(info, _Readable(entry.chunks()) if entry.stream else io.BytesIO(entry.content))


class _Readable(io.RawIOBase):
    """Chunks as the readable file that `tarfile` asks for."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Exactly `size` bytes while there are as many."""
        while len(self._rest) < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self._rest += chunk
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def shuffled_into_parts(entries: Sequence[Entry], *, parts: int, random: Random) -> tuple[list[Entry], ...]:
    """The entries dealt out to the parts as Takeout does: one folder's files over several, none left empty.

    Mostly an entry follows the one before it (a file and its sidecar), often it does not.
    """
    dealt: tuple[list[Entry], ...] = tuple([] for _ in range(parts))
    part = 0
    for number, entry in enumerate(entries):
        if number < parts:
            part = number
        elif random.random() < 0.4:
            part = random.randrange(parts)
        dealt[part].append(entry)
    return dealt
