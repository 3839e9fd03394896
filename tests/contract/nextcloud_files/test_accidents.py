"""What cuts, faults and refusals leave in a Nextcloud, and what names it takes."""

from __future__ import annotations

import hashlib
import os

import pytest

from degoog.errors import Unavailable, Usage
from degoog.model import FailReason, Intent, Place
from degoog.ports import Failed, Move, Settled, Unknown
from tests.contract.accidents import Wire
from tests.contract.desk import DAY, Desk, make, write

MIB = 1024 * 1024


class TestAccidents:
    def test_a_cut_upload_leaves_nothing_and_can_be_done_again(self, desk):
        task = write("film.bin", os.urandom(3 * MIB))
        desk.wire.cut("PUT", "film.bin", MIB)
        (broken,) = desk.close(task)
        assert isinstance(broken, Unknown)
        assert desk.names() == set()
        desk.settled(task)

    @pytest.mark.parametrize("size", [3 * MIB, 12 * MIB])
    def test_an_upload_whose_answer_was_lost_is_not_sent_again(self, desk, size):
        desk.wire.lose("PUT", "film.bin")
        (result,) = desk.settled(write("film.bin", os.urandom(size)))
        assert desk.wire.sent("PUT") == 1
        assert (result.losses, desk.names()) == ((), {"film.bin"})

    def test_what_a_run_that_died_left_is_adopted_and_gets_its_time(self, desk):
        desk.settled(write("else", b""))
        number = desk.account.put(desk.path("note.txt"), b"left")
        (result,) = desk.settled(write("note.txt", b"left", intent=Intent("note.txt", 4)))
        seen = desk.account.look(desk.path("note.txt"))[0].entry()
        assert (result.path, result.proof.id, seen.modified) == ("note.txt", number, int(DAY.timestamp()))
        assert result.proof.etag == seen.etag
        assert desk.wire.writes == ["PROPPATCH"]

    def test_small_files_whose_answer_was_lost_are_each_there_once(self, desk):
        desk.wire.lose("POST", "/bulk")
        results = desk.settled(*[write(f"{n}", b"%d" % n) for n in range(4)])
        assert desk.names() == {"0", "1", "2", "3"}
        assert [r.losses for r in results] == [()] * 4
        assert desk.wire.sent("PUT") == 0

    def test_a_cut_bulk_request_is_finished_one_by_one(self, desk):
        desk.wire.cut("POST", "/bulk", 1300)
        desk.settled(*[write(f"{n}", os.urandom(500)) for n in range(4)])
        assert desk.names() == {"0", "1", "2", "3"}

    @pytest.mark.parametrize("status", [400, 413, 500, 504])
    def test_a_bulk_request_that_fails_is_done_one_by_one(self, desk, status):
        desk.wire.answer("POST", "/bulk", status)
        desk.settled(*[write(f"{n}", b"%d" % n) for n in range(3)])
        assert desk.wire.sent("PUT") == 3

    def test_a_large_upload_resumes_where_it_was_cut(self, desk):
        task = write("film.bin", os.urandom(17 * MIB))
        desk.wire.cut("PUT", "/00003", MIB)
        (broken,) = desk.close(task, large=MIB, chunk=5 * MIB)
        assert isinstance(broken, Unknown)
        assert desk.names() == set()
        (result,) = desk.settled(task, large=MIB, chunk=5 * MIB)
        assert [p.rpartition("/")[2] for m, p in desk.wire.log if m == "PUT"] == ["00003", "00004"]
        assert desk.get(result.path) is not None
        assert hashlib.sha1(desk.get("film.bin") or b"").hexdigest() == result.proof.digest.partition(":")[2]

    @pytest.mark.parametrize("size", [11 * MIB, 22 * MIB])
    def test_a_piece_that_arrives_changed_is_found_by_the_hash_of_the_whole_and_sent_again(self, desk, size):
        body = os.urandom(size)
        desk.wire.flip("PUT", "/00002")
        (result,) = desk.settled(write("film.bin", body), large=MIB, chunk=5 * MIB)
        assert (desk.wire.sent("MOVE"), desk.wire.sent("DELETE")) == (2, 1)
        hashed = hashlib.sha256(body) if size <= 16 * MIB else hashlib.sha1(body)
        assert result.proof.digest == f"{hashed.name}:{hashed.hexdigest()}"
        assert (desk.get("film.bin"), desk.account.names("", "uploads")) == (body, set())

    def test_an_upload_that_was_put_together_in_part_is_sent_again(self, desk):
        body = os.urandom(17 * MIB)
        desk.wire.retell("PROPFIND", "film.bin", f">{len(body)}<", f">{5 * MIB}<")
        (result,) = desk.settled(write("film.bin", body), large=MIB, chunk=5 * MIB)
        assert (desk.wire.sent("MOVE"), desk.wire.sent("DELETE")) == (2, 1)
        assert (result.path, result.losses, desk.get("film.bin")) == ("film.bin", (), body)

    def test_another_content_does_not_resume_it(self, desk):
        desk.wire.cut("PUT", "/00002", MIB)
        desk.close(write("film.bin", os.urandom(11 * MIB)), large=MIB, chunk=5 * MIB)
        body = os.urandom(11 * MIB)
        desk.settled(write("film.bin", body), large=MIB, chunk=5 * MIB)
        assert desk.get("film.bin") == body

    def test_pieces_that_do_not_fit_together_are_thrown_away(self, desk):
        task = write("film.bin", os.urandom(11 * MIB))
        desk.wire.cut("PUT", "/00003", 10)
        desk.close(task, large=MIB, chunk=5 * MIB)
        (result,) = desk.settled(task, large=MIB, chunk=8 * MIB)
        assert desk.get(result.path) is not None
        assert result.losses == ()

    def test_the_end_of_an_upload_whose_answer_was_lost_is_found_out(self, desk):
        desk.wire.lose("MOVE", "/uploads/")
        (result,) = desk.settled(write("film.bin", os.urandom(3 * MIB)), large=MIB)
        assert desk.names() == {"film.bin"}
        assert result.proof.digest

    def test_a_made_folder_whose_answer_was_lost_is_adopted(self, desk):
        desk.settled(write("else", b""))
        desk.wire.lose("MKCOL", "Photos")
        (result,) = desk.settled(make("Photos"))
        assert (result.path, result.losses) == ("Photos", ())

    def test_a_move_whose_answer_was_lost_is_settled(self, desk):
        (first,) = desk.settled(write("a", b"1"))
        desk.wire.lose("MOVE", "/a")
        (result,) = desk.close(Move(first.item, Place("b", was="a", proof=first.proof)))
        if isinstance(result, Unknown):
            (result,) = desk.close(Move(first.item, Place("b", was="a", proof=first.proof)))
        assert isinstance(result, Settled)
        assert (result.path, desk.names()) == ("b", {"b"})


