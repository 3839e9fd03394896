"""Choosing a template and answering its questions: on the command line, in a file, or in a conversation."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from degoog.cli import asking
from degoog.cli.context import Context
from degoog.cli.kit import option
from degoog.errors import Usage
from degoog.i18n import N_, _
from degoog.problems import Wrong, instead

if TYPE_CHECKING:
    from degoog.templates import Answer, Library, Made, Question

own = option(
    "--templates",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar=N_("DIR"),
    help=N_("A folder of templates of your own, of the same form."),
)


def given(words: Sequence[str], file: Path | None) -> dict[str, str]:
    """Read answers given as `question=answer` and in a YAML file of the same; raises `Usage`."""
    found: dict[str, str] = {}
    if file is not None:
        from degoog import document

        values = document.parse(file.read_bytes(), name=file.name).data
        if not isinstance(values, dict):
            raise Usage(_("{file} should hold one answer a line: “question: answer”.").format(file=file))
        found |= {key: _text(value) for key, value in values.items()}
    for word in words:
        key, sign, value = word.partition("=")
        if not sign:
            raise Usage(_("“{word}” is no answer. To do: write --answer question=answer.").format(word=word))
        found[key.strip()] = value
    return found


def read(questions: Mapping[str, Question], answers: Mapping[str, str]) -> dict[str, Answer]:
    """Read the answers given to these questions; raises `Usage` that lists everything that is wrong."""
    from degoog.templates import questions as reading

    found: dict[str, Answer] = {}
    wrong: list[str] = []
    for key, text in answers.items():
        told = _("{key}: {what} To do: {cure}")
        if key not in questions:
            wrong.append(told.format(key=key, what=_("nobody asks that."), cure=instead(key, list(questions))))
            continue
        try:
            found[key] = reading.read(questions[key], text)
        except Wrong as error:
            wrong.append(told.format(key=key, what=error.what, cure=error.cure))
    if wrong:
        raise Usage("\n".join([_("Some answers cannot be used:"), *(f"  {line}" for line in wrong)]))
    return found


def made(
    context: Context,
    library: Library,
    names: Sequence[str],
    *,
    structure: str,
    answers: Mapping[str, str],
    asks: bool,
) -> Made:
    """Ask what is not answered yet (without `asks` only what must be), then make the space. Raises `Usage`."""
    from degoog.templates import combine, combining

    questions = combining.questions(combining.parts(library, names))
    told = read(questions, answers)
    for key, question in questions.items():
        if key not in told and (asks or question.must):
            told[key] = _ask(context, key, question)
    return combine(library, names, structure=structure, answers=told)


def structure(context: Context, library: Library) -> tuple[str, ...]:
    """Ask which template fits, and what is to be laid over it; nothing where the person wants none."""
    from degoog.templates.library import Kind

    structures, overlays = list(library.all(Kind.STRUCTURE)), list(library.all(Kind.OVERLAY))
    context.say(_("degoog can prepare your space (groups, folders, calendars, channels). What is your structure?"))
    for number, one in enumerate(structures, 1):
        context.say(f"  {number:>2}. {one.head.title}")
    names = [one.name for one in structures]
    question = _("Its number (Enter alone: not now)")
    chosen = asking.text(context, question, option="--template", default="", read=lambda text: _pick(text, names, 1))
    if not chosen:
        return ()
    context.say(_("Is one of these true as well?"))
    for number, one in enumerate(overlays, 1):
        told = _("{title}: {about}").format(title=one.head.title, about=one.head.about)
        context.say(f"  {number:>2}. {told}")
    more = [one.name for one in overlays]
    question = _("Their numbers, separated by commas (Enter alone: none)")
    laid = asking.text(context, question, option="--overlay", default="", read=lambda text: _pick(text, more, 9))
    return (chosen, *laid.split()) if laid else (chosen,)


def indented(text: str) -> str:
    """Fold a text under its title."""
    return textwrap.fill(text, 80, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _ask(context: Context, key: str, question: Question) -> Answer:
    from degoog.templates import questions as reading

    told = question.ask
    for number, words in enumerate(question.choices.values(), 1):
        told += f"\n  {number}. {words}"
    if question.type is reading.Type.YES:
        told += " " + _("[yes/no]")
    if question.default:
        known = {"no": _("no"), "yes": _("yes")} if question.type is reading.Type.YES else question.choices
        shown = known.get(question.default, question.default)
        told += "\n" + _("(Enter alone: {default})").format(default=shown)
    kept: list[Answer] = []

    def take(text: str) -> str:
        kept[:] = [reading.read(question, text)]
        return text

    asking.text(context, told, option=f"--answer {key}=…", default=question.default, read=take)
    return kept[0]


def _pick(text: str, names: Sequence[str], most: int) -> str:
    found = []
    for word in re.split(r"[\s,;]+", text.strip()):
        if not word:
            continue
        if word in names:
            found.append(word)
        elif word.isdecimal() and 1 <= int(word) <= len(names):
            found.append(names[int(word) - 1])
        else:
            raise Wrong(
                _("“{text}” is not one of the numbers.").format(text=word),
                _("write a number from 1 to {number}.").format(number=len(names)),
            )
    if len(found) > most:
        raise Wrong(_("only one can be chosen here."), _("write one number."))
    return " ".join(dict.fromkeys(found))


def _text(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value))
        case None:
            return ""
        case _:
            return str(value)
