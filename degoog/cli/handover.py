"""After servers are installed: degoog gets its accesses without anybody copying one, and the person gets a way in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from degoog import access, config_edit
from degoog.access import Access
from degoog.cli import applying, asking
from degoog.cli.context import HOME, Context
from degoog.cli.paragraphs import wrapped
from degoog.errors import Usage
from degoog.i18n import _
from degoog.secrets import Keeper, Secret, Service

if TYPE_CHECKING:
    from degoog.provision.handover import Handed, State
    from degoog.provision.runner import Order, Outcome

PASSWORD = "DEGOOG_FIRST_PASSWORD"  # noqa: S105 - the name of a variable


def place(context: Context, chosen: Keeper | None) -> Keeper:
    """Give where accesses will be kept; asked before anything is installed. Raises `Usage` where there is no place."""
    secrets = context.secrets
    if chosen is None and not secrets.has_keyring:
        if not secrets.file.exists and _wanting(context):
            raise Usage(
                _(
                    "This machine has no keyring to keep degoog's accesses to the servers in. To do: add --store file "
                    "to keep them in {path}, which only you can read, or give accesses in environment variables."
                ).format(path=secrets.file.path)
            )
        return Keeper.FILE
    keeper = chosen or Keeper.KEYRING
    secrets.store(keeper)
    return keeper


def hand_over(context: Context, given: Order, *, keeper: Keeper) -> int:
    """Have what degoog needs drawn on the machines and kept here, where it is missing; gives the exit code."""
    from degoog.provision import handover

    handed: dict[str, Handed] = {}
    states = asyncio.run(_states(context))
    # The second time: what could not be asked before the servers' authority was known here.
    for _time in range(2):
        asked = _asked(context, given, states) - handed.keys()
        if not asked and (handed or not _distrusting(context, states)):
            break
        outcome = applying.run(context, handover.order(given, asked, home=context.home()))
        if outcome.troubles or outcome.stopped:
            return applying.troubled(context, outcome)
        handed |= _keep(context, outcome, keeper)
        states = asyncio.run(_states(context))
    if states.get(Service.NEXTCLOUD) is handover.State.GOOD:
        _name(context, _login(context))
    _tell(context, states, handed, keeper)
    return 0


def choose(context: Context, given: Order) -> int:
    """Set the password of the first account, which somebody types here; gives the exit code."""
    from degoog.provision import handover

    typed = context.environ.get(PASSWORD) or asking.hidden(
        context, _("The password you want (ten characters or more; it is not shown):"), option=PASSWORD
    )
    password = handover.fit(Secret(typed))
    context.log.hide(password)
    if PASSWORD not in context.environ:
        again = asking.hidden(context, _("The same again:"), option=PASSWORD)
        if again != typed:
            raise Usage(_("These are two different passwords: nothing was set. Run the command again."))
    outcome = applying.run(context, handover.order(given, _services(context), home=context.home(), password=password))
    if outcome.troubles or outcome.stopped:
        return applying.troubled(context, outcome)
    context.show(_("The password of {login} is set. You can log in:").format(login=_first(context)))
    for url in _urls(context):
        context.show(f"  {url}")
    context.emit("summary", exit=0)
    return 0


def _services(context: Context) -> set[str]:
    return set(_urls(context).values())


def _installed(context: Context, given: Order) -> set[str]:
    """Give the services that the machines of an order hold."""
    from degoog.provision import orders

    hosts = orders.hosts(context.workspace, context.folder)
    return {group for host in hosts if given.limit in {"", host.name} for group in host.groups} & _services(context)


def _urls(context: Context) -> dict[str, str]:
    """Give the addresses of the services, and which service each is."""
    workspace = context.workspace
    named = ((workspace.nextcloud, Service.NEXTCLOUD), (workspace.mattermost, Service.MATTERMOST))
    return {section.url: service.value for section, service in named if section is not None}


def _known(context: Context, service: str) -> Access | None:
    """Give the access degoog has to a service, None where it has none."""
    workspace, environ, secrets = context.workspace, context.environ, context.secrets
    try:
        if service == Service.MATTERMOST:
            return access.mattermost(workspace, secrets, environ)
        return access.nextcloud(workspace, secrets, environ, account=_login(context))
    except Usage:
        return None


def _login(context: Context) -> str:
    """Give the account degoog uses on Nextcloud: one that somebody connected, else the first."""
    return access.nextcloud_login(context.workspace, context.environ) or _first(context)


def _first(context: Context) -> str:
    servers = context.workspace.servers
    return servers.admin if servers else ""


def _wanting(context: Context) -> bool:
    return any(_known(context, service) is None for service in _services(context))


async def _states(context: Context) -> dict[str, State | None]:
    """Ask each service about the access degoog has to it; None where it has none."""
    from degoog.provision import handover

    told: dict[str, State | None] = {}
    for service in sorted(_services(context)):
        known = _known(context, service)
        ask = handover.nextcloud if service == Service.NEXTCLOUD else handover.mattermost
        if known is None:
            told[service] = None
        else:
            told[service] = await ask(known.url, known.login, known.password, transport=context.transport)
    return told


def _asked(context: Context, given: Order, states: dict[str, State | None]) -> set[str]:
    """Give the services that are to hand over an access: degoog has none, or one that is refused.

    Where somebody connected another account, or gave an access for this run only, that is theirs to mend.
    """
    from degoog.provision import handover

    asked = {service for service, state in states.items() if state in {None, handover.State.REFUSED}}
    if _login(context) != _first(context):
        asked.discard(Service.NEXTCLOUD)
    for service, variable in ((Service.NEXTCLOUD, "PASSWORD"), (Service.MATTERMOST, "TOKEN")):
        if context.environ.get(f"DEGOOG_{service.upper()}_{variable}"):
            asked.discard(service)
    return asked & _installed(context, given)


def _distrusting(context: Context, states: dict[str, State | None]) -> bool:
    """Tell whether the servers' own authority is to be brought: it is not here, or another may be there."""
    from degoog import authority
    from degoog.provision import handover

    servers = context.workspace.servers
    if servers is None or servers.tls.mode != "internal":
        return False
    return handover.State.SILENT in states.values() or not (context.folder / HOME / authority.FILE).exists()


