"""`degoog provision`: the servers, as workspace.yml says they should be."""

from __future__ import annotations

from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import option
from degoog.i18n import N_


@declare(
    "provision",
    help=N_("Install the servers that workspace.yml describes, or bring them back to what it says."),
    example="degoog provision --check\ndegoog provision",
)
@option(
    "--check", is_flag=True, help=N_("Only say what differs; changes nothing, and ends with 5 where something does.")
)
@option("--limit", default="", metavar=N_("MACHINE"), help=N_("Only this machine of the inventory."))
@option("--ask-sudo", "sudo", is_flag=True, help=N_("Ask for the password of sudo on the machine."))
def command(context: Context, *, check: bool, limit: str, sudo: bool) -> int:
    """Install, or look."""
    from degoog.cli import installing

    return installing.install(context, check=check, limit=limit, sudo=sudo)
