"""Asking a person, in their language: a text, a yes or no, a password that is not shown."""

from __future__ import annotations

from collections.abc import Callable

import click

from degoog.cli.context import Context
from degoog.errors import Usage
from degoog.i18n import _
from degoog.problems import Wrong


def text(
    context: Context, question: str, *, option: str, default: str | None = None, read: Callable[[str], str] = str.strip
) -> str:
    """Ask for a text until `read` accepts it; raises `Usage` naming the option to give where nobody can be asked.

    `default` is what Enter alone means; without one an answer is wanted.
    """
    if not context.interactive:
        raise Usage(
            _("An answer is missing: {question} To do: give it with {option}.").format(question=question, option=option)
        )
    while True:
        answer = click.prompt(
            question, default=default, err=True, prompt_suffix="\n> ", show_default=False, type=click.STRING
        )
        try:
            return read(answer)
        except Wrong as wrong:
            context.say(_("{what} To do: {cure}").format(what=wrong.what, cure=wrong.cure))


def hidden(context: Context, question: str, *, option: str) -> str:
    """Ask for a password, which is not shown while it is typed."""
    if not context.interactive:
        raise Usage(
            _("An answer is missing: {question} To do: give it with {option}.").format(question=question, option=option)
        )
    return str(click.prompt(question, hide_input=True, err=True, prompt_suffix="\n> "))


def yes(context: Context, question: str, *, option: str) -> bool:
    """Ask for a yes or no, where no answer means no; raises `Usage` where nobody can be asked."""
    letters = _("y/N")
    answer = text(context, f"{question} [{letters}]", option=option, default=letters[-1])
    return answer.casefold().startswith(letters[0])
