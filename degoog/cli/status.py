"""`degoog status`: where one workspace, or all of an agency's, stand."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.i18n import N_


@declare(
    "status",
    help=N_("Say where this migration stands, or those of several workspaces."),
    example="degoog status\ndegoog status clients/*",
)
@click.argument(
    "workspaces", nargs=-1, type=click.Path(path_type=Path, exists=True, file_okay=False), metavar=N_("[DIR]...")
)
def command(context: Context, workspaces: tuple[Path, ...]) -> int:
    """Read the ledgers and say how things stand."""
    from degoog import runs
    from degoog.ledger import Ledger
    from degoog.report import status, status_lines

    rows = []
    for folder in workspaces or (context.folder,):
        if workspaces and not (folder / runs.HOME / runs.LEDGER).exists():
            continue  # of many, some have not begun
        with Ledger(runs.existing(folder)) as ledger:
            given = workspaces or context.workspace_given
            rows += status(
                ledger, workspace=str(folder) if workspaces else "", options=f"--workspace {folder}" if given else ""
            )
    for row in rows:
        context.emit("status", **asdict(row))
    for line in status_lines(rows, zone=context.zone):
        context.show(line)
    context.emit("summary", workspaces=len({row.workspace for row in rows}), exit=0)
    return 0
