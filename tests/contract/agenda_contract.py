"""What every target of calendars and contacts must do, beside being a target."""

from __future__ import annotations

import pytest

from degoog.convert.held import held
from degoog.convert.identity import same, uid_in, with_uid
from degoog.convert.traits import Traits
from degoog.model import FailReason, Intent, Item, Kind, Place, Ref, Stage
from degoog.ports import Blob, Failed, Make, Move, Settled, Target, Unknown, Write
from tests.contract.agenda_leaving import AgendaLeaving
from tests.contract.agenda_site import AgendaSite
from tests.contract.site import Desk, beside

KINDS = {
    "VEVENT": (Kind.CALENDAR, Kind.EVENT, ".ics"),
    "VTODO": (Kind.TASK_LIST, Kind.TASK, ".ics"),
    "VCARD": (Kind.ADDRESS_BOOK, Kind.CONTACT, ".vcf"),
}


def thing(component: str, uid: str, title: str, *, more: str = "") -> bytes:
    """An object as degoog writes one."""
    if component == "VCARD":
        lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:{title}", f"N:;{title};;;", more, "END:VCARD", ""]
    else:
        when = "DTSTART:20260312T170000Z" if component == "VEVENT" else "DUE;VALUE=DATE:20260312"
        lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//degoog//degoog//EN", f"BEGIN:{component}", f"UID:{uid}",
            "DTSTAMP:20260101T000000Z", when, f"SUMMARY:{title}", more, f"END:{component}", "END:VCALENDAR", "",
        ]  # fmt: skip
    return "\r\n".join(line for line in [*lines[:-1]] if line).encode() + b"\r\n"


