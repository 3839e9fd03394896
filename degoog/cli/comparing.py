"""`verify calendars --full`: both ends read again, and each day of two years compared."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from degoog.cli.context import Context
from degoog.cli.paragraphs import wrapped
from degoog.i18n import _, n_
from degoog.wording import count

if TYPE_CHECKING:
    from degoog.cli.journey import Trip
    from degoog.engine import Differs
    from degoog.ledger import Lane, Ledger

_MOST = 20  # events told on a screen; `--json` tells all


def compare(context: Context, trip: Trip, ledger: Ledger) -> list[str]:
    """Compare what the source means and what the new place shows; gives what to say where they differ.

    Says it at once where they do not, and where the source is not known.
    """
    from degoog import runs
    from degoog.cli.journey import Screen
    from degoog.report.plain import line

    if not trip.has_source:
        context.say(
            wrapped(_("The source is not known: the days of the events were not compared. To do: add --source.")) + "\n"
        )
        return []
    looked, differing, told = 0, 0, list[str]()

    def tell(_lane: Lane, differs: Differs) -> None:
        nonlocal looked, differing
        looked += 1
        if not differs.how:
            return
        differing += 1
        if context.json:
            context.emit(
                "differs", ref=str(differs.item.ref), name=differs.item.name, path=differs.path, how=list(differs.how)
            )
        if differing <= _MOST:
            told.append("\n".join([f"  {line(differs.path)}", *(f"    {line(one)}" for one in differs.how)]))

    with Screen(context) as screen:
        asyncio.run(runs.run_comparison(lambda earlier: trip.legs(screen, earlier), ledger, road=trip.name, tell=tell))
    if not differing:
        text = n_(
            "{number} event was compared day by day over two years: the new place shows the same.",
            "{number} events were compared day by day over two years: the new place shows the same.",
            looked,
        )
        context.say(wrapped(text.format(number=count(looked))) + "\n")
        return []
    text = n_(
        "{number} event is shown otherwise than at the source (times in UTC):",
        "{number} events are shown otherwise than at the source (times in UTC):",
        differing,
    )
    rest = [f"  … ({count(differing - _MOST)})"] if differing > _MOST else []
    todo = _("To do: if people have changed these events in the new place, that is normal; if not, report it.")
    return ["\n" + wrapped(text.format(number=count(differing))), *told, *rest, wrapped(todo)]
