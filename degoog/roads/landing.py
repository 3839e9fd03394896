"""Where lanes arrive: in degoog's own account at the target, or each person's things in their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from degoog import access
from degoog.ends import Destination, TargetKind
from degoog.model import SkipReason
from degoog.people import Person
from degoog.ports import Convert, Leg, Source, Target, as_it_is
from degoog.roads import Outside
from degoog.roads.withheld import Nowhere, Withheld
from degoog.secrets import Service


@dataclass(frozen=True, slots=True)
class Landing:
    """The targets of one run.

    `target` gives one that is not opened yet: for an account's login, empty for degoog's own, and a folder in it,
    empty for the usual one. `within` is what the address of such a target says after server and account.
    """

    to: Destination
    outside: Outside
    target: Callable[[Destination, str, str], Target[Any]]
    within: str = ""

    def at(self, login: str, folder: str = "") -> Target[Any]:
        """Give the target of an account; at a plain folder, one below it."""
        if self.to.kind is TargetKind.FOLDER:
            below = [part for part in (login, folder.strip("/")) if part]
            return self.target(replace(self.to, where=str(self.to.path.joinpath(*below))), "", "")
        return self.target(self.to, login, folder)

    def lane(self, source: Source[Any], person: Person, convert: Convert[Any, Any] = as_it_is) -> Leg:
        """Give the lane of a person's things: to their own account; to none where that is not known or connected."""
        login = person.nextcloud
        if login and self._connected(login):
            return Leg(source, self.at(login), convert)
        whose = login or address_of(person)
        return Leg(Withheld(source, SkipReason.NO_TARGET_ACCOUNT), Nowhere(self._address(whose)), convert)

    def everywhere(self, people: Sequence[Person]) -> Iterator[Target[Any]]:
        """Give degoog's own target, and those of people that are connected."""
        yield self.at("")
        logins = (person.nextcloud for person in people)
        yield from (self.at(login) for login in logins if login and self._connected(login))

    def _connected(self, login: str) -> bool:
        if self.to.kind is TargetKind.FOLDER:
            return True
        outside = self.outside
        own = access.nextcloud_login(outside.workspace, outside.environ)
        return login == own or outside.secrets().find(Service.NEXTCLOUD, login) is not None

    def _address(self, login: str) -> str:
        """Tell how the target of an account that is not connected would call itself."""
        if self.to.kind is TargetKind.FOLDER:
            return self.at(login).address
        url = access.nextcloud_url(self.outside.workspace, self.outside.environ)
        return f"{url} ({login}){self.within}"


def address_of(person: Person) -> str:
    """Give the address under which Google knows a person; empty where nobody wrote one."""
    return (person.google or person.email).casefold()