class TestRefusals:
    def test_the_first_refused_password_stops_everything(self, desk):
        wire = Wire()
        client = desk.account.client(wire, password="wrong")

        async def go(_target):
            with pytest.raises(Unavailable, match="degoog connect nextcloud"):
                async with client:
                    pass

        desk.run(go)
        assert len(wire.log) == 2  # status.php, then the one refusal
        desk.settled(write("a", b"1"))  # a good login forgets it

    def test_after_a_refusal_no_request_leaves(self, desk):
        async def go(target):
            desk.wire.answer("PUT", "/x", 401)
            for _time in range(2):
                batch = target.batch()
                batch.put(write("x", b"1"))
                with pytest.raises(Unavailable, match="refused the password"):
                    await batch.close()
            return desk.wire.sent("PUT")

        desk.settled(write("else", b""))
        assert desk.run(go) == 1

    def test_a_full_quota_keeps_what_fitted_and_stops(self, cloud):
        desk = Desk(cloud.account(quota="1 MB"), "/Drive")
        tasks = [write("small", b"1" * 1000), write("other", b"2" * 1000), write("big", b"3" * 2 * MIB)]

        async def go(target):
            batch = target.batch()
            for task in tasks:
                batch.put(task)
            results = await batch.close()
            batch = target.batch()
            batch.put(tasks[2])
            with pytest.raises(Unavailable, match="no room"):
                await batch.close()
            return results, await target.free()

        results, free = desk.run(go)
        assert [type(result) for result in results] == [Settled, Settled, Unknown]
        assert free is not None
        assert 0 < free <= MIB  # the server remembers it for five minutes
        assert desk.names() == {"small", "other"}

    def test_a_full_quota_stops_small_files_and_large_ones(self, cloud):
        desk = Desk(cloud.account(quota="500 KB"), "/Drive")
        with pytest.raises(Unavailable, match="no room"):
            desk.close(write("a", b"1" * 900_000), write("b", b"2" * 900_000), write("c", b"3" * 900_000), large=10)
        with pytest.raises(Unavailable, match="no room"):
            desk.close(write("film", b"3" * 3 * MIB), large=MIB)

    def test_a_full_quota_leaves_no_room_for_the_lanes_folder_either(self, cloud):
        account = cloud.account(quota="1 KB")
        account.put("/full", b"1" * 1024)
        with pytest.raises(Unavailable, match="no room left for Drive"):
            Desk(account, "/Drive").close(write("a", b"1"))

    def test_a_lane_folder_that_is_a_file_is_a_matter_of_configuration(self, desk):
        desk.settled(write("file", b""))
        with pytest.raises(Usage, match="is a file"):
            Desk(desk.account, desk.path("file")).settled(write("x", b""))


