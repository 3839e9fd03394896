"""Somebody leaves: their accounts are closed; nothing of theirs is deleted, nor wiped from their devices."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote

from degoog.i18n import _
from degoog.mattermost.admin import Admin as ChatAdmin
from degoog.mattermost.admin_login import client as chat_client
from degoog.nextcloud.admin import Admin
from degoog.nextcloud.admin_login import client as cloud_client
from degoog.provision.populate.handing import Estate, words
from degoog.provision.populate.site import Doors


@dataclass(frozen=True, slots=True)
class Departure:
    """What degoog does, and what only the server itself can do."""

    done: tuple[str, ...]
    left: tuple[str, ...]


def steps(name: str, login: str, heir: str, estate: Estate | None) -> Departure:
    """Say what a departure is made of; without an `estate` to hand over, the host does that."""
    return Departure(
        (
            *(words(estate, heir) if estate is not None else ()),
            _("disable the account {login} at Nextcloud: no device or program gets in any more").format(login=login),
            _("deactivate the account at Mattermost and end its sessions; its messages stay"),
            _("note in people.csv that {name} has left").format(name=name),
        ),
        () if estate is not None else (files_by_host(login, heir), _calendars_by_host(login, heir)),
    )


def files_by_host(login: str, heir: str) -> str:
    """Give the host's command that moves the files."""
    return f"occ files:transfer-ownership {quote(login)} {quote(heir) if heir else 'LOGIN'}"


def _calendars_by_host(login: str, heir: str) -> str:
    to = quote(heir) if heir else "LOGIN"
    return f"occ dav:list-calendars {quote(login)}; occ dav:move-calendar NAME {quote(login)} {to}"


async def close(doors: Doors, login: str, chat_login: str) -> list[str]:
    """Close somebody's accounts; may be repeated. Gives what was done. Raises `Refused`, `Unavailable`."""
    told: list[str] = []
    if doors.cloud is not None:
        access = doors.cloud
        async with cloud_client(
            access.url, access.login, access.password, pacing=doors.pacing, transport=doors.transport
        ) as client:
            admin = Admin(client)
            if login in await admin.accounts():
                await admin.enable(login, enabled=False)
                told.append(_("Nextcloud: {login} is disabled.").format(login=login))
    if doors.chat is not None:
        async with chat_client(
            doors.chat.url, doors.chat.password, pacing=doors.pacing, transport=doors.transport
        ) as client:
            talk = ChatAdmin(client)
            for person in (await talk.people()).values():
                if person.username == chat_login:
                    await talk.forget_sessions(person.id)
                    await talk.activate(person.id, active=False)
                    told.append(_("Mattermost: {login} is deactivated.").format(login=chat_login))
    return told
