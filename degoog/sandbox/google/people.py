"""Who has an account at the sandbox's Google, and the groups they are in."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

DOMAIN = "lauze.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A Google account. `domain` is empty for a private (Gmail) one; `admin` is a super administrator."""

    email: str
    name: str
    domain: str = DOMAIN
    admin: bool = False
    suspended: bool = False

    @property
    def number(self) -> str:
        """The account's number: `sub` in tokens, `permissionId` in Drive; twenty digits."""
        return number_of(self.email)


@cache
def number_of(address: str) -> str:
    """The number that stands for an address wherever Google shows no address."""
    return f"{int.from_bytes(hashlib.sha256(address.lower().encode()).digest()[:8]):020d}"


class Directory:
    """The accounts and groups there are; addresses are compared without case."""

    def __init__(self, people: Iterable[Person], groups: Iterable[tuple[str, Iterable[str]]] = ()) -> None:
        self.people = {person.email.lower(): person for person in people}
        self.groups = {address.lower(): frozenset(m.lower() for m in members) for address, members in groups}
        self._in: dict[str, frozenset[str]] = {}

    def find(self, email: str) -> Person | None:
        """The account of this address."""
        return self.people.get(email.lower())

    def name(self, email: str) -> str:
        """The display name of an address, the part before @ where it has no account here."""
        person = self.find(email)
        return person.name if person else email.partition("@")[0]

    def groups_of(self, email: str) -> frozenset[str]:
        """The groups this account is in."""
        if email not in self._in:
            self._in[email] = frozenset(group for group, members in self.groups.items() if email.lower() in members)
        return self._in[email]
