"""`degoog ledger`: what to do when the ledger itself is lost."""

from __future__ import annotations

from typing import Unpack

import click

from degoog import ends
from degoog.cli import options
from degoog.cli.context import Context
from degoog.cli.kit import argument, group
from degoog.cli.kit import command as declare
from degoog.cli.options import EndsGiven
from degoog.i18n import N_, n_

command = group(
    "ledger",
    help=N_("Look after the ledger, degoog's own memory of what was moved."),
    example="degoog ledger rebuild --source takeout:takeout-001.zip --to folder:./archive",
)


@declare(
    "rebuild",
    help=N_("Restore a lost ledger from the map that degoog keeps in the new place."),
    example="degoog ledger rebuild --source takeout:takeout-001.zip --to folder:./archive",
)
@argument("road", type=click.Choice(ends.ROADS), default="files", metavar=N_("[ROAD]"))
@options.source
@options.to
@options.into
def rebuild(context: Context, *, road: str, **given: Unpack[EndsGiven]) -> int:
    """Read the map, write the ledger."""
    import asyncio

    from degoog import runs
    from degoog.cli import journey
    from degoog.ledger import Ledger
    from degoog.ledger.find import Earlier
    from degoog.wording import count

    trip = journey.Trip(context, road, **given)
    with Ledger(context.home() / runs.LEDGER) as ledger, journey.Screen(context) as screen:
        legs = trip.legs(screen, Earlier(ledger, road))
        restored = sum(asyncio.run(runs.run_rebuilding(leg, road=road, ledger=ledger)) for leg in legs)
    journey.show_next(
        context,
        n_("{number} item is known again. To go on:", "{number} items are known again. To go on:", restored).format(
            number=count(restored)
        ),
        journey.command("migrate", trip, source=True),
    )
    context.emit("summary", restored=restored, exit=0)
    return 0


command.add_command(rebuild)
