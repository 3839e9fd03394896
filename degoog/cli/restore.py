"""`degoog restore`: a backup brought back, onto the same machine or another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import option
from degoog.cli.paragraphs import wrapped
from degoog.errors import Usage
from degoog.i18n import N_, _, n_

if TYPE_CHECKING:
    from degoog.provision.backups import Backing
    from degoog.provision.runner import Order, Outcome

NEWEST = "newest"


@declare(
    "restore",
    help=N_("Bring a backup of the servers back, onto the same machine or another one that is installed."),
    example="degoog restore\ndegoog restore --snapshot 4bba301e\ndegoog restore --to inventory-new.yml new",
)
@option("--snapshot", default=NEWEST, metavar=N_("ID"), help=N_("Which backup; the newest one without it."))
@option(
    "--to",
    nargs=2,
    type=(click.Path(path_type=Path, dir_okay=False), str),
    metavar=N_("INVENTORY MACHINE"),
    help=N_("Onto this machine of this inventory; it must have been installed with this workspace.yml."),
)
@option("--ask-sudo", "sudo", is_flag=True, help=N_("Ask for the password of sudo on the machine."))
@option("--yes", is_flag=True, help=N_("Do it without asking."))
def command(context: Context, *, snapshot: str, to: tuple[Path, str] | None, sudo: bool, yes: bool) -> int:
    """Show what would be brought back, ask, do it."""
    from degoog.cli import applying, asking, safeguarding

    safeguarding.wanted(context)
    backing = safeguarding.known(context)
    if backing is None:
        raise Usage(
            _(
                "This computer does not know the password of the backups. To do: give it in DEGOOG_BACKUP_PASSWORD "
                "(and the account's in DEGOOG_BACKUP_ACCESS, if “login:” names one)."
            )
        )
    order = _order(context, backing, to, sudo=sudo)
    looked = applying.run(context, _doing(order, "backup.yml", degoog_act="list", degoog_take_over=False))
    if looked.troubles or looked.stopped:
        return safeguarding.troubled(context, looked, backing)
    _shown(context, looked, snapshot)
    if not yes and not asking.yes(context, _("Replace what is there now by this backup?"), option="--yes"):
        context.show(_("Nothing was changed."))
        return 0
    outcome = applying.run(context, _doing(order, "restore.yml", degoog_snapshot=snapshot))
    if outcome.stopped:
        context.say(_("A restore that had begun goes on by itself on the machine, to its end."))
    if outcome.troubles or outcome.stopped:
        return safeguarding.troubled(context, outcome, backing)
    code = _ended(context, outcome)
    context.emit("summary", act="restore", exit=code)
    return code


def _order(context: Context, backing: Backing, to: tuple[Path, str] | None, *, sudo: bool) -> Order:
    from degoog.cli import asking
    from degoog.provision import inventory, orders
    from degoog.secrets import Secret

    become = asking.hidden(context, _("The password of sudo on the machine:"), option=orders.SUDO) if sudo else ""
    order = orders.make(
        context.workspace, context.folder, context.environ, playbook="restore.yml", backing=backing,
        become=Secret(become) if become else None,
    )  # fmt: skip
    if to is None:
        return order
    path, host = to
    names = [one.name for one in inventory.read(path)]
    if host not in names:
        raise Usage(
            _("{path} knows no machine “{host}”. To do: name one of these: {names}.").format(
                path=path, host=host, names=", ".join(names)
            )
        )
    return replace(order, inventory=path, limit=host)


def _doing(order: Order, playbook: str, **more: object) -> Order:
    from degoog.cli import safeguarding

    return replace(
        order,
        playbook=playbook,
        variables={**order.variables, **more, "degoog_backup_quick": True},
        seconds=safeguarding.DAY,
    )


def _shown(context: Context, looked: Outcome, snapshot: str) -> None:
    """Say what would be brought back onto each machine. Raises `Usage` where there is no such backup."""
    from degoog.cli import backup

    for host, told in looked.told.items():
        found: list[dict[str, Any]] = told.get("backups") or []
        chosen = [one for one in found if snapshot in {NEWEST, one["id"]}]
        if not chosen:
            known = ", ".join(one["id"] for one in found[-8:]) or _("none")
            raise Usage(
                _("There is no such backup. To do: choose one of these with --snapshot: {known}.").format(known=known)
            )
        one = chosen[-1]
        context.show(
            wrapped(
                _(
                    "Onto {host} comes the backup {snapshot} of {moment}: {services}. What was made there since then "
                    "will be lost; nobody can work while both change places, a minute or two."
                ).format(
                    host=host,
                    snapshot=one["id"],
                    moment=backup.moment(context, one["at"]),
                    services=backup.services(one["services"]),
                )
            )
        )


def _ended(context: Context, outcome: Outcome) -> int:
    from degoog.cli import backup, safeguarding
    from degoog.wording import count

    worst = 0
    for host, told in outcome.told.items():
        record = safeguarding.noted(told, "restore")
        context.emit(
            "restored", host=host, ok=record["ok"], at=record.get("at", ""), snapshot=record.get("snapshot", ""),
            services=record.get("services", []), files=record.get("files", 0), bytes=record.get("bytes", 0),
            lost_files=record.get("lost_files", 0), lost_messages=record.get("lost_messages", 0), why=record["why"],
        )  # fmt: skip
        if not record["ok"]:
            worst = max(worst, safeguarding.failed(context, outcome, host, record["why"]))
            continue
        back = _("{host} is as it was on {moment}: {services} answer, and the rows of every table agree.")
        when, what = backup.moment(context, record["of"]), backup.services(record["services"])
        context.show(wrapped(back.format(host=host, moment=when, services=what)))
        files, messages = record["lost_files"], record["lost_messages"]
        if files or messages:
            lost = ", ".join(
                (
                    n_("{number} file", "{number} files", files).format(number=count(files)),
                    n_("{number} message", "{number} messages", messages).format(number=count(messages)),
                )
            )
            context.show(wrapped(_("Made since then, and lost: {lost}.").format(lost=lost)))
        else:
            context.show(_("Nothing had been made since then."))
    return worst
