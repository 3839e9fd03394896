"""`degoog status`: where one workspace, or all of an agency's, stand."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from degoog.cli.context import Context
from degoog.cli.kit import argument
from degoog.cli.kit import command as declare
from degoog.errors import Usage
from degoog.i18n import N_, _

if TYPE_CHECKING:
    from degoog.config_schema import Workspace


@declare(
    "status",
    help=N_("Say where this migration stands, or those of several workspaces."),
    example="degoog status\ndegoog status clients/*",
)
@argument("workspaces", nargs=-1, type=click.Path(path_type=Path, exists=True, file_okay=False), metavar=N_("[DIR]..."))
def command(context: Context, workspaces: tuple[Path, ...]) -> int:
    """Read the ledgers and say how things stand."""
    from degoog import runs
    from degoog.cli import journey
    from degoog.config import FILE
    from degoog.ledger import Ledger
    from degoog.report import status, status_lines
    from degoog.report.plain import line as plain

    rows, waiting = [], []
    for folder in workspaces or (context.folder,):
        if workspaces and not (folder / runs.HOME / runs.LEDGER).exists():
            if (folder / FILE).exists():  # described, not begun; another folder is none of ours
                waiting.append(str(folder))
            continue
        with Ledger(runs.existing(folder)) as ledger:
            again = partial(journey.typed_again, folder, ledger, _described(folder))
            rows += status(ledger, workspace=str(folder) if workspaces else "", options=again)
    for row in rows:
        context.emit("status", **asdict(row))
    if rows or not waiting:
        for line in status_lines(rows, zone=context.zone, width=journey.width()):
            context.show(line)
    for name in waiting:
        context.show(_("{workspace}: no migration has begun here yet.").format(workspace=plain(name)))
    context.emit("summary", workspaces=len({row.workspace for row in rows}), waiting=waiting, exit=0)
    return 0


def _described(folder: Path) -> Workspace | None:
    """Give what a workspace's file says, None where it says nothing that can be used: its ledger tells enough."""
    from degoog import config

    with suppress(Usage):
        return config.load(folder)
    return None
