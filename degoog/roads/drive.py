"""The road of files from a live Google Drive: one account, or everybody of an organisation, a lane each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from degoog.config_schema import FilesRoad
from degoog.google.drive import DriveSource, Flagged, Format, OneDrive, Owners, Personal, SharedDrives, View, Whole
from degoog.google.scopes import SCOPES
from degoog.model import SkipReason
from degoog.people import Person
from degoog.ports import Leg
from degoog.roads import FILES, Outside
from degoog.roads.google_accounts import GoogleAccounts
from degoog.roads.landing import Landing, address_of


def legs(section: FilesRoad, outside: Outside, landing: Landing) -> Sequence[Leg]:
    """Give the lanes. Raises `Usage` where degoog is not connected to Google, or nobody says for whom."""
    road = _Drive(section, outside, landing, GoogleAccounts(FILES, section, outside, scopes=SCOPES[FILES]))
    return road.everybody() if section.accounts == "people" else road.one()


@dataclass(frozen=True, slots=True)
class _Drive:
    section: FilesRoad
    outside: Outside
    landing: Landing
    google: GoogleAccounts

    def one(self) -> list[Leg]:
        """Give the lane of one account, and one for each shared drive that workspace.yml names."""
        names = frozenset(self.section.shared_drives)
        return [
            Leg(self._source(self.google.account, Whole(names)), self.landing.at("", "")),
            *self._listed(self.google.account),
        ]

    def everybody(self) -> list[Leg]:
        """Give a lane for each person of people.csv, and for shared drives."""
        known = self.google.people()
        addresses = {address_of(person) for person in known}
        first = self.google.account or address_of(known[0])
        found = [self._personal(person, addresses) for person in known]
        shared = SharedDrives(frozenset(self.section.shared_drives))
        return [*found, Leg(self._source(first, shared), self.landing.at("", "")), *self._listed(first)]

    def _personal(self, person: Person, everybody: set[str]) -> Leg:
        address = address_of(person)
        others = {one: SkipReason.MOVED_BY_OWNER for one in everybody if one != address}
        return self.landing.lane(self._source(address, Personal(), Owners(others, frozenset(everybody))), person)

    def _listed(self, account: str) -> list[Leg]:
        return [
            Leg(self._source(account, OneDrive(name)), self.landing.at(where.account or "", where.folder))
            for name, where in self.section.shared_drives.items()
        ]

    def _source(self, account: str, view: View, owners: Owners = Owners()) -> DriveSource:  # noqa: B008 - frozen
        workspace = self.outside.workspace
        return DriveSource(
            self.google.client(account),
            view=view,
            documents=Format(self.section.documents),
            owners=owners,
            as_owner=lambda owner: self.google.client(owner) if owner.casefold() in owners.reachable else None,
            flagged=Flagged(workspace.google.flagged if workspace and workspace.google else "leave"),
        )
