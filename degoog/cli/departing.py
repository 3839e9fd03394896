"""`--follow-deletions`: what is told before, who is asked, and what is told after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from degoog.cli import asking
from degoog.cli.context import Context
from degoog.cli.paragraphs import wrapped
from degoog.errors import Usage
from degoog.i18n import _, n_
from degoog.wording import count

if TYPE_CHECKING:
    from degoog.runs import Ended, Planned

OPTION = " --follow-deletions"
Follow = Callable[["Planned"], bool | None]


def follow(context: Context, road: str, *, ask: bool | None, rehearsal: bool) -> Follow:
    """Give what decides, once it is known how much would leave: a person, where that is much and nobody said --yes.

    It says None where nobody can be asked. Raises `Usage` for a road on which nothing is ever taken away.
    """
    from degoog.roads import CHANNELS

    if road == CHANNELS:
        raise Usage(
            _(
                "--follow-deletions is not for channels: what was said there was read and answered by others, and a "
                "Mattermost keeps no trash. To do: leave the option out; what has to go is deleted in Mattermost."
            )
        )

    def decide(planned: Planned) -> bool | None:
        if rehearsal or ask is False or not planned.many or planned.leaving is None:
            return True
        if not context.interactive:
            return None
        number = planned.leaving.items
        question = n_(
            "Have this {number} item leave the new place?", "Have these {number} items leave the new place?", number
        )
        return asking.yes(context, question.format(number=count(number)), option="--yes")

    return decide


def ahead(planned: Planned, *, width: int) -> Iterator[str]:
    """Tell, with the plan, what would leave the new place."""
    from degoog.report.plain import line
    from degoog.report.terminal import folded

    leaving = planned.leaving
    if leaving is None:
        return
    if not leaving.items:
        yield from folded([_("Nothing that is gone at the source leaves the new place.")], width)
        return
    text = n_(
        "Gone at the source, will go to the trash of the new place where nobody has changed it: {number} item "
        "({examples}).",
        "Gone at the source, will go to the trash of the new place where nobody has changed them: {number} items "
        "({examples}).",
        leaving.items,
    )
    names = ", ".join(line(name) for name in leaving.names[:3]) + (", …" if leaving.items > 3 else "")
    told = [text.format(number=count(leaving.items), examples=names)]
    if planned.sheltered:
        told.append(
            _(
                "The new place keeps no trash for some of it: a copy is kept here, in the workspace folder, before it "
                "goes."
            )
        )
    if planned.many:
        told.append(
            n_(
                "That is much: {number} of the {all} item that lies there.",
                "That is much: {number} of the {all} items that lie there.",
                leaving.lying,
            ).format(number=count(leaving.items), all=count(leaving.lying))
        )
    yield from folded(told, width)


def afterwards(how: Ended, *, again: str, width: int) -> Iterator[str]:
    """Tell, last, where copies lie, and what was left because nobody could be asked."""
    from degoog.report.terminal import folded

    if how.shelter is not None:
        text = _(
            "Copies of what left a place that keeps no trash lie in {folder}. To do: delete them once nobody misses "
            "anything; they may hold people's personal data."
        )
        yield "\n".join(["", *folded([text.format(folder=how.shelter)], width)])
    if how.unasked:
        text = n_(
            "{number} item that is gone at the source was left in the new place: so much does not leave it without "
            "somebody's word, and nobody could be asked. If it is right:",
            "{number} items that are gone at the source were left in the new place: so much does not leave it without "
            "somebody's word, and nobody could be asked. If it is right:",
            how.unasked,
        )
        yield f"\n{wrapped(text.format(number=count(how.unasked)))}\n  {again} --yes"
