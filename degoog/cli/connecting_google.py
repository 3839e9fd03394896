"""The conversation that connects degoog to Google: making a client in the console, then a person's consent.

Or, for a whole organisation, a service account and the domain's delegation. Where the buttons are and what they are
called follows the console of November 2026 (facts/google.md §1.8).
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from degoog import access, config_edit, people
from degoog.cli import asking
from degoog.cli.connecting import keeper_for
from degoog.cli.context import Context
from degoog.errors import Unavailable, Usage
from degoog.google.login import (
    ALL,
    OTHER_CONTACTS,
    Consent,
    DesktopClient,
    Door,
    ServiceAccount,
    delegation_link,
    loopback,
    parsed,
    testing,
    try_delegation,
)
from degoog.i18n import _
from degoog.problems import Wrong
from degoog.secrets import Keeper, Secret, Service

CONSOLE = "https://console.cloud.google.com"


def google(
    context: Context, *, given: Path | None = None, account: str = "", paste: bool = False, keeper: Keeper | None = None
) -> str:
    """Connect and keep; gives whose Google it is now. Raises `Usage` or `Unavailable`."""
    _known = context.workspace  # without one there is nowhere to write whose Google it is
    kept_in = keeper_for(context, keeper)
    match parsed(access.credentials_file(given)) if given else _make_client(context):
        case DesktopClient() as client:
            consent = asyncio.run(_consent(context, client, account, paste=paste))
            return _keep(context, consent.secret(), "user", consent.account, kept_in)
        case Consent() as consent:
            return _keep(context, consent.secret(), "user", consent.account or _whose(context, account), kept_in)
        case ServiceAccount() as robot:
            return _delegate(context, robot, account, access.credentials_file(given) if given else Secret(""), kept_in)


def _make_client(context: Context) -> DesktopClient | Consent | ServiceAccount:
    """Lead through the console, one page after the other, up to the file of a client."""
    context.say(
        _(
            "For degoog to read Google Drive, your structure makes a “client” of its own at Google: a name under which "
            "degoog asks. It takes ten minutes, once; degoog can then only read, and you can take it back at any "
            "time.\nOpen each page with the Google account of whoever looks after your documents. After each step, "
            "come back here and press Enter."
        )
    )
    _step(
        context,
        _("1. Make a project, and call it “degoog”:"),
        f"{CONSOLE}/projectcreate",
        _("Click “Create”, wait for the bell at the top to say that it is done, then choose this project."),
    )
    _step(
        context,
        _("2. Enable the Google Drive API for it:"),
        f"{CONSOLE}/apis/library/drive.googleapis.com",
        _("Check at the top that the project is “degoog”, then click “Enable”."),
    )
    _step(
        context,
        _("3. Say who may use it:"),
        f"{CONSOLE}/auth/overview",
        _(
            "Click “Get started”. App name: degoog; support e-mail: yours. Audience: “Internal” if it can be chosen "
            "(Google Workspace), otherwise “External”. Then your e-mail again, agree, and “Create”."
        ),
    )
    _audience(context)
    _step(
        context,
        _("5. Make the client:"),
        f"{CONSOLE}/auth/clients/create",
        _("Application type: “Desktop app”; name: degoog; “Create”. Then click “Download JSON”."),
    )
    question = _("Where is the file that was downloaded? (Drag it here, or type its path.)")
    path = asking.text(context, question, option="--credentials", read=_path)
    return parsed(access.credentials_file(Path(path)))


def _step(context: Context, title: str, link: str, what: str) -> None:
    context.say(f"\n{title}\n\n   {link}\n")
    context.emit("open", link=link)
    context.say(f"   {what}")
    asking.text(context, _("Press Enter when it is done."), option="--credentials", default="")


def _audience(context: Context) -> None:
    """Have the audience told, and go no further while it is the one whose access dies after seven days."""
    link = f"{CONSOLE}/auth/audience"
    context.say(
        "\n" + _("4. Look at what this page says under “Publishing status” or “User type”:") + f"\n\n   {link}\n"
    )
    context.emit("open", link=link)
    question = _("What does it say? i: Internal; p: In production; t: Testing")
    while asking.text(context, question, option="--credentials", read=_choice) == "t":
        context.say("\n" + testing())


def _choice(text: str) -> str:
    word = text.strip().casefold()[:1]
    if word not in {"i", "p", "t"}:
        raise Wrong(_("“{text}” is none of these.").format(text=text), _("type i, p or t."))
    return word


def _path(text: str) -> str:
    path = Path(text.strip().strip("'\"").removeprefix("file://")).expanduser()
    if not path.is_file():
        raise Wrong(_("There is no file {path}.").format(path=path), _("look in your folder of downloads."))
    return str(path)


async def _consent(context: Context, client: DesktopClient, account: str, *, paste: bool) -> Consent:
    door = Door(api_url=access.google_api_url(context.workspace, context.environ), transport=context.transport)
    async with loopback() as page:
        flow = door.begin(client, page.url, account=account, scopes=(*ALL, *_more(context)))
        context.say("\n" + _("Open this link, with the Google account whose documents are to be moved:"))
        context.say(f"\n   {flow.link}\n")
        context.emit("open", link=flow.link)
        context.say(
            _(
                "   Google may say that it has not verified this app: it is yours. Click “Advanced”, then “Go to "
                "degoog”. Tick every box, then “Continue”. degoog only reads."
            )
        )
        if paste:
            context.say(_("   At the end the browser shows a page that does not open: that is as it should be."))
            answer = asking.text(context, _("Paste the whole address of that page here:"), option="--credentials")
        else:
            context.say(
                _(
                    "   degoog goes on by itself. Is your browser on another computer? Stop with Ctrl-C and run "
                    "“degoog connect google --paste”."
                )
            )
            answer = await page.wait()
        return await door.finish(client, flow, answer)


def _more(context: Context) -> tuple[str, ...]:
    """Give what is asked for only where workspace.yml wants it."""
    return OTHER_CONTACTS if context.workspace.roads.contacts.other else ()


def _delegate(context: Context, robot: ServiceAccount, account: str, key: Secret, keeper: Keeper) -> str:
    """Keep a service account's key, and see whether the domain lets it act for somebody."""
    context.say("\n" + _("This is the key of the service account {email}.").format(email=robot.email))
    context.say(_("1. Whoever manages Google Workspace opens this link, filled in already, and clicks “Authorise”:"))
    link = delegation_link(robot, _more(context))
    context.say(f"\n   {link}\n")
    context.emit("open", link=link)
    context.say(
        _("   Compare the client ID there: {id}. degoog asks to read, and for nothing else.").format(id=robot.id)
    )
    known = [person.google or person.email for person in people.read(context.folder)]
    known = [address for address in known if address]
    whose = account or (context.workspace.google.account if context.workspace.google else None) or (known or [""])[0]
    whose = whose or asking.text(context, _("2. Whose address shall degoog try?"), option="--account")
    _keep(context, key, access.DELEGATION, whose, keeper)
    api_url = access.google_api_url(context.workspace, context.environ)
    try:
        asyncio.run(try_delegation(robot, whose, api_url=api_url, transport=context.transport))
    except Unavailable as not_yet:
        raise Unavailable(
            _("The key is kept, but it does not work yet. {why} “degoog doctor” tries it again.").format(why=not_yet)
        ) from not_yet
    context.say(_("It works: degoog may read for {person}.").format(person=whose))
    return whose


def _whose(context: Context, account: str) -> str:
    return account or asking.text(context, _("Whose Google account is it? (its address)"), option="--account")


def _keep(context: Context, secret: Secret, mode: str, account: str, keeper: Keeper) -> str:
    if not account:
        raise Usage(_("Whose Google account is it? To do: add --account ADDRESS."))
    whose = access.DELEGATION if mode == access.DELEGATION else account
    context.secrets.keep(Service.GOOGLE, whose, secret, keeper=keeper)
    config_edit.set_google(context.folder, mode=mode, account=account)
    context.say("\n" + _("Connected to Google for {account}. degoog can only read there.").format(account=account))
    if keeper is Keeper.FILE:
        where = _("The access is kept in {path}, which only your account on this computer can read.")
        context.say(where.format(path=context.secrets.file.path))
    else:
        context.say(_("The access is kept in this computer's keyring, and nowhere else."))
    context.say(_("To take it back one day: degoog release"))
    return account
