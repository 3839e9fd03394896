"""`degoog templates`: what a space may be made from."""

from __future__ import annotations

from pathlib import Path

from degoog.cli import choosing
from degoog.cli.context import Context
from degoog.cli.kit import argument, option
from degoog.cli.kit import command as declare
from degoog.i18n import N_, _


@declare(
    "templates",
    help=N_("List the templates of workspaces, or show one as a tree."),
    example="degoog templates\ndegoog templates association\ndegoog templates association labo --answer employees=yes",
)
@argument("names", nargs=-1, metavar=N_("[NAME]..."))
@choosing.own
@option("--answer", "answers", multiple=True, metavar=N_("QUESTION=ANSWER"), help=N_("Answer one of its questions."))
def command(context: Context, names: tuple[str, ...], templates: Path | None, answers: tuple[str, ...]) -> int:
    """List them, or show what some give together."""
    from degoog.space import tree
    from degoog.templates import Library, combine, combining, library

    known = Library(language=context.language, own=templates)
    if not names:
        for kind, title in (
            (library.Kind.STRUCTURE, _("Structures:")),
            (library.Kind.OVERLAY, _("To lay over any of them:")),
        ):
            context.show(title)
            for one in known.all(kind):
                context.emit("template", name=one.name, kind=one.head.kind, title=one.head.title, about=one.head.about)
                context.show(f"  {one.name.ljust(18)}{one.head.title}")
            context.show("")
        context.show(_("To see one: degoog templates NAME. To use one: degoog init --template NAME"))
        context.emit("summary", exit=0)
        return 0
    asked = combining.questions(combining.parts(known, names))
    told = choosing.read(asked, choosing.given(answers, None))
    made = combine(known, names, structure=_("Your structure"), answers=told)
    for part in made.parts:
        if part.name in names and part.head.about:
            context.show(part.head.title + "\n" + choosing.indented(part.head.about))
    context.show("")
    for line in tree.lines(made.space):
        context.show(line)
    if asked:
        context.show("\n" + _("Questions it asks:"))
        for key, question in asked.items():
            context.show(choosing.indented(f"{key}: {question.ask}"))
    context.emit("summary", template=list(names), space=made.space.model_dump(mode="json"), exit=0)
    return 0
