"""The conversation that connects degoog to a Mattermost: where to make an access token, and whether it is enough."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from degoog import access, addresses, config_edit
from degoog.cli import asking
from degoog.cli.connecting import keeper_for
from degoog.cli.context import Context
from degoog.errors import Usage
from degoog.i18n import _
from degoog.mattermost import health
from degoog.problems import Wrong
from degoog.secrets import Keeper, Secret, Service

Token = Callable[[Context, str], Secret]


def connect(context: Context, *, url: str, token: Token, keeper: Keeper | None) -> health.Server:
    """Have a token given, try it, keep it; gives what the server says. Raises `Usage` or `Unavailable`."""
    server = _server(context, url)
    kept_in = keeper_for(context, keeper)
    asyncio.run(health.version(server, transport=context.transport))  # a wrong address is told at once
    given = token(context, server)
    told = asyncio.run(health.account(server, given, transport=context.transport))
    if not told.admin:
        raise Usage(
            _(
                "{login} is not a system administrator of {url}: nothing was kept. An import needs one. To do: make "
                "the access token with an account that is one, or have {login} made one."
            ).format(login=told.username, url=server)
        )
    context.secrets.keep(Service.MATTERMOST, access.TOKEN, given, keeper=kept_in)
    config_edit.set_mattermost(context.folder, url=server)
    context.say()
    context.say(_("Connected to {url} as {login}.").format(url=server, login=told.username))
    if kept_in is Keeper.FILE:
        where = _("The token is kept in {path}, which only your account on this computer can read.")
        context.say(where.format(path=context.secrets.file.path))
    else:
        context.say(_("The token is kept in this computer's keyring, and nowhere else."))
    context.say(_("To take this access back one day: in Mattermost, Profile, Security, Personal Access Tokens."))
    return told


def asked(context: Context, server: str) -> Secret:
    """Say where to make a token, and ask for it."""
    context.say(_("1. Open {url} and log in with an account that is a system administrator.").format(url=server))
    context.say(_("2. Click your picture, Profile, Security, Personal Access Tokens, then Create Token."))
    context.say(
        _(
            "   If there is no such line: System Console, Integrations, Integration Management, "
            "Enable Personal Access Tokens: true."
        )
    )
    context.say(_("3. Describe it as “degoog”, save, and copy the Access Token (not the Token ID)."))
    return Secret(asking.hidden(context, _("Paste the access token here; it is not shown:"), option="--token-stdin"))


def typed(_context: Context, _server: str) -> Secret:
    """Read a token from standard input."""
    token = Secret(sys.stdin.readline().strip())
    if not token:
        raise Usage(_("Standard input holds no token. To do: degoog connect mattermost --token-stdin < FILE"))
    return token


def _server(context: Context, url: str) -> str:
    known = access.mattermost_url(context.workspace, context.environ)
    try:
        if url:
            return addresses.server(url)
    except Wrong as wrong:
        raise Usage(_("{what} To do: {cure}").format(what=wrong.what, cure=wrong.cure)) from None
    question = _("What is the address of your Mattermost?")
    return known or asking.text(context, question, option="--url", read=addresses.server)
