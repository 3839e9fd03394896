"""What to say of things before they are moved: a plan and a rehearsal speak of what will be, not of what was done."""

from __future__ import annotations

from degoog.i18n import n_
from degoog.ledger.entries import Cause
from degoog.model import Departure, LossKind, SkipReason
from degoog.report.remedies import remedy
from degoog.wording import count


def foretold(cause: Cause, number: int) -> str:
    """Give what will happen to `number` things with one cause; what holds already is told as afterwards."""
    said = _left(number) | _changed(number) | _departing(number)
    return said[cause].format(number=count(number)) if cause in said else remedy(cause, number).happened


def _left(n: int) -> dict[Cause, str]:
    return {
        SkipReason.FILTERED: n_(
            "{number} item will be left out by your rules (include, exclude).",
            "{number} items will be left out by your rules (include, exclude).",
            n,
        ),
        SkipReason.PARENT_SKIPPED: n_(
            "{number} item lies in a folder that will be left out.",
            "{number} items lie in folders that will be left out.",
            n,
        ),
    }


def _changed(n: int) -> dict[Cause, str]:
    return {
        LossKind.POINTER: n_(
            "{number} item cannot be exported: a page with a link to the original will come in its place.",
            "{number} items cannot be exported: a page with a link to the original will come in their place.",
            n,
        ),
        LossKind.PLACES: n_(
            "{number} item lies in several folders at once; it will arrive in one of them.",
            "{number} items lie in several folders at once; each will arrive in one of them.",
            n,
        ),
        LossKind.DESCRIPTION: n_(
            "{number} item has a description, which the new place will not keep.",
            "{number} items have a description, which the new place will not keep.",
            n,
        ),
    }


def _departing(n: int) -> dict[Cause, str]:
    return {
        Departure.FOLLOWED: n_(
            "{number} item gone at the source will leave the new place too.",
            "{number} items gone at the source will leave the new place too.",
            n,
        ),
        Departure.EDITED: n_(
            "{number} item gone at the source was changed in the new place: it will be kept.",
            "{number} items gone at the source were changed in the new place: they will be kept.",
            n,
        ),
        Departure.OCCUPIED: n_(
            "{number} folder gone at the source holds something that stays: it will be kept.",
            "{number} folders gone at the source hold something that stays: they will be kept.",
            n,
        ),
        Departure.UNSURE: n_(
            "{number} item is not gone for sure: it will be kept.",
            "{number} items are not gone for sure: they will be kept.",
            n,
        ),
    }
