# SPDX-License-Identifier: AGPL-3.0-or-later
"""Backups of one structure on this machine: `backup SETTINGS save | test | list | restore SNAPSHOT | settle`.

SETTINGS is written by the role beside it. What comes of `save`, `test` and `restore` is noted for everybody to read;
`list` prints it. Ends with 1 where it did not work, the reason as one word in the last line.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback
from pathlib import Path

import record
import restoring
import saving
import trying
from repository import Repository
from trouble import Trouble

_PATIENCE = 3600  # seconds: a restore test may last, and the day's backup is not to be lost for it


def main(place, action, *words):
    """Do what is asked; gives the exit code."""
    os.umask(0o077)
    settings = json.loads(Path(place).read_text())
    match action:
        case "save":
            take_over = Path(settings["state"], "take-over")
            return _noted(settings, "backup", lambda: saving.save(settings, Repository(settings), take_over=take_over))
        case "test":
            return _noted(settings, "restore_test", lambda: trying.attempt(settings, Repository(settings)))
        case "restore":
            return _noted(settings, "restore", lambda: restoring.restore(settings, Repository(settings), words[0]))
        case "list":
            return _listed(settings)
        case "settle":
            return _settled(settings, words[0])
    print(__doc__)
    return 2


def _noted(settings, what, do):
    try:
        with record.alone(settings, wait=_PATIENCE):
            fields = do()
    except Trouble as error:
        print(error.detail, file=sys.stderr)
        return _failed(settings, what, error)
    except Exception as error:  # noqa: BLE001 - the one place where anything may arrive
        traceback.print_exc()  # nobody else would note that it did not work
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        return _failed(settings, what, Trouble("no_room" if full else "other"))
    record.note(settings, what, ok=True, **fields)
    return 0


def _failed(settings, what, error):
    record.note(settings, what, why=error.why, snapshot=getattr(error, "snapshot", ""))
    print(f"BACKUP_TROUBLE {error.why}", file=sys.stderr)
    return 1


def _listed(settings):
    try:
        repository = Repository(settings, wait=60)
        repository.open(begin=False)
        print(json.dumps(repository.snapshots()))
    except Trouble as error:
        if error.why == "empty":
            print("[]")
            return 0
        print(f"{error.detail}\nBACKUP_TROUBLE {error.why}", file=sys.stderr)
        return 1
    return 0


def _settled(settings, what):
    """Put in order what was cut off: systemd calls it after each run, and when the machine starts."""
    try:
        with record.alone(settings):
            restoring.put_back(settings)
            saving.clear(settings)
    except Trouble as error:
        print(error, file=sys.stderr)
    if os.environ.get("SERVICE_RESULT", "success") not in {"success", "exit-code"}:
        record.note(settings, what, why="interrupted")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
