# SPDX-License-Identifier: AGPL-3.0-or-later
"""A snapshot brought back into a folder and databases of its own, and compared with what was saved."""

from __future__ import annotations

import json
import os
import pwd
import shutil
from pathlib import Path

import database
import manifest
import saving
import services
from trouble import Trouble


def newest(settings, repository):
    """Give the newest snapshot that holds every service of this machine. Raises `Trouble` where there is none."""
    wanted = {service.name for service in services.of(settings)}
    found = [one["id"] for one in repository.snapshots() if wanted <= set(one["services"])]
    if not found:
        raise Trouble("missing")
    return found[-1]


def described(settings, repository, snapshot):
    """Give what a snapshot says it holds. Raises `Trouble` where it is another structure's."""
    told = json.loads(repository.content(snapshot, str(saving.stage_of(settings) / "manifest.json")))
    if told["id"] != settings["id"]:
        raise Trouble("structure", told["structure"])
    return told


def bring(settings, repository, snapshot, told, *, into, ending):
    """Bring a snapshot's services into a folder, their databases beside the real ones (`…-ENDING`), and compare.

    Raises `Trouble` where there is no room for it, or where what comes back is not what was saved.
    """
    here = [service for service in services.of(settings) if service.name in told["services"]]
    if not here:
        raise Trouble("missing")
    need = sum(told["services"][one.name]["bytes"] + 2 * told["services"][one.name]["database"] for one in here)
    if shutil.disk_usage(settings["home"]).free < need * 1.1:
        raise Trouble("no_room", f"{need} bytes")
    if database.version() < told["postgresql"]:
        raise Trouble("version", f"PostgreSQL {told['postgresql']}")
    stage = saving.stage_of(settings)
    folders = {one.name: [str(one.home / folder) for folder in one.folders] for one in here}
    paths = [str(stage), *(path for several in folders.values() for path in several)]
    repository.restore(snapshot, into, paths)
    for service in here:
        wanted = told["services"][service.name]
        saved = repository.count(snapshot, folders[service.name])
        manifest.compare_files(below(into, service.home), service.folders, wanted, saved=saved)
        dump = below(into, stage) / f"{service.name}.dump"
        database.bring(f"{service.user}-{ending}", service.user, dump)
        manifest.compare_rows(wanted["rows"], database.rows(f"{service.user}-{ending}"))
    return here


def clean(settings, *, into, ending):
    """Take away what such a thing leaves, also one that was cut off."""
    shutil.rmtree(into, ignore_errors=True)
    for service in services.of(settings):
        database.drop(f"{service.user}-{ending}")


def below(into, path):
    """Say where something that was brought into a folder lies."""
    return Path(into, str(path).lstrip("/"))


def give(folder, user):
    """Give a folder and all that lies in it to an account: numbers of accounts differ from machine to machine.

    What was root's stays root's: a service may read its applications, and not change them.
    """
    account = pwd.getpwnam(user)
    inside = (Path(root, name) for root, names, files in os.walk(folder) for name in (*names, *files))
    for path in (Path(folder), *inside):
        now = path.stat(follow_symlinks=False)
        os.lchown(path, account.pw_uid if now.st_uid else 0, account.pw_gid if now.st_gid else 0)
