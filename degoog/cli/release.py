"""`degoog release`: give back every access that degoog was given, and forget it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import option
from degoog.i18n import N_, _

if TYPE_CHECKING:
    from degoog.secrets import Secret, Service


@declare(
    "release",
    help=N_("Give back the accesses degoog was given to Google and Nextcloud, and forget every password."),
    example="degoog release",
)
@option("--yes", "agreed", is_flag=True, help=N_("Do not ask."))
def command(context: Context, *, agreed: bool) -> int:
    """Revoke, forget, and say what is left to do by hand; 4 where a server did not answer."""
    import asyncio

    from degoog.cli import asking
    from degoog.cli.context import HOME
    from degoog.cli.populating import INITIAL
    from degoog.provision.populate import memory
    from degoog.secrets import Service

    _known = context.workspace
    if not agreed:
        context.say(
            _(
                "degoog gives back its accesses to Google and Nextcloud and forgets every password. What was moved and "
                "the report stay. To migrate again, you would connect again."
            )
        )
        if not asking.yes(context, _("Go on?"), option="--yes"):
            context.say(_("Nothing was changed."))
            return 0
    code = 0
    for service, account, secret in _kept(context):
        told, good = asyncio.run(_give_back(context, service, account, secret))
        context.say(told)
        context.emit("released", service=service, account=account, revoked=good)
        context.secrets.forget(service, account)
        code = code if good else 4
    for account in memory.guests(context.folder / HOME):
        context.secrets.forget(Service.NEXTCLOUD, f"{account}/{INITIAL}")
    context.say("\n" + _("degoog knows no password of this workspace any more."))
    context.emit("summary", exit=code)
    return code


def _kept(context: Context) -> Iterator[tuple[Service, str, Secret]]:
    """Give what is kept on this machine; what comes from the environment is somebody else's to forget."""
    from degoog import access, people
    from degoog.cli.context import HOME
    from degoog.provision.populate import memory
    from degoog.secrets import Service

    workspace = context.workspace
    persons = people.read(context.folder)
    own = (workspace.nextcloud.login or "") if workspace.nextcloud else ""
    whose = (workspace.google.account or "") if workspace.google else ""
    accounts = {
        Service.NEXTCLOUD: [own, *(person.nextcloud for person in persons), *memory.logins(context.folder / HOME)],
        Service.GOOGLE: [whose, access.directory_of(whose), access.DELEGATION],
        Service.MATTERMOST: [access.TOKEN, *(person.mattermost for person in persons)],
        Service.SLACK: [""],
    }
    for service, names in accounts.items():
        for account in dict.fromkeys(names):
            if (secret := context.secrets.kept(service, account)) is not None:
                yield service, account, secret


async def _give_back(context: Context, service: Service, account: str, secret: Secret) -> tuple[str, bool]:
    """Have a service forget an access; gives what to tell, and whether nothing is left to do by hand."""
    from degoog import access
    from degoog.errors import DegoogError
    from degoog.google import login as google
    from degoog.mattermost import login as mattermost
    from degoog.nextcloud import login as nextcloud
    from degoog.provision import handover
    from degoog.secrets import Service

    try:
        match service:
            case Service.NEXTCLOUD:
                url = access.nextcloud_url(context.workspace, context.environ)
                if await nextcloud.give_back(url, account, secret, transport=context.transport):
                    return _("{url}: the app password of {account} is deleted.").format(url=url, account=account), True
            case Service.GOOGLE:
                api_url = access.google_api_url(context.workspace, context.environ)
                match google.parsed(secret):
                    case google.Consent() as consent:
                        door = google.Door(api_url=api_url, transport=context.transport)
                        if await door.revoke(consent):
                            return _("Google: the access to {account} is taken back.").format(account=account), True
                    case google.ServiceAccount() as robot:
                        return _by_hand(robot.email), False
            case Service.MATTERMOST if account == access.TOKEN and (known := handover.forget(context.home())):
                url = access.mattermost_url(context.workspace, context.environ)
                if await mattermost.give_back(url, secret, known, transport=context.transport):
                    return _("{url}: the access token of degoog is deleted.").format(url=url), True
            case _other:
                pass
    except DegoogError as error:
        return str(error), False
    return _("{service}: forgotten here; if it is still listed there, delete it there.").format(service=service), True


def _by_hand(email: str) -> str:
    return _(
        "Google: the key is forgotten here. To do: delete the service account {email} at "
        "https://console.cloud.google.com/iam-admin/serviceaccounts and its delegation at "
        "https://admin.google.com/ac/owl/domainwidedelegation."
    ).format(email=email)
