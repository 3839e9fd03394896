"""`degoog people`: who comes, who goes, whose time ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from degoog.cli import asking
from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import group, option
from degoog.errors import Usage
from degoog.i18n import N_, _, n_

command = group(
    "people",
    help=N_("Look after people.csv and its accounts: arrivals, departures, what ends soon."),
    example="degoog people due --days 60",
)


@declare(
    "import",
    help=N_("Propose rows for people.csv: from the accounts that are there, a Slack export, the Google directory."),
    example="degoog people import\ndegoog people import --slack export.zip\ndegoog people import --google",
)
@option(
    "--slack",
    type=click.Path(path_type=Path, exists=True),
    metavar=N_("ZIP"),
    help=N_("An export of Slack: its users."),
)
@option("--google", is_flag=True, help=N_("Ask Google for the directory of your organisation, with its own consent."))
@option("--paste", is_flag=True, help=N_("The browser is on another computer: paste its last address."))
@option("--yes", is_flag=True, help=N_("Write without asking."))
def import_(context: Context, slack: Path | None, *, google: bool, paste: bool, yes: bool) -> int:
    """Read, merge by e-mail, show, write."""
    import asyncio

    from degoog import directory, people
    from degoog.cli import connecting_directory
    from degoog.wording import count

    known = people.read(context.folder)
    door = connecting_directory.reading(context, paste=paste) if google else None
    gathered = directory.gather(
        context.workspace, context.secrets, context.environ, slack, context.transport, google=door
    )
    found = asyncio.run(gathered)
    merged = directory.merged(known, found)
    changed = [person for person, before in merged if person != before]
    for person, before in merged:
        if person != before:
            sign = "+" if before is None else "~"
            parts = (person.name, person.email, person.google, person.slack, person.nextcloud, person.mattermost)
            context.show(f"  {sign} " + "  ".join(part for part in parts if part))
            context.emit("proposal", name=person.name, email=person.email, new=before is None)
    if not changed:
        context.say(_("people.csv knows everybody already."))
        context.emit("summary", proposed=0, exit=0)
        return 0
    text = n_("{number} row would change.", "{number} rows would change.", len(changed)).format(
        number=count(len(changed))
    )
    context.say("\n" + text + " " + _("What is written in people.csv already is never changed, only completed."))
    if not yes and not (context.interactive and asking.yes(context, _("Write now?"), option="--yes")):
        path = context.folder / people.PROPOSED
        people.write(path, [person for person, _before in merged])
        context.say(_("The proposal is in {path}; people.csv is as it was.").format(path=path))
    else:
        people.write(context.folder / people.FILE, [person for person, _before in merged])
        context.say(_("people.csv is written. Next: complete its groups, then degoog provision --only populate"))
    context.emit("summary", proposed=len(changed), exit=0)
    return 0


@declare(
    "arrive",
    help=N_("Add somebody to people.csv."),
    example="degoog people arrive 'Camille Roux' --email camille@lauze.example --group bureau",
)
@click.argument("name", metavar=N_("NAME"))
@option("--email", default="", metavar=N_("ADDRESS"), help=N_("Where the link to choose a password goes."))
@option("--group", "groups", multiple=True, metavar=N_("GROUP"), help=N_("A group; may be repeated."))
@option("--role", default="", metavar=N_("TEXT"), help=N_("What the person does."))
@option("--from", "arrives", default="", metavar=N_("DATE"), help=N_("The first day, year-month-day; today if absent."))
@option("--until", "ends", default="", metavar=N_("DATE"), help=N_("The last day, if it is known."))
def arrive(
    context: Context, *, name: str, email: str, groups: tuple[str, ...], role: str, arrives: str, ends: str
) -> int:
    """Add a row, and check the whole."""
    from degoog import people
    from degoog.cli import populating
    from degoog.provision.populate.wanted import wanted

    space, known = populating.read(context)
    first = _date(arrives) or _today(context)
    line = max((person.line for person in known), default=1) + 1
    person = people.Person(
        name, email, groups=groups, role=role, arrives=first, ends=_date(ends), line=line, language=context.language
    )
    wanted(space, [*known, person], day=first)
    people.write(context.folder / people.FILE, [*known, person])
    people.read(context.folder)
    text = _("{name} is in people.csv. Next: degoog provision --only populate, then degoog welcome")
    context.say(text.format(name=name))
    context.emit("summary", name=name, exit=0)
    return 0


@declare(
    "due",
    help=N_("List whose mandate or contract ends soon, who arrives, and which groups are over."),
    example="degoog people due\ndegoog people due --days 60",
)
@option("--days", type=int, default=30, show_default=True, metavar=N_("DAYS"), help=N_("How far to look."))
def due(context: Context, days: int) -> int:
    """Read both files, list dates in order."""
    from degoog.cli import populating
    from degoog.provision.populate import terms
    from degoog.wording import day

    space, known = populating.read(context)
    today = _today(context)
    found = list(terms.due(space, known, today=today, days=days))
    for term in found:
        context.emit("due", day=term.day, what=term.kind, name=term.name, role=term.role)
        context.show(f"  {day(term.day)}: {_line(term, today)}")
    if not found:
        context.say(n_("Nothing ends within {days} day.", "Nothing ends within {days} days.", days).format(days=days))
    context.emit("summary", due=len(found), exit=0)
    return 0


def _line(term: object, today: date) -> str:
    from degoog.provision.populate.terms import Kind, Term

    if not isinstance(term, Term):
        raise TypeError(term)
    who = f"{term.name} ({term.role})" if term.role else term.name
    match term.kind:
        case Kind.ARRIVES:
            return _("{name} arrives").format(name=who)
        case Kind.ENDS if term.day < today:
            return _("{name} should have left; to do: degoog people leave {login}").format(name=who, login=term.login)
        case Kind.ENDS:
            return _("the time of {name} ends").format(name=who)
        case Kind.GROUP:
            return _("the group “{name}” is over").format(name=term.name)


@declare(
    "leave",
    help=N_("Somebody leaves: close their accounts, say what is to be handed over. Nothing of theirs is deleted."),
    example="degoog people leave camille.roux --heir alex.martin",
)
@click.argument("login", metavar=N_("LOGIN"))
@option("--heir", "--to", "heir", default="", metavar=N_("LOGIN"), help=N_("Who takes over files and calendars."))
@option("--yes", is_flag=True, help=N_("Do it without asking."))
def leave(context: Context, login: str, heir: str, *, yes: bool) -> int:
    """Show what will be done, ask, hand over, close the accounts, write the date; 3 where something stays behind."""
    import asyncio

    from degoog import people
    from degoog.cli import handing, populating
    from degoog.provision.populate import leaving
    from degoog.provision.populate.wanted import LEFT, login_of

    _space, known = populating.read(context)
    person = next((one for one in known if login in {one.nextcloud, one.mattermost, login_of(one)}), None)
    if person is None:
        raise Usage(_("{login} is not in people.csv. To do: write the login as it is there.").format(login=login))
    if login == heir:
        raise Usage(_("{login} cannot take over from themselves. To do: name somebody else.").format(login=login))
    name = person.name or login
    given = handing.find(context, login, heir, name)
    plan = leaving.steps(name, login, heir, given.estate if given else None)
    context.say(_("{name} leaves. degoog will:").format(name=name))
    for line in plan.done:
        context.say(f"  - {line}")
    text = _("Nothing of theirs is deleted.")
    context.say("\n" + (text + " " + _("What only the server itself can do (for your host):") if plan.left else text))
    for line in plan.left:
        context.say(f"  - {line}")
    if not yes and not asking.yes(context, "\n" + _("Do it now?"), option="--yes"):
        context.say(_("Nothing was changed."))
        return 0
    whole = given is None or handing.hand_over(context, given)
    told = asyncio.run(leaving.close(populating.doors(context), login, person.mattermost or login.lower()))
    for line in told:
        context.say(f"  {line}")
        context.emit("closed", what=line)
    rows = [replace(one, status=LEFT, ends=_today(context)) if one is person else one for one in known]
    people.write(context.folder / people.FILE, rows)
    context.say("\n" + _("Done; people.csv says so. Groups: degoog provision --only populate --prune"))
    code = 0 if whole else 3
    context.emit("summary", login=login, closed=len(told), exit=code)
    return code


def _today(context: Context) -> date:
    return context.now().astimezone(context.zone).date()


def _date(text: str) -> date | None:
    from degoog import filters
    from degoog.problems import Wrong

    try:
        return filters.day(text) if text else None
    except Wrong as wrong:
        raise Usage(_("{what} To do: {cure}").format(what=wrong.what, cure=wrong.cure)) from None


for one in (import_, arrive, leave, due):
    command.add_command(one)
