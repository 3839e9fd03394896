"""`degoog welcome`: a sheet of paper for each person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import option
from degoog.i18n import N_, _, n_

if TYPE_CHECKING:
    from degoog.papers.welcome import Guest
    from degoog.provision.populate.wanted import Member


@declare(
    "welcome",
    help=N_("Write a welcome sheet for each person, to print: addresses, first steps, QR codes."),
    example="degoog welcome\ndegoog welcome --person camille.roux",
)
@option("--person", "logins", multiple=True, metavar=N_("LOGIN"), help=N_("Only this person; may be repeated."))
@option(
    "--one-time-passwords",
    "first",
    is_flag=True,
    help=N_("Print the first password of those who have no e-mail address; nobody else's is known."),
)
def command(context: Context, logins: tuple[str, ...], *, first: bool) -> int:
    """Write the sheets, say where they are."""
    from degoog import access
    from degoog.cli import populating
    from degoog.errors import Usage
    from degoog.files import write_atomically
    from degoog.papers import welcome
    from degoog.provision.populate.wanted import wanted
    from degoog.wording import count

    space, people = populating.read(context)
    day = context.now().astimezone(context.zone).date()
    members = [one for one in wanted(space, people, day=day).members if not logins or one.login in logins]
    if not members:
        raise Usage(_("There is nobody to welcome. To do: write who is who in people.csv, then run the command again."))
    contacts = tuple(one.name for one in members if "referents-numeriques" in one.groups)
    workspace, environ = context.workspace, context.environ
    place = welcome.Place(
        workspace.structure,
        access.nextcloud_url(workspace, environ),
        access.mattermost_url(workspace, environ),
        contacts,
    )
    guests = list(_guests(context, members, first=first))
    path = context.folder / _("welcome-sheets.html")
    write_atomically(path, welcome.sheets(space, guests, place), mode=0o600)
    text = n_("{number} sheet is ready to print: {path}", "{number} sheets are ready to print: {path}", len(guests))
    context.say(text.format(number=count(len(guests)), path=path))
    if any(guest.first for guest in guests):
        context.say(_("It holds passwords for the first time: hand each sheet over, then delete the file."))
    context.emit("summary", written=str(path), people=len(guests), exit=0)
    return 0


def _guests(context: Context, members: list[Member], *, first: bool) -> Iterator[Guest]:
    from degoog.cli.populating import INITIAL
    from degoog.papers.welcome import Guest
    from degoog.secrets import Service

    for one in members:
        asked = first and not one.email
        secret = context.secrets.kept(Service.NEXTCLOUD, f"{one.login}/{INITIAL}") if asked else None
        yield Guest(one.name, one.login, one.mattermost, one.email, one.language, one.groups, secret)
