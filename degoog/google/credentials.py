"""What proves to Google who asks: a person's consent, a service account's key, a token that somebody gave.

The files are Google's own: the client that the console gives to download (`installed`), `authorized_user` as gcloud
writes it, and `service_account`, the key of one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from degoog.errors import Usage
from degoog.google.scopes import ALL
from degoog.i18n import _
from degoog.secrets import Secret


@dataclass(frozen=True, slots=True)
class DesktopClient:
    """What a structure made in its console; its secret is none (RFC 8252 §8.5), but it is treated as one."""

    id: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class Consent:
    """One person's lasting consent. `account` is empty where the file does not say whose."""

    client: DesktopClient
    refresh_token: Secret
    account: str = ""

    def secret(self) -> Secret:
        """Give it in the form in which it is kept and given: an authorised user's file."""
        told = {
            "type": "authorized_user",
            "client_id": self.client.id,
            "client_secret": self.client.secret.reveal(),
            "refresh_token": self.refresh_token.reveal(),
            "account": self.account,
        }
        return Secret(json.dumps(told))


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account's key, which acts for people where their domain has delegated that."""

    email: str
    id: str  # the number that the domain's delegation names
    key_id: str
    key: Secret
    project: str = ""


@dataclass(frozen=True, slots=True)
class GivenToken:
    """An access token that somebody else got and renews."""

    token: Secret


Credentials = Consent | ServiceAccount | GivenToken


def read(secret: Secret) -> Credentials:
    """Read what is kept or given: one of Google's files, or else an access token. Raises `Usage`."""
    text = secret.reveal().strip()
    if not text.startswith("{"):
        return GivenToken(Secret(text))
    match parsed(secret):
        case DesktopClient():
            raise Usage(
                _(
                    "This file describes a client, not yet somebody's consent. "
                    "To do: run “degoog connect google --credentials FILE” with it first."
                )
            )
        case found:
            return found


def parsed(secret: Secret) -> DesktopClient | Consent | ServiceAccount:
    """Read one of Google's files. Raises `Usage` for anything else."""
    try:
        told = json.loads(secret.reveal())
    except ValueError:
        told = None
    match told:
        case {"installed": {"client_id": str(id_), "client_secret": str(word)}}:
            return DesktopClient(id_, Secret(word))
        case {"web": dict()}:
            raise Usage(
                _(
                    "This client is one for a web site, which Google lets no program on a computer use. To do: in the "
                    "console, make another one of the type “Desktop app”."
                )
            )
        case {"type": "authorized_user", "client_id": str(id_), "refresh_token": str(token), **more}:
            client = DesktopClient(id_, Secret(str(more.get("client_secret", ""))))
            return Consent(client, Secret(token), str(more.get("account", "")))
        case {"type": "service_account", "client_email": str(email), "private_key": str(key), **more}:
            return _service_account(email, key, more)
        case _other:
            raise Usage(
                _(
                    "This is none of the files that Google gives: a desktop client, a service account's key or an "
                    "authorised user. To do: download it again from the Google console, as JSON."
                )
            )


def delegation_link(account: ServiceAccount, more: tuple[str, ...] = ()) -> str:
    """Give the page of the admin console on which the delegation is granted, filled in (as GAM does).

    What is granted there replaces what was: `more` comes beside what migrations need.
    """
    scopes = ",".join(dict.fromkeys((*ALL, *more)))
    return (
        "https://admin.google.com/ac/owl/domainwidedelegation"
        f"?clientScopeToAdd={scopes}&clientIdToAdd={account.id}&overwriteClientId=true"
    )


def _service_account(email: str, key: str, more: dict[Any, Any]) -> ServiceAccount:
    return ServiceAccount(
        email=email,
        id=str(more.get("client_id", "")),
        key_id=str(more.get("private_key_id", "")),
        key=Secret(key),
        project=str(more.get("project_id", "")),
    )
