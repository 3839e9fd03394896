"""The archives that a source names."""

from __future__ import annotations

import glob
from pathlib import Path

from degoog.errors import Usage
from degoog.i18n import _


def parts(path: Path, *, suffixes: tuple[str, ...] = (".zip", ".tgz", ".tar.gz")) -> list[Path]:
    """Give the archives a source names: a file, every part in a folder, or a pattern a shell did not expand."""
    if path.is_dir():
        found = sorted(part for part in path.iterdir() if part.name.lower().endswith(suffixes))
        if not found:
            raise Usage(
                _(
                    "There is no archive ({kinds}) in the folder {path}. To do: give the file itself, or the folder "
                    "into which it was downloaded; an archive that was unpacked is downloaded again."
                ).format(path=path, kinds=", ".join(suffixes))
            )
        return found
    if not path.exists() and (matched := sorted(glob.glob(str(path)))):  # noqa: PTH207 - the path is absolute
        return [Path(name) for name in matched]
    return [path]
