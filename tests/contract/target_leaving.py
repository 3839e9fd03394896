"""What every target with a trash must do: give up what degoog put there, and nothing else."""

from __future__ import annotations

from degoog.model import Departure, Place
from degoog.ports import Kept, Settled, Trash
from tests.contract.site import Desk, Site, make, write


def place(done: Settled) -> Place:
    """Where something lies, as the ledger remembers it."""
    return Place(done.path, was=done.path, proof=done.proof)


def give_up(desk: Desk, done: Settled, *, between=lambda: None) -> Kept | None:
    """Look, and discard what was seen; `between` is what happens in the middle."""

    async def go(target) -> Kept | None:
        trash: Trash = target.trash
        mark = await trash.look(done.item, place(done))
        if isinstance(mark, Kept):
            return mark
        between()
        return await trash.discard(done.item, place(done), mark)

    return desk.run(go)


class Leaving:
    """What leaves, and what stays."""

    def test_a_file_goes_to_the_trash(self, site: Site, desk: Desk) -> None:
        one, _two = desk.settled(write("a.txt", b"a"), write("b.txt", b"b"))

        assert give_up(desk, one) is None
        assert site.paths() == {"b.txt"}
        assert any("a.txt" in path for path in site.trashed())

    def test_a_file_that_somebody_changed_stays(self, site: Site, desk: Desk) -> None:
        done = desk.one(write("a.txt", b"a"))
        site.foreign_write("a.txt", "corrigé".encode())

        assert give_up(desk, done) == Kept(Departure.EDITED)
        assert site.read("a.txt") == "corrigé".encode()

    def test_a_file_that_somebody_changes_at_that_moment_stays(self, site: Site, desk: Desk) -> None:
        done = desk.one(write("a.txt", b"a"))

        result = give_up(desk, done, between=lambda: site.foreign_write("a.txt", "corrigé".encode()))

        assert result == Kept(Departure.EDITED)
        assert site.read("a.txt") == "corrigé".encode()

    def test_another_file_in_its_place_stays(self, site: Site, desk: Desk) -> None:
        done = desk.one(write("a.txt", b"a"))
        site.remove("a.txt")
        site.foreign_write("a.txt", b"autre")

        assert give_up(desk, done) == Kept(Departure.EDITED)
        assert site.read("a.txt") == b"autre"

    def test_what_somebody_took_away_is_absent(self, site: Site, desk: Desk) -> None:
        done = desk.one(write("a.txt", b"a"))
        site.remove("a.txt")

        assert give_up(desk, done) == Kept(Departure.ABSENT)

    def test_a_folder_goes_with_all_that_is_in_it(self, site: Site, desk: Desk) -> None:
        done = desk.one(make("Compta"))
        desk.make("Compta/2019")
        desk.settled(write("Compta/2019/a.txt", b"a"), write("b.txt", b"b"))

        assert give_up(desk, done) is None
        assert site.paths() == {"b.txt"}

    def test_a_folder_stays_into_which_somebody_puts_something_at_that_moment(self, site: Site, desk: Desk) -> None:
        done = desk.one(make("Compta"))

        result = give_up(desk, done, between=lambda: site.foreign_write("Compta/note.txt", b"note"))

        assert isinstance(result, Kept)
        assert site.read("Compta/note.txt") == b"note"

    def test_a_file_where_a_folder_was_stays(self, site: Site, desk: Desk) -> None:
        done = desk.one(make("Compta"))
        assert give_up(desk, done) is None
        site.foreign_write("Compta", b"x")

        assert isinstance(give_up(desk, done), Kept)
        assert site.read("Compta") == b"x"

    def test_two_of_one_name_are_both_in_the_trash(self, site: Site, desk: Desk) -> None:
        for data in (b"un", b"deux"):
            assert give_up(desk, desk.one(write("a.txt", data))) is None

        assert sum("a" in path for path in site.trashed()) == 2

    def test_it_says_whether_it_keeps_what_it_gives_up(self, desk: Desk) -> None:
        async def go(target) -> bool:
            return bool(await target.trash.lasting())

        assert desk.run(go) is True
