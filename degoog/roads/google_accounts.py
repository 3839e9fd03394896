"""Whose Google a road reads: one account, or everybody of an organisation whose domain lets degoog act for them."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

from degoog import access
from degoog.config_schema import PeopleRoad
from degoog.errors import Usage
from degoog.google import credentials
from degoog.google.client import Client
from degoog.google.credentials import ServiceAccount
from degoog.http import Pacing, Time
from degoog.i18n import _
from degoog.people import Person
from degoog.roads import Outside
from degoog.roads.landing import address_of


class GoogleAccounts:
    """The accounts of one run, with no more rights than `scopes`.

    Raises `Usage` where degoog is not connected to Google, or a service account was not told whose things to move.
    """

    def __init__(self, road: str, section: PeopleRoad, outside: Outside, *, scopes: tuple[str, ...]) -> None:
        given = access.google(outside.workspace, outside.secrets, outside.environ)
        self.account = given.account
        self._api_url = given.api_url
        self._credentials = credentials.read(given.secret)
        self._outside = outside
        self._scopes = scopes
        self._pacing = Pacing(outside.time or Time())
        if isinstance(self._credentials, ServiceAccount) and not (self.account or section.accounts == "people"):
            raise Usage(
                _(
                    "A service account has nothing of its own: whose things are to be moved? To do: write the address "
                    "in workspace.yml (google: account:), or accounts: people in roads: {road}: for everybody."
                ).format(road=road)
            )

    def people(self) -> list[Person]:
        """Give everybody of people.csv who has an address at Google.

        Raises `Usage` where there is nobody, and where degoog may act for one person only.
        """
        if not isinstance(self._credentials, ServiceAccount):
            raise Usage(
                _(
                    "“accounts: people” needs a service account that may act for everybody. To do: run “degoog connect "
                    "google --credentials FILE” with its key, or write accounts: me."
                )
            )
        known = [person for person in self._outside.people() if address_of(person)]
        if not known:
            raise Usage(_("Whose things are to be moved? To do: write everybody's Google address into people.csv."))
        return known

    def client(self, account: str) -> Client:
        """Give the client of an account, not entered yet; all of them keep one pace."""
        outside = self._outside
        return Client(
            self._credentials,
            account=account,
            api_url=self._api_url,
            pacing=self._pacing,
            observer=outside.observer,
            transport=outside.transport,
            zone=ZoneInfo(outside.workspace.timezone) if outside.workspace else UTC,
            scopes=self._scopes,
        )
