"""What a terminal shows around a migration: the plan before it, the closing screen after it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo

from degoog.i18n import _, n_
from degoog.ledger import Ledger, counts
from degoog.ledger.counts import Group, Tally
from degoog.model import FailReason, LossKind, SkipReason
from degoog.report.facts import Facts, gather
from degoog.report.plain import line
from degoog.report.remedies import remedy
from degoog.report.statement import Next, equation, next_step, statement
from degoog.wording import count, duration, size


def plan_lines(
    ledger: Ledger,
    *,
    road: str,
    free: int | None = None,
    seconds: float | None = None,
    width: int | None = None,
) -> list[str]:
    """Give, in about ten lines, what a migration of this road is about to do; the walk must be complete.

    `free` is the room at the target in bytes and `seconds` an estimate, each None where not known. Lines are folded
    at `width` where it is given.
    """
    facts = gather(ledger, road=road)
    work = counts.pending_work(ledger, road=road)
    told = [
        *_ends(facts),
        _("Found: {items}, {size}.").format(items=_items(facts.balance.found), size=size(_bytes(facts))),
        *_work(work, facts),
        *_not_coming(facts),
        *_names(ledger, road),
        *_shares(ledger, road),
        *_room(free, _sum(work, "write") + _sum(work, "replace")),
    ]
    if seconds is not None and work:
        told.append(_("Estimated time: about {duration}.").format(duration=duration(seconds)))
    told.append(_("Nothing is changed or deleted at the source."))
    return _folded(told, width)


def closing(
    facts: Facts,
    *,
    again: str = "",
    options: str = "",
    workspace: str = "",
    zone: tzinfo = UTC,
    width: int | None = None,
) -> list[str]:
    """Give the closing screen: the statement, the balance, what to look at, what to do next.

    `again` is the command that migrates, where it was not the plain one; `options` is added to the command that
    verifies, `workspace` to the one that reports.
    """
    told = [*statement(facts, zone=zone), "", equation(facts.balance)]
    if facts.checks.extra:
        told.append(
            n_(
                "{number} other thing is in the new place, which degoog did not put there and leaves alone.",
                "{number} other things are in the new place, which degoog did not put there and leaves alone.",
                facts.checks.extra,
            ).format(number=count(facts.checks.extra))
        )
    told += _in_full(_("To look at"), facts.look)
    told += _in_short(_("Left where it was"), facts.left)
    told += _in_short(_("Changed on the way"), facts.changed)
    step = next_step(facts, again=again, options=options)
    after = step or Next(_("To see all of it in a page:"), " ".join(p for p in ("degoog report", workspace) if p))
    told += ["", after.why, f"  {after.command}"]
    return _folded(told, width)


def rehearsed(facts: Facts, *, again: str = "", width: int | None = None) -> list[str]:
    """Give the closing screen of a rehearsal: what a migration would come to, and how to begin it."""
    balance = facts.balance
    told = [
        _("This was a rehearsal: nothing was moved, nothing was changed."),
        _(
            "A migration would move {moved}, leave {skipped} where they are by rule, and fail for {failed}; "
            "{unchanged} are in the new place already."
        ).format(
            moved=_items(balance.moved),
            skipped=count(balance.skipped),
            failed=count(balance.failed),
            unchanged=count(balance.unchanged),
        ),
        *_in_full(_("To look at"), [group for group in facts.look if isinstance(group.cause, FailReason | SkipReason)]),
        "",
        _("To move all this:"),
        f"  {again or f'degoog migrate {facts.road}'}",
    ]
    return _folded(told, width)


def _ends(facts: Facts) -> Iterator[str]:
    for lane in facts.lanes[:3]:
        yield _("From {source} to {address}.").format(source=line(lane.source), address=line(lane.address))
    if len(facts.lanes) > 3:
        more = len(facts.lanes) - 3
        yield n_("… and {number} other account.", "… and {number} other accounts.", more).format(number=count(more))


def _items(number: int) -> str:
    return n_("{number} item", "{number} items", number).format(number=count(number))


def _bytes(facts: Facts) -> int:
    return sum(tally.bytes for outcome, tally in facts.outcomes.items() if outcome != "gone")


def _sum(work: dict[str, Tally], name: str) -> int:
    return work.get(name, Tally()).bytes


def _work(work: dict[str, Tally], facts: Facts) -> Iterator[str]:
    make, write, replace, move = (work.get(name, Tally()) for name in ("make", "write", "replace", "move"))
    if not work:
        yield _("Nothing to do: the new place is up to date.")
    if write.items or make.items:
        files = n_("{number} file", "{number} files", write.items).format(number=count(write.items))
        folders = n_("{number} folder", "{number} folders", make.items).format(number=count(make.items))
        yield _("Will be moved: {files} ({size}) and {folders}.").format(
            files=files, size=size(write.bytes), folders=folders
        )
    if replace.items:
        yield n_(
            "Will be brought up to date: {number} file that changed at the source ({size}).",
            "Will be brought up to date: {number} files that changed at the source ({size}).",
            replace.items,
        ).format(number=count(replace.items), size=size(replace.bytes))
    if move.items:
        yield n_(
            "Will follow to its new name or folder: {number} item.",
            "Will follow to their new names or folders: {number} items.",
            move.items,
        ).format(number=count(move.items))
    if facts.arrived and work:
        yield n_(
            "Already there and unchanged: {number} item.", "Already there and unchanged: {number} items.", facts.arrived
        ).format(number=count(facts.arrived))


def _not_coming(facts: Facts) -> Iterator[str]:
    staying = facts.staying
    if staying:
        yield _("Will not come along:")
    for group in staying[:4]:
        yield f"  {remedy(group.cause, group.tally.items).happened}"
    if len(staying) > 4:
        rest = sum(group.tally.items for group in staying[4:])
        yield "  " + n_(
            "{number} other item, for other reasons: degoog plan says which.",
            "{number} other items, for other reasons: degoog plan says which.",
            rest,
        ).format(number=count(rest))


def _names(ledger: Ledger, road: str) -> Iterator[str]:
    number, examples = counts.renamed(ledger, road=road)
    if number:
        shown = ", ".join(
            _("“{before}” → “{after}”").format(before=line(before), after=line(after)) for before, after in examples[:2]
        )
        yield n_(
            "{number} name is not allowed there and will be changed: {examples}",
            "{number} names are not allowed there and will be changed: {examples}",
            number,
        ).format(number=count(number), examples=shown)


def _shares(ledger: Ledger, road: str) -> Iterator[str]:
    number = counts.lost_ahead(ledger, LossKind.SHARING, road=road)
    if number:
        yield n_(
            "{number} item is shared with people: the report will list its shares, to be given again.",
            "{number} items are shared with people: the report will list their shares, to be given again.",
            number,
        ).format(number=count(number))


def _room(free: int | None, needed: int) -> Iterator[str]:
    if free is None or not needed:
        return
    if free < needed:
        yield _("There is not enough room: {needed} are needed, {free} are free in the new place. {todo}").format(
            needed=size(needed), free=size(free), todo=_("Ask your host for more room before you begin.")
        )
    else:
        yield _("Room in the new place: {free} free, {needed} needed.").format(free=size(free), needed=size(needed))


def _in_full(title: str, groups: Iterable[Group]) -> Iterator[str]:
    for index, group in enumerate(groups):
        said = remedy(group.cause, group.tally.items)
        yield from ("", title) if index == 0 else ()
        yield f"  {said.happened}"
        yield f"    {said.means}"
        yield "    " + _("To do: {todo}").format(todo=said.todo)


def _in_short(title: str, groups: Iterable[Group]) -> Iterator[str]:
    for index, group in enumerate(groups):
        yield from ("", title) if index == 0 else ()
        yield f"  {remedy(group.cause, group.tally.items).happened}"


def _folded(lines: Iterable[str], width: int | None) -> list[str]:
    """Fold at the screen's width, what goes on indented like what began; commands are never folded."""
    if width is None:
        return list(lines)
    folded: list[str] = []
    for text in lines:
        indent = text[: len(text) - len(text.lstrip(" "))]
        if not text or text.lstrip().startswith("degoog "):
            folded.append(text)
            continue
        # Only plain spaces are places to fold at: a narrow no-break space holds a number together.
        wrapper = textwrap.TextWrapper(
            width=max(40, width), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        folded += wrapper.wrap(text)
    return folded
