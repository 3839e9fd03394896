"""An import file: lines in blocks and the files they name, in a zip as Mattermost's importer reads it.

Zip layout (mattermost.md §4): one `.jsonl` at the root, files under `data/`, paths in it relative to `data/`.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from degoog.convert.names import Names, Rules
from degoog.errors import Refused
from degoog.mattermost.lines import KINDS, VERSION, Line
from degoog.model import FailReason
from degoog.ports import Blob

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # json.dumps would make one a line
LONGEST_LINE = 16 << 20  # mattermost.md §3: a longer one fails the whole import
_NAMES = Names(Rules(characters="/\\", longest=200))  # the importer names a file by the end of its path


def length(line: Line) -> int:
    """Give the bytes that a line, or a part of one, takes."""
    return len(_ENCODE(line).encode()) + 1


class Unreadable(Refused):
    """A file turns out damaged, or cannot be had; `line` is whose it is, as `Bundle.add` numbered it."""

    def __init__(self, line: tuple[str, int], why: Refused, path: str) -> None:
        super().__init__(why.reason, f"{path.rpartition('/')[2]}: {why.detail}")
        self.line = line


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    blob: Blob


class Bundle:
    """An import file that grows on disk. Lines are given back by the number the importer will call them.

    `prefix` begins the paths of its files, so that several can become one.
    """

    def __init__(self, *, prefix: str = "") -> None:
        self._prefix = prefix
        self._stack = ExitStack()
        self._blocks: dict[str, IO[bytes]] = {}
        self._count: dict[str, int] = {}
        self._left: dict[str, set[int]] = {}
        self._files: list[_File] = []
        self._whose: list[tuple[str, int]] = []  # the line of each file
        self.largest = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to import."""
        return all(count == len(self._left.get(kind, ())) for kind, count in self._count.items())

    def add(self, line: Line) -> tuple[str, int]:
        """Add a line; gives its kind and its number in its block. Raises `Refused` for one the importer cannot read."""
        text = _ENCODE(line).encode() + b"\n"
        if len(text) > LONGEST_LINE:
            raise Refused(FailReason.TOO_LARGE, f"{len(text)} > {LONGEST_LINE}")
        kind = str(line["type"])
        if kind not in self._blocks:
            self._blocks[kind] = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - it is one
            self._count[kind] = 0
        self._blocks[kind].write(text)
        self._count[kind] += 1
        added = kind, self._count[kind]
        self._whose += [added] * (len(self._files) - len(self._whose))
        return added

    def leave(self, line: tuple[str, int]) -> None:
        """Leave a line out from now on, as `add` numbered it; the others keep their numbers. May be called twice."""
        self._left.setdefault(line[0], set()).add(line[1])

    def attach(self, folder: str, name: str, blob: Blob) -> str:
        """Add a file of the line that is added next; gives its path as lines name it."""
        path = f"{folder}/{self._prefix}{len(self._files)}/{_NAMES.safe(name)}"
        self._files.append(_File(path, blob))
        self.largest = max(self.largest, blob.size)
        return path

    def line(self, number: int) -> tuple[str, int]:
        """Give which line the importer means, by its kind and its number in its block; ("", 0) for none."""
        before = 1  # the version
        for kind in KINDS:
            left = self._left.get(kind, set())
            here = self._count.get(kind, 0) - len(left)
            if before < number <= before + here:
                return kind, _numbered(number - before, left)
            before += here
        return "", 0

    @property
    def data(self) -> int:
        """The bytes of all files in it."""
        return sum(file.blob.size for file in self._files)

    async def write(self, file: IO[bytes]) -> int:
        """Write the zip; gives its size. Raises `Unreadable` of a file whose bytes turn out damaged."""
        with zipfile.ZipFile(file, "w", allowZip64=True) as out:
            info = zipfile.ZipInfo("import.jsonl")
            info.compress_type = zipfile.ZIP_DEFLATED
            info._compresslevel = 1  # type: ignore[attr-defined]  # noqa: SLF001 - 3.13 calls it compress_level
            with out.open(info, "w", force_zip64=True) as lines:
                lines.write(json.dumps(VERSION).encode() + b"\n")
                for kind in KINDS:
                    for piece in self.pieces(kind):
                        lines.write(piece)
            for one, line in zip(self._files, self._whose, strict=False):
                if line[1] in self._left.get(line[0], ()):
                    continue
                try:
                    await _store(out, one)
                except Refused as error:
                    raise Unreadable(line, error, one.path) from error
        return file.tell()

    @property
    def files(self) -> Sequence[tuple[str, Blob]]:
        """The files in it, by their path under `data/`."""
        return [(file.path, file.blob) for file in self._files]

    def holds(self, kind: str) -> bool:
        """Whether it has lines of a kind."""
        return kind in self._blocks

    def pieces(self, kind: str) -> Iterator[bytes]:
        """Give the lines of a kind, in pieces."""
        if (block := self._blocks.get(kind)) is not None:
            block.seek(0)
            if left := self._left.get(kind):
                yield from (line for number, line in enumerate(block, start=1) if number not in left)
            else:
                while piece := block.read(1 << 20):
                    yield piece
            block.seek(0, 2)


def _numbered(number: int, left: set[int]) -> int:
    """Give which line is the one of that number among those that are not left out."""
    for one in sorted(left):
        number += one <= number
    return number


async def _store(out: zipfile.ZipFile, one: _File) -> None:
    info = zipfile.ZipInfo(f"data/{one.path}")
    info.compress_type = zipfile.ZIP_STORED  # most files are compressed already
    info.file_size = one.blob.size
    with out.open(info, "w") as room:
        length = 0
        async with one.blob.open() as chunks:
            async for chunk in chunks:
                room.write(chunk)
                length += len(chunk)
    if length != one.blob.size:
        raise Refused(FailReason.DAMAGED, f"{length} ≠ {one.blob.size}")
