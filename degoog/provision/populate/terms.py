"""Whose time ends, who arrives, which groups are over: read from people.csv and the space, within some days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from degoog.people import Person
from degoog.provision.populate.wanted import LEFT, login_of
from degoog.space import Space


class Kind(StrEnum):
    """What is due."""

    ARRIVES = "arrives"
    ENDS = "ends"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Term:
    """One date: of a person, or of a group."""

    day: date
    kind: Kind
    name: str
    role: str = ""
    login: str = ""


def due(space: Space, people: Sequence[Person], *, today: date, days: int) -> Iterator[Term]:
    """Give what is due within some days, soonest first; whoever should have left long ago is there too."""
    last = today + timedelta(days=days)
    found: list[Term] = []
    for person in people:
        name = person.name or person.email
        login = person.nextcloud or login_of(person)
        if person.arrives and today <= person.arrives <= last:
            found.append(Term(person.arrives, Kind.ARRIVES, name, person.role, login))
        if person.ends and person.ends <= last and person.status.casefold() != LEFT:
            found.append(Term(person.ends, Kind.ENDS, name, person.role, login))
    found += [
        Term(group.ends, Kind.GROUP, group.name) for group in space.groups.values() if group.ends and group.ends <= last
    ]
    yield from sorted(found, key=lambda term: (term.day, term.name))
