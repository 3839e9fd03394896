"""What to say of things that arrived but changed on the way, and of what `verify` saw."""

from __future__ import annotations

from degoog.i18n import _, n_
from degoog.ledger.checking import Verdict
from degoog.model import LossKind

Said = tuple[str, str, str]


def lost(n: int) -> dict[LossKind, Said]:
    """Give, for each kind of loss: what happened to `n` things, what it means, what to do."""
    return {
        LossKind.NAME: (
            n_(
                "{number} name was changed: the new place does not allow it, or something beside it had the same.",
                "{number} names were changed: the new place does not allow them, or things side by side had the same.",
                n,
            ),
            _("The contents are the same; the list gives the old name and the new one."),
            _("Nothing."),
        ),
        LossKind.SHARING: (
            n_(
                "{number} item was shared with people; shares are not carried over yet.",
                "{number} items were shared with people; shares are not carried over yet.",
                n,
            ),
            _("The contents arrived. For now only the account they were moved to sees them."),
            _("shares.csv says who had which right on what: give it again in the new place, starting with folders."),
        ),
        LossKind.CREATED: (
            n_(
                "{number} item lost its creation date, which the new place does not keep.",
                "{number} items lost their creation date, which the new place does not keep.",
                n,
            ),
            _("The contents and the date of the last change are kept."),
            _("Nothing. The creation date stays in items.csv."),
        ),
        LossKind.STAR: (
            n_("{number} item lost its star.", "{number} items lost their star.", n),
            _("The contents are the same; the new place has no favourites, or refused this one."),
            _("Mark your favourites again in the new place if you need them."),
        ),
        LossKind.TIME: (
            n_(
                "{number} item has a date of last change that the new place cannot hold.",
                "{number} items have a date of last change that the new place cannot hold.",
                n,
            ),
            _("The contents are the same; the list gives the original date."),
            _("Nothing."),
        ),
        LossKind.UNPROVEN: _unproven(n),
        LossKind.BESIDE: (
            n_(
                "{number} item lies beside something else that already had its name.",
                "{number} items lie beside something else that already had their name.",
                n,
            ),
            _("Nothing was overwritten: both are there. The list says where ours lies."),
            _("Compare the two in the new place, and keep the right one."),
        ),
        LossKind.ORPHAN: (
            n_(
                "{number} item was in a folder that cannot be seen from this account.",
                "{number} items were in folders that cannot be seen from this account.",
                n,
            ),
            _("The contents arrived, in a folder of their own for orphans."),
            _("In the new place, move to its right folder what belongs elsewhere."),
        ),
        LossKind.PROPERTY: (
            n_(
                "{number} item lost a property that the new place refused.",
                "{number} items lost a property that the new place refused.",
                n,
            ),
            _("The contents are the same; the list says which property, and why."),
            _("Nothing, unless you relied on that property."),
        ),
        LossKind.DESCRIPTION: (
            n_(
                "{number} item had a description, which the new place does not keep.",
                "{number} items had a description, which the new place does not keep.",
                n,
            ),
            _("The contents are the same; the list gives the descriptions."),
            _("Nothing, unless you relied on them."),
        ),
        LossKind.COLOUR: (
            n_("{number} folder lost its colour.", "{number} folders lost their colour.", n),
            _("The contents are the same."),
            _("Nothing."),
        ),
        LossKind.PLACES: (
            n_(
                "{number} item lay in several folders at once; it arrived in one of them.",
                "{number} items lay in several folders at once; each arrived in one of them.",
                n,
            ),
            _("The contents are the same; the list names the other folders."),
            _("Nothing, unless somebody looks for it in the other folder."),
        ),
        LossKind.FORMAT: (
            n_(
                "{number} Google document came in another format than asked for.",
                "{number} Google documents came in another format than asked for.",
                n,
            ),
            _("Google would not give them otherwise. What they look like is kept; they may no longer be edited."),
            _("Open these documents in Google Drive and save what must stay editable by hand."),
        ),
        LossKind.POINTER: (
            n_(
                "{number} item cannot be exported: a page with a link to the original came in its place.",
                "{number} items cannot be exported: a page with a link to the original came in their place.",
                n,
            ),
            _("The originals stay at Google, and the links end with the Google account."),
            _("Before you close the Google account, save by hand what you still need (forms, sites, maps)."),
        ),
        LossKind.TIE: (
            n_(
                "{number} item works together with something that stays at Google, and no longer will.",
                "{number} items work together with something that stays at Google, and no longer will.",
                n,
            ),
            _("Answers to a form no longer reach its spreadsheet in the new place; scripts no longer run."),
            _("Before the move, tell whoever uses these forms and scripts, and set up their replacement."),
        ),
    }


def checked(n: int) -> dict[Verdict, Said]:
    """Give, for each verdict of `verify`: what it saw of `n` things, what it means, what to do."""
    return {
        Verdict.PROVEN: (
            n_("{number} item is there and proven whole.", "{number} items are there and proven whole.", n),
            _("The new place holds exactly what was sent."),
            _("Nothing."),
        ),
        Verdict.MISSING: (
            n_(
                "{number} item is no longer where degoog put it.",
                "{number} items are no longer where degoog put them.",
                n,
            ),
            _(
                "Since then, somebody moved or deleted that in the new place, or the new place lost it. degoog deletes "
                "nothing at the source."
            ),
            _(
                "Look in the trash of the new place, if it has one (a chat has none), and restore from there; or ask "
                "whoever works there."
            ),
        ),
        Verdict.CHANGED: (
            n_(
                "{number} item differs from what degoog put there.",
                "{number} items differ from what degoog put there.",
                n,
            ),
            _(
                "If people already work in the new place, they have edited it, and that is normal. If not, it may be "
                "damaged."
            ),
            _("Open and compare with the original; keep the source until you are sure."),
        ),
        Verdict.UNPROVEN: _unproven(n),
        Verdict.ETAG: (
            n_("{number} item must be looked at once more.", "{number} items must be looked at once more.", n),
            _("The new place has touched that since it arrived, perhaps without changing it."),
            _("Run “degoog verify files” again."),
        ),
    }


def _unproven(n: int) -> Said:
    return (
        n_(
            "{number} file arrived, but the new place could not confirm that it is whole.",
            "{number} files arrived, but the new place could not confirm that they are whole.",
            n,
        ),
        _("The transfer ended without an error, but nobody has proven it."),
        _("Open some of it in the new place, and keep the source until you are sure."),
    )
