# SPDX-License-Identifier: AGPL-3.0-or-later
"""The restore test: the newest snapshot is brought back beside everything, compared, and taken away again."""

from __future__ import annotations

from pathlib import Path

import bringing
from trouble import Trouble


def attempt(settings, repository):
    """Try; gives what is to be noted of it. Raises `Trouble`, which names the snapshot where one was found."""
    into = Path(settings["home"], "restore-test")
    bringing.clean(settings, into=into, ending="test")
    repository.open(begin=False)
    snapshot = bringing.newest(settings, repository)
    try:
        repository.check()
        told = bringing.described(settings, repository, snapshot)
        into.mkdir(mode=0o700)
        here = bringing.bring(settings, repository, snapshot, told, into=into, ending="test")
    except Trouble as error:
        error.snapshot = snapshot
        raise
    finally:
        bringing.clean(settings, into=into, ending="test")
    return {
        "snapshot": snapshot,
        "files": sum(told["services"][one.name]["files"] for one in here),
        "bytes": sum(told["services"][one.name]["bytes"] for one in here),
    }
