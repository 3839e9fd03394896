"""What arrived with an agreement that no longer holds: degoog deletes nothing there, so somebody must be told to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from degoog.i18n import _, n_
from degoog.ledger.counts import Withdrawn
from degoog.report.plain import line
from degoog.wording import count


def withdrawn(told: Sequence[Withdrawn]) -> Iterator[str]:
    """Tell, conversation by conversation, what is to be deleted now, where it lies and how that is done."""
    for one in told:
        text = n_(
            "“{name}” may no longer come along, and {number} message of it arrived earlier: it lies in {place}.",
            "“{name}” may no longer come along, and {number} messages of it arrived earlier: they lie in {place}.",
            one.messages,
        )
        yield text.format(name=line(one.name), number=count(one.messages), place=line(one.lies))
    if told:
        yield _(
            "To do: delete it in Mattermost, where degoog deletes nothing (on the server: mmctl channel delete "
            "TEAM:CHANNEL; archiving is not enough), and tell those who withdrew that it is done."
        )
