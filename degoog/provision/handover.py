"""What degoog needs of servers it installed to go on: whether it has access, and what it is given where it has none."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx

from degoog.errors import Usage
from degoog.files import write_atomically
from degoog.i18n import _
from degoog.provision.runner import Order, Outcome
from degoog.secrets import Secret

PLAYBOOK = "handover.yml"
MEMORY = "handed.json"
_LONGEST = 72  # characters of a password: Mattermost's own limit (server/public/model/user.go)
_SHORTEST = 10  # what Nextcloud's password policy asks for


class State(StrEnum):
    """What a server says to an access."""

    GOOD = "good"
    REFUSED = "refused"
    SILENT = "silent"  # it cannot be asked from here, so nothing is known


@dataclass(frozen=True, slots=True)
class Handed:
    """An access that was given: whose, its secret, and whether its holder was sent a link to choose a password."""

    login: str
    secret: Secret
    mailed: bool
    token: str = ""


async def nextcloud(url: str, login: str, password: Secret, *, transport: httpx.AsyncBaseTransport | None) -> State:
    """Ask a Nextcloud whether an app password is still good. Asked once: ten refusals lock a network out."""
    auth = httpx.BasicAuth(login, password.reveal())
    return await _ask(f"{url}/ocs/v2.php/cloud/user?format=json", transport, auth=auth)


async def mattermost(url: str, _login: str, token: Secret, *, transport: httpx.AsyncBaseTransport | None) -> State:
    """Ask a Mattermost whether a token is still good."""
    return await _ask(f"{url}/api/v4/users/me", transport, token=token)


async def _ask(
    url: str,
    transport: httpx.AsyncBaseTransport | None,
    *,
    auth: httpx.BasicAuth | None = None,
    token: Secret | None = None,
) -> State:
    headers = {"OCS-APIRequest": "true"} | ({"Authorization": f"Bearer {token.reveal()}"} if token else {})
    async with httpx.AsyncClient(transport=transport, timeout=20, headers=headers, trust_env=False) as client:
        try:
            status = (await client.get(url, auth=auth, follow_redirects=False)).status_code
        except httpx.HTTPError:
            return State.SILENT
    return {200: State.GOOD, 401: State.REFUSED}.get(status, State.SILENT)


def order(given: Order, services: Collection[str], *, home: Path, password: Secret | None = None) -> Order:
    """Make of an order one that hands over what is asked: accesses, or with `password` the first account's password."""
    more: dict[str, object] = {"degoog_asked": sorted(services), "degoog_forget": _token(home)}
    if password is not None:
        more["degoog_password"] = password.reveal()
    return dataclasses.replace(given, playbook=PLAYBOOK, variables={**given.variables, **more})


def read(outcome: Outcome, service: str) -> Handed | None:
    """Give the access to a service that a run brought, None where it brought none."""
    if (told := outcome.handed.get(f"{service}.json")) is None:
        return None
    known = json.loads(told.reveal())
    return Handed(str(known["login"]), Secret(str(known["secret"])), bool(known["mailed"]), str(known.get("id", "")))


def authority(outcome: Outcome) -> str:
    """Give the certificates of the servers' own authorities, one after the other; empty where there are none."""
    found = (secret.reveal() for name, secret in sorted(outcome.handed.items()) if name.endswith(".pem"))
    return "".join(dict.fromkeys(found))


def remember(home: Path, token: str) -> None:
    """Note which token is ours, by its id: who revokes it must name it."""
    write_atomically(home / MEMORY, json.dumps({"mattermost": token}).encode(), mode=0o600)


def forget(home: Path) -> str:
    """Give the id of the token that was noted, and forget it; empty where there is none."""
    token = _token(home)
    (home / MEMORY).unlink(missing_ok=True)
    return token


def _token(home: Path) -> str:
    try:
        told = json.loads((home / MEMORY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(told.get("mattermost", "")) if isinstance(told, dict) else ""


def fit(password: Secret) -> Secret:
    """Give a password back that both services will take. Raises `Usage`."""
    if not _SHORTEST <= len(password.reveal()) <= _LONGEST or not password.reveal().isprintable():
        raise Usage(
            _(
                "This password cannot be set. To do: choose one of {least} to {most} characters, for example four "
                "words one after the other."
            ).format(least=_SHORTEST, most=_LONGEST)
        )
    return password
