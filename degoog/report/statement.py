"""The closing statement: three sentences one can read out in a board meeting, the balance, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from degoog.i18n import _, n_
from degoog.ledger import Balance
from degoog.report.facts import Facts
from degoog.wording import count, day


@dataclass(frozen=True, slots=True)
class Next:
    """What to do now: why, and the command to paste."""

    why: str
    command: str


Options = Callable[[str], tuple[str, str]]  # by a road's name, what is typed to migrate, and in every other command


def no_options(_road: str) -> tuple[str, str]:
    """Give nothing: the workspace says it all."""
    return "", ""


def statement(facts: Facts, *, zone: tzinfo = UTC) -> list[str]:
    """Give the three sentences, and a fourth where dates or stars are still to be set."""
    sentences = [_accounted(facts.balance), _proven(facts, zone), _to_look_at(facts)]
    if facts.balance.touches:
        sentences.append(
            n_(
                "Dates and stars are still to be set on {number} item; the contents are there.",
                "Dates and stars are still to be set on {number} items; the contents are there.",
                facts.balance.touches,
            ).format(number=count(facts.balance.touches))
        )
    return [sentence for sentence in sentences if sentence]


def equation(balance: Balance) -> str:
    """Write the balance out: what was found, and what it is made of."""
    return _(
        "{found} found = {moved} moved + {unchanged} unchanged + {skipped} left out + {failed} failed "
        "+ {pending} to move"
    ).format(
        found=count(balance.found),
        moved=count(balance.moved),
        unchanged=count(balance.unchanged),
        skipped=count(balance.skipped),
        failed=count(balance.failed),
        pending=count(balance.pending),
    )


def typed_step(facts: Facts, options: Options) -> Next | None:
    """Give the next command with what is to be typed in it."""
    migrating, others = options(facts.road)
    return next_step(facts, again=_command("migrate", facts.road, migrating), options=others)


def next_step(facts: Facts, *, again: str = "", options: str = "") -> Next | None:
    """Give the next command, None when nothing is left to do.

    `again` is the command that migrates, where it was not the plain one; `options` is added to every other.
    """
    balance, checks, road = facts.balance, facts.checks, facts.road
    migrate = again or _command("migrate", road, options)
    if not balance.found and not facts.arrived:
        return Next(_("To begin:"), migrate)
    if balance.pending or balance.touches:
        return Next(_("To go on where it stopped:"), migrate)
    if balance.failed:
        return Next(_("Once the points to look at are settled, to try again what could not be moved:"), migrate)
    if checks.arrived and (checks.confirmed or checks.at is None):
        return Next(_("To compare the new place with what was sent:"), _command("verify", road, options))
    if checks.missing or checks.changed:
        return Next(_("Once you have looked, to compare again:"), _command("verify", road, options))
    return None


def listing(parts: Sequence[str]) -> str:
    """Write “a, b and c”."""
    if len(parts) < 2:
        return "".join(parts)
    return _("{several} and {last}").format(several=", ".join(parts[:-1]), last=parts[-1])


def _command(name: str, road: str, options: str) -> str:
    return " ".join(part for part in ("degoog", name, road, options) if part)


def _accounted(balance: Balance) -> str:
    if not balance.holds:
        return _(
            "The count does not add up: {found} items were found, {told} are accounted for. The fault is degoog's: "
            "keep the source and the ledger, run the same command again, and report it if it stays so."
        ).format(found=count(balance.found), told=count(_told(balance)))
    if not balance.found:
        return _("Nothing was found at the source: there is nothing to move.")
    arrived = balance.moved + balance.unchanged
    if arrived == balance.found:
        return n_(
            "The one item that was found is in the new place.",
            "All {number} items that were found are in the new place.",
            arrived,
        ).format(number=count(arrived))
    parts = [
        n_("{number} is in the new place", "{number} are in the new place", arrived).format(number=count(arrived)),
        n_(
            "{number} was left out for a known reason", "{number} were left out for a known reason", balance.skipped
        ).format(number=count(balance.skipped)),
        n_("{number} could not be moved", "{number} could not be moved", balance.failed).format(
            number=count(balance.failed)
        ),
        n_("{number} is still to be moved", "{number} are still to be moved", balance.pending).format(
            number=count(balance.pending)
        ),
    ]
    numbers = (arrived, balance.skipped, balance.failed, balance.pending)
    told = [part for part, number in zip(parts, numbers, strict=True) if number]
    return n_(
        "The one item that was found is accounted for: {parts}.",
        "All {number} items that were found are accounted for: {parts}.",
        balance.found,
    ).format(number=count(balance.found), parts=listing(told))


def _told(balance: Balance) -> int:
    return balance.moved + balance.unchanged + balance.skipped + balance.failed + balance.pending


def _proven(facts: Facts, zone: tzinfo) -> str:
    checks = facts.checks
    if not checks.arrived:
        return _("None of the contents is in the new place yet.") if facts.balance.found else ""
    otherwise = checks.arrived - checks.sure - checks.unproven
    of_files = {lane.road for lane in facts.lanes} <= {"files"}
    if checks.sure == checks.arrived:
        if checks.proven == checks.arrived and checks.at is not None:
            said = _compared_files(checks.arrived) if of_files else _compared(checks.arrived)
            return said.format(number=count(checks.arrived), day=day(checks.at.astimezone(zone).date()))
        said = _confirmed_files(checks.arrived) if of_files else _confirmed(checks.arrived)
        return said.format(number=count(checks.arrived))
    parts = []
    if checks.unproven:
        parts.append(
            n_("{number} could not be proven", "{number} could not be proven", checks.unproven).format(
                number=count(checks.unproven)
            )
        )
    if otherwise:
        parts.append(
            n_("{number} is missing or has changed since", "{number} are missing or have changed since", otherwise)
            .format(number=count(otherwise))
        )  # fmt: skip
    said = _partly_files(checks.arrived) if of_files else _partly(checks.arrived)
    return said.format(arrived=count(checks.arrived), sure=count(checks.sure), parts=listing(parts))


def _compared_files(number: int) -> str:
    return n_(
        "The file that arrived was compared on {day}: it is proven identical to what was sent.",
        "All {number} files that arrived were compared, the last on {day}: they are proven identical to what was sent.",
        number,
    )


def _compared(number: int) -> str:
    return n_(
        "The item that arrived was compared on {day}: it is proven identical to what was sent.",
        "All {number} items that arrived were compared, the last on {day}: they are proven identical to what was sent.",
        number,
    )


def _confirmed_files(number: int) -> str:
    return n_(
        "The file that arrived is proven identical to what was sent.",
        "All {number} files that arrived are proven identical to what was sent.",
        number,
    )


def _confirmed(number: int) -> str:
    return n_(
        "The item that arrived is proven identical to what was sent.",
        "All {number} items that arrived are proven identical to what was sent.",
        number,
    )


def _partly_files(number: int) -> str:
    return n_(
        "Of the {arrived} file that arrived, {sure} is proven identical to what was sent; {parts}.",
        "Of the {arrived} files that arrived, {sure} are proven identical to what was sent; {parts}.",
        number,
    )


def _partly(number: int) -> str:
    return n_(
        "Of the {arrived} item that arrived, {sure} is proven identical to what was sent; {parts}.",
        "Of the {arrived} items that arrived, {sure} are proven identical to what was sent; {parts}.",
        number,
    )


def _to_look_at(facts: Facts) -> str:
    if facts.looks:
        said = n_(
            "{number} item needs a look: the report says why, and what to do.",
            "{number} items need a look: the report says why, and what to do.",
            facts.looks,
        ).format(number=count(facts.looks))
    else:
        said = _("Nothing else needs a look.") if facts.shares else _("Nothing needs a look.")
    if not facts.shares:
        return said if facts.balance.found or facts.looks else ""
    shared = n_(
        "The shares of {number} item are to be given again: shares.csv lists them.",
        "The shares of {number} items are to be given again: shares.csv lists them.",
        facts.shares,
    ).format(number=count(facts.shares))
    return f"{said} {shared}" if facts.looks else f"{shared} {said}"
