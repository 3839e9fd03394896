"""What Ansible is to do, made of workspace.yml, the inventory and the environment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from degoog.config_schema import Workspace
from degoog.provision import certificates, inventory
from degoog.provision.backups import Backing
from degoog.provision.runner import Order
from degoog.provision.variables import variables
from degoog.secrets import Secret

MAIL, SUDO = "DEGOOG_MAIL_PASSWORD", "DEGOOG_SUDO_PASSWORD"
INVENTORY = "inventory.yml"
_PLACING = {"site.yml", "preflight.yml"}  # what places supplied certificates, and what looks before


def hosts(workspace: Workspace, folder: Path) -> tuple[inventory.Host, ...]:
    """Give the machines of a workspace. Raises `Usage`, `Problems`."""
    return inventory.read(inventory_of(workspace, folder))


def inventory_of(workspace: Workspace, folder: Path) -> Path:
    """Give where the inventory is, or would be."""
    return folder / (workspace.inventory or INVENTORY)


def make(
    workspace: Workspace,
    folder: Path,
    environ: Mapping[str, str],
    *,
    playbook: str,
    check: bool = False,
    limit: str = "",
    become: Secret | None = None,
    more: Mapping[str, object] | None = None,
    backing: Backing | None = None,
    now: datetime | None = None,
) -> Order:
    """Give what to run; `become` is sudo's password, else it comes from the environment; `more` are variables.

    Without `backing` nothing is done about backups. Certificates that are supplied must be good at `now`, this moment
    where it is not given. Raises `Usage`, `Problems`.
    """
    machines = hosts(workspace, folder)
    mail, sudo = environ.get(MAIL, ""), environ.get(SUDO, "")
    made = Order(
        playbook=playbook,
        inventory=inventory_of(workspace, folder),
        variables={
            **variables(workspace, base=folder, mail_password=Secret(mail) if mail else None, backing=backing),
            **(more or {}),
        },
        check=check,
        become=become or (Secret(sudo) if sudo else None),
        limit=limit,
    )
    if workspace.servers is not None and playbook in _PLACING:
        held = [group for group in inventory.GROUPS if any(group in host.groups for host in machines)]
        names = [str(made.variables[f"degoog_{group}_domain"]) for group in held]
        certificates.look(workspace.servers.tls, base=folder, names=names, now=now)
    return made
