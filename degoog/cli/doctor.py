"""`degoog doctor`: is everything ready?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.paragraphs import wrapped
from degoog.i18n import N_, _, n_

if TYPE_CHECKING:
    from degoog import doctor


@declare(
    "doctor",
    help=N_("Check that everything is ready, and say what to do about what is not."),
    example="degoog doctor",
)
def command(context: Context) -> int:
    """Make every check; 2 where something is to be mended."""
    import asyncio

    failed, awaited = asyncio.run(_examine(context))
    code = 2 if failed else 0
    context.emit("summary", failed=failed, exit=code)
    if failed:
        text = n_(
            "{number} point to mend, then run “degoog doctor” again.",
            "{number} points to mend, then run “degoog doctor” again.",
            failed,
        )
        context.show("\n" + text.format(number=failed))
    elif awaited:
        context.show("\n" + _("Everything is ready to install the servers. Next: degoog provision"))
    else:
        context.show("\n" + _("Everything is ready. Next: degoog migrate files --dry-run"))
    return code


async def _examine(context: Context) -> tuple[int, bool]:
    """Make the checks; gives how many failed, and whether what “degoog provision” installs is not there yet."""
    from degoog import doctor
    from degoog.errors import DegoogError
    from degoog.provision import runner

    try:
        workspace = context.workspace_if_any
    except DegoogError:
        workspace = None  # the check of the file says why
    failed, awaited = 0, False
    ground = doctor.Ground(
        context.folder, context.environ, workspace, context.secrets_of(workspace), context.now, context.transport,
        context.ansible or runner.run,
    )  # fmt: skip
    async for finding in doctor.examine(ground):
        failed += finding.level is doctor.Level.FAIL
        awaited = awaited or finding.awaited
        context.emit(
            "check", check=finding.check, level=finding.level, what=finding.what, cure=finding.cure, link=finding.link
        )
        context.show(_line(finding))
    return failed, awaited


def _line(finding: doctor.Finding) -> str:
    from degoog.doctor import Level

    labels = {Level.OK: _("OK"), Level.NOTE: _("Note"), Level.FAIL: _("To mend")}
    wide = max(map(len, labels.values())) + 2
    margin = " " * wide
    lines = [margin + finding.what]
    if finding.cure:
        lines.append(f"{margin}  " + _("To do: {cure}").format(cure=finding.cure))
    if finding.link:
        lines.append(f"{margin}  {finding.link}")
    return labels[finding.level].ljust(wide) + wrapped("\n".join(lines))[wide:]
