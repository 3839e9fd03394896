"""`degoog report`: the page, the spreadsheets and the JSON of a migration."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import click

from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import option
from degoog.i18n import N_, _


@declare(
    "report",
    help=N_("Write the report: a page to read, spreadsheets to sort, JSON for programs."),
    example="degoog report\ndegoog report --into ./for-the-board",
)
@option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    metavar=N_("DIR"),
    help=N_("The folder to write into (default: report, in the workspace)."),
)
def command(context: Context, into: Path | None) -> int:
    """Read the ledger, write the files."""
    from degoog import runs
    from degoog.cli import journey
    from degoog.ledger import Ledger
    from degoog.report import report

    workspace = context.workspace_if_any
    with Ledger(runs.existing(context.folder)) as ledger:
        files = report(
            ledger, into or context.folder / "report", clock=time.time, zone=context.zone,
            structure=workspace.structure if workspace else "",
            options=partial(journey.typed_again, context.folder, ledger, workspace),
        )  # fmt: skip
    context.say(_("The report is written. Open this page in your browser:"))
    context.show(str(files.html))
    context.emit("summary", html=str(files.html), items=str(files.items_csv), shares=str(files.shares_csv),
                 links=str(files.links_csv), json=str(files.json), exit=0)  # fmt: skip
    return 0
