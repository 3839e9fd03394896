"""`degoog rgpd`: the papers that a migration asks for, pre-filled."""

from __future__ import annotations

from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import option
from degoog.i18n import N_, _


@declare(
    "rgpd",
    help=N_("Write the papers of the RGPD, in French, pre-filled from workspace.yml; they are no legal advice."),
    example="degoog rgpd\ndegoog rgpd --notice 30",
)
@option(
    "--notice",
    type=int,
    default=15,
    show_default=True,
    metavar=N_("DAYS"),
    help=N_("Days between the information letter and the migration."),
)
def command(context: Context, notice: int) -> int:
    """Write the register sheets, the letter, the form, the checklist; begin agreements.csv."""
    from degoog import agreements, i18n, people
    from degoog.files import write_atomically
    from degoog.papers import rgpd

    workspace, known = context.workspace, people.read(context.folder)
    today = context.now().astimezone(context.zone).date()
    spoken = i18n.language()
    i18n.use("fr")
    try:
        papers = rgpd.papers(rgpd.facts(workspace, known, today=today, notice=notice))
    finally:
        i18n.use(spoken)
    folder = context.folder / "rgpd"
    folder.mkdir(exist_ok=True)
    for name, content in papers.items():
        write_atomically(folder / name, content)
    context.say(_("These papers are ready to be read again, completed and printed:"))
    for name in papers:
        context.say(f"  {folder / name}")
    list_ = context.folder / agreements.FILE
    if not list_.exists():
        write_atomically(list_, (",".join(agreements.COLUMNS) + "\n").encode("utf-8-sig"))
        context.say(_("Write each agreement into {path}; without one, no private message moves.").format(path=list_))
    context.say("\n" + _("They are no legal advice: ask your federation, your data protection officer or the CNIL."))
    context.emit("summary", written=[str(folder / name) for name in papers], exit=0)
    return 0
