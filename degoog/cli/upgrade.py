"""`degoog upgrade`: Nextcloud and Mattermost brought to the releases wanted, one major at a time."""

from __future__ import annotations

import click

from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import option
from degoog.i18n import N_


@declare(
    "upgrade",
    help=N_("Bring Nextcloud and Mattermost to the releases degoog knows as good, one major at a time."),
    example="degoog upgrade --check\ndegoog upgrade\ndegoog upgrade --without notes",
)
@option("--check", is_flag=True, help=N_("Only show the steps; changes nothing, and ends with 5 where there are any."))
@option("--only", type=click.Choice(["nextcloud", "mattermost"]), help=N_("Only this one of the two."))
@option(
    "--without",
    multiple=True,
    metavar=N_("APP"),
    help=N_("Switch off this application of Nextcloud where it has no release for the next major; its data stay."),
)
@option("--no-backup", is_flag=True, help=N_("Go without a backup, at your own risk, where none is set up."))
@option("--limit", default="", metavar=N_("MACHINE"), help=N_("Only this machine of the inventory."))
@option("--ask-sudo", "sudo", is_flag=True, help=N_("Ask for the password of sudo on the machine."))
@option("--yes", is_flag=True, help=N_("Do it without asking."))
def command(
    context: Context,
    *,
    check: bool,
    only: str | None,
    without: tuple[str, ...],
    no_backup: bool,
    limit: str,
    sudo: bool,
    yes: bool,
) -> int:
    """Look, show the way, and go it step by step; 5 with --check where there is one."""
    from degoog.cli import upgrading

    asked = upgrading.Asked(only=only, without=without, backup=not no_backup, limit=limit, sudo=sudo, yes=yes)
    return upgrading.look(context, asked) if check else upgrading.upgrade(context, asked)