class TestNames:
    NASTY = (
        "CON", "aux.txt", "a:b*c?\"<>|.txt", " leading", "trailing ", "dot.", "...", ".hidden", ".htaccess", "x.part",
        "x.PART", "a.filepart", "back\\slash", "tab\there", "#%+;&=@'.txt", "%2F", "été", "e\u0301te\u0301 (NFD)",
        "👩\u200d🌾 lauze", "\u202eltr.txt", "\u200b", "~$x", ".DS_Store", ".user.ini", ".degoog", "a" * 300,
        "é" * 200 + ".odt",        "-", "'quoted'", "[x](y)", "{{", "nul\0nul", "\x7f", "\ufeffbom", "i\u0307",
    )  # fmt: skip

    def test_every_safe_name_is_kept_exactly(self, desk):
        async def go(target):
            return [target.naming.safe(name) for name in self.NASTY]

        names = desk.run(go)
        tasks = [write(f"{n}/{name}", b"%d" % n) for n, name in enumerate(names)]
        results = desk.settled(*[make(f"{n}") for n in range(len(names))], *tasks)
        assert [r.path for r in results[len(names) :]] == [task.at.path for task in tasks]
        for n, name in enumerate(names):
            assert desk.names(f"{n}") == {name}

    def test_a_forbidden_name_fails_alone(self, desk):
        results = desk.close(write("a.part", b"1"), write("b", b"2"), write("c", b"3"), make("d.part"))
        assert {r.item.name: r.reason for r in results if isinstance(r, Failed)} == {
            "a.part": FailReason.FORBIDDEN_NAME,
            "d.part": FailReason.FORBIDDEN_NAME,
        }
        assert desk.names() == {"b", "c"}

    def test_a_decomposed_name_of_an_existing_file_does_not_overwrite_it(self, desk):
        desk.settled(write("else", b""))
        desk.account.put(desk.path("é.txt"), b"theirs")
        results = desk.settled(write("é.txt", b"ours"), write("f.txt", b""))
        assert (results[0].path, desk.get("é.txt")) == ("é (2).txt", b"theirs")
