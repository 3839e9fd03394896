"""Which releases a server goes through to the one wanted, and what stands in the way. Pure: nothing is asked here.

Nextcloud goes from one major to the next, never over one (provisioning.md §3.1, "Upgrades").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from degoog import wording
from degoog.i18n import _
from degoog.provision.artefacts import AppRelease, Artefact, number

_ROOM_TO_SPARE = 1_000_000_000
_MEMORY = 900  # MiB: `occ upgrade` with 512 MB for PHP beside a database

# The applications that exist for a release of Nextcloud, by name; None where they cannot be known.
Catalogue = Callable[[Artefact], Mapping[str, AppRelease] | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one machine holds of one service, as the playbook look.yml tells it."""

    host: str
    service: str
    current: str
    begun: Mapping[str, str]
    tables: str
    unfinished: bool
    apps: Mapping[str, str]
    size: int
    free: int
    memory: int
    php: str
    backup: bool

    @classmethod
    def of(cls, host: str, service: str, told: Mapping[str, Any]) -> Seen:
        """Read what the playbook told of a machine on which the service is."""
        one = told[service]
        return cls(
            host=host, service=service, current=one["current"], begun=one["begun"], tables=one.get("tables", ""),
            unfinished=bool(one.get("unfinished")), apps=one.get("apps", {}), size=int(one["size"]),
            free=int(told["free"]), memory=int(told["memory"]), php=str(told["php"]), backup=bool(told["backup"]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """From one release to the next. `apps` are brought along; `without` are switched off before.

    From a release to itself where only applications have newer ones.
    """

    before: str
    after: Artefact
    apps: tuple[AppRelease, ...] = ()
    without: tuple[str, ...] = ()
    resumed: bool = False

    @property
    def applications_only(self) -> bool:
        """Whether the release stays as it is."""
        return self.before == self.after.version


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an upgrade does not begin, and what to do."""

    what: str
    cure: str

    def __str__(self) -> str:
        return _("{what} To do: {cure}").format(what=self.what, cure=self.cure)


@dataclass(frozen=True, slots=True)
class Way:
    """What is to be done on one machine for one service: nothing, steps, or first something else.

    `life` is when the makers of the release in use stop mending it, empty where that is not known.
    """

    seen: Seen
    life: str = ""
    steps: tuple[Step, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()


def way(
    seen: Seen, wanted: Artefact, pinned: Sequence[Artefact], catalogue: Catalogue, *, without: Sequence[str] = ()
) -> Way:
    """Give the way of one service on one machine to the release wanted; `pinned` are all releases that are known."""
    through, obstacles = releases(seen, wanted, pinned)
    steps: list[Step] = []
    before, off = seen.begun.get("before") or seen.current, set[str]()
    for release in through:
        apps: list[AppRelease] = []
        gone: list[str] = []
        found = catalogue(release) if seen.apps else {}
        for app in sorted(seen.apps):
            if app in off:
                continue
            if found is None:
                if number(before)[0] != release.major:
                    obstacles.append(_unknown(release))
                break
            if app in found:
                apps.append(found[app])
            elif app in without:
                gone.append(app)
            elif number(seen.current)[0] != release.major:
                obstacles.append(_lacking(app, release))
        off |= set(gone)
        if release.php and seen.php not in release.php:
            obstacles.append(_other_php(seen, release))
        resumed = release.version == seen.begun.get("version")
        steps.append(Step(before, release, tuple(apps), tuple(gone), resumed))
        before = release.version
    if not steps and not obstacles:
        steps += _newer_applications(seen, pinned, catalogue)
    if steps:
        obstacles += _room(seen, steps)
    life = next((one.end_of_life for one in pinned if one.version == seen.current), "")
    return Way(seen, life, tuple(steps), tuple(dict.fromkeys(obstacles)))


def releases(seen: Seen, wanted: Artefact, pinned: Sequence[Artefact]) -> tuple[list[Artefact], list[Obstacle]]:
    """Give the releases to go through, that of an upgrade which has begun first, and what stands in the way of them."""
    through: list[Artefact] = []
    reached = seen.current
    begun = seen.begun.get("version") or (seen.current if seen.unfinished else "")
    if begun:
        resumed = next((one for one in pinned if one.version == begun), None)
        if resumed is None:
            return [], [_unpinned(seen, begun)]
        through, reached = [resumed], begun
    if number(reached) > wanted.number:
        return through, [] if through else [_older(seen, wanted)]
    if number(reached) == wanted.number:
        return through, []
    if seen.service == "nextcloud":
        for major in range(number(reached)[0] + 1, wanted.major):
            between = [one for one in pinned if one.major == major]
            if not between:
                return through, [_gap(seen, major)]
            through.append(max(between, key=lambda one: one.number))
    return [*through, wanted], []


def _newer_applications(seen: Seen, pinned: Sequence[Artefact], catalogue: Catalogue) -> Iterator[Step]:
    """Give a step within the release in use where applications have newer ones that work with it."""
    current = next((one for one in pinned if one.version == seen.current), None)
    found = (catalogue(current) or {}) if current and seen.apps else {}
    apps = tuple(
        found[app]
        for app, version in sorted(seen.apps.items())
        if app in found and number(found[app].version) > number(version)
    )
    if current and apps:
        yield Step(seen.current, current, apps)


def _room(seen: Seen, steps: Sequence[Step]) -> Iterator[Obstacle]:
    # One tree beside the one in use, its packed archive, and a copy of the tables: the old trees go as one advances.
    wanted = 2 * seen.size + _ROOM_TO_SPARE
    if seen.free < wanted and not steps[0].resumed:
        yield Obstacle(
            _("{host} has {free} left on its disk; this upgrade wants {wanted}.").format(
                host=seen.host, free=wording.size(seen.free), wanted=wording.size(wanted)
            ),
            _("make room there, then run the same command again."),
        )
    if seen.memory < _MEMORY:
        yield Obstacle(
            _("{host} has {size} of memory; an upgrade wants {wanted}.").format(
                host=seen.host, size=wording.size(seen.memory * 1_048_576), wanted=wording.size(_MEMORY * 1_048_576)
            ),
            _("have your host give it more, at least for the upgrade."),
        )


def _lacking(app: str, release: Artefact) -> Obstacle:
    return Obstacle(
        _("The application “{app}” has no release for Nextcloud {major} yet.").format(app=app, major=release.major),
        _("wait for one, or do without it (its data stay): degoog upgrade --without {app}").format(app=app),
    )


def _unknown(release: Artefact) -> Obstacle:
    return Obstacle(
        _("It cannot be known which applications exist for Nextcloud {major}.").format(major=release.major),
        _("check that this computer reaches apps.nextcloud.com, or describe them under “apps:” in the file of pins."),
    )


def _other_php(seen: Seen, release: Artefact) -> Obstacle:
    return Obstacle(
        _("Nextcloud {version} does not work with PHP {php}, which {host} has.").format(
            version=release.version, php=seen.php, host=seen.host
        ),
        _("have a machine whose Debian has PHP {known}, and restore a backup there.").format(
            known=", ".join(release.php)
        ),
    )


def _gap(seen: Seen, major: int) -> Obstacle:
    return Obstacle(
        _("Nextcloud goes from one major to the next, and degoog has no checksum for any release of {major}.").format(
            major=major
        ),
        _("add one to the file named by “archives: pins:” in workspace.yml ({host} has {version}).").format(
            host=seen.host, version=seen.current
        ),
    )


def _older(seen: Seen, wanted: Artefact) -> Obstacle:
    return Obstacle(
        _("{host} has {program} {current}, which is newer than {wanted}: there is no way back.").format(
            host=seen.host, program=seen.service.capitalize(), current=seen.current, wanted=wanted.version
        ),
        _("name {current} or a newer release in workspace.yml.").format(current=seen.current),
    )


def _unpinned(seen: Seen, version: str) -> Obstacle:
    return Obstacle(
        _("{host} is in the middle of an upgrade to {program} {version}, of which degoog has no checksum.").format(
            host=seen.host, program=seen.service.capitalize(), version=version
        ),
        _("add it to the file named by “archives: pins:” in workspace.yml, then run the same command again."),
    )


def ended(life: str, today: date) -> bool:
    """Tell whether the makers of a release no longer mend it; one whose end (`2027-02`, a day) is not known lives."""
    if not life:
        return False
    parts = [int(part) for part in life.split("-")]
    return (today.year, today.month, today.day)[: len(parts)] > tuple(parts)
