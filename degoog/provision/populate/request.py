"""What the account may not do, as a letter to whoever runs the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from degoog.i18n import _
from degoog.provision.populate.actions import Action
from degoog.provision.populate.wanted import Wanted
from degoog.provision.populate.words import Heading, heading, words


def name() -> str:
    """Give the file's name in the language in use."""
    return _("request-to-the-host.md")


def text(actions: Sequence[Action], wanted: Wanted, *, url: str) -> str:
    """Write the letter, in Markdown."""
    return "\n".join(_lines(actions, wanted, url)) + "\n"


def _lines(actions: Sequence[Action], wanted: Wanted, url: str) -> Iterator[str]:
    yield "# " + _("Request to the host of {url}").format(url=url)
    yield ""
    yield _(
        "Our workspace is described in a file. Our account may not do the following by itself; could you do it, or "
        "give our account the rights of an administrator for a time? Thank you."
    )
    for part in Heading:
        told = [words(action, wanted) for action in actions if heading(action) is part]
        if told:
            yield ""
            yield "## " + _(part.value)
            yield ""
            yield from (f"- [ ] {line}" for line in told)
    people = [member for member in wanted.members if member.email]
    if people:
        yield ""
        yield "## " + _("Addresses of the people")
        yield ""
        yield from (f"- {member.login}: {member.name} <{member.email}>" for member in people)
