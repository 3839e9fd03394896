"""`degoog init`: the first files of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from degoog import addresses
from degoog.cli import asking, choosing
from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import option
from degoog.errors import Usage
from degoog.i18n import N_, _
from degoog.problems import Wrong

if TYPE_CHECKING:
    from degoog import beginning
    from degoog.space import Space


@declare(
    "init",
    help=N_("Describe your structure in a file, after a few questions."),
    example="degoog init\n"
    "degoog init --name 'Les Jardins de la Lauze' --nextcloud-url https://cloud.lauze.example --yes\n"
    "degoog init --name 'Les Jardins de la Lauze' --template association --answer employees=yes --yes",
)
@option("--name", metavar=N_("NAME"), help=N_("The name of your structure."))
@option("--nextcloud-url", metavar=N_("ADDRESS"), help=N_("The address of your Nextcloud; empty if there is none yet."))
@option("--timezone", default="Europe/Paris", metavar=N_("ZONE"), show_default=True, help=N_("Your time zone."))
@option("--template", default="", metavar=N_("NAME"), help=N_("Describe the space too, as this template does."))
@option("--overlay", "overlays", multiple=True, metavar=N_("NAME"), help=N_("Lay this one over it; may be repeated."))
@option("--answer", "answers", multiple=True, metavar=N_("QUESTION=ANSWER"), help=N_("Answer one of its questions."))
@option(
    "--answers",
    "sheet",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar=N_("FILE"),
    help=N_("Answers in a YAML file, one “question: answer” a line."),
)
@choosing.own
@option("--yes", is_flag=True, help=N_("Write without asking."))
def command(
    context: Context,
    name: str | None,
    nextcloud_url: str | None,
    timezone: str,
    *,
    template: str,
    overlays: tuple[str, ...],
    answers: tuple[str, ...],
    sheet: Path | None,
    templates: Path | None,
    yes: bool,
) -> int:
    """Ask, show, write."""
    from dataclasses import replace

    from degoog import beginning

    asks = context.interactive and not yes
    told = _answers(context, name, nextcloud_url, timezone, asks=asks)
    chosen = (template, *overlays) if template else ()
    space = _space(context, told.structure, chosen, choosing.given(answers, sheet), templates, asks=asks)
    made = beginning.draft(context.folder, replace(told, space=space), identifier=beginning.new_identifier())
    if space is not None:
        _show(context, space)
    context.say(_("degoog will write:"))
    for path in made.paths:
        context.say(f"  {path}")
    if not yes and not asking.yes(context, _("Write now?"), option="--yes"):
        context.say(_("Nothing was written."))
        return 0
    beginning.write(made)
    context.home()
    context.emit("summary", written=[str(path) for path in made.paths], exit=0)
    if space is not None:
        context.say("\n" + _("Done. Next: write who is who in people.csv, then degoog connect nextcloud"))
    else:
        context.say("\n" + _("Done. Next: degoog connect nextcloud"))
    return 0


def _space(
    context: Context,
    structure: str,
    names: tuple[str, ...],
    answers: dict[str, str],
    own: Path | None,
    *,
    asks: bool,
) -> Space | None:
    from degoog.templates import Library

    if not names and (answers or not asks):
        if answers:
            raise Usage(_("These answers belong to no template. To do: add --template NAME."))
        return None
    library = Library(language=context.language, own=own)
    names = names or choosing.structure(context, library)
    return (
        choosing.made(context, library, names, structure=structure, answers=answers, asks=asks).space if names else None
    )


def _show(context: Context, space: Space) -> None:
    from degoog.space import tree

    context.say("\n" + _("Your space would be:") + "\n")
    for line in tree.lines(space):
        context.say(line)
    context.say()


def _answers(context: Context, name: str | None, url: str | None, timezone: str, *, asks: bool) -> beginning.Answers:
    from degoog import beginning

    structure = name or asking.text(context, _("What is your structure called?"), option="--name")
    if url is None and asks:
        question = _("What is the address of your Nextcloud? (Enter alone if you have none yet)")
        url = asking.text(context, question, option="--nextcloud-url", default="", read=_address)
    return beginning.Answers(structure, context.language, timezone, read_address(url or ""))


def _address(text: str) -> str:
    return addresses.server(text) if text.strip() else ""


def read_address(text: str) -> str:
    """Read an address given as an option; raises `Usage`."""
    try:
        return _address(text)
    except Wrong as wrong:
        raise Usage(_("{what} To do: {cure}").format(what=wrong.what, cure=wrong.cure)) from None
