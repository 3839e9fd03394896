"""What a terminal shows around a migration: the plan before it, the closing screen after it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, tzinfo

from degoog import nouns
from degoog.i18n import _, n_
from degoog.ledger import Balance, Ledger, counts
from degoog.ledger.counts import Group, Tally
from degoog.ledger.entries import Cause
from degoog.model import Departure, FailReason, LossKind, SkipReason
from degoog.report import ahead
from degoog.report.facts import Facts, gather
from degoog.report.foretold import foretold
from degoog.report.plain import brief, line
from degoog.report.remedies import remedy
from degoog.report.statement import Next, equation, listing, next_step, statement
from degoog.report.withdrawn import withdrawn
from degoog.wording import count, duration, size

_HELD = "\ue000"  # stands for a space that is no place to fold at
_IN_A_TERM = re.compile(r"(?<![+=]) (?![+=])")
_AFTER_A_NUMBER = re.compile(r"(?<=\d) (?=\w)")


def plan_lines(
    ledger: Ledger,
    *,
    road: str,
    free: int | None = None,
    seconds: float | None = None,
    most: int | None = 4,
    width: int | None = None,
    leaving: bool = False,
) -> list[str]:
    """Give, in about ten lines, what a migration of this road is about to do; the walk must be complete.

    `leaving` says that something is about to leave the target, which is told elsewhere. `free` is the room at the
    target in bytes and `seconds` an estimate, each None where not known. At most `most` reasons are told for what stays
    behind, None for all. Lines are folded at `width` where it is given.
    """
    facts = gather(ledger, road=road)
    work = counts.pending_work(ledger, road=road)
    told = [
        *_ends(facts),
        _found(facts),
        *(ahead.whats(ledger, road=road) if most is None else ()),
        *(_work(work, facts) if work or not leaving else (_("Nothing new to bring."),)),
        *(_not_coming(facts, most) if work or most is None else ()),
        *withdrawn(facts.withdrawn),
        *ahead.ending(ledger, road=road),
        *(ahead.losing(ledger, road=road) if most is None else ()),
        *_names(ledger, road),
        *_shares(ledger, road),
        *_without_address(ledger, road),
        *(ahead.effort(ledger, road=road) if most is None else ()),
        *_room(free, _sum(work, "write") + _sum(work, "replace")),
    ]
    if seconds is not None and work:
        told.append(_("Estimated time: about {duration}.").format(duration=duration(seconds)))
    told.append(_("Nothing is changed or deleted at the source."))
    return folded(told, width)


def closing(
    facts: Facts,
    *,
    again: str = "",
    options: str = "",
    workspace: str = "",
    zone: tzinfo = UTC,
    width: int | None = None,
    followed: bool = False,
) -> list[str]:
    """Give the closing screen: the statement, the balance, what to look at, what to do next.

    `followed`: deletions were followed, and it is told what became of them.

    `again` is the command that migrates, where it was not the plain one; `options` is added to the command that
    verifies, `workspace` to the one that reports. Where this run moved nothing, what was told when it moved is left
    to the report.
    """
    told = [
        *statement(facts, zone=zone),
        *withdrawn(facts.withdrawn),
        "",
        equation(facts.balance),
        *_in_full(_("To look at"), facts.look),
    ]
    if followed:
        told += _in_short(_("Gone at the source"), facts.departed)
    if facts.balance.moved:
        left = [group for group in facts.left if not isinstance(group.cause, Departure)]
        told += _in_short(_("Left where it was"), left)
        told += _in_short(_("Changed on the way"), facts.changed)
    return folded([*told, *_after(facts, again, options, workspace)], width)


def compared(
    facts: Facts,
    *,
    again: str = "",
    options: str = "",
    workspace: str = "",
    zone: tzinfo = UTC,
    width: int | None = None,
) -> list[str]:
    """Give the closing screen of `verify`: as `closing`, without what only a migration can tell."""
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
    return folded([*told, *_after(facts, again, options, workspace)], width)


def rehearsed(facts: Facts, *, again: str = "", width: int | None = None, followed: bool = False) -> list[str]:
    """Give the closing screen of a rehearsal: what a migration would come to, and how to begin it."""
    told = [
        _("This was a rehearsal: nothing was moved, nothing was changed."),
        _("In a migration, {parts}.").format(parts=listing(list(_would(facts.balance)))),
        *_in_full(_("To look at"), [group for group in facts.look if isinstance(group.cause, FailReason | SkipReason)]),
        *(_in_short(_("Gone at the source, in a migration"), facts.departed, foretold) if followed else ()),
        "",
        _("To move all this:"),
        f"  {again or f'degoog migrate {facts.road}'}",
    ]
    return folded(told, width)


def _after(facts: Facts, again: str, options: str, workspace: str) -> Iterator[str]:
    step = next_step(facts, again=again, options=options)
    after = step or Next(_("To see all of it in a page:"), " ".join(p for p in ("degoog report", workspace) if p))
    yield from ("", after.why, f"  {after.command}")


def _would(balance: Balance) -> Iterator[str]:
    moved, skipped, failed, there = balance.moved, balance.skipped, balance.failed, balance.unchanged
    yield n_("{number} item would be moved", "{number} items would be moved", moved).format(number=count(moved))
    if there:
        yield n_("{number} is in the new place already", "{number} are in the new place already", there).format(
            number=count(there)
        )
    if skipped:
        yield n_(
            "{number} would be left out for a known reason", "{number} would be left out for a known reason", skipped
        ).format(number=count(skipped))
    if failed:
        yield n_("{number} would fail", "{number} would fail", failed).format(number=count(failed))


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
        parts = [_amount(facts.road, write)] if write.items else []
        parts += [nouns.holders(facts.road, make.items)] if make.items else []
        yield _("Will be moved: {parts}.").format(parts=listing(parts))
    if replace.items:
        yield _("Changed at the source, will be brought up to date: {content}.").format(
            content=_amount(facts.road, replace)
        )
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


def _found(facts: Facts) -> str:
    """Say how much there is: with the bytes where the road counts them."""
    items, bytes_ = _items(facts.balance.found), _bytes(facts)
    if bytes_ or facts.road == "files":
        return _("Found: {items}, {size}.").format(items=items, size=size(bytes_))
    return _("Found: {items}.").format(items=items)


def _amount(road: str, tally: Tally) -> str:
    """Say how much: with the bytes where the road counts them."""
    content = nouns.content(road, tally.items)
    return f"{content} ({size(tally.bytes)})" if tally.bytes or road == "files" else content


def _not_coming(facts: Facts, most: int | None) -> Iterator[str]:
    staying = facts.staying
    told = staying[:most]
    if staying:
        yield _("Will not come along:")
    for group in told:
        yield f"  {foretold(group.cause, group.tally.items)}"
    if len(staying) > len(told):
        rest = sum(group.tally.items for group in staying[len(told) :])
        yield "  " + n_(
            "{number} other item, for other reasons: degoog plan says which.",
            "{number} other items, for other reasons: degoog plan says which.",
            rest,
        ).format(number=count(rest))


def _names(ledger: Ledger, road: str) -> Iterator[str]:
    number, examples = counts.renamed(ledger, road=road)
    if number:
        shown = ", ".join(
            _("“{before}” → “{after}”").format(before=brief(before), after=brief(after))
            for before, after in examples[:2]
        )
        yield n_(
            "{number} name will be changed, because it is not allowed there or is used twice: {examples}",
            "{number} names will be changed, because they are not allowed there or are used twice: {examples}",
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


def _without_address(ledger: Ledger, road: str) -> Iterator[str]:
    number = counts.lost_ahead(ledger, LossKind.EMAIL, road=road)
    if number:
        names = [line(name) for name in counts.details_ahead(ledger, LossKind.EMAIL, road=road, most=5)]
        yield n_(
            "{number} person has no e-mail address, and could not log in: {names}. To do: write it into people.csv.",
            "{number} people have no e-mail address, and could not log in: {names}. To do: write them into people.csv.",
            number,
        ).format(number=count(number), names=", ".join(names) + ("…" if number > len(names) else ""))


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
        yield "    " + _("To do: {todo}").format(todo=said.todo[:1].lower() + said.todo[1:])


def _happened(cause: Cause, number: int) -> str:
    return remedy(cause, number).happened


def _in_short(title: str, groups: Iterable[Group], tell: Callable[[Cause, int], str] = _happened) -> Iterator[str]:
    for index, group in enumerate(groups):
        yield from ("", title) if index == 0 else ()
        yield f"  {tell(group.cause, group.tally.items)}"


def folded(lines: Iterable[str], width: int | None) -> list[str]:
    """Fold at the screen's width, what goes on indented like what began; commands are never folded."""
    if width is None:
        return list(lines)
    told: list[str] = []
    for text in lines:
        indent = text[: len(text) - len(text.lstrip(" "))]
        if not text or text.lstrip().startswith("degoog "):
            told.append(text)
            continue
        # Only plain spaces are places to fold at: a narrow no-break space holds a number together, and here a number
        # is held to its word, each term of the balance to itself.
        held = (_IN_A_TERM if " + " in text else _AFTER_A_NUMBER).sub(_HELD, text[len(indent) :])
        wrapper = textwrap.TextWrapper(
            width=max(40, width), initial_indent=indent, subsequent_indent=indent, break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip
        told += [row.replace(_HELD, " ") for row in wrapper.wrap(held)]
    return told
