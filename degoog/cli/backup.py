"""`degoog backup`: one now, what there is, or whether it can be brought back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import click

from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import option
from degoog.i18n import N_, _, n_

if TYPE_CHECKING:
    from degoog.provision.runner import Outcome

NOTED = {"save": "backup", "test": "restore_test"}


@declare(
    "backup",
    help=N_("Back the servers up now, list their backups, or test that they can be brought back."),
    example="degoog backup\ndegoog backup --list\ndegoog backup --test",
)
@option("--list", "listing", is_flag=True, help=N_("Only list the backups there are."))
@option("--test", "testing", is_flag=True, help=N_("Bring the newest one back beside everything, compare, remove it."))
@option(
    "--take-over",
    is_flag=True,
    help=N_("Go on after the backups that another installation of this structure left in the repository."),
)
@option("--limit", default="", metavar=N_("MACHINE"), help=N_("Only this machine of the inventory."))
@option("--ask-sudo", "sudo", is_flag=True, help=N_("Ask for the password of sudo on the machine."))
@option(
    "--store",
    type=click.Choice(["keyring", "file"]),
    help=N_("Where the password of the backups is kept on this computer, when it is drawn."),
)
def command(
    context: Context, *, listing: bool, testing: bool, take_over: bool, limit: str, sudo: bool, store: str | None
) -> int:
    """Do one of the three on each machine; 3 where what comes back is not what was saved."""
    from degoog.cli import applying, asking, safeguarding
    from degoog.provision import orders
    from degoog.secrets import Secret

    backing = safeguarding.had(context, safeguarding.wanted(context), store=store)
    act = "list" if listing else "test" if testing else "save"
    become = asking.hidden(context, _("The password of sudo on the machine:"), option=orders.SUDO) if sudo else ""
    made = orders.make(
        context.workspace, context.folder, context.environ, playbook="backup.yml", limit=limit, backing=backing,
        become=Secret(become) if become else None,
    )  # fmt: skip
    given = {**made.variables, "degoog_act": act, "degoog_take_over": take_over, "degoog_backup_quick": True}
    safeguarding.warned(context, backing)
    outcome = applying.run(context, replace(made, variables=given, seconds=safeguarding.DAY))
    if outcome.stopped:
        context.say(_("A backup that had begun goes on by itself on the machine: degoog backup --list shows it later."))
    if outcome.troubles or outcome.stopped:
        return safeguarding.troubled(context, outcome, backing)
    code = _listed(context, outcome) if act == "list" else _ended(context, outcome, act)
    context.emit("summary", act=act, exit=code)
    return code


def _listed(context: Context, outcome: Outcome) -> int:
    for host, told in outcome.told.items():
        found = told.get("backups") or []
        if not found:
            context.show(_("{host}: no backup yet. To make one: degoog backup").format(host=host))
        for one in found:
            told_services = services(one["services"])
            context.show(f"{one['id']}  {moment(context, one['at'])}  {told_services}")
            context.emit("backup", host=host, snapshot=one["id"], at=one["at"], services=one["services"])
    return 0


def _ended(context: Context, outcome: Outcome, act: str) -> int:
    from degoog.cli import safeguarding
    from degoog.wording import count, size

    worst = 0
    for host, told in outcome.told.items():
        record = safeguarding.noted(told, NOTED[act])
        context.emit(
            "backup", host=host, act=act, ok=record["ok"], at=record.get("at", ""),
            snapshot=record.get("snapshot", ""), files=record.get("files", 0), bytes=record.get("bytes", 0),
            why=record["why"],
        )  # fmt: skip
        if not record["ok"]:
            worst = max(worst, safeguarding.failed(context, outcome, host, record["why"]))
            continue
        number = n_("{number} file", "{number} files", record["files"]).format(number=count(record["files"]))
        text = (
            _("{host} is backed up ({snapshot}): {files}, {size}.")
            if act == "save"
            else _("{host} can be restored from {snapshot}: {files}, {size}; the rows of every table agree.")
        )
        context.show(text.format(host=host, snapshot=record["snapshot"], files=number, size=size(record["bytes"])))
    return worst


def moment(context: Context, at: str) -> str:
    """Write when a backup was made, in the structure's time zone."""
    from degoog.wording import moment as written

    return written(datetime.fromisoformat(at), context.zone)


def services(names: list[str]) -> str:
    """Name services as people do."""
    return ", ".join(name.capitalize() for name in names)
