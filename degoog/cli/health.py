"""`degoog health`: how the servers are, and what to do about what is not well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from degoog.cli import applying, asking
from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import option
from degoog.cli.paragraphs import wrapped
from degoog.i18n import N_, _, n_
from degoog.secrets import Secret

if TYPE_CHECKING:
    from degoog.provision.health import Found

UNWELL = 5


@declare(
    "health",
    help=N_("Look how the servers are: certificates, backups, room, services, updates; changes nothing."),
    example="degoog health\ndegoog health --json",
)
@option("--limit", default="", metavar=N_("MACHINE"), help=N_("Only this machine of the inventory."))
@option("--ask-sudo", "sudo", is_flag=True, help=N_("Ask for the password of sudo on the machine."))
def command(context: Context, *, limit: str, sudo: bool) -> int:
    """Look at every machine; 5 where something is to be mended, 4 where one does not answer."""
    from degoog.provision import health, orders

    become = asking.hidden(context, _("The password of sudo on the machine:"), option=orders.SUDO) if sudo else ""
    order = orders.make(
        context.workspace, context.folder, context.environ, playbook="health.yml", limit=limit,
        become=Secret(become) if become else None,
    )  # fmt: skip
    outcome = applying.run(context, order)
    found = [health.read(host, one) for host, told in outcome.told.items() for one in told["found"]]
    _show(context, found)
    if outcome.troubles or outcome.stopped:
        return applying.troubled(context, outcome)
    bad = sum(one.level is health.Level.BAD for one in found)
    code = UNWELL if bad else 0
    text = n_("{number} point to mend.", "{number} points to mend.", bad).format(number=bad)
    context.show("\n" + (text if bad else _("The servers are well.")))
    context.emit("summary", bad=bad, exit=code)
    return code


def _show(context: Context, found: list[Found]) -> None:
    from degoog.provision.health import Level

    labels = {Level.GOOD: _("OK"), Level.NOTE: _("Note"), Level.BAD: _("To mend")}
    wide = max(map(len, labels.values())) + 2
    host = ""
    for one in found:
        context.emit("health", host=one.host, check=one.check, level=one.level, what=one.what, cure=one.cure)
        if one.host != host:
            host = one.host
            context.show(f"\n{host}")
        lines = [" " * wide + one.what]
        if one.cure:
            lines.append(" " * wide + "  " + _("To do: {cure}").format(cure=one.cure))
        context.show("  " + labels[one.level].ljust(wide) + wrapped("\n".join(lines))[wide:])
