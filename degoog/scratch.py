"""Folders for the time of a run: they hold what is private, and do not outlive a run that is killed for long.

The name tells which process made one; the next run, of whatever kind, takes away those of processes that are no more.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "degoog-run-"


def make() -> Path:
    """Make a folder that its owner alone can read, in the machine's place for such; whoever asks takes it away."""
    _sweep()
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))


@contextlib.contextmanager
def lent() -> Iterator[Path]:
    """Make a folder for the time of a block."""
    folder = make()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = left.name.removeprefix(_PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):  # another run may be sweeping
            if pid.isdigit() and left.lstat().st_uid == os.getuid() and not _lives(int(pid)):
                shutil.rmtree(left, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
