"""What every target of calendars and contacts must do where deletions are followed, beside being a target."""

from __future__ import annotations

from typing import Any

import pytest

from degoog.model import Departure, Intent, Place
from degoog.ports import Kept, Settled
from tests.contract.agenda_site import AgendaSite
from tests.contract.site import Desk
from tests.contract.target_leaving import give_up


class AgendaLeaving:
    """Mixed into the contract, whose `make`, `write` and `thing` it uses."""

    make: Any
    write: Any
    thing: Any

    @pytest.fixture
    def one(self, site: AgendaSite, desk: Desk, book: str) -> Settled:
        return desk.one(self.write(site, f"{book}/r{self.ending(site)}", self.thing(site.component, "un", "Réunion")))

    def test_a_thing_leaves_and_where_there_is_a_trash_it_is_there(self, site, desk, book, one):
        other = desk.one(self.write(site, f"{book}/a{self.ending(site)}", self.thing(site.component, "deux", "Autre")))

        assert give_up(desk, one) is None
        assert set(desk.listing(book)) == {other.path.rpartition("/")[2]}
        assert ("un" in site.trashed(book)) is site.trash

    def test_what_somebody_changed_does_not_leave(self, site, desk, book, one):
        theirs = self.thing(site.component, "un", "Réunion en salle 2")
        site.foreign_write(one.path, theirs)

        assert give_up(desk, one) == Kept(Departure.EDITED)
        assert b"salle 2" in site.read(one.path)

    def test_what_somebody_changes_at_that_moment_does_not_leave(self, site, desk, book, one):
        theirs = self.thing(site.component, "un", "Réunion en salle 2")

        assert give_up(desk, one, between=lambda: site.foreign_write(one.path, theirs)) == Kept(Departure.EDITED)
        assert b"salle 2" in site.read(one.path)

    def test_what_somebody_took_away_is_absent(self, site, desk, book, one):
        site.remove(one.path)

        assert give_up(desk, one) == Kept(Departure.ABSENT)

    def test_a_collection_leaves_with_what_is_in_it(self, site, desk):
        made = desk.one(self.make(site, "Ateliers"))
        desk.one(self.write(site, f"Ateliers/r{self.ending(site)}", self.thing(site.component, "un", "Réunion")))

        assert give_up(desk, made) is None
        assert "Ateliers" not in desk.listing()
        assert give_up(desk, made) == Kept(Departure.ABSENT)

    def test_a_collection_stays_into_which_somebody_puts_something_at_that_moment(self, site, desk):
        made = desk.one(self.make(site, "Ateliers"))
        path, data = f"Ateliers/x{self.ending(site)}", self.thing(site.component, "eux", "À eux")

        assert isinstance(give_up(desk, made, between=lambda: site.foreign_write(path, data)), Kept)
        assert "Ateliers" in desk.listing()

    def test_a_collection_that_was_there_is_known_as_somebodys(self, site, desk):
        site.foreign_make("Ateliers")

        assert desk.one(self.make(site, "Ateliers")).found
        left = self.make(site, "Ateliers")
        assert not desk.one(type(left)(left.item, Place("Ateliers", intent=Intent("Ateliers")), left.value)).found

    def test_it_says_whether_it_keeps_what_it_gives_up(self, site, desk):
        async def go(target) -> bool:
            return bool(await target.trash.lasting())

        assert desk.run(go) is site.trash

    def ending(self, site: AgendaSite) -> str:
        return ".vcf" if site.component == "VCARD" else ".ics"
