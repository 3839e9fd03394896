"""Small files of degoog's own, written so that a crash leaves the old one or the new one and nothing between."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def replacing(path: Path, *, mode: int = 0o644) -> Iterator[IO[bytes]]:
    """Write a file piece by piece beside its place; it takes its place when the block ends well, else it is dropped."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def write_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a whole file beside its place, then move it there; an earlier file of that name is replaced."""
    with replacing(path, mode=mode) as file:
        file.write(content)
