"""What `backup`, `restore` and `provision` share about backups: their password, and how they ended in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from degoog.cli import applying, asking
from degoog.cli.context import Context
from degoog.cli.paragraphs import wrapped
from degoog.errors import Usage
from degoog.i18n import _
from degoog.provision.backups import DAMAGED, Backing, draw, words
from degoog.secrets import Keeper, Secret, Service

if TYPE_CHECKING:
    from degoog.config_servers import Backup
    from degoog.provision.runner import Outcome

ACCOUNT = "repository"
DAY = 86400
SERVICE, MISUSED, BAD = 4, 2, 3


def wanted(context: Context) -> Backup:
    """Give what workspace.yml says of backups. Raises `Usage` where it says nothing."""
    servers = context.workspace.servers
    if servers is None or servers.backup is None:
        raise Usage(
            _(
                "workspace.yml says nothing of backups. To do: write “backup:” with “repository:” under “servers:”; "
                "docs/servers.md shows it."
            )
        )
    return servers.backup


def known(context: Context) -> Backing | None:
    """Give where backups go, None where that is not said or their password is not known here."""
    servers = context.workspace.servers
    if servers is None or servers.backup is None:
        return None
    password = context.secrets.find(Service.BACKUP, ACCOUNT)
    access = context.secrets.find(Service.BACKUP_ACCESS, ACCOUNT)
    if password is None or (servers.backup.login and access is None):
        return None
    return Backing(servers.backup, password, access)


def had(context: Context, how: Backup, *, store: str | None = None) -> Backing:
    """Give where backups go; a password that nobody knows yet is drawn, kept and shown once. Raises `Usage`."""
    keeper = Keeper(store) if store else _keeper(context)
    access = context.secrets.find(Service.BACKUP_ACCESS, ACCOUNT)
    if how.login and access is None:
        question = _("The password of “{login}” where the backups go:").format(login=how.login)
        access = Secret(asking.hidden(context, question, option="DEGOOG_BACKUP_ACCESS"))
        context.secrets.keep(Service.BACKUP_ACCESS, ACCOUNT, access, keeper=keeper)
    password = context.secrets.find(Service.BACKUP, ACCOUNT)
    if password is not None:
        return Backing(how, password, access)
    password = draw()
    try:
        context.secrets.keep(Service.BACKUP, ACCOUNT, password, keeper=keeper)
    except Usage:
        raise Usage(
            _(
                "This computer has no keyring for the password of the backups. To do: degoog backup --store file, or "
                "give a password of your own in DEGOOG_BACKUP_PASSWORD."
            )
        ) from None
    context.say(
        _(
            "The backups are encrypted with this password, drawn just now and kept on this computer:\n\n"
            "   {password}\n\n"
            "Write it down in a second place, away from this computer and from the server: without it no backup can "
            "be read, by anybody. It is not shown again."
        ).format(password=password.reveal())
    )
    return Backing(how, password, access, drawn=True)


def had_if_wanted(context: Context) -> Backing | None:
    """Give the same, None where workspace.yml says nothing of backups. Raises `Usage`."""
    servers = context.workspace.servers
    return had(context, servers.backup) if servers and servers.backup else None


def _keeper(context: Context) -> Keeper:
    return Keeper.FILE if not context.secrets.has_keyring and context.secrets.file.exists else Keeper.KEYRING


def warned(context: Context, backing: Backing) -> None:
    """Say so where backups would burn with the server."""
    if not backing.elsewhere:
        context.say(
            _(
                "These backups lie in a folder of the server itself ({folder}). If that is no disk kept elsewhere, "
                "they go when the server goes: write a repository on another machine when you can."
            ).format(folder=backing.how.repository)
        )


def troubled(context: Context, outcome: Outcome, backing: Backing) -> int:
    """Say what went wrong before the machine could note anything; gives the exit code."""
    if backing.drawn and any("BACKUP_TROUBLE known" in one.message for one in outcome.troubles):
        context.secrets.forget(Service.BACKUP, ACCOUNT)
        context.say(_("The password shown above is not used: forget it."))
    for host, told in outcome.told.items():
        if any(one.host == host and "BACKUP_TROUBLE refused" in one.message for one in outcome.troubles):
            _key(context, str(told.get("backup_key", "")))
    return applying.troubled(context, outcome)


def noted(told: Mapping[str, Any], what: str) -> Mapping[str, Any]:
    """Give how it ended, as the machine noted it; what it noted before this run says nothing of it."""
    record: Mapping[str, Any] = (told.get("record") or {}).get(what) or {}
    if not record or record.get("at", "") < told.get("began", ""):
        return {"ok": False, "why": "other"}
    return record


def failed(context: Context, outcome: Outcome, host: str, why: str) -> int:
    """Say why a backup, a test or a restore did not work on a machine; gives the exit code."""
    told = words(why, host=host)
    context.show(wrapped(_("{what} To do: {cure}").format(what=told.what, cure=told.cure)))
    context.emit("trouble", what=told.what, cure=told.cure)
    if why == "refused":
        _key(context, str(outcome.told[host].get("backup_key", "")))
    if why in DAMAGED:
        return BAD
    return SERVICE if told.wait else MISUSED


def _key(context: Context, key: str) -> None:
    if key:
        context.show(f"\n   {key}\n")
        context.emit("key", key=key)
