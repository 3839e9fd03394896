"""`degoog provision`: servers, and what they hold, as workspace.yml says they should be."""

from __future__ import annotations

import click

from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import option
from degoog.i18n import N_, _
from degoog.secrets import Keeper


@declare(
    "provision",
    help=N_("Install the servers that workspace.yml describes and fill them, or bring them back to what it says."),
    example="degoog provision --check\ndegoog provision\ndegoog provision --only populate",
)
@option(
    "--only",
    type=click.Choice(["install", "populate"]),
    help=N_("install: the servers, over SSH. populate: groups, accounts, folders, calendars, channels, over HTTP."),
)
@option(
    "--check", is_flag=True, help=N_("Only say what differs; changes nothing, and ends with 5 where something does.")
)
@option("--limit", default="", metavar=N_("MACHINE"), help=N_("install: only this machine of the inventory."))
@option("--ask-sudo", "sudo", is_flag=True, help=N_("install: ask for the password of sudo on the machine."))
@option(
    "--store",
    type=click.Choice([keeper.value for keeper in Keeper]),
    help=N_("install: where to keep degoog's accesses: this computer's keyring, or a file only you can read."),
)
@option(
    "--set-password",
    "choosing",
    is_flag=True,
    help=N_("Only choose the password of the first account of both services; it is asked for, and not shown."),
)
@option("--prune", is_flag=True, help=N_("populate: also remove what degoog made and workspace.yml no longer names."))
@option(
    "--app-passwords",
    is_flag=True,
    help=N_("populate: give each new account an app password, so that degoog can write in that person's name."),
)
@option("--yes", is_flag=True, help=N_("Do it without asking."))
def command(
    context: Context,
    *,
    only: str | None,
    check: bool,
    limit: str,
    sudo: bool,
    store: str | None,
    choosing: bool,
    prune: bool,
    app_passwords: bool,
    yes: bool,
) -> int:
    """Install, then populate; only one of the two where that is asked for or the other is not described."""
    from degoog.cli import handover, installing, populating

    filling = {"check": check, "prune": prune, "app_passwords": app_passwords, "yes": yes}
    if choosing:
        return handover.choose(context, installing.order(context, limit=limit, sudo=sudo))
    if only == "populate":
        return populating.populate(context, **filling)
    workspace = context.workspace_if_any
    described = workspace is not None and workspace.space is not None
    code = 0
    if only == "install" or not described or (workspace is not None and workspace.inventory):
        keeper = Keeper(store) if store else None
        code = installing.install(context, check=check, limit=limit, sudo=sudo, store=keeper)
    if code not in {0, 5}:
        return code
    if only == "install" or not described:
        context.say("" if check else "\n" + _("Next: degoog doctor"))
        return code
    if not populating.connected(context):
        context.say(_("What they hold comes next: degoog connect nextcloud, then degoog provision --only populate"))
        return code
    return max(code, populating.populate(context, **filling))
