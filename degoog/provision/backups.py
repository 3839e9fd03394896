"""Backups of the servers: where they go, and what went wrong with one in words (playbooks/roles/backup makes them)."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from degoog import data
from degoog.config_schema import Workspace
from degoog.config_servers import Backup
from degoog.i18n import _
from degoog.secrets import Secret

DAMAGED = frozenset({"damaged", "differs"})


@dataclass(frozen=True, slots=True)
class Backing:
    """Where backups go and how to get in. `drawn` where the password was drawn just now, so that none is replaced."""

    how: Backup
    password: Secret
    access: Secret | None = None
    drawn: bool = False

    @property
    def elsewhere(self) -> bool:
        """Whether they lie on another machine than the servers themselves."""
        return not self.how.repository.startswith("/")

    def variables(self, workspace: Workspace) -> dict[str, object]:
        """Give what the playbooks need of it; what is secret is revealed."""
        told = self._told()
        return {**told, "stamp": _stamp(told, workspace)}

    def _told(self) -> dict[str, object]:
        return {
            "repository": self.how.repository,
            "address": self._address(),
            "password": self.password.reveal(),
            "drawn": self.drawn,
            "at": self.how.at,
            "keep": self.how.keep.model_dump(),
            "environment": self._environment(),
            "pinned": self._pinned(),
        }

    def _address(self) -> str:
        """Give the address as restic wants it, for a file: an account and its password stand in it with rest:."""
        where = self.how.repository
        if where.startswith("rest:") and self.how.login and self.access:
            login, access = (quote(one, safe="") for one in (self.how.login, self.access.reveal()))
            return where.replace("://", f"://{login}:{access}@", 1)
        return where

    def _environment(self) -> dict[str, str]:
        if not self.how.repository.startswith("s3:"):
            return {}
        key = self.access.reveal() if self.access else ""
        return {"AWS_ACCESS_KEY_ID": self.how.login or "", "AWS_SECRET_ACCESS_KEY": key}

    def _pinned(self) -> str:
        """Give the line of known_hosts, none where the first contact is to be trusted."""
        found = re.match(r"sftp:(?://)?[^@]+@([\w.-]+)(?::(\d+)/)?", self.how.repository)
        if not self.how.host_key or not found:
            return ""
        name = f"[{found[1]}]:{found[2]}" if found[2] and found[2] != "22" else found[1]
        return f"{name} {' '.join(self.how.host_key.split()[:2])}"


def _stamp(told: Mapping[str, object], workspace: Workspace) -> str:
    """Give a digest of all that a machine is set up with, the program that makes backups included."""
    services = [one.url if one else "" for one in (workspace.nextcloud, workspace.mattermost)]
    kept = {key: value for key, value in told.items() if key != "drawn"}
    digest = hashlib.sha256(json.dumps([kept, workspace.id, workspace.structure, services]).encode())
    role = data.path("playbooks", "roles", "backup")
    for path in sorted(one for one in role.rglob("*") if one.suffix in {".py", ".j2", ".yml"}):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def draw() -> Secret:
    """Draw a password for a new repository."""
    return Secret(secrets.token_urlsafe(24))


@dataclass(frozen=True, slots=True)
class Words:
    """One trouble with a backup. `wait` where trying again later may help without mending anything."""

    what: str
    cure: str
    wait: bool = False


def words(why: str, *, host: str) -> Words:
    """Put into words what the machine notes as `why` (playbooks/roles/backup/files/backup/trouble.py)."""
    told = _TOLD.get(why, _other)()
    return Words(told.what.format(host=host), told.cure.format(host=host), told.wait)


def _other() -> Words:
    return Words(
        _("The backup of {host} did not work."),
        _("on the machine, “journalctl -u 'degoog-*-backup*'” says more; show it to whoever helps you."),
    )


_TOLD: dict[str, Callable[[], Words]] = {
    "busy": lambda: Words(
        _("Another backup, restore test or restore is at work on {host}; nothing was begun."),
        _("wait until it is done, then run the command again."),
        wait=True,
    ),
    "known": lambda: Words(
        _("{host} already has a password for its backups, and this computer does not know it. It was kept."),
        _("give it in DEGOOG_BACKUP_PASSWORD; root reads it on the machine, in /etc/degoog/backup/."),
    ),
    "password": lambda: Words(
        _("The repository of the backups does not open with the password that {host} has: it was begun with another."),
        _("give the right one in DEGOOG_BACKUP_PASSWORD, or write another folder in “repository:”."),
    ),
    "refused": lambda: Words(
        _("The machine that keeps the backups does not let {host} in."),
        _("with sftp:, add the key below to ~/.ssh/authorized_keys of the account there; else check “login:”."),
    ),
    "host_key": lambda: Words(
        _("The machine that keeps the backups shows another key than before; nothing was sent to it."),
        _("ask who runs it; if the change is right, write the new key in “host_key:” under “backup:”."),
    ),
    "unreachable": lambda: Words(
        _("{host} does not reach the machine that keeps the backups."),
        _("check the address in “repository:” and that the machine is on; then run the command again."),
        wait=True,
    ),
    "full": lambda: Words(
        _("There is no room left where the backups go. Those made before are still there."),
        _("make room there, or keep fewer with “keep:” under “backup:”; then run the command again."),
        wait=True,
    ),
    "locked": lambda: Words(
        _("Somebody else has been holding the repository of the backups for more than half an hour."),
        _("see which machine uses it; if none does, run there “restic unlock --remove-all”; then try again."),
        wait=True,
    ),
    "gone": lambda: Words(
        _("The repository that held the backups of {host} is no longer where it was; none was begun in its place."),
        _("find out what became of it; to begin anew, write another folder in “repository:”."),
    ),
    "folder": lambda: Words(
        _("The folder for the backups does not exist on {host}: perhaps a disk is not mounted."),
        _("mount it, or make the folder, then run the command again."),
    ),
    "another": lambda: Words(
        _("The repository holds backups of another installation of this structure; {host} added none to them."),
        _("to bring them back: degoog restore. To go on after them with what {host} holds: degoog backup --take-over."),
    ),
    "no_room": lambda: Words(
        _("There is not enough room on {host} to make or test a backup, or to restore one beside what is there."),
        _("make room there (df -h shows where), or restore onto a new machine; then run the command again."),
        wait=True,
    ),
    "database": lambda: Words(
        _("The database of {host} could not be saved or brought back."),
        _("on the machine, “journalctl -u 'degoog-*-backup*'” says why; show it to whoever helps you."),
    ),
    "damaged": lambda: Words(
        _("The repository of the backups is damaged: what is in it cannot be read back whole."),
        _("do not wait: write another folder in “repository:” and run “degoog backup”; then have this one repaired."),
    ),
    "differs": lambda: Words(
        _("What comes back of the backup of {host} is not what was saved."),
        _("do not rely on this backup: run “degoog backup”, then “degoog backup --test”, and show the journal."),
    ),
    "missing": lambda: Words(
        _("There is no backup of what {host} holds in this repository."),
        _("run “degoog backup” first, or check “repository:” in workspace.yml."),
    ),
    "empty": lambda: Words(
        _("There is no repository of backups there yet."),
        _("run “degoog backup” first, or check “repository:” in workspace.yml."),
    ),
    "structure": lambda: Words(
        _("This is the backup of another structure: nothing was restored."),
        _("check “id:” and “repository:” in workspace.yml."),
    ),
    "version": lambda: Words(
        _("The programs on {host} are not those that this backup needs: older ones, or newer by too much."),
        _("install the versions it was made with (“nextcloud:” and “mattermost:” under “servers:”), then restore."),
    ),
    "mount": lambda: Words(
        _("A folder that would be replaced on {host} is a disk of its own: it cannot change places in an instant."),
        _("mount the disk on /srv/degoog instead, then restore."),
    ),
    "service": lambda: Words(
        _("A service of {host} did not do what was asked of it, or does not answer; what was there before is back."),
        _("run “degoog provision”, then the command again; the journal on the machine says more."),
    ),
    "interrupted": lambda: Words(
        _("The machine was interrupted in the middle of it; what it left was put in order."),
        _("run the command again."),
        wait=True,
    ),
}  # fmt: skip
