"""The conversation that connects degoog to a Nextcloud: small steps, each with what to click and what one sees."""

from __future__ import annotations

import asyncio
import sys

from degoog import access, addresses, config_edit
from degoog.access import Access
from degoog.cli import asking
from degoog.cli.context import Context
from degoog.errors import Usage
from degoog.i18n import _
from degoog.nextcloud import health
from degoog.nextcloud.login import Door
from degoog.problems import Wrong
from degoog.secrets import Keeper, Secret, Service


def nextcloud(context: Context, *, url: str = "", account: str = "", keeper: Keeper | None = None) -> Access:
    """Have a person grant access in a browser, then keep the app password. Raises `Usage` or `Unavailable`."""
    server = _server(context, url)
    kept_in = keeper_for(context, keeper)
    granted = asyncio.run(_grant(context, server, account))
    if account and granted.login.casefold() != account.casefold():
        raise Usage(
            _(
                "The page was opened by {actual}, not by {expected}: nothing was kept. "
                "To do: log out of Nextcloud in that browser, run the command again and open the link as {expected}."
            ).format(actual=granted.login, expected=account)
        )
    _keep(context, granted, kept_in, own=not account)
    return granted


def with_password(context: Context, *, url: str = "", account: str = "", keeper: Keeper | None = None) -> Access:
    """Read an app password from standard input and keep it."""
    server = _server(context, url)
    login = account or access.nextcloud_login(context.workspace, context.environ)
    if not login:
        raise Usage(_("Whose password is it? To do: add --account LOGIN."))
    password = Secret(sys.stdin.readline().strip())
    if not password:
        raise Usage(_("Standard input holds no password. To do: degoog connect nextcloud --password-stdin < FILE"))
    given = Access(server, login, password)
    own = not account or not access.nextcloud_login(context.workspace, context.environ)
    _keep(context, given, keeper_for(context, keeper), own=own)
    return given


def _server(context: Context, url: str) -> str:
    known = access.nextcloud_url(context.workspace, context.environ)
    try:
        if url:
            return addresses.server(url)
    except Wrong as wrong:
        raise Usage(_("{what} To do: {cure}").format(what=wrong.what, cure=wrong.cure)) from None
    question = _("What is the address of your Nextcloud?")
    return known or asking.text(context, question, option="--url", read=addresses.server)


def keeper_for(context: Context, chosen: Keeper | None) -> Keeper:
    """Find where to keep a password before anybody is bothered for one."""
    secrets = context.secrets
    if chosen is None:
        if secrets.has_keyring:
            chosen = Keeper.KEYRING
        elif secrets.file.exists or (context.interactive and _agrees_to_file(context)):
            chosen = Keeper.FILE
        else:
            chosen = Keeper.KEYRING
    secrets.store(chosen)
    return chosen


def _agrees_to_file(context: Context) -> bool:
    context.say(
        _(
            "This computer has no keyring (the safe where programs keep passwords). degoog can keep the password in "
            "a file that only your account on this computer can read:\n  {path}\n"
            "Whoever can read your files, or a backup of them, could use it."
        ).format(path=context.secrets.file.path)
    )
    return asking.yes(context, _("Keep it in this file?"), option="--store file")


async def _grant(context: Context, server: str, account: str) -> Access:
    async with health.open_client(context.transport) as client:
        await health.status(client, server)  # a wrong address is told at once
    door = Door(server, transport=context.transport)
    flow = await door.start()
    if account:
        context.say(
            _("Send this link to {account}; the page must be opened with that account:").format(account=account)
        )
    else:
        context.say(_("1. Open this link in your browser:"))
    context.say(f"\n   {flow.link}\n")
    context.emit("open", link=flow.link)
    context.say(_("   You should see the page “Connect to your account” of your Nextcloud."))
    context.say(_("2. Click “Log in”, log in if you are asked to, then click “Grant access”."))
    context.say(_("   You should see “Account connected”."))
    context.say(_("3. Come back here: degoog goes on by itself. The link works for 20 minutes."))
    login = await door.wait(flow)
    return Access(login.url, login.login, login.password)


def _keep(context: Context, granted: Access, keeper: Keeper, *, own: bool) -> None:
    secrets = context.secrets
    secrets.keep(Service.NEXTCLOUD, granted.login, granted.password, keeper=keeper)
    if own:
        config_edit.set_nextcloud(context.folder, url=granted.url, login=granted.login)
    context.say()
    context.say(_("Connected to {url} as {login}.").format(url=granted.url, login=granted.login))
    if keeper is Keeper.FILE:
        where = _("The password is kept in {path}, which only your account on this computer can read.")
        context.say(where.format(path=secrets.file.path))
    else:
        context.say(_("The password is kept in this computer's keyring, and nowhere else."))
    context.say(_("To take this access back one day: in Nextcloud, Settings, Security, “degoog”."))
