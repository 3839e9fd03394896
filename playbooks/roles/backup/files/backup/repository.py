# SPDX-License-Identifier: AGPL-3.0-or-later
"""The repository: restic, told where it is and how to get in by files that only root can read."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import trouble
from trouble import Trouble

_PATIENCE = 40 * 60  # seconds: restic itself takes a lock for stale after thirty minutes
DRAFT = "draft"


class Repository:
    """One structure's snapshots in a repository that others may share; `known` remembers which repository it is."""

    def __init__(self, settings, *, wait=_PATIENCE):
        self._settings = settings
        self._where = settings["repository"]
        self._id = settings["id"]
        self._wait = wait
        self._known = Path(settings["state"], "repository.json")
        self._place = Path(settings["place"])

    def open(self, *, take_over=False, begin=True):
        """Get in, and begin the repository where it never was. Raises `Trouble`.

        A repository that was there and is gone is not begun anew, and one with backups of another installation of
        this structure is not mixed with ours.
        """
        self._knock()
        known = self._remembered()
        try:
            found = json.loads(self._restic("cat", "config"))["id"]
        except Trouble as error:
            if error.why != "absent":
                raise
            if known or not begin:
                raise Trouble("gone" if known else "empty", error.detail) from error
            if self._where.startswith("/") and not Path(self._where).is_dir():
                raise Trouble("folder", self._where) from error
            self._restic("init")
            found = json.loads(self._restic("cat", "config"))["id"]
        if known not in {None, found}:
            raise Trouble("gone", "another repository lies there now")
        self._restic("unlock")  # takes away stale locks only: those whose program no longer runs
        if known is None and begin and not take_over and self._of_others():
            raise Trouble("another")
        if begin:
            self.remember(found)

    def _of_others(self):
        """Whether there are backups of the services that this machine holds, which it did not make."""
        ours = {name for name in ("nextcloud", "mattermost") if self._settings[name]}
        return any(ours & set(one["services"]) for one in self.snapshots())

    def remember(self, found=None):
        """Note that this is where this installation's backups are."""
        found = found or json.loads(self._restic("cat", "config"))["id"]
        known = json.loads(self._known.read_text()) if self._known.exists() else {}
        self._known.write_text(json.dumps(known | {self._where: found}) + "\n")

    def snapshots(self, *, tag=""):
        """Give this structure's snapshots, oldest first: short id, time, services. Drafts only where asked for."""
        told = json.loads(
            self._restic("snapshots", "--json", "--tag", f"{self._id},{tag}" if tag else self._id) or "[]"
        )
        return [
            {
                "id": one["short_id"],
                "at": re.sub(r"\.\d+", "", one["time"]),
                "services": [word for word in one["tags"] if word in {"nextcloud", "mattermost"}],
            }
            for one in sorted(told or [], key=lambda one: one["time"])
            if (DRAFT in one["tags"]) == (tag == DRAFT)
        ]

    def save(self, paths, tags, *, parent=None):
        """Make a snapshot; gives its id."""
        words = ["backup", "--json", "--host", self._id]
        words += ["--parent", parent] if parent else []
        for tag in (self._id, *tags):
            words += ["--tag", tag]
        said = self._restic(*words, *paths, accept=_only_vanished)
        return json.loads(said.strip().splitlines()[-1])["snapshot_id"][:8]

    def forget(self, keep):
        """Take away what is to be kept no longer, and every draft."""
        if drafts := self.snapshots(tag=DRAFT):
            self._restic("forget", *(one["id"] for one in drafts))
        words = [f"--keep-{period}={number}" for period, number in keep.items()]
        self._restic("forget", "--tag", self._id, "--group-by", "tags", *words, "--prune", "--max-unused", "10%")

    def content(self, snapshot, path):
        """Give one file of a snapshot."""
        return self._restic("dump", snapshot, path)

    def count(self, snapshot, below):
        """Give how many files lie below some folders in a snapshot."""
        within = tuple(f"{folder}/" for folder in below)
        number = 0
        command = self._command(["ls", "--json", snapshot])
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=self._environment()) as listing:
            for line in listing.stdout:  # millions of them, so one by one
                entry = json.loads(line)
                number += entry.get("type") == "file" and entry["path"].startswith(within)
        if listing.returncode != 0:
            raise Trouble("damaged", f"{snapshot} cannot be listed")
        return number

    def restore(self, snapshot, into, paths):
        """Bring some paths of a snapshot into a folder, each below its whole path."""
        words = [word for path in paths for word in ("--include", path)]
        self._restic("restore", snapshot, "--target", into, *words, otherwise="damaged")

    def check(self):
        """Raise `Trouble` where the repository lacks a part of any snapshot; what is in the parts is not read."""
        self._restic("check", otherwise="damaged")

    def _knock(self):
        """Fail soon where nobody answers: restic would try for a quarter of an hour."""
        address = _address(self._where)
        if address is None:
            return
        try:
            socket.create_connection(address, timeout=20).close()
        except OSError as error:
            raise Trouble("unreachable", f"{address[0]}:{address[1]}: {error}") from error

    def _restic(self, *words, otherwise="other", accept=lambda _done: False):
        """Call restic, again and again while somebody else holds the repository."""
        until = time.monotonic() + self._wait
        while True:
            done = subprocess.run(
                self._command(words), capture_output=True, text=True, check=False, env=self._environment()
            )
            if done.returncode == 0 or accept(done):
                return done.stdout
            said = done.stderr or done.stdout
            told = trouble.of(said + self._words_of_ssh(said), otherwise)
            if told.why != "locked" or time.monotonic() > until:
                raise told
            time.sleep(15)
            self._plain("unlock")

    def _words_of_ssh(self, said):
        """Ask ssh itself why it does not get in: restic passes its words on, and now and then ends before they come."""
        if trouble.NO_WAY not in said:
            return ""
        command = shlex.split(self._ssh())
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=self._environment()
        )
        return f"\n{done.stderr}"

    def _plain(self, *words):
        subprocess.run(self._command(words), capture_output=True, check=False, env=self._environment())

    def _command(self, words):
        files = ("--repository-file", self._place / "repository", "--password-file", self._place / "password")
        command = ["restic", *map(str, files), "--cache-dir", f"/var/cache/degoog/{self._id}", "--cleanup-cache"]
        if self._where.startswith("sftp:"):
            command += ["-o", f"sftp.command={self._ssh()}"]
        return [*command, *map(str, words)]

    def _ssh(self):
        user, host, port = _ssh_parts(self._where)
        options = {
            "IdentitiesOnly": "yes", "BatchMode": "yes", "ConnectTimeout": "20", "ServerAliveInterval": "30",
            "UserKnownHostsFile": self._place / "known_hosts", "GlobalKnownHostsFile": "/dev/null",
            "StrictHostKeyChecking": "yes" if (self._place / "known_hosts").exists() else "accept-new",
        }  # fmt: skip
        words = " ".join(f"-o {name}={value}" for name, value in options.items())
        return f"ssh {words} -i {self._place}/key -p {port} {user}@{host} -s sftp"

    def _environment(self):
        """What restic is given: root's own environment and the way into a store of objects."""
        return {
            "PATH": os.defpath,
            "HOME": "/root",
            "LC_ALL": "C.UTF-8",
            **self._settings.get("environment", {}),
        }

    def _remembered(self):
        return json.loads(self._known.read_text()).get(self._where) if self._known.exists() else None


def _ssh_parts(where):
    """Read sftp:user@host:/path and sftp://user@host:port/path."""
    parts = urlsplit(where) if where.startswith("sftp://") else urlsplit(f"sftp://{where[5:].partition(':')[0]}")
    return parts.username or "root", parts.hostname, parts.port or 22


def _address(where):
    if where.startswith("sftp:"):
        _user, host, port = _ssh_parts(where)
        return host, port
    found = re.match(r"(?:rest|s3):(?:(https?)://)?(?:[^/@]*@)?([^/:]+)(?::(\d+))?", where)
    return (found[2], int(found[3] or (80 if found[1] == "http" else 443))) if found else None


def _only_vanished(done):
    """restic ends with 3 where files could not be read; files that people deleted meanwhile are none of them."""
    lines = [line for line in done.stderr.splitlines() if "error" in line.lower() and "could not be read" not in line]
    return done.returncode == 3 and all("no such file" in line for line in lines)
