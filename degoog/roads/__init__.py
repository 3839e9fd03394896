"""The composition root: which sources, which targets and which conversion each road is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import time as wall_clock
from typing import TYPE_CHECKING, Protocol

from degoog.agreements import Agreements
from degoog.config_schema import FilesRoad, RoadSection, Workspace
from degoog.ends import Destination, Origin, SourceKind, TargetKind, example
from degoog.errors import Usage
from degoog.i18n import _
from degoog.people import Person
from degoog.ports import Earlier, Leg, Observer, Target
from degoog.secrets import Secrets

if TYPE_CHECKING:
    from typing import Any

    import httpx

    from degoog.http import Time

FILES = "files"
CALENDARS = "calendars"
CONTACTS = "contacts"
TASKS = "tasks"
CHANNELS = "channels"


@dataclass(frozen=True, slots=True)
class Outside:
    """What reaches the world: the environment, the secrets, who is who; for tests, a transport and a time."""

    environ: Mapping[str, str]
    workspace: Workspace | None
    secrets: Callable[[], Secrets]
    observer: Observer
    people: Callable[[], Sequence[Person]] = tuple
    agreements: Callable[[], Agreements] = Agreements
    transport: httpx.AsyncBaseTransport | None = None
    time: Time | None = None
    clock: Callable[[], float] = wall_clock


@dataclass(frozen=True, slots=True)
class Given:
    """What was given for one run: it wins over workspace.yml."""

    sources: Sequence[Origin] = ()
    to: Destination | None = None
    into: str | None = None


class Road(Protocol):
    """One kind of thing to move. Nothing is opened yet by what it gives."""

    @property
    def name(self) -> str:
        """What people call it."""

    def section(self, workspace: Workspace | None) -> RoadSection:
        """Give what workspace.yml says of this road."""

    def legs(self, given: Given, outside: Outside, earlier: Earlier) -> Sequence[Leg]:
        """Give the lanes to run, one for each account. Raises `Usage` for what is missing or not connected."""

    def targets(self, given: Given, outside: Outside) -> Sequence[Target[Any]]:
        """Give only where things went, to compare. Raises `Usage`."""


def road(name: str) -> Road:
    """Give a road by its name; loads no service yet."""
    if name == FILES:
        from degoog.roads.files import Files

        return Files()
    if name == CHANNELS:
        from degoog.roads.channels import Channels

        return Channels()
    from degoog.roads.agendas import ROADS

    return ROADS[name]()


def sources_of(section: RoadSection, given: Given, *, missing: str) -> tuple[Origin, ...]:
    """Give where things come from: what was given for this run, else the workspace. Raises `Usage(missing)`."""
    if not (given.sources or section.source):
        raise Usage(missing)
    return tuple(given.sources) or section.source


def target_of(section: RoadSection, given: Given, *, missing: str) -> Destination:
    """Give where things go, likewise: there is no default."""
    destination = given.to or section.to
    if destination is None:
        raise Usage(missing)
    return destination


def again(address: str, *, road: str) -> list[str]:
    """Give the options that name a target again, from the address that the ledger keeps."""
    if address.startswith(f"{TargetKind.FOLDER}:"):
        return ["--to", str(Destination(TargetKind.FOLDER, address.partition(":")[2]).near())]
    if road == CHANNELS:
        return ["--to", str(TargetKind.MATTERMOST)]
    _account, mark, into = address.rpartition("), ")
    given = ["--into", into] if mark and into != FilesRoad().into else []
    return ["--to", str(TargetKind.NEXTCLOUD), *given]


def no_such_source(origin: Origin, known: Sequence[SourceKind]) -> Usage:
    """Give the error for a source that a road cannot read, with those it can."""
    return Usage(
        _("degoog cannot read this from “{source}” yet. To do: use {known}.").format(
            source=origin, known=_(" or ").join(f"--source {example(kind)}" for kind in known)
        )
    )
