"""What every target must do, whatever it is: a backend is a subclass with a `site` fixture, and nothing else."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from degoog.engine import Check, Road, migrate, plan, verify
from degoog.errors import Refused
from degoog.ledger import Balance, Ledger
from degoog.model import FailReason, LossKind, Place, Stage
from degoog.ports import Blob, Event, Failed, Settled, Target
from tests import memory
from tests.contract.site import (
    DAMAGE,
    DAY,
    LARGE,
    Desk,
    Site,
    again,
    all_settled,
    beside,
    blob,
    closed,
    file,
    folder,
    hashed,
    losses,
    make,
    move,
    touch,
    write,
)

NASTY = [
    "Compta / 2024: bilan?.xlsx", 'a\\b*c"<>|', "CON", "aux.txt", "com¹.log", "nul", "fin.", "fin ", " début", "...", ".",
    "..", "", " ", ".htaccess", ".degoog", "brouillon.part", "film.filepart", "Été.txt", "été.TXT",
    "e\u0301te\u0301.txt", "🌻🏽👩‍🌾.jpg", "ملف عربي.pdf", "\u202egnp.exe", "zéro\0octet", "ligne\nsuivante", "tab\there",
    "\ud800 seul", "100 %.txt", "50%25.txt", "#1 & 2+3;=,.txt", "~$brouillon.docx", "x" * 300 + ".odt", "é" * 200,
    "👩‍🌾" * 60 + ".png", ".ocdata", "fichier.", "a" * 12 + "." + "b" * 260,
]  # fmt: skip


class TargetContract:
    """The tests. Each test has a place of its own."""

    names_examples = 25

    @pytest.fixture
    def site(self) -> Site:
        raise NotImplementedError

    @pytest.fixture
    def desk(self, site: Site) -> Desk:
        return Desk(site)

    # Who it is

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

    # Holders

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
        assert (made.path, beside(made)) == ("d", [])
        assert site.paths() == {"d/", "d/theirs.txt"}

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

    # New files

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

    # What lies there already

    @pytest.mark.parametrize("size", [0, 5, LARGE])
    def test_the_same_bytes_are_adopted_without_a_write(self, desk, site, size):
        data = secrets.token_bytes(size)
        site.foreign_write("f.bin", data)
        before = desk.state()
        done = desk.one(write("f.bin", data))
        assert (done.path, beside(done), done.proof.size) == ("f.bin", [], size)
        assert desk.state() == before
        assert done.proof.id == before["f.bin"][0].id

    def test_what_a_killed_run_wrote_is_adopted(self, desk, site):
        async def killed(target: Target[Blob]) -> Any:
            batch = target.batch()
            batch.put(write("f.bin", b"data"))
            intents = dict(batch.intents())
            await batch.close()
            return intents

        task = write("f.bin", b"data")
        intent = desk.run(killed)[task.item.ref]
        before = desk.state()
        done = desk.one(replace(task, at=replace(task.at, intent=intent)))
        assert beside(done) == []
        assert desk.state() == before

    @pytest.mark.parametrize("theirs", [b"their work", b"our work", b""])
    def test_what_somebody_put_there_is_kept_and_ours_goes_beside(self, desk, site, theirs):
        site.foreign_write("f.txt", theirs)
        done = desk.one(write("f.txt", b"our WORK"))
        assert done.path != "f.txt"
        assert beside(done) == ["f.txt"]
        assert desk.files() == {"f.txt": theirs, done.path: b"our WORK"}
        assert done.path.endswith(".txt")

    def test_a_file_goes_beside_a_folder_of_its_name(self, desk, site):
        site.foreign_make("f.txt")
        done = desk.one(write("f.txt", b"ours"))
        assert beside(done) == ["f.txt"]
        assert site.paths() == {"f.txt/", done.path}

    def test_what_a_killed_run_left_beside_is_adopted(self, desk, site):
        site.foreign_write("f.txt", b"theirs")
        first = desk.one(write("f.txt", b"ours"))
        done = desk.one(write("f.txt", b"ours"))
        assert (done.path, beside(done)) == (first.path, ["f.txt"])
        assert desk.files() == {"f.txt": b"theirs", done.path: b"ours"}

    def test_two_of_ours_that_find_one_place_taken_both_arrive(self, desk, site):
        site.foreign_write("f.txt", b"theirs")
        one, two = desk.settled(write("f.txt", b"1", id_="one"), write("f.txt", b"2", id_="two"))
        assert desk.files() == {"f.txt": b"theirs", one.path: b"1", two.path: b"2"}

    # Replacing

    @pytest.mark.parametrize("size", [0, 9, LARGE])
    def test_ours_is_replaced_in_place(self, desk, site, size):
        first = desk.one(write("f.bin", b"first"))
        data = secrets.token_bytes(size)
        done = desk.one(again(first, data))
        assert (done.path, beside(done)) == ("f.bin", [])
        assert desk.files() == {"f.bin": data}
        assert site.modified("f.bin") == DAY
        if site.keeps_id:
            assert done.proof.id == first.proof.id
        seen = desk.listing()["f.bin"]
        assert (seen.id, seen.size, seen.etag) == (done.proof.id, size, done.proof.etag)

    def test_ours_is_kept_when_somebody_has_changed_it(self, desk, site):
        first = desk.one(write("f.txt", b"first"))
        site.foreign_write("f.txt", b"FIRST")
        done = desk.one(again(first, b"second"))
        assert beside(done) == ["f.txt"]
        assert desk.files() == {"f.txt": b"FIRST", done.path: b"second"}

    def test_ours_that_somebody_saved_again_unchanged_is_still_ours(self, desk, site):
        first = desk.one(write("f.txt", b"first"))
        site.foreign_write("f.txt", b"first")
        done = desk.one(again(first, b"second"))
        assert beside(done) == []
        assert desk.files() == {"f.txt": b"second"}

    def test_ours_that_somebody_removed_is_written_anew(self, desk, site):
        first = desk.one(write("f.txt", b"first"))
        site.remove("f.txt")
        done = desk.one(again(first, b"second"))
        assert beside(done) == []
        assert desk.files() == {"f.txt": b"second"}

    def test_what_lies_beside_is_replaced_where_it_lies(self, desk, site):
        site.foreign_write("f.txt", b"theirs")
        first = desk.one(write("f.txt", b"first"))
        done = desk.one(again(first, b"second"))
        assert done.path == first.path
        assert desk.files() == {"f.txt": b"theirs", first.path: b"second"}

    # Damage

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

    # Moving

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
        assert desk.one(move(made, "z")).path == "z"
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

    # Touches

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

    # Looking

    def test_a_holder_that_is_not_there_lists_nothing(self, desk, site):
        site.foreign_write("f.txt", b"x")
        assert desk.listing("nowhere") == {}
        assert desk.listing("nowhere/deeper") == {}
        assert desk.listing("f.txt") == {}

    def test_a_digest_is_that_of_the_bytes_stored(self, desk, site):
        done = desk.one(write("f.bin", bytes(70_000)))
        site.foreign_write("g.txt", b"theirs")

        async def go(target: Target[Blob]) -> list[str]:
            algorithm = done.proof.digest.partition(":")[0]
            return [
                await target.digest("f.bin", algorithm),
                await target.digest("g.txt", algorithm),
                await target.digest("nowhere.txt", algorithm),
                await target.digest("f.bin", "crc7"),
            ]

        ours, theirs, missing, unheard_of = desk.run(go)
        assert ours == done.proof.digest
        assert theirs == hashed(b"theirs", done.proof.digest.partition(":")[0])
        assert (missing, unheard_of) == ("", "")

    @pytest.mark.parametrize("size", [0, 5, LARGE])
    def test_what_is_fetched_is_what_was_written(self, desk, size):
        data = secrets.token_bytes(size)
        desk.one(write("f.bin", data))
        assert desk.run(lambda target: taken(target.fetch("f.bin"))) == data

    def test_what_is_not_there_cannot_be_fetched(self, desk):
        async def go(target: Target[Blob]) -> None:
            with pytest.raises(Refused):
                await taken(target.fetch("nowhere.bin"))

        desk.run(go)

    # The map

    def test_a_map_is_kept_replaced_and_not_shown(self, desk, site):
        name, other = "files-0123456789ab.jsonl.gz", "calendars-0123456789ab.jsonl.gz"

        async def save(target: Target[Blob], data: bytes, name: str = name) -> None:
            await target.save_map(name, blob(data))

        first, second = secrets.token_bytes(300_000), secrets.token_bytes(200)
        desk.run(lambda target: save(target, first))
        assert desk.run(lambda target: taken(target.load_map(name))) == first
        desk.run(lambda target: save(target, second))
        desk.run(lambda target: save(target, b"other", other))
        assert desk.run(lambda target: taken(target.load_map(name))) == second
        assert desk.listing() == {}
        assert site.leftovers() == set()

    def test_where_no_map_was_kept_none_is_found(self, desk):
        async def go(target: Target[Blob]) -> None:
            with pytest.raises(Refused):
                await taken(target.load_map("files-0123456789ab.jsonl.gz"))

        desk.run(go)

    # Names

    def test_nasty_names_become_names_it_takes(self, desk):
        store_and_list(desk, NASTY, holders=False)

    def test_nasty_names_of_holders_become_names_it_takes(self, desk):
        store_and_list(desk, NASTY, holders=True)

    def test_any_name_becomes_one_it_takes(self, desk):
        text = st.text(st.characters(codec=None), max_size=40) | st.text(" .eé\u0301~(2)ab", max_size=8)
        texts = st.lists(text, min_size=1, max_size=12)
        place = Places()

        @settings(
            max_examples=self.names_examples, deadline=None, database=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        )  # fmt: skip
        @given(texts, st.booleans())
        def check(names: list[str], holders: bool) -> None:
            store_and_list(desk, names, holders=holders, under=place.next())

        check()

    @pytest.mark.parametrize("name", ["Budget.xlsx", "x" * 250 + ".odt", "sans extension", "🌻" * 60 + ".png"])
    def test_a_numbered_name_is_one_it_takes_too(self, desk, name):
        async def go(target: Target[Blob]) -> list[str]:
            names = [target.naming.numbered(target.naming.safe(name), number) for number in (2, 10, 1234)]
            await closed(target, *(write(one, b"x") for one in names))
            return names

        names = desk.run(go)
        assert set(desk.listing()) == set(names)
        assert len(set(names)) == 3

    # Several at once

    def test_two_at_once_in_one_folder_lose_nothing_of_each_other(self, desk, site):
        one, two = secrets.token_bytes(LARGE), secrets.token_bytes(LARGE)

        async def go() -> list[list[Settled]]:
            async with site.open() as first, site.open() as second:
                await asyncio.gather(closed(first, make("d")), closed(second, make("d")))
                tasks = [
                    [write("d/same.bin", data, id_=f"{n}"), write(f"d/{n}.txt", b"%d" % n)]
                    for n, data in enumerate((one, two))
                ]
                both = await asyncio.gather(closed(first, *tasks[0]), closed(second, *tasks[1]))
                return [all_settled(results) for results in both]

        first, second = asyncio.run(go())
        assert site.read(first[0].path) == one
        assert site.read(second[0].path) == two
        assert site.paths() == {"d/", "d/0.txt", "d/1.txt", first[0].path, second[0].path}
        assert "d/same.bin" in {first[0].path, second[0].path}
        assert site.leftovers() == set()

    def test_several_batches_of_one_target_work_side_by_side(self, desk, site):
        async def go(target: Target[Blob]) -> None:
            await closed(target, make("d"))
            batches = [[write(f"d/{n}-{m}.txt", b"%d %d" % (n, m)) for m in range(5)] for n in range(target.parallel)]
            for results in await asyncio.gather(*(closed(target, *tasks) for tasks in batches)):
                all_settled(results)

        desk.run(go)
        assert all(data.decode() == path[2:-4].replace("-", " ") for path, data in desk.files().items())
        assert len(desk.files()) % 5 == 0

    # With the engine

    def test_a_migration_arrives_is_sound_and_writes_nothing_when_run_again(self, desk, site, tmp_path):
        source = memory.MemorySource(
            [
                memory.folder("d1", "Compta : 2024"),
                memory.folder("d2", "Été", "d1"),
                memory.folder("vide", "vide", "d2"),
                (memory.file("f0", "vide.txt", "d1", b""), b""),
                *((memory.file(f"f{n}", "Budget.xlsx", "d2", b"%d" % n), b"%d" % n) for n in range(1, 9)),
                (memory.file("big", "film.bin", "d1", bytes(LARGE), starred=True), bytes(LARGE)),
                (memory.file("root", "à lire.txt", None, b"lire", created=DAY), b"lire"),
            ]
        )
        ledger = tmp_path / "ledger.db"
        balance = carried(source, desk, ledger)
        assert balance.holds
        assert (balance.moved, balance.failed, balance.pending, balance.touches) == (14, 0, 0, 0)
        assert sorted(desk.files().values())[:4] == [b"", bytes(LARGE), b"1", b"2"]
        for check in Check:
            verified = verified_with(desk, ledger, check)
            assert (verified.proven, verified.extra, verified.sound) == (14, 0, True)
        before = desk.state()
        reads = source.reads
        balance = carried(source, desk, ledger)
        assert (balance.moved, balance.unchanged, source.reads) == (0, 14, reads)
        assert desk.state() == before

    def test_renames_at_the_source_are_moves_here(self, desk, site, tmp_path):
        def entries(top: str, name: str) -> list[Any]:
            return [memory.folder("d", top), (memory.file("f", name, "d", b"data"), b"data")]

        ledger = tmp_path / "ledger.db"
        carried(memory.MemorySource(entries("Avant", "a.txt")), desk, ledger)
        before = desk.state()["Avant/a.txt"][0]
        later = memory.MemorySource(entries("Après", "b.txt"))
        balance = carried(later, desk, ledger)
        assert (balance.moved, balance.holds, later.reads) == (2, True, 0)
        assert site.paths() == {"Après/", "Après/b.txt"}
        assert desk.state()["Après/b.txt"][0].id == before.id
        assert verified_with(desk, ledger, Check.LIST).sound


class Places:
    """Folders for one example after the other."""

    def __init__(self) -> None:
        self._number = 0

    def next(self) -> str:
        self._number += 1
        return f"example {self._number}"


def store_and_list(desk: Desk, names: list[str], *, holders: bool, under: str = "") -> None:
    """Have names made safe as the ledger does, store them all, and see that exactly these lie there."""

    async def go(target: Target[Blob]) -> set[str]:
        naming = target.naming
        safe = {naming.fold(one): one for one in map(naming.safe, names)}
        for one in safe.values():
            assert naming.safe(one) == one
        if under:
            all_settled(await closed(target, make(under)))
        prefix = f"{under}/" if under else ""
        items = [(prefix + one, f"{number}") for number, one in enumerate(safe.values())]
        tasks = [
            (lambda at, id_: make_at(at, id_) if holders else write(at, id_.encode(), id_=id_))(at, id_)
            for at, id_ in items
        ]
        results = all_settled(await closed(target, *tasks))
        assert [beside(result) for result in results] == [[] for _ in results]
        return set(safe.values())

    wanted = desk.run(go)
    listed = desk.listing(under)
    assert set(listed) == wanted
    assert all(seen.holder is holders for seen in listed.values())


def make_at(path: str, id_: str) -> Any:
    from degoog.ports import Make

    return Make(folder(id_), Place(path))


async def taken(opening: Any) -> bytes:
    """All bytes of an opening."""
    async with opening as chunks:
        return b"".join([chunk async for chunk in chunks])


class Nobody:
    def notify(self, event: Event) -> None:
        pass


async def no_sleep(_seconds: float) -> None:
    """Waiting takes no time in a test."""


def carried(source: Any, desk: Desk, path: Path) -> Balance:
    """Plan and migrate with the engine."""

    async def go(target: Target[Blob]) -> Balance:
        with Ledger(path) as ledger:
            lane = ledger.lane(road="files", source=source.account, address=target.address, identity=target.identity)
            run = ledger.begin("migrate", "files")
            await plan(source, lane, target.naming, run=run, observer=Nobody())
            road = Road(source, target, lambda _item, value: (value, ()), lane)
            await migrate(road, run=run, observer=Nobody(), sleep=no_sleep)
            return lane.balance(run)

    return desk.run(go)


def verified_with(desk: Desk, path: Path, check: Check) -> Any:
    async def go(target: Target[Blob]) -> Any:
        with Ledger(path) as ledger:
            (lane,) = ledger.lanes("files")
            return await verify(target, lane, observer=Nobody(), check=check, share=1.0)

    return desk.run(go)


__all__ = ["TargetContract", "file"]