class AgendaContract(AgendaLeaving):
    """The tests. A backend is a subclass with a `site` fixture."""

    @pytest.fixture
    def site(self) -> AgendaSite:
        raise NotImplementedError

    @pytest.fixture
    def desk(self, site: AgendaSite) -> Desk:
        return Desk(site)  # type: ignore[arg-type]

    @pytest.fixture
    def book(self, site: AgendaSite, desk: Desk) -> str:
        """A collection with a nasty name, made."""
        (made,) = desk.settled(self.make(site, "Équipe d’été (2)"))
        return made.path

    thing = staticmethod(thing)

    def make(self, site: AgendaSite, name: str, *, look: Traits | None = None, **place) -> Make:
        kind = KINDS[site.component][0]
        look = look or Traits(name, site.component, "#16a765")
        return Make(Item(Ref("test", name), None, kind, name, Stage.HOLDERS), Place(name, **place), look)

    def write(self, site: AgendaSite, path: str, data: bytes, **place) -> Write[Blob]:
        item = Item(Ref("test", path), None, KINDS[site.component][1], path, Stage.CONTENT, content=path)
        return Write(item, Place(path, **place), held(data))

    def again(self, done: Settled, data: bytes) -> Write[Blob]:
        return Write(done.item, Place(done.path, was=done.path, proof=done.proof), held(data))

    # Arriving.

    def test_what_is_put_is_there_and_proven(self, site, desk, book):
        data = thing(site.component, "un@lauze.example", "Réunion")

        done = desk.one(self.write(site, f"{book}/Réunion #1{KINDS[site.component][2]}", data))

        assert same(site.read(done.path), data)
        (seen,) = desk.listing(book).values()
        assert (seen.id, seen.etag, seen.size) == (done.proof.id, done.proof.etag, done.proof.size)
        algorithm, _colon, _hex = done.proof.digest.partition(":")

        async def hashed(target: Target[Blob]) -> str:
            return await target.digest(done.path, algorithm)

        assert desk.run(hashed) == done.proof.digest
        assert not done.losses

    def test_a_collection_has_its_name_and_look_and_gets_them_anew(self, site, desk):
        made = desk.one(self.make(site, "Agenda", look=Traits("Agenda", site.component, "#16a765", "Europe/Paris")))
        told = site.look(made.path)
        assert "Agenda" in told
        assert site.component == "VCARD" or ("#16a765" in told.lower() and "TZID:Europe/Paris" in told)

        desk.one(self.make(site, "Agenda", look=Traits("Nouveau nom", site.component, "#ff0000"), proof=made.proof))

        told = site.look(made.path)
        assert "Nouveau nom" in told
        assert site.component == "VCARD" or "#ff0000" in told.lower()

    def test_a_collection_that_is_there_is_adopted_and_keeps_its_look(self, site, desk):
        site.foreign_make("Agenda")

        made = desk.one(self.make(site, "Agenda", look=Traits("Autre", site.component)))

        assert made.path == "Agenda"
        assert "Autre" not in site.look("Agenda")

    def test_a_collection_of_another_kind_is_left_alone(self, site, desk):
        other = "VTODO" if site.component == "VEVENT" else "VEVENT"
        if site.component == "VCARD":
            pytest.skip("address books and calendars lie apart")
        site.foreign_make("Agenda", component=other)

        made = desk.one(self.make(site, "Agenda"))

        assert beside(made) == ["Agenda"]
        desk.one(self.write(site, f"{made.path}/x.ics", thing(site.component, "x", "X")))

    def test_collections_are_listed_and_only_those_of_the_kind(self, site, desk, book):
        assert book in desk.listing()
        assert all(seen.holder for seen in desk.listing().values())
        assert not {"inbox", "outbox", "trashbin"} & desk.listing().keys()

    # Dying and coming back.

    def test_what_a_killed_run_put_is_adopted(self, site, desk, book):
        data, path = thing(site.component, "un", "Réunion"), f"{book}/r{KINDS[site.component][2]}"
        first = desk.one(self.write(site, path, data))

        second = desk.one(self.write(site, path, data, intent=Intent(path)))

        assert (second.path, second.proof, second.found) == (first.path, first.proof, False)
        assert len(desk.listing(book)) == 1

    def test_what_lay_there_before_counts_as_found_and_is_not_written(self, site, desk, book):
        data, path = thing(site.component, "un", "Réunion"), f"{book}/r{KINDS[site.component][2]}"
        site.foreign_write(path, data)
        before = desk.listing(book)

        done = desk.one(self.write(site, path, data))

        assert done.found
        assert desk.listing(book) == before

    def test_the_same_under_another_name_is_found_there(self, site, desk, book):
        ending = KINDS[site.component][2]
        data = thing(site.component, "un@lauze.example", "Réunion")
        site.foreign_write(f"{book}/brought-by-hand{ending}", data)

        done = desk.one(self.write(site, f"{book}/r{ending}", data))

        assert (done.path, done.found) == (f"{book}/brought-by-hand{ending}", True)

    def test_a_lost_answer_is_found_out(self, site, desk, book):
        data, path = thing(site.component, "un", "Réunion"), f"{book}/r{KINDS[site.component][2]}"
        site.wire.lose("PUT", "/r.")

        (result,) = desk.close(self.write(site, path, data))
        if isinstance(result, Unknown):
            result = desk.one(self.write(site, path, data, intent=Intent(path)))

        assert isinstance(result, Settled)
        assert len(desk.listing(book)) == 1

    # Nobody's work is lost.

    def test_an_update_takes_the_place_of_what_is_ours(self, site, desk, book):
        path = f"{book}/r{KINDS[site.component][2]}"
        done = desk.one(self.write(site, path, thing(site.component, "un", "Réunion")))

        new = thing(site.component, "un", "Assemblée")
        now = desk.one(self.again(done, new))

        assert (now.path, len(desk.listing(book))) == (path, 1)
        assert same(site.read(path), new)
        assert now.proof.etag != done.proof.etag

    def test_an_update_that_got_through_before_a_kill_is_adopted(self, site, desk, book):
        path = f"{book}/r{KINDS[site.component][2]}"
        done = desk.one(self.write(site, path, thing(site.component, "un", "Réunion")))
        new = thing(site.component, "un", "Assemblée")
        first = desk.one(self.again(done, new))

        second = desk.one(self.again(done, new))  # with the old proof, as after a kill

        assert second.proof == first.proof

    def test_what_somebody_changed_stays_and_ours_goes_beside(self, site, desk, book):
        path = f"{book}/r{KINDS[site.component][2]}"
        done = desk.one(self.write(site, path, thing(site.component, "un", "Réunion")))
        theirs = thing(site.component, "un", "Réunion en salle 2")
        site.foreign_write(path, theirs)

        ours = thing(site.component, "un", "Réunion à 18 h")
        now = desk.one(self.again(done, ours))

        assert same(site.read(path), theirs)
        assert beside(now) == [path]
        assert same(with_uid(site.read(now.path), "un"), ours)
        assert uid_in(site.read(now.path)) != "un"

        newer = thing(site.component, "un", "Réunion à 19 h")
        later = desk.one(self.again(now, newer))
        assert (later.path, len(desk.listing(book))) == (now.path, 2)

    def test_something_else_that_has_the_name_stays(self, site, desk, book):
        path = f"{book}/r{KINDS[site.component][2]}"
        theirs, ours = thing(site.component, "autre", "Autre"), thing(site.component, "un", "Réunion")
        site.foreign_write(path, theirs)

        done = desk.one(self.write(site, path, ours))

        assert same(site.read(path), theirs)
        assert beside(done) == [path]
        assert same(site.read(done.path), ours)

    def test_somebodys_own_version_of_it_stays(self, site, desk, book):
        ending = KINDS[site.component][2]
        theirs, ours = thing(site.component, "un", "Autre"), thing(site.component, "un", "Réunion")
        site.foreign_write(f"{book}/theirs{ending}", theirs)

        done = desk.one(self.write(site, f"{book}/r{ending}", ours))

        assert same(site.read(f"{book}/theirs{ending}"), theirs)
        assert same(with_uid(site.read(done.path), "un"), ours)

    def test_a_uid_that_is_part_of_another_is_not_taken_for_it(self, site, desk, book):
        ending = KINDS[site.component][2]
        one = desk.one(self.write(site, f"{book}/a{ending}", thing(site.component, "aa@lauze", "A")))
        other = desk.one(self.write(site, f"{book}/b{ending}", thing(site.component, "a@lauze", "B")))

        assert uid_in(site.read(one.path)) != uid_in(site.read(other.path))

    def test_what_somebody_deleted_comes_again_or_is_said_to_be_in_the_trash(self, site, desk, book):
        path = f"{book}/r{KINDS[site.component][2]}"
        done = desk.one(self.write(site, path, thing(site.component, "un", "Réunion")))
        site.remove(path)

        (result,) = desk.close(self.again(done, thing(site.component, "un", "Assemblée")))

        if site.trash:
            assert isinstance(result, Failed)
            assert result.reason is FailReason.TRASHED
        else:
            assert isinstance(result, Settled)

    # What cannot be.

    def test_too_large_is_said_and_the_others_arrive(self, site, desk, book):
        if not site.largest:
            pytest.skip("this server has no limit that a test could reach")
        ending = KINDS[site.component][2]
        field = "NOTE:" if site.component == "VCARD" else "DESCRIPTION:"
        large = thing(site.component, "gros", "Gros", more=field + "x" * site.largest)

        first, second = desk.close(
            self.write(site, f"{book}/g{ending}", large),
            self.write(site, f"{book}/p{ending}", thing(site.component, "petit", "Petit")),
        )

        assert isinstance(second, Settled)
        assert isinstance(first, Failed)
        assert first.reason is FailReason.TOO_LARGE

    def test_a_collection_that_is_not_there_fails_what_goes_into_it(self, site, desk):
        (result,) = desk.close(self.write(site, "Nulle part/x.ics", thing(site.component, "x", "X")))

        assert isinstance(result, Failed)
        assert result.reason is FailReason.PARENT_FAILED

    # Moving.

    def test_a_thing_moves_to_another_collection(self, site, desk, book):
        ending = KINDS[site.component][2]
        desk.one(self.make(site, "Ailleurs"))
        done = desk.one(self.write(site, f"{book}/r{ending}", thing(site.component, "un", "Réunion")))

        moved = desk.one(Move(done.item, Place(f"Ailleurs/r{ending}", was=done.path, proof=done.proof)))

        assert moved.path == f"Ailleurs/r{ending}"
        assert not desk.listing(book)
        (seen,) = desk.listing("Ailleurs").values()
        assert (seen.id, seen.etag) == (moved.proof.id, moved.proof.etag)
