"""Which account stands for whom in the chat that is joined: people.csv first, then e-mail, then a new one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from degoog.convert.talk import stand_in_address
from degoog.model import Ref

LONGEST = 64  # model.UserNameMaxLength
# model.IsValidUsername and its reserved names; `here` would be a mention of everybody.
_RESERVED = frozenset({"all", "channel", "here", "matterbot", "system"})


class Accounts(Protocol):
    """What is known of the chat that is joined, once it is entered."""

    def by_email(self, email: str) -> str | None:
        """Give the username of the account with this address, None where there is none."""

    def exists(self, username: str) -> bool:
        """Whether an account has this name."""

    def has_public_channel(self, team: str, name: str) -> bool:
        """Whether a team has a public channel of this name."""


class Nobody:
    """The accounts of a chat that nobody asked: none."""

    def by_email(self, email: str) -> str | None:  # noqa: ARG002 - as `Accounts`
        """Give None."""
        return None

    def exists(self, username: str) -> bool:  # noqa: ARG002 - likewise
        """Give False."""
        return False

    def has_public_channel(self, team: str, name: str) -> bool:  # noqa: ARG002 - likewise
        """Give False."""
        return False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody who needs an account: `handle` is how they were called, `name` what people read."""

    ref: Ref
    id: str
    handle: str
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Assigned:
    """What people.csv says of somebody; empty where it says nothing."""

    username: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """An account: `known` where it exists already, `chosen` where people.csv speaks of this person."""

    username: str
    email: str = ""
    known: bool = False
    chosen: bool = False


def name_people(
    wanted: Iterable[Wanted],
    accounts: Accounts,
    assigned: Callable[[Wanted], Assigned | None] = lambda _one: None,
    *,
    earlier: Callable[[Ref], str] = lambda _ref: "",
) -> Mapping[str, Named]:
    """Give everybody's account, by id. The same people and accounts give the same names, in whatever order.

    Two people of one address share an account, and so do two whom people.csv gives the same. `earlier` gives the name
    of the account that somebody got in an earlier run, empty where there was none: whoever has no address there (a
    bot, for one) is known by nothing else.
    """
    named: dict[str, Named] = {}
    taken: set[str] = set()
    new: list[tuple[Wanted, str, bool]] = []
    by_email: dict[str, str] = {}
    for one in sorted(wanted, key=lambda one: (sanitised(one.handle) != one.handle, one.id)):
        said = assigned(one)
        email = ((said.email if said else "") or one.email).strip().lower()
        if said and said.username:
            username = said.username.lower()
            named[one.id] = Named(username, email, known=accounts.exists(username), chosen=True)
            taken.add(username)
            continue
        known = accounts.by_email(email) if email else None
        known = known or accounts.by_email(stand_in_address(one.ref)) or earlier(one.ref)
        if known:
            named[one.id] = Named(known, email, known=True, chosen=said is not None)
            taken.add(known)
        else:
            new.append((one, email, said is not None))
    for one, email, chosen in new:
        if email and email in by_email:
            named[one.id] = Named(by_email[email], email, chosen=chosen)
            continue
        username = _free(one, taken, accounts)
        taken.add(username)
        if email:
            by_email[email] = username
        named[one.id] = Named(username, email, chosen=chosen)
    return named


def sanitised(handle: str) -> str:
    """Give the nearest valid username: small letters, digits, `.` `-` `_`; may be empty. Idempotent."""
    plain = unicodedata.normalize("NFKD", handle.replace("ß", "ss").replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
    return re.sub(r"[^a-z0-9._-]+", "-", plain).strip("-.")[:LONGEST].rstrip("-.")


def _free(one: Wanted, taken: set[str], accounts: Accounts) -> str:
    base = sanitised(one.handle) or sanitised(one.name) or sanitised(one.id)
    marked = f"{base[: LONGEST - len(one.id) - 1]}-{one.id.lower()}"
    for username in (base, marked):
        if username not in taken and username not in _RESERVED and not accounts.exists(username):
            return username
    number = 2
    while f"{marked}-{number}"[-LONGEST:] in taken or accounts.exists(f"{marked}-{number}"[-LONGEST:]):
        number += 1
    return f"{marked}-{number}"[-LONGEST:]
