"""The road of files from a live Google Drive: one account, or everybody of an organisation, a lane each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Protocol
from zoneinfo import ZoneInfo

from degoog import access
from degoog.config_schema import FilesRoad
from degoog.errors import Usage
from degoog.google import credentials
from degoog.google.client import Client
from degoog.google.credentials import Credentials, ServiceAccount
from degoog.google.drive import DriveSource, Flagged, Format, OneDrive, Owners, Personal, SharedDrives, View, Whole
from degoog.http import Pacing, Time
from degoog.i18n import _
from degoog.model import SkipReason
from degoog.people import Person
from degoog.ports import Blob, Leg, Target
from degoog.roads import Outside
from degoog.roads.withheld import Nowhere, Withheld


class Landing(Protocol):
    """Where lanes arrive."""

    def at(self, login: str, folder: str) -> Target[Blob]:
        """Give the target of an account's login, empty for degoog's own; in a folder, empty for the usual one."""

    def connected(self, login: str) -> bool:
        """Whether degoog may write there."""

    def address(self, login: str) -> str:
        """Tell how the target of an account that is not connected would call itself."""


def legs(section: FilesRoad, outside: Outside, landing: Landing) -> Sequence[Leg]:
    """Give the lanes. Raises `Usage` where degoog is not connected to Google, or nobody says for whom."""
    given = access.google(outside.workspace, outside.secrets, outside.environ)
    road = _Drive(section, outside, landing, credentials.read(given.secret), given.account, given.api_url)
    return road.everybody() if section.accounts == "people" else road.one()


@dataclass(slots=True)
class _Drive:
    section: FilesRoad
    outside: Outside
    landing: Landing
    credentials: Credentials
    account: str
    api_url: str
    pacing: Pacing = field(init=False)

    def __post_init__(self) -> None:
        self.pacing = Pacing(self.outside.time or Time())
        if isinstance(self.credentials, ServiceAccount) and not (self.account or self.section.accounts == "people"):
            raise Usage(
                _(
                    "A service account has no documents of its own: whose are to be moved? To do: write the address in "
                    "workspace.yml (google: account:), or accounts: people in roads: files: for everybody."
                )
            )

    def one(self) -> list[Leg]:
        """Give the lane of one account, and one for each shared drive that workspace.yml names."""
        names = frozenset(self.section.shared_drives)
        return [Leg(self._source(self.account, Whole(names)), self.landing.at("", "")), *self._listed(self.account)]

    def everybody(self) -> list[Leg]:
        """Give a lane for each person of people.csv, and for shared drives."""
        if not isinstance(self.credentials, ServiceAccount):
            raise Usage(
                _(
                    "“accounts: people” needs a service account that may act for everybody. To do: run “degoog connect "
                    "google --credentials FILE” with its key, or write accounts: me."
                )
            )
        known = [person for person in self.outside.people() if _address(person)]
        if not known:
            raise Usage(_("Whose documents are to be moved? To do: write everybody's Google address into people.csv."))
        addresses = {_address(person) for person in known}
        first = self.account or _address(known[0])
        found = [self._personal(person, addresses) for person in known]
        shared = SharedDrives(frozenset(self.section.shared_drives))
        return [*found, Leg(self._source(first, shared), self.landing.at("", "")), *self._listed(first)]

    def _personal(self, person: Person, everybody: set[str]) -> Leg:
        address, login = _address(person), person.nextcloud
        others = {one: SkipReason.MOVED_BY_OWNER for one in everybody if one != address}
        source = self._source(address, Personal(), Owners(others, frozenset(everybody)))
        if login and self.landing.connected(login):
            return Leg(source, self.landing.at(login, ""))
        return Leg(Withheld(source, SkipReason.NO_TARGET_ACCOUNT), Nowhere(self.landing.address(login or address)))

    def _listed(self, account: str) -> list[Leg]:
        return [
            Leg(self._source(account, OneDrive(name)), self.landing.at(where.account or "", where.folder))
            for name, where in self.section.shared_drives.items()
        ]

    def _source(self, account: str, view: View, owners: Owners = Owners()) -> DriveSource:  # noqa: B008 - frozen
        workspace = self.outside.workspace
        return DriveSource(
            self._client(account),
            view=view,
            documents=Format(self.section.documents),
            owners=owners,
            as_owner=lambda owner: self._client(owner) if owner.casefold() in owners.reachable else None,
            flagged=Flagged(workspace.google.flagged if workspace and workspace.google else "leave"),
        )

    def _client(self, account: str) -> Client:
        workspace = self.outside.workspace
        return Client(
            self.credentials,
            account=account,
            api_url=self.api_url,
            pacing=self.pacing,
            observer=self.outside.observer,
            transport=self.outside.transport,
            zone=ZoneInfo(workspace.timezone) if workspace else UTC,
        )


def _address(person: Person) -> str:
    return (person.google or person.email).casefold()
