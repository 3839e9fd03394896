"""What to say of things that are gone at the source, where a run followed deletions."""

from __future__ import annotations

from degoog.i18n import _, n_
from degoog.model import Departure
from degoog.report.changes import Said


def departed(n: int) -> dict[Departure, Said]:
    """Give, for each thing that became of them: what happened to `n` things, what it means, what to do."""
    kept = _("It stays in the new place as it is.")
    look = _("Look at it in the new place, and delete it there if nobody needs it.")
    return {
        Departure.FOLLOWED: (
            n_(
                "{number} item gone at the source left the new place too.",
                "{number} items gone at the source left the new place too.",
                n,
            ),
            _(
                "It lies in the trash of the new place, which empties it after some time; where that keeps no trash, a "
                "copy lies in the workspace folder."
            ),
            _("Nothing. To have something back, restore it from that trash; folders before what was in them."),
        ),
        Departure.EDITED: (
            n_(
                "{number} item gone at the source was changed in the new place: it was kept.",
                "{number} items gone at the source were changed in the new place: they were kept.",
                n,
            ),
            kept,
            look,
        ),
        Departure.OCCUPIED: (
            n_(
                "{number} folder gone at the source holds something that stays: it was kept.",
                "{number} folders gone at the source hold something that stays: they were kept.",
                n,
            ),
            kept,
            look,
        ),
        Departure.NOT_OURS: (
            n_(
                "{number} item gone at the source was in the new place before, or somebody else's move needs it.",
                "{number} items gone at the source were in the new place before, or somebody else's move needs them.",
                n,
            ),
            kept,
            _("Nothing."),
        ),
        Departure.UNSURE: (
            n_(
                "{number} item is not gone for sure: it was kept.",
                "{number} items are not gone for sure: they were kept.",
                n,
            ),
            _(
                "A part of the source could not be read or was left out, or that has another owner there now. What "
                "cannot be seen may still be there."
            ),
            _("Settle what could not be read (see above, or items.csv), then run the same command again."),
        ),
        Departure.REFUSED: (
            n_(
                "{number} item gone at the source was kept, as the new place did not give it up.",
                "{number} items gone at the source were kept, as the new place did not give them up.",
                n,
            ),
            _("The list says why: somebody had it open, or this account may not delete it."),
            _("Run the same command again later, or delete it in the new place."),
        ),
        Departure.ABSENT: (
            n_(
                "{number} item gone at the source was no longer where degoog had put it.",
                "{number} items gone at the source were no longer where degoog had put them.",
                n,
            ),
            _("Somebody had moved or deleted that in the new place."),
            _("Nothing."),
        ),
    }
