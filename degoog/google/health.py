"""What `degoog doctor` asks Google: the access, the clock, each permission, the API, and each person's delegation.

As GAM's `check serviceaccount` does: one after the other, so that the first that fails is the one to mend.
"""

from __future__ import annotations

import email.utils
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx

from degoog.errors import DegoogError, Unavailable, Usage
from degoog.google import credentials, hosts
from degoog.google.assertion import private_key
from degoog.google.client import Client
from degoog.google.credentials import Consent, Credentials, GivenToken, ServiceAccount, delegation_link
from degoog.google.fault import Fault
from degoog.google.hosts import Hosts
from degoog.google.judge import Judge
from degoog.google.scopes import FILES, OTHER_CONTACTS, SCOPES, shown
from degoog.google.tokens import Tokens
from degoog.http import Pacing, open_client
from degoog.i18n import _
from degoog.secrets import Secret

_FEW = 50  # people tried one by one; the others are like them


@dataclass(frozen=True, slots=True)
class Answered:
    """What one question came to: `good`, or what to do, with a link where one helps."""

    check: str
    good: bool
    what: str
    cure: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Whom to ask about: the access as it is kept, the account it is for, and everybody it should act for.

    `scopes` are the permissions that the roads of this workspace need.
    """

    secret: Secret
    account: str
    people: Sequence[str] = ()
    api_url: str = ""
    transport: httpx.AsyncBaseTransport | None = None
    scopes: tuple[str, ...] = FILES


def needed(roads: Sequence[str]) -> tuple[str, ...]:
    """Give the permissions that some roads need, `other contacts` being one; those of files for none."""
    scopes = SCOPES | {"other contacts": OTHER_CONTACTS}
    return tuple(scope for road in roads for scope in scopes[road]) or FILES


async def clock(question: Question) -> datetime | None:
    """Give Google's time, None where it tells none. Raises `Unavailable` where it does not answer."""
    async with open_client(judge=lambda _answer: None, pacing=Pacing(), transport=question.transport) as http:
        try:
            response = await http.get(Hosts(question.api_url).url(hosts.API, "/drive/v3/about"))
        except httpx.TransportError as error:
            raise Unavailable(_("Google does not answer. Check this computer's network.")) from error
    try:
        return email.utils.parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return None


async def examine(question: Question) -> AsyncIterator[Answered]:
    """Ask one thing after the other; what depends on one that failed is not asked."""
    try:
        given = credentials.read(question.secret)
        if isinstance(given, ServiceAccount):
            private_key(given)
    except Usage as wrong:
        yield _bad("google-access", str(wrong))
        return
    yield _good("google-access", _described(given, question.account))
    fine = True
    async for answered in _scopes(question, given):
        fine = fine and answered.good
        yield answered
    if not fine:
        return
    if set(FILES) <= set(question.scopes):  # Drive itself says whose access it is
        async for answered in _drive(question, given):
            yield answered
    if isinstance(given, ServiceAccount):
        async for answered in _people(question, given):
            yield answered


def _good(check: str, what: str) -> Answered:
    return Answered(check, good=True, what=what)


def _bad(check: str, what: str, cure: str = "", link: str = "") -> Answered:
    return Answered(check, good=False, what=what, cure=cure, link=link)


def _described(given: Credentials, account: str) -> str:
    match given:
        case ServiceAccount(email=address):
            return _("Google is read by the service account {email}; its key is whole").format(email=address)
        case Consent():
            return _("Google is read with the consent of {account}").format(account=given.account or account)
        case GivenToken():
            return _("Google is read with an access token that was given; it lasts an hour at most")


async def _scopes(question: Question, given: Credentials) -> AsyncIterator[Answered]:
    if isinstance(given, GivenToken):
        return
    where = Hosts(question.api_url)
    async with open_client(judge=Judge(question.account), pacing=Pacing(), transport=question.transport) as http:
        tokens = Tokens(http, where, given, question.account)
        granted: str | None = None
        for scope in question.scopes:
            name = _("Google lets degoog read: {scope}").format(scope=shown([scope]))
            try:
                if isinstance(given, ServiceAccount):
                    await tokens.grant((scope,))
                elif granted is None:
                    granted = (await tokens.grant()).scope
            except DegoogError as error:
                link = delegation_link(given) if isinstance(given, ServiceAccount) else ""
                yield _bad("google-scope", str(error), link=link)
                continue
            if granted and scope not in granted.split():
                cure = _("run “degoog connect google” again, and tick every box.")
                what = _("a permission is missing: {scope}").format(scope=shown([scope]))
                yield _bad("google-scope", what, cure)
            else:
                yield _good("google-scope", name)


async def _drive(question: Question, given: Credentials) -> AsyncIterator[Answered]:
    client = Client(given, account=question.account, api_url=question.api_url, transport=question.transport)
    try:
        async with client:
            told = await client.get("/drive/v3/about", {"fields": "user(emailAddress)"})
    except DegoogError as error:
        yield _bad("google-drive", str(error))
        return
    except Fault as what:
        yield _bad("google-drive", _("Google Drive answers: {words}").format(words=what))
        return
    user = told.get("user")
    address = str(user.get("emailAddress", "")) if isinstance(user, dict) else ""
    if question.account and address.casefold() != question.account.casefold():
        cure = _("run “degoog connect google” with the account {account}.").format(account=question.account)
        other = _("this access is {actual}'s, not {account}'s").format(actual=address, account=question.account)
        yield _bad("google-drive", other, cure)
    else:
        yield _good("google-drive", _("Google Drive answers for {account}").format(account=address))


async def _people(question: Question, given: ServiceAccount) -> AsyncIterator[Answered]:
    where = Hosts(question.api_url)
    async with open_client(judge=Judge(), pacing=Pacing(), transport=question.transport) as http:
        for person in question.people[:_FEW]:
            try:
                await Tokens(http, where, given, person).grant()
            except DegoogError as error:
                yield _bad("google-person", str(error))
            else:
                yield _good("google-person", _("degoog may read for {person}").format(person=person))
