"""Populating on the screen: what is to be done, whether to do it, how it went."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from degoog import access, people
from degoog.cli import asking
from degoog.cli.context import Context
from degoog.errors import Usage
from degoog.files import write_atomically
from degoog.i18n import _, n_
from degoog.problems import Problems, together
from degoog.secrets import Keeper, Secret, Service
from degoog.wording import count

if TYPE_CHECKING:
    from degoog.config_schema import Workspace
    from degoog.people import Person
    from degoog.provision.populate.actions import Action
    from degoog.provision.populate.site import AppPasswords, Doors, Failure, Plan, Site
    from degoog.space import Space

INITIAL = "first-password"


def populate(context: Context, *, check: bool, prune: bool, app_passwords: bool, yes: bool) -> int:
    """Compare both servers with the description, show the difference, and make it so. Gives the exit code."""
    space, known = read(context)
    return asyncio.run(_populate(context, space, known, check=check, prune=prune, app_passwords=app_passwords, yes=yes))


def read(context: Context) -> tuple[Space, tuple[Person, ...]]:
    """Read workspace.yml and people.csv; what is wrong in either is told together."""
    found: list[Problems] = []
    workspace: Workspace | None = None
    known: tuple[Person, ...] = ()
    try:
        workspace = context.workspace
    except Problems as problems:
        found.append(problems)
    try:
        known = people.read(context.folder)
    except Problems as problems:
        found.append(problems)
    if found:
        raise together(found)
    if workspace is None or workspace.space is None:
        raise Usage(
            _(
                "workspace.yml does not describe a space yet. To do: in an empty folder, degoog init --template NAME; "
                "then copy its “space:” here. “degoog templates” lists them."
            )
        )
    return workspace.space, known


def connected(context: Context) -> bool:
    """Tell whether degoog has access to a server already."""
    try:
        doors(context)
    except Usage:
        return False
    return True


def doors(context: Context) -> Doors:
    """Give how to reach the servers that the workspace knows. Raises `Usage` where there is none, or no access."""
    from degoog.provision.populate.site import Doors

    workspace, secrets, environ = context.workspace, context.secrets, context.environ
    cloud = chat = None
    if access.nextcloud_url(workspace, environ):
        cloud = access.nextcloud(workspace, secrets, environ)
    if access.mattermost_url(workspace, environ):
        chat = access.mattermost(workspace, secrets, environ)
    if cloud is None and chat is None:
        raise Usage(
            _(
                "degoog knows neither a Nextcloud nor a Mattermost. "
                "To do: degoog connect nextcloud, then degoog connect mattermost"
            )
        )

    keeper = Keeper.KEYRING if secrets.has_keyring or not secrets.file.exists else Keeper.FILE

    def keep(login: str, secret: Secret) -> None:
        secrets.keep(Service.NEXTCLOUD, login, secret, keeper=keeper)

    def keep_initial(login: str, secret: Secret) -> None:
        secrets.keep(Service.NEXTCLOUD, f"{login}/{INITIAL}", secret, keeper=keeper)

    return Doors(
        cloud, chat, owner=lambda login: secrets.find(Service.NEXTCLOUD, login), keep=keep, keep_initial=keep_initial,
        transport=context.transport,
    )  # fmt: skip


def _place(context: Context) -> None:
    """Raise `Usage` where nothing on this machine can keep the passwords of new accounts; asked before any is made."""
    if not context.secrets.has_keyring and not context.secrets.file.exists:
        text = _(
            "This machine has no keyring, and the passwords of new accounts will need a place. "
            "To do: degoog connect nextcloud --store file, which keeps them in {path}, for you alone to read"
        )
        raise Usage(text.format(path=context.secrets.file.path))


async def _populate(
    context: Context,
    space: Space,
    known: Sequence[Person],
    *,
    check: bool,
    prune: bool,
    app_passwords: bool,
    yes: bool,
) -> int:
    from degoog.provision.populate.site import AppPasswords, Removals, Site

    given = doors(context)
    async with Site(given, home=context.folder / ".degoog") as site:
        today = context.now().astimezone(context.zone).date()
        removals = Removals.OURS if prune else Removals.NOTHING
        plan = await site.plan(space, known, day=today, removals=removals)
        _show(context, plan)
        number = len(plan.actions) + len(plan.left)
        if check or not plan.actions:
            return _over(context, plan, [], done=0, code=5 if check and number else 4 if plan.left else 0, check=check)
        if app_passwords:
            _explain(context)
        _place(context)
        if not yes and not asking.yes(context, _("Do it now?"), option="--yes"):
            context.say(_("Nothing was changed."))
            return 0
        made = AppPasswords.MADE if app_passwords else AppPasswords.NONE
        failures = await _apply(context, site, plan, made)
    code = 3 if failures else 4 if plan.left else 0
    return _over(context, plan, failures, done=len(plan.actions) - len(failures), code=code, check=False)


async def _apply(context: Context, site: Site, plan: Plan, made: AppPasswords) -> list[Failure]:
    from degoog.provision.populate.words import words

    total = len(plan.actions)
    done = 0

    def told(action: Action) -> None:
        nonlocal done
        done += 1
        context.emit("acted", action=type(action).__name__, what=words(action, plan.wanted))
        context.say(f"  {count(done)}/{count(total)}  {words(action, plan.wanted)}")

    context.say()
    return await site.apply(plan, app_passwords=made, told=told)


def _show(context: Context, plan: Plan) -> None:
    from degoog.provision.populate.words import Heading, heading, words

    for note in plan.notes:
        context.emit("note", text=note)
        context.say(note + "\n")
    for part in Heading:
        told = [action for action in plan.actions if heading(action) is part]
        if told:
            context.show(_(part.value))
            for action in told:
                context.emit("action", action=type(action).__name__, what=words(action, plan.wanted))
                context.show(f"  + {words(action, plan.wanted)}")
    for action in plan.left:
        context.emit("left", action=type(action).__name__, what=words(action, plan.wanted))


def _explain(context: Context) -> None:
    context.say(
        "\n"
        + _(
            "Each account that is made now gets an app password, so that degoog can put each person's documents, "
            "calendars and contacts into their own account. They are kept in this computer's keyring and nowhere else; "
            "each person sees “degoog” in their security settings and may delete it. When everything has moved: "
            "degoog release"
        )
    )


def _over(context: Context, plan: Plan, failures: Sequence[Failure], *, done: int, code: int, check: bool) -> int:
    from degoog.provision.populate import request
    from degoog.provision.populate.actions import Drop
    from degoog.provision.populate.words import words

    if failures:
        context.say("\n" + _("Could not be done:"))
        for failure in failures:
            context.emit(
                "failed", action=type(failure.action).__name__, what=words(failure.action, plan.wanted), why=failure.why
            )
            context.say(f"  - {words(failure.action, plan.wanted)}: {failure.why}")
    if plan.left:
        text = n_(
            "{number} thing needs an administrator of the server.",
            "{number} things need an administrator of the server.",
            len(plan.left),
        ).format(number=count(len(plan.left)))
        context.say("\n" + text)
        if not check:
            path = context.folder / request.name()
            write_atomically(
                path,
                request.text(
                    plan.left, plan.wanted, url=access.nextcloud_url(context.workspace, context.environ)
                ).encode(),
            )
            context.say(_("They are written in {path}: send it to your host.").format(path=path))
    if not plan.actions and not plan.left:
        context.say(_("Everything is as workspace.yml says."))
    elif check:
        more = " --prune" if any(isinstance(action, Drop) for action in plan.actions) else ""
        context.say(
            "\n"
            + _("Nothing was changed. To do it: {command}").format(command=f"degoog provision --only populate{more}")
        )
    elif failures:
        context.say("\n" + _("To try again, the same command: what is done is not done twice."))
    elif done:
        context.say("\n" + _("Done. Next: degoog welcome"))
    context.emit("summary", actions=len(plan.actions), done=done, failed=len(failures), left=len(plan.left), exit=code)
    return code
