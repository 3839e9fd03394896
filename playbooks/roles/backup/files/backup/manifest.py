# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was backed up, counted: it lies in each snapshot, and what comes back is compared with it."""

from __future__ import annotations

import hashlib
import os
import random
import time
from pathlib import Path

from trouble import Trouble

_SAMPLE = 40
_SETTLED = 120  # seconds: a file that changed just now may still be changing


def walk(folder):
    """Give every file below a folder, with what its entry says; links are none."""
    stack = [Path(folder)]
    while stack:
        try:
            entries = list(os.scandir(stack.pop()))
        except FileNotFoundError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                stack.append(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                try:
                    yield Path(entry.path), entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue


def describe(home, folders, *, now=time.time, chance=None):
    """Count the files below some folders of a service, and take the hashes of a few of them, drawn by lot."""
    files = size = seen = 0
    drawn: list[Path] = []
    chance = chance or random.Random()  # noqa: S311 - a sample, no secret
    for folder in folders:
        for path, stat in walk(home / folder):
            files, size = files + 1, size + stat.st_size
            if stat.st_mtime > now() - _SETTLED or stat.st_size > 1 << 30:
                continue
            seen += 1
            if len(drawn) < _SAMPLE:
                drawn.append(path)
            elif (place := chance.randrange(seen)) < _SAMPLE:
                drawn[place] = path
    sample = {}
    for path in drawn:
        try:
            sample[str(path.relative_to(home))] = digest(path)
        except FileNotFoundError:
            continue
    return {"files": files, "bytes": size, "sample": sample}


def digest(path):
    """Give a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def compare_files(home, folders, wanted, *, saved):
    """Raise `Trouble` where what lies in a folder is not what was saved: `saved` files, and hashes as they were."""
    number = sum(1 for folder in folders for _one in walk(home / folder))
    if number != saved:
        raise Trouble("differs", f"{number} files came back, {saved} were saved")
    for name, hashed in wanted["sample"].items():
        path = home / name
        if not path.is_file():
            raise Trouble("differs", f"{name} did not come back")
        if digest(path) != hashed:
            raise Trouble("differs", f"{name} is not what it was")


def compare_rows(wanted, found):
    """Raise `Trouble` where a table does not have the rows it had."""
    for table in sorted(wanted.keys() | found.keys()):
        if wanted.get(table) != found.get(table):
            raise Trouble("differs", f"{table}: {found.get(table)} rows, {wanted.get(table)} were saved")
