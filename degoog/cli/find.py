"""`degoog find`: where a document went."""

from __future__ import annotations

from itertools import islice

from degoog.cli.context import Context
from degoog.cli.kit import argument
from degoog.cli.kit import command as declare
from degoog.errors import Usage
from degoog.i18n import N_, _

MOST = 50


@declare(
    "find",
    help=N_("Find where a document went: by its name, a part of it, or its old or new link."),
    example="degoog find budget\ndegoog find https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/view",
)
@argument("text", metavar=N_("NAME|LINK"))
def command(context: Context, text: str) -> int:
    """Search the ledger; 3 where nothing is found."""
    if not text.strip():
        raise Usage(_("There is nothing to look for. To do: give a name, a part of it, or a link."))
    # What a terminal of another encoding hands over is no text: neither the ledger nor the screen could take it.
    text = text.encode("utf-8", "replace").decode("utf-8")
    from degoog import runs
    from degoog.ledger import Ledger
    from degoog.ledger.find import find
    from degoog.report.plain import line
    from degoog.report.records import item
    from degoog.report.words import word

    with Ledger(runs.existing(context.folder)) as ledger:
        found = 0
        for entry in islice(find(ledger, text), None if context.json else MOST):
            found += 1
            context.emit("found", **item(entry))
            context.show(line(entry.path) if entry.lies else f"{line(entry.path)}  ({word(entry.outcome)})")
            if entry.lies and entry.lies != entry.path:
                context.show(f"  → {line(entry.lies)}")
            if entry.new_link:
                context.show(f"  {line(entry.new_link)}")
    if not found:
        context.show(_("Nothing is known by “{text}”. Try a part of the name.").format(text=text))
    elif found == MOST and not context.json:
        context.show(_("… and perhaps others: give more of the name."))
    context.emit("summary", found=found, exit=0 if found else 3)
    return 0 if found else 3
