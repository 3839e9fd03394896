"""What every target must do with holders and with new files."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from degoog.errors import Refused
from degoog.model import FailReason, Intent, LossKind, Stage
from degoog.ports import Blob, Failed, Settled, Target
from tests.contract.site import (
    DAMAGE,
    DAY,
    LARGE,
    again,
    beside,
    blob,
    closed,
    hashed,
    losses,
    make,
    touch,
    write,
)


class Writing:
    """Making and writing, where nothing is in the way."""

    def test_an_empty_place_lists_nothing_and_has_an_address(self, desk):
        async def go(target: Target[Blob]) -> tuple[str, int]:
            return target.address, target.parallel

        address, parallel = desk.run(go)
        assert address
        assert parallel >= 1
        assert desk.listing() == {}

    def test_its_identity_is_the_same_each_time_once_something_was_written(self, desk):
        async def go(target: Target[Blob]) -> str:
            await closed(target, make("d"))
            return target.identity

        assert desk.run(go) == desk.run(go) != ""

    def test_free_is_a_number_of_bytes_or_unknown(self, desk):
        async def go(target: Target[Blob]) -> int | None:
            return await target.free()

        free = desk.run(go)
        assert free is None or free > 0

    def test_closing_a_batch_with_nothing_in_it_does_nothing(self, desk, site):
        assert desk.close() == []
        assert site.paths() == set()

    def test_a_holder_is_made_and_listed_with_its_proof(self, desk, site):
        made = desk.one(make("Comptabilité"))
        assert (made.path, beside(made)) == ("Comptabilité", [])
        assert site.paths() == {"Comptabilité/"}
        seen = desk.listing()["Comptabilité"]
        assert (seen.holder, seen.id) == (True, made.proof.id)

    def test_a_holder_made_twice_is_the_same_one(self, desk, site):
        assert desk.one(make("d")).proof.id == desk.one(make("d")).proof.id
        assert site.paths() == {"d/"}

    def test_a_holder_that_somebody_made_is_adopted_with_what_is_in_it(self, desk, site):
        site.foreign_make("d")
        site.foreign_write("d/theirs.txt", b"theirs")
        made = desk.one(make("d"))
        assert (made.path, beside(made), made.found) == ("d", [], True)
        assert site.paths() == {"d/", "d/theirs.txt"}

    def test_a_holder_that_a_killed_run_made_is_its_own_and_one_that_it_had_only_found_is_not(self, desk, site):
        desk.one(make("ours"))
        site.foreign_make("theirs")
        site.foreign_write("theirs/a.txt", b"theirs")
        again = [
            replace(task, at=replace(task.at, intent=Intent(task.at.path))) for task in (make("ours"), make("theirs"))
        ]
        assert [desk.one(task).found for task in again] == [False, True]

    def test_a_holder_goes_beside_a_file_of_its_name(self, desk, site):
        site.foreign_write("d", b"a file")
        made = desk.one(make("d"))
        assert beside(made) == ["d"]
        assert site.paths() == {"d", f"{made.path}/"}
        assert site.read("d") == b"a file"

    def test_a_holder_beside_a_file_is_found_again_by_a_killed_run(self, desk, site):
        site.foreign_write("d", b"a file")
        made = desk.one(make("d"))
        assert desk.one(make("d")).path == made.path
        assert site.paths() == {"d", f"{made.path}/"}

    def test_holders_lie_in_holders(self, desk, site):
        desk.make("a", "a/b", "a/b/c")
        assert site.paths() == {"a/", "a/b/", "a/b/c/"}
        assert set(desk.listing("a/b")) == {"c"}

    @pytest.mark.parametrize("size", [0, 1, 70_000, LARGE])
    def test_a_new_file_arrives_with_its_bytes_its_time_and_a_proof(self, desk, site, size):
        data = secrets.token_bytes(size)
        done = desk.one(write("f.bin", data))
        assert site.read("f.bin") == data
        assert site.modified("f.bin") == DAY
        algorithm = done.proof.digest.partition(":")[0]
        assert (done.proof.size, done.proof.digest) == (size, hashed(data, algorithm))
        assert losses(done) == []

    def test_what_is_listed_is_what_was_proven(self, desk):
        desk.make("d")
        done = desk.settled(*(write(f"d/{n}.txt", b"%d" % n) for n in range(7)))
        listed = desk.listing("d")
        assert len(listed) == 7
        for result in done:
            seen = listed[result.path.rpartition("/")[2]]
            proof = result.proof
            assert (seen.holder, seen.id, seen.size, seen.etag) == (False, proof.id, proof.size, proof.etag)

    def test_one_batch_takes_new_old_small_and_large_together(self, desk, site):
        desk.make("d")
        old = desk.one(write("d/old.txt", b"1"))
        large = secrets.token_bytes(LARGE)
        desk.settled(make("d/new"), write("d/a.txt", b"a"), again(old, b"2"), write("d/l.bin", large), write("b", b""))
        assert desk.files() == {"d/old.txt": b"2", "d/a.txt": b"a", "d/l.bin": large, "b": b""}
        assert "d/new/" in site.paths()

    def test_nothing_leaves_before_close_and_intents_say_what_will(self, desk, site):
        tasks = [write("a.txt", b"aa"), write("b.bin", bytes(LARGE))]

        async def go(target: Target[Blob]) -> Any:
            batch = target.batch()
            for task in tasks:
                batch.put(task)
            intents = dict(batch.intents())
            before = site.paths()
            await batch.close()
            return intents, before

        intents, before = desk.run(go)
        assert before == set()
        for task in tasks:
            intent = intents[task.item.ref]
            assert (intent.path, intent.size) == (task.at.path, task.value.size)
        assert site.paths() == {"a.txt", "b.bin"}

    def test_a_batch_is_full_some_time(self, desk):
        async def go(target: Target[Blob]) -> int:
            batch, count = target.batch(), 0
            while not batch.full:
                batch.put(write(f"{count}.bin", b"", value=blob(b"", size=1 << 20)))
                count += 1
            return count

        assert 1 <= desk.run(go) <= 1000

    def test_a_file_whose_holder_is_not_there_fails_alone(self, desk, site):
        gone, there = desk.close(write("nowhere/f.txt", b"1"), write("f.txt", b"2"))
        assert isinstance(gone, Failed)
        assert isinstance(there, Settled)
        assert desk.files() == {"f.txt": b"2"}
        assert site.leftovers() == set()

    @pytest.mark.parametrize("year", [1601, 1969, 2100])
    def test_a_time_is_kept_or_its_loss_is_told(self, desk, site, year):
        time = datetime(year, 7, 8, 9, 10, 11, tzinfo=UTC)
        desk.make("d", modified=time)
        done = desk.one(write("d/f.txt", b"x", modified=time))
        made = desk.one(make("d", modified=time))
        last = desk.one(touch(made, Stage.LAST))
        for result, path in ((done, "d/f.txt"), (last, "d")):
            lost = [detail for kind, detail in losses(result) if kind is LossKind.TIME]
            assert site.modified(path) == time or lost == [time.isoformat()]
        if year == 2100:
            assert (site.modified("d/f.txt"), site.modified("d")) == (time, time)

    @pytest.mark.parametrize("before", [b"", b"x" * 100, bytes(LARGE)])
    def test_a_source_that_turns_out_damaged_leaves_nothing(self, desk, site, before):
        bad = blob(before, size=len(before) + 10, error=Refused(FailReason.DAMAGED, "its checksum is wrong"))
        failed, good = desk.close(write("bad.bin", before, value=bad), write("good.txt", b"good"))
        assert failed == Failed(failed.item, FailReason.DAMAGED, "its checksum is wrong")
        assert isinstance(good, Settled)
        assert site.paths() == {"good.txt"}
        assert site.leftovers() == set()

    @pytest.mark.parametrize("announced", [0, 3, 4, 6, LARGE])
    def test_a_source_of_another_length_than_announced_leaves_nothing(self, desk, site, announced):
        (failed,) = desk.close(write("bad.bin", b"12345", value=blob(b"12345", size=announced)))
        assert isinstance(failed, Failed)
        assert failed.reason in DAMAGE
        assert site.paths() == set()
        assert site.leftovers() == set()

    @pytest.mark.parametrize("size", [20, LARGE])
    def test_ours_stays_as_it_was_when_its_new_content_is_damaged(self, desk, site, size):
        first = desk.one(write("f.bin", b"first"))
        bad = blob(bytes(size), size=size + 1, error=Refused(FailReason.DAMAGED))
        (failed,) = desk.close(again(first, b"", value=bad))
        assert isinstance(failed, Failed)
        assert desk.files() == {"f.bin": b"first"}
        assert site.leftovers() == set()

    def test_the_same_bytes_that_lay_there_before_are_found_and_ours_after_a_kill_are_not(self, desk, site):
        site.foreign_write("f.txt", b"same")
        done = desk.one(write("f.txt", b"same"))
        assert (done.found, desk.files()) == (True, {"f.txt": b"same"})
        task = write("f.txt", b"same")
        resumed = replace(task, at=replace(task.at, intent=Intent("f.txt", 4)))
        assert not desk.one(resumed).found
        assert not desk.one(write("g.txt", b"same")).found
