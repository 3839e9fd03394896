"""Who is who, gathered from where people have accounts already, and merged by e-mail into people.csv's rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import httpx

from degoog import access
from degoog.config_schema import Workspace
from degoog.google import credentials
from degoog.google.client import Client as GoogleClient
from degoog.google.credentials import Consent
from degoog.google.directory import listed
from degoog.google.login import lacking_directory
from degoog.google.scopes import DIRECTORY
from degoog.mattermost.admin import Admin as ChatAdmin
from degoog.mattermost.client import Client as ChatClient
from degoog.nextcloud.admin import Admin
from degoog.nextcloud.client import Client
from degoog.people import Person
from degoog.secrets import Secrets
from degoog.slack.source import SlackSource

_COLUMNS = ("name", "email", "google", "slack", "nextcloud", "mattermost")


async def gather(
    workspace: Workspace,
    secrets: Secrets,
    environ: Mapping[str, str],
    slack: Path | None,
    transport: httpx.AsyncBaseTransport | None,
    *,
    google: access.GoogleAccess | None = None,
) -> list[Person]:
    """Read the accounts of both servers, where degoog may list them, a Slack export's users, a Google directory."""
    found: list[Person] = []
    if access.nextcloud_url(workspace, environ):
        found += await _cloud(access.nextcloud(workspace, secrets, environ), workspace, transport)
    if access.mattermost_url(workspace, environ):
        found += await _chat(access.mattermost(workspace, secrets, environ), transport)
    if slack is not None:
        found += await _slack(slack)
    if google is not None:
        found += await _google(google, transport)
    return found


def consent(door: access.GoogleAccess) -> Consent | None:
    """Give the consent of one person that this access is; None for a service account's key or a token."""
    given = credentials.read(door.secret)
    return given if isinstance(given, Consent) else None


def merged(known: Sequence[Person], found: Sequence[Person]) -> list[tuple[Person, Person | None]]:
    """Give every row, completed, with what it was; None for a new one. What a person wrote is never changed."""
    rows: list[tuple[Person, Person | None]] = [(person, person) for person in known]
    for one in found:
        for number, (row, before) in enumerate(rows):
            if _same(row, one):
                rows[number] = (_completed(row, one), before)
                break
        else:
            rows.append((one, None))
    return rows


def _same(row: Person, other: Person) -> bool:
    addresses = {address.casefold() for address in (row.email, row.google) if address}
    if other.email and other.email.casefold() in addresses:
        return True
    services = ("slack", "nextcloud", "mattermost")
    return any(getattr(row, name) and getattr(row, name) == getattr(other, name) for name in services)


def _completed(row: Person, other: Person) -> Person:
    missing = {name: getattr(other, name) for name in _COLUMNS if not getattr(row, name) and getattr(other, name)}
    return replace(row, **missing) if missing else row


async def _cloud(door: access.Access, workspace: Workspace, transport: httpx.AsyncBaseTransport | None) -> list[Person]:
    robots = {door.login, workspace.space.account if workspace.space else ""}
    async with Client(door.url, door.login, door.password, transport=transport) as client:
        admin = Admin(client)
        accounts = await admin.accounts() if await admin.is_administrator() else {}
    return [
        Person(one.name, one.email, nextcloud=login)
        for login, one in accounts.items()
        if one.enabled and login not in robots
    ]


async def _chat(door: access.Access, transport: httpx.AsyncBaseTransport | None) -> list[Person]:
    async with ChatClient(door.url, door.password, transport=transport) as client:
        admin = ChatAdmin(client)
        people = await admin.people() if admin.is_administrator else {}
    return [Person(one.name, one.email, mattermost=one.username) for one in people.values() if one.active]


async def _slack(path: Path) -> list[Person]:
    async with SlackSource([path]) as source:
        return [
            Person(user.real_name or user.shown, user.email, slack=user.id, role=user.title)
            for user in source.everyone.users
            if not user.bot and not user.deleted and not user.unknown
        ]


async def _google(door: access.GoogleAccess, transport: httpx.AsyncBaseTransport | None) -> list[Person]:
    async with GoogleClient(
        credentials.read(door.secret),
        account=door.account,
        api_url=door.api_url,
        transport=transport,
        scopes=DIRECTORY,
        narrow=lacking_directory(),
    ) as client:
        return [Person(one.name, one.email, google=one.email, role=one.title) async for one in listed(client)]
