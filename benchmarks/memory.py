"""Peak memory over 100,000 items: migrated to a folder from zip and from tgz, verified, reported."""

from __future__ import annotations

import argparse
import io
import tarfile
from pathlib import Path

from benchmarks.child import degoog
from benchmarks.figures import memory, plain, say, seconds
from degoog.sandbox.takeout.large import draw_large_takeout


def missing() -> str:
    """Nothing."""
    return ""


def measure(options: argparse.Namespace, scratch: Path) -> None:
    """Run each command once and note its peak."""
    items = 100_000 // (10 if options.quick else 1)
    zips, tgz = scratch / "zip", scratch / "tgz"
    zips.mkdir()
    tgz.mkdir()
    drawn = draw_large_takeout(zips, seed=1, items=items, parts=3, sidecar_every=10)
    archive = _draw_tgz(tgz / "takeout-20260105T080000Z-001.tgz", items)
    _measure("zip", [str(part) for part in drawn.parts], scratch / "from-zip")
    _measure("tgz", [str(archive)], scratch / "from-tgz")


def _measure(label: str, parts: list[str], place: Path) -> None:
    sources = [word for part in parts for word in ("--source", f"takeout:{part}")]
    workspace = ("--workspace", place / "workspace")
    to = ("--to", f"folder:{place / 'to'}")
    for name, command in (
        ("migrate to a folder", ("migrate", "files", *sources, *to)),
        ("migrate again, nothing changed", ("migrate", "files", *sources, *to)),
        ("verify", ("verify", "files", *to)),
        ("verify --full", ("verify", "files", *to, "--full")),
        ("report", ("report",)),
    ):
        ran = degoog(*command, *workspace).check()
        say(memory(f"{label}: {name}", ran))
        say(plain(f"{label}: {name}, time", seconds(ran)))
        if stages := ", ".join(f"{stage} {spent:.1f}" for stage, spent in ran.stages.items() if spent >= 0.1):
            print(f"      {stages}")


def _draw_tgz(path: Path, items: int) -> Path:
    """Draw as many files, and one of 300 MB, which has to be spooled to disk."""
    with tarfile.open(path, "w:gz", compresslevel=1) as packed:
        for number in range(items):
            name = f"Takeout/Drive/Carton {number // 250:04d}/pièce {number:06d}.txt"
            _add(packed, name, io.BytesIO(f"{number}\n".encode() * 8), len(f"{number}\n") * 8)
        size = 300 * 10**6
        _add(packed, "Takeout/Drive/film.mp4", _Zeroes(size), size)
    return path


def _add(packed: tarfile.TarFile, name: str, content: io.RawIOBase | io.BytesIO, size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = size, 1_500_000_000
    packed.addfile(member, content)


class _Zeroes(io.RawIOBase):
    """A stretch of bytes that are not all the same, so that it is no bomb."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._pattern = bytes(range(256)) * 257

    def read(self, size: int = -1) -> bytes:
        size = min(self._left, size if size >= 0 else self._left)
        self._left -= size
        start = self._left % 251
        return (self._pattern[start:] * (size // 60_000 + 2))[:size]
