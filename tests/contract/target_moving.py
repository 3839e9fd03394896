"""What every target must do to move what has arrived, and to touch it at the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from degoog.model import Intent, Stage
from degoog.ports import Blob, Failed, Settled, Target
from tests.contract.site import (
    DAY,
    again,
    all_settled,
    beside,
    closed,
    losses,
    make,
    move,
    touch,
    write,
)


class Moving:
    """Moves and touches."""

    def test_a_file_moves_and_stays_what_was_proven(self, desk, site):
        desk.make("a", "b")
        first = desk.one(write("a/f.txt", b"data"))
        done = desk.one(move(first, "b/g.txt"))
        assert (done.path, beside(done)) == ("b/g.txt", [])
        assert (done.proof.id, done.proof.digest) == (first.proof.id, first.proof.digest)
        assert desk.files() == {"b/g.txt": b"data"}
        assert site.modified("b/g.txt") == DAY

    def test_what_moved_can_be_replaced_where_it_is(self, desk):
        first = desk.one(write("f.txt", b"first"))
        moved = desk.one(move(first, "g.txt"))
        assert beside(desk.one(again(moved, b"second"))) == []
        assert desk.files() == {"g.txt": b"second"}

    def test_a_holder_moves_with_what_is_in_it(self, desk, site):
        made = desk.one(make("a"))
        desk.make("a/b")
        desk.one(write("a/b/f.txt", b"data"))
        done = desk.one(move(made, "z"))
        assert done.proof.id == made.proof.id
        assert site.paths() == {"z/", "z/b/", "z/b/f.txt"}

    def test_what_was_written_into_a_moved_holder_before_it_moved_is_no_news_afterwards(self, desk, site):
        made = desk.one(make("a"))
        desk.one(write("a/f.txt", b"data"))

        async def go(target: Target[Blob]) -> Any:
            await closed(target, write("a/g.txt", b"g"))
            await closed(target, move(made, "z"))
            await closed(target, make("a"))
            return all_settled(await closed(target, write("a/f.txt", b"1"), write("z/h.txt", b"2")))

        assert [beside(result) for result in desk.run(go)] == [[], []]
        assert desk.files() == {"z/f.txt": b"data", "z/g.txt": b"g", "a/f.txt": b"1", "z/h.txt": b"2"}

    def test_a_name_changes_by_case_only(self, desk, site):
        first = desk.one(write("notes.txt", b"data"))
        done = desk.one(move(first, "Notes.TXT"))
        assert site.paths() == {done.path} == {"Notes.TXT"}

    @pytest.mark.parametrize("holder", [False, True])
    def test_what_moves_onto_somebody_elses_thing_goes_beside(self, desk, site, holder):
        first = desk.one(make("a") if holder else write("a", b"ours"))
        site.foreign_write("z", b"theirs")
        done = desk.one(move(first, "z"))
        assert beside(done) == ["z"]
        assert site.read("z") == b"theirs"
        assert site.paths() == {"z", f"{done.path}{'/' * holder}"}

    def test_a_killed_move_is_found_again(self, desk, site):
        desk.make("a", "b")
        first = desk.one(write("a/f.txt", b"data"))
        desk.one(move(first, "b/g.txt"))
        done = desk.one(move(first, "b/g.txt"))
        assert (done.path, done.proof.id, beside(done)) == ("b/g.txt", first.proof.id, [])
        assert site.paths() == {"a/", "b/", "b/g.txt"}

    def test_a_killed_move_of_a_holder_is_found_again(self, desk, site):
        made = desk.one(make("a"))
        desk.one(write("a/f.txt", b"data"))
        desk.one(move(made, "z"))
        task = move(made, "z")
        resumed = replace(task, at=replace(task.at, intent=Intent("z")))  # as the run that was killed left it
        assert desk.one(resumed).path == "z"
        assert site.paths() == {"z/", "z/f.txt"}

    def test_a_killed_move_that_went_beside_is_found_again(self, desk, site):
        first = desk.one(write("f.txt", b"ours"))
        site.foreign_write("g.txt", b"theirs")
        once = desk.one(move(first, "g.txt"))
        done = desk.one(move(first, "g.txt"))
        assert (done.path, done.proof.id) == (once.path, first.proof.id)
        assert beside(done) == ["g.txt"]
        assert desk.files() == {"g.txt": b"theirs", done.path: b"ours"}

    def test_a_killed_step_aside_is_found_again_and_moved_on(self, desk, site):
        desk.make("a", "b")
        first = desk.one(write("a/f.txt", b"data"))
        desk.one(move(first, "a/aside.txt"))
        done = desk.one(move(first, "b/g.txt"))
        assert (done.path, done.proof.id) == ("b/g.txt", first.proof.id)
        assert site.paths() == {"a/", "b/", "b/g.txt"}

    def test_what_somebody_removed_cannot_move(self, desk, site):
        first = desk.one(write("f.txt", b"data"))
        site.remove("f.txt")
        site.foreign_write("other.txt", b"theirs")
        (failed,) = desk.close(move(first, "g.txt"))
        assert isinstance(failed, Failed)
        assert desk.files() == {"other.txt": b"theirs"}

    def test_every_touch_that_is_announced_can_be_made(self, desk, site):
        made = desk.one(make("d", starred=True, created=DAY))
        done = desk.one(write("d/f.txt", b"data", starred=True, created=DAY))

        async def announced(target: Target[Blob]) -> list[tuple[Settled, Stage]]:
            return sorted(
                ((result, stage) for result in (made, done) for stage in target.touches(result.item)),
                key=lambda pair: pair[1],
            )

        for result, stage in desk.run(announced):
            assert stage in {Stage.PROPERTIES, Stage.LAST}
            touched = desk.one(touch(result, stage))
            assert touched.path == result.path
        assert (site.modified("d"), site.modified("d/f.txt")) == (DAY, DAY)
        assert desk.files() == {"d/f.txt": b"data"}

    def test_a_touched_file_is_still_proven(self, desk):
        done = desk.one(write("f.txt", b"data", starred=True, created=DAY))
        touched = desk.one(touch(done, Stage.PROPERTIES))
        proof = replace(done.proof, etag=touched.proof.etag or done.proof.etag)
        assert desk.listing()["f.txt"].etag == proof.etag
        assert beside(desk.one(again(replace(done, proof=proof), b"second"))) == []

    def test_a_holders_time_is_its_own_whatever_was_written_into_it(self, desk, site):
        made = desk.one(make("d"))
        desk.make("d/e")
        desk.one(write("d/e/f.txt", b"data"))
        desk.one(touch(made, Stage.LAST))
        assert site.modified("d") == DAY

    def test_a_touch_of_what_is_no_longer_there_is_no_disaster(self, desk, site):
        done = desk.one(write("f.txt", b"data"))
        site.remove("f.txt")
        for stage in (Stage.PROPERTIES, Stage.LAST):
            (result,) = desk.close(touch(done, stage))
            assert isinstance(result, Failed) or losses(result)
        assert site.paths() == set()
