"""What every target must do about what lies there already: nothing of anybody else's is ever lost."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from typing import Any

import pytest

from degoog.model import Kind
from degoog.ports import Blob, Settled, Target, Write
from tests.contract.site import (
    DAY,
    LARGE,
    again,
    all_settled,
    beside,
    closed,
    make,
    write,
)


def of_kind(kind: Kind, task: Write[Blob]) -> Write[Blob]:
    """The same task for an item of another kind, last changed on a day."""
    return replace(task, item=replace(task.item, kind=kind, modified=DAY))


class Keeping:
    """Adopting, laying beside, replacing."""

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

    def test_a_document_that_came_another_way_is_recognised_by_its_place_and_time(self, desk, site):
        desk.one(of_kind(Kind.DOCUMENT, write("d.docx", b"as the archive has it")))
        before = desk.state()

        done = desk.one(of_kind(Kind.DOCUMENT, write("d.docx", b"as the API has it", id_="other")))

        assert (done.path, beside(done), done.found) == ("d.docx", [], True)
        assert desk.state() == before
        assert done.proof.size == len(b"as the archive has it")

    @pytest.mark.parametrize("kind", [Kind.DOCUMENT, Kind.FILE])
    def test_another_time_or_anything_but_a_document_goes_beside(self, desk, site, kind):
        desk.one(of_kind(kind, write("d.docx", b"one")))
        other = of_kind(kind, write("d.docx", b"two!", id_="other"))
        later = DAY.replace(year=2016) if kind is Kind.DOCUMENT else DAY

        done = desk.one(replace(other, item=replace(other.item, modified=later)))

        assert beside(done) == ["d.docx"]
        assert sorted(desk.files().values()) == [b"one", b"two!"]

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
