"""`degoog archives`: a folder filled with all that an installation without the internet needs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from degoog.cli.context import Context
from degoog.cli.kit import argument
from degoog.cli.kit import command as declare
from degoog.cli.paragraphs import wrapped
from degoog.i18n import N_, _, n_

if TYPE_CHECKING:
    from degoog.provision.archives import Filled


@declare(
    "archives",
    help=N_("Fill a folder with the releases and applications that servers without the internet are installed from."),
    example="degoog archives ./archives",
)
@argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar=N_("FOLDER"))
def command(context: Context, *, folder: Path) -> int:
    """Fetch what is not there yet, with its checksums, and write the file of pins."""
    import asyncio

    filled = asyncio.run(_fill(context, folder))
    number = len(filled.fetched)
    context.show(
        n_(
            "{number} archive was fetched, {kept} were there.",
            "{number} archives were fetched, {kept} were there.",
            number,
        ).format(number=number, kept=len(filled.kept))
    )
    if filled.lacking:
        context.show(wrapped(_("Without a release yet: {apps}.").format(apps=", ".join(filled.lacking))))
    context.show(_("To use it, write this under “servers:” in workspace.yml:"))
    context.show(f"  archives: {{mode: local, folder: {folder}, pins: {folder / 'pins.yml'}}}")
    context.emit("summary", fetched=number, kept=len(filled.kept), lacking=filled.lacking, exit=0)
    return 0


async def _fill(context: Context, folder: Path) -> Filled:
    from degoog.observe import Steps
    from degoog.provision import appstore, archives, artefacts

    workspace = context.workspace_if_any
    how = workspace.servers if workspace else None
    releases = {name: artefacts.known(name) for name in ("nextcloud", "mattermost")}
    if how is not None and how.mattermost_edition == "mostlymatter":
        releases["mostlymatter"] = artefacts.known("mostlymatter")
    versions = [release.version for release in releases["nextcloud"]]
    store = await appstore.releases(versions, transport=context.transport, time=context.time)
    with Steps(None if context.quiet else sys.stderr) as screen:
        return await archives.fill(
            folder, releases=releases, applications=store, wanted=archives.usual_applications(), tell=screen.tell,
            transport=context.transport, time=context.time,
        )  # fmt: skip
