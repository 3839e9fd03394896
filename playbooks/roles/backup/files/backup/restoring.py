# SPDX-License-Identifier: AGPL-3.0-or-later
"""A restore: everything is brought beside what is there and compared, then changes places with it in an instant.

Until the two change places nothing people use is touched. Where something goes wrong after that, or the machine is
switched off, what was there before is put back: a machine is restored, or as it was.
"""

from __future__ import annotations

import errno
import json
import shutil
from datetime import datetime
from pathlib import Path

import bringing
import database
import manifest
import services
from trouble import Trouble, run


def restore(settings, repository, snapshot):
    """Bring a snapshot (`newest` for the last one) into use; gives what is to be noted of it. Raises `Trouble`."""
    into, aside = Path(settings["home"], "restore-new"), Path(settings["home"], "restore-old")
    mark = mark_of(settings)
    put_back(settings)
    repository.open(begin=False)
    snapshot = bringing.newest(settings, repository) if snapshot == "newest" else snapshot
    told = bringing.described(settings, repository, snapshot)
    _fits(settings, told)
    into.mkdir(mode=0o700)
    here = bringing.bring(settings, repository, snapshot, told, into=into, ending="new")
    for service in here:
        for folder in service.folders:
            bringing.give(bringing.below(into, service.home) / folder, service.user)
    mark.write_text(json.dumps({"snapshot": snapshot}) + "\n")
    try:
        for service in here:
            service.stop()
        lost = _lost(here, datetime.fromisoformat(told["at"]).timestamp())
        for service in here:
            _change_places(service, into, aside)
        for service in here:
            service.start(still=told["services"][service.name]["still"])
            services.wait(service)
    except BaseException:
        put_back(settings)
        raise
    mark.unlink()
    put_back(settings)
    repository.remember()
    return {
        "snapshot": snapshot, "of": told["at"], "services": [one.name for one in here], **lost,
        "files": sum(told["services"][one.name]["files"] for one in here),
        "bytes": sum(told["services"][one.name]["bytes"] for one in here),
    }  # fmt: skip


def _fits(settings, told):
    """Refuse what this machine's programs could not read: older ones than those that wrote it, or much newer ones."""
    for service in services.of(settings):
        if service.name not in told["services"]:
            continue
        then, now = told["services"][service.name]["version"], service.version()
        numbers = [[int(part) for part in one.split(".")[:3]] for one in (then or now, now)]
        leap = numbers[1][0] - numbers[0][0] > 1 and service.name == "nextcloud"
        if numbers[1] < numbers[0] or leap:
            raise Trouble("version", f"{service.name.capitalize()} {then}")
        for folder in service.folders:
            if (service.home / folder).is_mount():
                raise Trouble("mount", str(service.home / folder))


def _lost(here, since):
    """Count what people made after the snapshot: files that are newer, and messages."""
    newer = sum(
        stat.st_mtime > since
        for service in here
        if service.name == "nextcloud"
        for path, stat in manifest.walk(service.home / "data")
        if "files" in path.parts
    )
    return {"lost_files": newer, "lost_messages": sum(one.lost_rows(since) for one in here)}


def _change_places(service, into, aside):
    """Put what was there aside, and in its place what was brought."""
    database.rename(service.user, f"{service.user}-old")
    database.rename(f"{service.user}-new", service.user)
    for folder in service.folders:
        live = service.home / folder
        away = bringing.below(aside, live)
        away.parent.mkdir(parents=True, exist_ok=True)
        _move(live, away)
        _move(bringing.below(into, live), live)


def _move(folder, to):
    """Give a folder another place: at once, or where a container's layers forbid that, by a copy made whole first."""
    try:
        folder.replace(to)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        part = to.with_name(f"{to.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        run("cp", "--archive", folder, part, otherwise="no_room")
        part.replace(to)
        shutil.rmtree(folder)


def mark_of(settings):
    """Say which file is there from the moment the services are stopped until the restore is over."""
    return Path(settings["state"], "restoring.json")


def put_back(settings):
    """Sweep up after a restore; one that did not end is undone: what it put aside comes back."""
    into, aside, mark = Path(settings["home"], "restore-new"), Path(settings["home"], "restore-old"), mark_of(settings)
    if mark.exists():
        _undo(settings, aside)
        mark.unlink()
    bringing.clean(settings, into=into, ending="new")
    bringing.clean(settings, into=aside, ending="old")


def _undo(settings, aside):
    for service in services.of(settings):
        service.stop()
        if database.exists(f"{service.user}-old"):
            database.drop(service.user)
            database.rename(f"{service.user}-old", service.user)
        for folder in service.folders:
            live = service.home / folder
            away = bringing.below(aside, live)
            if away.exists():
                shutil.rmtree(live, ignore_errors=True)
                _move(away, live)
        service.resume()
