"""Which part of what an account sees is a lane's business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from degoog.errors import Usage
from degoog.google.drive import describe
from degoog.google.drive.listing import SharedDrive
from degoog.i18n import n_
from degoog.model import Ref


@dataclass(frozen=True, slots=True)
class Whole:
    """All that an account sees, but for the shared drives of these names, which other lanes move."""

    but: frozenset[str] = frozenset()

    def account(self, address: str) -> str:
        """Give the lane's source."""
        return f"Google Drive {address}"

    @property
    def key(self) -> str:
        """What tells it from another of its kind."""
        return "\n".join(sorted(self.but))


@dataclass(frozen=True, slots=True)
class Personal:
    """My Drive and what is shared with the account, without any shared drive."""

    key = ""

    def account(self, address: str) -> str:
        """Give the lane's source."""
        return f"Google Drive {address}"


@dataclass(frozen=True, slots=True)
class SharedDrives:
    """The shared drives of which the account is a member, but for these names, and nothing else."""

    but: frozenset[str] = frozenset()

    def account(self, address: str) -> str:
        """Give the lane's source."""
        return f"Google Drive: * ({address})"

    @property
    def key(self) -> str:
        """What tells it from another of its kind."""
        return "\n".join(sorted(self.but))


@dataclass(frozen=True, slots=True)
class OneDrive:
    """One shared drive, by its name."""

    name: str

    def account(self, _address: str) -> str:
        """Give the lane's source."""
        return f"Google Drive: {self.name}"

    @property
    def key(self) -> str:
        """What tells it from another of its kind."""
        return self.name


View = Whole | Personal | SharedDrives | OneDrive


@dataclass(frozen=True, slots=True)
class Scene:
    """A view, now that it is known what there is.

    `places` are what is listed: shared drives by id, and "" for the account itself. `top` is the id whose files lie at
    the lane's top, `drives` the shared drives that have a folder there, `others` those that are none of its business.
    `stray` is where what is not the account's own hangs when none of its folders can be seen.
    """

    places: tuple[str, ...] = ()
    top: str = ""
    drives: Mapping[str, SharedDrive] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    stray: Ref = describe.SHARED_WITH_ME

    def tells(self, place: str, told: Mapping[str, Any]) -> bool:
        """Whether a place has the word on a file: a shared drive's own list has, on what lies in it."""
        return bool(place) or told.get("driveId") not in self.drives


def scene(view: View, *, address: str, root: str, drives: Sequence[SharedDrive]) -> Scene:
    """Apply a view to what an account sees. Raises `Usage` where there is not exactly one drive of a name."""
    match view:
        case Whole(but):
            own = {drive.id: drive for drive in drives if drive.name not in but}
            others = frozenset(drive.id for drive in drives if drive.name in but)
            return Scene(("", *own), root, own, others)
        case Personal():
            return Scene(("",), root, {}, frozenset(drive.id for drive in drives))
        case SharedDrives(but):
            own = {drive.id: drive for drive in drives if drive.name not in but}
            return Scene(tuple(own), "", own, stray=describe.ORPHANS)
        case OneDrive(name):
            found = [drive.id for drive in drives if drive.name == name]
            if len(found) != 1:
                text = n_(
                    "{address} sees {number} shared drive “{name}”. Nothing was changed. To do: write the name as "
                    "Google shows it, give drives of one name different ones, or make {address} a member.",
                    "{address} sees {number} shared drives “{name}”. Nothing was changed. To do: write the name as "
                    "Google shows it, give drives of one name different ones, or make {address} a member.",
                    len(found),
                )
                raise Usage(text.format(address=address, name=name, number=len(found)))
            return Scene((found[0],), found[0], stray=describe.ORPHANS)
        case _:
            assert_never(view)
