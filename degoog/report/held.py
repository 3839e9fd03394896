"""What `verify` counted in conversations: one line each, those that hold less than what arrived first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from degoog.i18n import _, n_
from degoog.model import Held
from degoog.report.plain import line
from degoog.wording import count, day

Counted = tuple[str, Held, Held]  # where it lies, what had arrived, what of that is there

_MOST = 20  # conversations of each sort on a screen; `--json` tells all


def held(told: Sequence[Counted], *, zone: tzinfo) -> list[str]:
    """Tell what each conversation holds, then what it means where reactions are fewer than had arrived."""
    if not told:
        return []
    short = [one for one in told if one[1] != one[2]]
    whole = [one for one in told if one[1] == one[2]]
    lines = [_("Conversation by conversation:")]
    for some in (short, whole):
        lines += [
            text for path, arrived, there in some[:_MOST] for text in (f"  {line(path)}", _row(arrived, there, zone))
        ]
        if len(some) > _MOST:
            more = len(some) - _MOST
            text = n_(
                "  … and {number} other one (--json tells all).", "  … and {number} others (--json tells all).", more
            )
            lines.append(text.format(number=count(more)))
    missing = sum(arrived.reactions - there.reactions for _path, arrived, there in short if _whole(arrived, there))
    if missing > 0:
        text = n_(
            "{number} reaction is no longer there, under messages that are whole. Whoever reacted may take that back: "
            "it is no damage. To do: if nobody can have done so yet, tell degoog's developers.",
            "{number} reactions are no longer there, under messages that are whole. Whoever reacted may take that "
            "back: it is no damage. To do: if nobody can have done so yet, tell degoog's developers.",
            missing,
        )
        lines.append(text.format(number=count(missing)))
    return [*lines, ""]


def _whole(arrived: Held, there: Held) -> bool:
    return (arrived.messages, arrived.files) == (there.messages, there.files)


def _row(arrived: Held, there: Held, zone: tzinfo) -> str:
    return "    " + ", ".join(_numbers(arrived, there)) + _span(arrived, there, zone)


def _numbers(arrived: Held, there: Held) -> Iterator[str]:
    for had, has, words in (
        (arrived.messages, there.messages, n_("{number} message", "{number} messages", arrived.messages)),
        (arrived.threads, there.threads, n_("{number} thread", "{number} threads", arrived.threads)),
        (arrived.reactions, there.reactions, n_("{number} reaction", "{number} reactions", arrived.reactions)),
        (arrived.files, there.files, n_("{number} file", "{number} files", arrived.files)),
    ):
        things = words.format(number=count(had))
        if had:
            yield things if has == had else _("{there} of {things}").format(there=count(has), things=things)


def _span(arrived: Held, there: Held, zone: tzinfo) -> str:
    """Say the days of the first and the last message; of those that arrived where the first or the last is gone."""
    if arrived.first is None or arrived.last is None:
        return ""
    first, last = (day(at.astimezone(zone)) for at in (arrived.first, arrived.last))
    span = first if first == last else _("{first} to {last}").format(first=first, last=last)
    gone = (arrived.first, arrived.last) != (there.first, there.last)
    return f" ({span})" + (_("; the first or the last is not there") if gone else "")
