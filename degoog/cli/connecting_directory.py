"""What lets degoog read an organisation's directory at Google: an access of its own, asked for when it is used."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from degoog import access, directory
from degoog.cli import asking
from degoog.cli.connecting import keeper_for
from degoog.cli.context import Context
from degoog.google.login import Consent, Door, loopback
from degoog.i18n import _
from degoog.secrets import Secret, Service


def reading(context: Context, *, paste: bool) -> access.GoogleAccess:
    """Give an access that may read the directory, once its person said yes. Raises `Usage` or `Unavailable`.

    A service account asks for this permission too; a token that was given is used as it is; and one person's
    migration is not touched: the directory has a consent of its own, kept beside.
    """
    known = access.google(context.workspace, lambda: context.secrets, context.environ)
    migration = directory.consent(known)
    if migration is None:
        return known
    kept = context.secrets.kept(Service.GOOGLE, access.directory_of(known.account))
    return replace(known, secret=kept or _consent(context, migration, known.account, paste=paste))


def _consent(context: Context, migration: Consent, account: str, *, paste: bool) -> Secret:
    keeper = keeper_for(context, None)
    given = asyncio.run(_asked(context, migration, account or migration.account, paste=paste)).secret()
    context.secrets.keep(Service.GOOGLE, access.directory_of(account), given, keeper=keeper)
    context.say(_("Kept beside the migration's access, which stays as it was. To take both back: degoog release"))
    return given


async def _asked(context: Context, migration: Consent, whose: str, *, paste: bool) -> Consent:
    door = Door(api_url=access.google_api_url(context.workspace, context.environ), transport=context.transport)
    async with loopback() as page:
        flow = door.begin_directory(migration.client, page.url, account=whose)
        context.say(_("To list who belongs to your organisation, degoog needs one more permission: its directory."))
        context.say(_("Open this link, with an account of your organisation, and say yes:"))
        context.say(f"\n   {flow.link}\n")
        context.emit("open", link=flow.link)
        if paste:
            context.say(_("   At the end the browser shows a page that does not open: that is as it should be."))
            answer = asking.text(context, _("Paste the whole address of that page here:"), option="--paste")
        else:
            context.say(
                _("   degoog goes on by itself. Is your browser on another computer? Stop with Ctrl-C and add --paste.")
            )
            answer = await page.wait()
        return await door.finish_directory(migration.client, flow, answer, account=whose)