def _keep(context: Context, outcome: Outcome, keeper: Keeper) -> dict[str, Handed]:
    """Keep what was brought, under the names that `degoog connect` gives."""
    from degoog import authority
    from degoog.files import write_atomically
    from degoog.provision import handover

    workspace, home = context.workspace, context.home()
    handed: dict[str, Handed] = {}
    if certificates := handover.authority(outcome):
        write_atomically(home / authority.FILE, certificates.encode(), mode=0o600)
    if (cloud := handover.read(outcome, Service.NEXTCLOUD)) and workspace.nextcloud:
        context.secrets.keep(Service.NEXTCLOUD, cloud.login, cloud.secret, keeper=keeper)
        _name(context, cloud.login)
        handed[Service.NEXTCLOUD] = cloud
    if (chat := handover.read(outcome, Service.MATTERMOST)) and workspace.mattermost:
        context.secrets.keep(Service.MATTERMOST, access.TOKEN, chat.secret, keeper=keeper)
        handover.remember(home, chat.token)
        handed[Service.MATTERMOST] = chat
    return handed


def _name(context: Context, login: str) -> None:
    """Write in workspace.yml which account degoog uses, where it does not say so yet."""
    section = context.workspace.nextcloud
    if section is not None and section.login is None and not context.environ.get("DEGOOG_NEXTCLOUD_USER"):
        config_edit.set_nextcloud(context.folder, url=section.url, login=login)
        context.read_again()


def _tell(context: Context, states: dict[str, State | None], handed: dict[str, Handed], keeper: Keeper) -> None:
    from degoog.provision import handover

    for service, state in states.items():
        context.emit("access", service=service, state=state or "none", new=service in handed)
    if handed:
        inside = _("in {path}, which only you can read").format(path=context.secrets.file.path)
        kept = _("in this computer's keyring") if keeper is Keeper.KEYRING else inside
        text = _("degoog has access to them as {login}; it is kept {place}, and there is nothing to copy.")
        context.show(wrapped("\n" + text.format(login=_first(context), place=kept)))
    for url, service in _urls(context).items():
        if states[service] is handover.State.SILENT:
            text = _("{url} does not answer here yet: does its name lead to the machine? “degoog doctor” tells.")
            context.show(wrapped(text.format(url=url)))
        elif states[service] is not handover.State.GOOD:
            text = _("degoog has no access to {url} any more. To do: degoog connect {service}")
            context.show(wrapped(text.format(url=url, service=service)))
    if not handed:
        return
    if all(one.mailed for one in handed.values()):
        servers = context.workspace.servers
        email = (servers.email or servers.tls.email or "") if servers else ""
        text = _("To log in yourself: open the mails sent to {email}; each has a link to choose your password.")
        context.show(wrapped(text.format(email=email)))
    else:
        text = _("To log in yourself, as {login}: choose your password with degoog provision --set-password")
        context.show(wrapped(text.format(login=_first(context))))
