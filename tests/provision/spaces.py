"""Spaces and people for tests of populating, and a way to make a space's ids a test's own on a shared server."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from degoog.access import Access
from degoog.people import Person
from degoog.provision.populate.actions import Action
from degoog.provision.populate.site import AppPasswords, Doors, Failure, Plan, Removals, Site
from degoog.secrets import Secret
from degoog.space import Space
from degoog.space.schema import letters
from degoog.templates import Library, combine

DAY = date(2026, 11, 25)


def space(*names: str, token: str = "", language: str = "fr", **answers: Any) -> Space:
    """The space of a template; with a token every id and name is the test's own."""
    made = combine(Library(language=language), names, structure="Les Jardins de la Lauze", answers=answers).space
    return _own(made, token) if token else made


def _own(made: Space, token: str) -> Space:
    told = made.model_dump()
    told["account"] = f"{token}-agendas"
    groups = told["groups"].items()
    told["groups"] = {f"{token}-{key}": {**one, "name": f"{token} {one['name']}"} for key, one in groups}
    for part in ("folders", "calendars"):
        for one in told[part].values():
            one["groups"] = {
                f"{token}-{key}": letters(right) if part == "folders" else ("rw" if right else "r")
                for key, right in one["groups"].items()
            }
            one["name"] = f"{token} {one['name']}"
    teams = {}
    for key, team in told["teams"].items():
        team["groups"] = [f"{token}-{group}" for group in team["groups"]]
        team["name"] = f"{token} {team['name']}"
        for channel in team["channels"].values():
            channel["groups"] = [f"{token}-{group}" for group in channel["groups"]]
        teams[f"{token}-{key}"] = team
    return Space.model_validate(told | {"teams": teams})


def people(made: Space, token: str = "") -> tuple[Person, ...]:
    """Two people, in every second group each."""
    inside = [key for key, group in made.groups.items() if not group.everyone and not group.external]
    found = []
    for line, (name, login) in enumerate((("Zoé Ôtre", "zoe"), ("علي", "ali")), 2):
        email, groups = f"{login}{token}@lauze.example", tuple(inside[line % 2 :: 2])
        found.append(Person(name, email, nextcloud=f"{token}{login}", groups=groups, language="fr", line=line))
    return tuple(found)


@dataclass
class Provisioner:
    """Somebody who populates, with a keyring and a memory of their own."""

    home: Path
    cloud: Access | None = None
    chat: Access | None = None
    kept: dict[str, Secret] = field(default_factory=dict)

    def site(self) -> Site:
        doors = Doors(
            self.cloud, self.chat, owner=self.kept.get, keep=self.kept.__setitem__,
            keep_initial=lambda login, secret: self.kept.__setitem__(f"{login}/first", secret),
        )  # fmt: skip
        return Site(doors, home=self.home)

    async def look(self, made: Space, known: tuple[Person, ...] = (), *, removals: Removals = Removals.NOTHING) -> Plan:
        """What would be done."""
        async with self.site() as site:
            return await site.plan(made, known, day=DAY, removals=removals)

    async def make(
        self, made: Space, known: tuple[Person, ...] = (), *, removals: Removals = Removals.NOTHING,
        app_passwords: AppPasswords = AppPasswords.NONE,
    ) -> tuple[list[Action], list[Failure]]:  # fmt: skip
        """What was done, and what was refused."""
        done: list[Action] = []
        async with self.site() as site:
            plan = await site.plan(made, known, day=DAY, removals=removals)
            failures = await site.apply(plan, app_passwords=app_passwords, told=done.append)
        return done, failures
