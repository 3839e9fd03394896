"""Who should have an account, in which groups, with how much room: people.csv read against a space."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from degoog.i18n import _
from degoog.people import FILE, Person
from degoog.problems import Problem, Problems, Wrong, instead
from degoog.space import Space, spelling

LEFT = "left"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who should have an account, one login for both services; `own`: the login was made of the name."""

    login: str
    mattermost: str
    name: str
    email: str
    groups: frozenset[str]
    quota: int
    language: str
    own: bool
    line: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should be."""

    space: Space
    members: tuple[Member, ...]


def here(person: Person, day: date) -> bool:
    """Tell whether somebody is part of the structure on that day."""
    if person.has_left:
        return False
    return (person.arrives is None or person.arrives <= day) and (person.ends is None or day <= person.ends)


def wanted(
    space: Space, people: Sequence[Person], *, day: date, by_email: Callable[[str], str] = lambda _email: ""
) -> Wanted:
    """Say what should be on a day. `by_email` gives the login of an account that is there, empty without one.

    Raises `Problems` that names every line of people.csv that cannot be: an unknown group, a login that cannot be one,
    two people with one login.
    """
    problems: list[Problem] = []
    members: list[Member] = []
    for person in people:
        groups, wrong = _groups(space, person)
        problems += wrong
        if not here(person, day):
            continue
        written = person.nextcloud or by_email(person.email) or person.mattermost
        login = written or login_of(person)
        problems += _login(login, person)
        members.append(
            Member(
                login=login,
                mattermost=person.mattermost or login.lower(),
                name=person.name or person.email,
                email=person.email.casefold(),
                groups=groups,
                quota=_room(space, groups),
                language=person.language,
                own=not written,
                line=person.line,
            )
        )
    problems += _shared(members)
    if problems:
        raise Problems(FILE, problems)
    return Wanted(space, tuple(members))


def login_of(person: Person) -> str:
    """Make a login of a name, `Camille Roux` → `camille.roux`, or of an address where there is no name."""
    name = person.name or person.email.partition("@")[0]
    plain = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    return spelling.slug(plain).replace("-", ".")[:60].strip(".")


def _groups(space: Space, person: Person) -> tuple[frozenset[str], list[Problem]]:
    named = {group.name.casefold(): key for key, group in space.groups.items()}
    found: set[str] = set()
    problems = []
    for word in person.groups:
        key = word if word in space.groups else named.get(word.casefold(), "")
        if key:
            found.add(key)
        else:
            what = _("there is no group “{group}”.").format(group=word)
            problems.append(Problem(person.line, what, instead(word, list(space.groups))))
    guest = bool(found) and all(space.groups[key].external for key in found)
    if not guest:
        found |= {key for key, group in space.groups.items() if group.everyone}
    return frozenset(found), problems


def _login(login: str, person: Person) -> Iterator[Problem]:
    if person.nextcloud == login and login != login.lower():
        return  # Nextcloud allows it, and the account may be there already
    try:
        spelling.login(login)
    except Wrong as wrong:
        cure = _("write one in the column “nextcloud”: {cure}").format(cure=wrong.cure)
        yield Problem(person.line, wrong.what, cure)


def _shared(members: Sequence[Member]) -> Iterator[Problem]:
    for column in ("login", "mattermost"):
        seen: dict[str, int] = {}
        for member in members:
            name = str(getattr(member, column)).casefold()
            first = seen.setdefault(name, member.line)
            if first != member.line:
                what = _("the login “{login}” would be that of line {line} too.").format(login=name, line=first)
                cure = _("write another one in the column “{column}”.").format(
                    column="nextcloud" if column == "login" else column
                )
                yield Problem(member.line, what, cure)


def _room(space: Space, groups: frozenset[str]) -> int:
    sizes = [size for key in groups if (size := space.groups[key].quota) is not None]
    return max(sizes, default=space.quota)
