# SPDX-License-Identifier: AGPL-3.0-or-later
"""One backup: all files while people work, then a few minutes of stillness for the database and what changed since."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import database
import manifest
import record
import services
from repository import DRAFT
from trouble import Trouble


def save(settings, repository, *, take_over):
    """Make a snapshot of everything this machine holds of the structure; gives what is to be noted of it.

    The file `take_over`, if it is there, says that this machine goes on with another's backups.

    Nextcloud stands still from its dump to the end of the second pass, so that its rows and its files agree. Mattermost
    goes on: its files, never changed once written, are saved after its database (docs.mattermost.com, "Backup").
    """
    here = services.of(settings)
    stage = stage_of(settings)
    clear(settings)
    repository.open(take_over=take_over.exists())
    take_over.unlink(missing_ok=True)
    trees = [str(service.home / folder) for service in here for folder in service.folders]
    before = repository.snapshots()
    parent = before[-1]["id"] if before else None
    try:
        if any(service.name == "nextcloud" for service in here):
            parent = repository.save(trees, [DRAFT], parent=parent)
        need = sum(database.size(service.user) for service in here)
        if shutil.disk_usage(settings["home"]).free < need:
            raise Trouble("no_room", f"{need} bytes for the dumps")
        stage.mkdir(mode=0o700)
        written = {service.name: _hold_and_dump(service, stage) for service in here}
        described = {
            "id": settings["id"], "structure": settings["structure"], "at": record.stamp(),
            "postgresql": database.version(), "services": written,
        }  # fmt: skip
        (stage / "manifest.json").write_text(json.dumps(described))
        snapshot = repository.save([str(stage), *trees], [service.name for service in here], parent=parent)
    finally:
        clear(settings)
    repository.forget(settings["keep"])
    return {
        "snapshot": snapshot,
        "files": sum(one["files"] for one in written.values()),
        "bytes": sum(one["bytes"] for one in written.values()),
    }


def _hold_and_dump(service, stage):
    still = service.hold()
    rows = database.dump(service.user, stage / f"{service.name}.dump")
    return {
        "version": service.version() if still else "",
        "still": still,
        "rows": rows,
        "database": database.size(service.user),
        **manifest.describe(service.home, service.folders),
    }


def clear(settings):
    """Take away what a backup leaves on the way, also one that was cut off: what it held still goes on."""
    for service in services.of(settings):
        service.release()
    shutil.rmtree(stage_of(settings), ignore_errors=True)


def stage_of(settings):
    """Give the folder in which the dumps lie while they are saved; it has the same name in each snapshot."""
    return Path(settings["home"], "backup")
