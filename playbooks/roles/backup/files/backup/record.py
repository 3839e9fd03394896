# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the last backup, restore test and restore ended: /var/lib/degoog/ID/backup.json, for everybody to read."""

from __future__ import annotations

import fcntl
import json
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from trouble import Trouble

EMPTY = {"at": "", "ok": False, "snapshot": "", "bytes": 0, "files": 0, "why": ""}


def read(settings):
    """Give what is noted, nothing where nothing is."""
    try:
        return json.loads(Path(settings["state"], "backup.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}


def note(settings, what, **fields):
    """Note how something ended, now; the rest stays. Readable by everybody: it holds no secret."""
    path = Path(settings["state"], "backup.json")
    noted = read(settings) | {what: {**EMPTY, "at": stamp(), **fields}}
    begun = path.with_suffix(".new")
    begun.write_text(json.dumps(noted, indent=2) + "\n")
    begun.chmod(0o644)
    begun.replace(path)
    return noted[what]


def stamp():
    """Give the time, in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def alone(settings, *, wait=0, pause=time.sleep):
    """Have no other backup, test or restore of this structure run; waits so many seconds for its end.

    The kernel forgets the lock of whoever is killed. Raises `Trouble`.
    """
    path = Path("/run/degoog", f"{settings['id']}-backup.lock")
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        until = time.monotonic() + wait
        while not _locked(file):
            if time.monotonic() >= until:
                raise Trouble("busy")
            pause(5)
        yield


def _locked(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
