"""`degoog init`: the first files of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from degoog import addresses
from degoog.cli import asking
from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import option
from degoog.errors import Usage
from degoog.i18n import N_, _
from degoog.problems import Wrong

if TYPE_CHECKING:
    from degoog import beginning


@declare(
    "init",
    help=N_("Describe your structure in a file, after a few questions."),
    example="degoog init\n"
    "degoog init --name 'Les Jardins de la Lauze' --nextcloud-url https://cloud.lauze.example --yes",
)
@option("--name", metavar=N_("NAME"), help=N_("The name of your structure."))
@option("--nextcloud-url", metavar=N_("ADDRESS"), help=N_("The address of your Nextcloud; empty if there is none yet."))
@option("--timezone", default="Europe/Paris", metavar=N_("ZONE"), show_default=True, help=N_("Your time zone."))
@option("--yes", is_flag=True, help=N_("Write without asking."))
def command(context: Context, name: str | None, nextcloud_url: str | None, timezone: str, *, yes: bool) -> int:
    """Ask, show, write."""
    from degoog import beginning

    answers = _answers(context, name, nextcloud_url, timezone)
    made = beginning.draft(context.folder, answers, identifier=beginning.new_identifier())
    context.say(_("degoog will write:"))
    for path in made.paths:
        context.say(f"  {path}")
    if not yes and not asking.yes(context, _("Write now?"), option="--yes"):
        context.say(_("Nothing was written."))
        return 0
    beginning.write(made)
    context.home()
    context.emit("summary", written=[str(path) for path in made.paths], exit=0)
    context.say("\n" + _("Done. Next: degoog connect nextcloud"))
    return 0


def _answers(context: Context, name: str | None, url: str | None, timezone: str) -> beginning.Answers:
    from degoog import beginning

    structure = name or asking.text(context, _("What is your structure called?"), option="--name")
    if url is None and context.interactive:
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
