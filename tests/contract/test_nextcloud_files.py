"""What the road of files asks of a Nextcloud, a real one where DEGOOG_TEST_NEXTCLOUD names one."""

from __future__ import annotations

import hashlib
import importlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from degoog.errors import Refused, Unavailable, Usage
from degoog.model import FailReason, Intent, LossKind, Place, Proof, Stage
from degoog.nextcloud import dav
from degoog.ports import Failed, Make, Move, Settled, Touch, Unknown, Write
from tests.contract.accidents import Wire
from tests.contract.desk import DAY, Account, Cloud, Desk, again, blob, file, make, write

MIB = 1024 * 1024
SEEN = (*dav.PROPERTIES, f"{dav.NC}creation_time", f"{dav.OC}favorite", dav.SOURCE_ID)


@pytest.fixture(scope="module", params=["sandbox", "real"])
def cloud(request, tmp_path_factory) -> Iterator[Cloud]:
    if request.param == "real":
        address = os.environ.get("DEGOOG_TEST_NEXTCLOUD")
        if not address:
            pytest.skip("DEGOOG_TEST_NEXTCLOUD names no Nextcloud")
        cloud = Cloud(address)
        yield cloud
        cloud.close()
        return
    try:
        sandbox = importlib.import_module("degoog.sandbox.nextcloud").NextcloudSandbox
    except ImportError:
        pytest.skip("there is no stand-in yet")
    with sandbox(tmp_path_factory.mktemp("cloud")) as server:
        yield Cloud(server.admin_url)


@pytest.fixture(scope="module")
def account(cloud: Cloud) -> Account:
    return cloud.account()


@pytest.fixture
def desk(account) -> Desk:
    return Desk(account, f"/t {secrets.token_hex(4)}/Drivé")


def kinds(result) -> list[LossKind]:
    return [loss.kind for loss in result.losses]


class TestWriting:
    def test_small_files_travel_in_one_request_and_are_proven(self, desk):
        data = [b"", b"\r\n--x", b"\0" * 500]
        results = desk.settled(*[write(f"{n} 🌾 %41.bin", body) for n, body in enumerate(data)])
        assert desk.wire.sent("POST", "/bulk") == 1
        assert desk.wire.sent("PUT") == 0
        for n, (body, result) in enumerate(zip(data, results, strict=True)):
            seen = desk.account.look(desk.path(f"{n} 🌾 %41.bin"))[0].entry()
            assert desk.get(f"{n} 🌾 %41.bin") == body
            assert result.proof == Proof(seen.id, len(body), f"sha256:{hashlib.sha256(body).hexdigest()}", seen.etag)
            assert seen.modified == int(DAY.timestamp())
            assert result.losses == ()

    @pytest.mark.parametrize(("size", "large"), [(7, 100 * MIB), (3 * MIB, 100 * MIB), (12 * MIB, 10 * MIB)])
    def test_one_file_is_written_and_proven_whatever_its_size(self, desk, size, large):
        body = os.urandom(size)
        (result,) = desk.settled(write("one.bin", body), large=large)
        seen = desk.account.look(desk.path("one.bin"))[0].entry()
        assert desk.get("one.bin") == body
        assert (result.proof.id, result.proof.etag, result.proof.size) == (seen.id, seen.etag, size)
        assert result.proof.digest == f"sha256:{hashlib.sha256(body).hexdigest()}"
        assert seen.modified == int(DAY.timestamp())
        assert result.link == f"{desk.account.url}/f/{seen.id}"

    def test_a_file_larger_than_16_mib_is_proven_by_sha1(self, desk):
        body = os.urandom(17 * MIB)
        (result,) = desk.settled(write("one.bin", body))
        assert result.proof.digest == f"sha1:{hashlib.sha1(body).hexdigest()}"

    def test_an_upload_leaves_nothing_in_the_folder_of_uploads(self, desk):
        desk.settled(write("one.bin", os.urandom(11 * MIB)), large=MIB)
        assert desk.account.names("", "uploads") == set()

    def test_a_time_before_1970_is_moved_to_the_first_one_possible_and_told(self, desk):
        old = datetime(1601, 1, 1, tzinfo=UTC)
        results = desk.settled(*[write(f"{n}", b"x" * n, modified=old) for n in (1, 2)], write("3", b"x" * 2 * MIB))
        assert [kinds(result) for result in results] == [[LossKind.TIME], [LossKind.TIME], []]
        assert results[0].losses[0].detail == old.isoformat()
        assert desk.account.look(desk.path("1"))[0].entry().modified == 86401

    def test_a_missing_folder_fails_each_of_its_files(self, desk):
        results = desk.close(write("no/a", b"1"), write("no/b", b"2"), make("no/c"))
        assert {r.reason for r in results} == {FailReason.PARENT_FAILED}

    def test_bytes_that_are_refused_leave_nothing(self, desk):
        error = Refused(FailReason.DAMAGED, "its checksum is another")
        sizes = {"a": 10, "b": 20, "c": 3 * MIB, "d": 12 * MIB}
        tasks = [Write(file(n), Place(n), blob(os.urandom(size), error=error)) for n, size in sizes.items()]
        results = desk.close(*tasks, large=10 * MIB)
        assert [(r.reason, r.detail) for r in results] == [(FailReason.DAMAGED, "its checksum is another")] * 4
        assert desk.names() == set()
        assert desk.account.names("", "uploads") == set()

    @pytest.mark.parametrize("size", [10, 3 * MIB, 12 * MIB])
    @pytest.mark.parametrize("announced", [-1, 1])
    def test_bytes_of_another_length_than_announced_leave_nothing(self, desk, size, announced):
        lying = blob(os.urandom(size), size=size + announced)
        (result,) = desk.close(Write(file("x"), Place("x"), lying), large=10 * MIB)
        assert isinstance(result, Failed)
        assert result.reason is FailReason.DAMAGED
        assert desk.names() == set()

    def test_bytes_that_change_on_their_way_are_sent_again(self, desk):
        desk.wire.flip("PUT", "one.bin")
        desk.settled(write("one.bin", b"exactly this"))
        assert desk.get("one.bin") == b"exactly this"

    def test_bytes_that_change_every_time_fail_and_leave_nothing(self, desk):
        desk.wire.flip("PUT", "one.bin", times=2)
        (result,) = desk.close(write("one.bin", b"exactly this"))
        assert isinstance(result, Failed)
        assert result.reason is FailReason.HASH_MISMATCH
        assert desk.names() == set()

    def test_a_bulk_request_whose_bytes_change_is_refused_and_sent_one_by_one(self, desk):
        task = [write("a", b"one"), write("b", b"two"), write("c", b"three")]
        desk.wire.flip("POST", "/bulk")
        desk.settled(*task)
        assert [desk.get(name) for name in "abc"] == [b"one", b"two", b"three"]


class TestOthersFiles:
    def test_a_file_that_is_not_ours_is_kept_and_ours_lies_beside(self, desk):
        desk.settled(write("else", b""))
        desk.account.put(desk.path("Budget.ods"), b"theirs")
        (result,) = desk.settled(write("Budget.ods", b"ours"))
        assert result.path == "Budget (2).ods"
        assert kinds(result) == [LossKind.BESIDE]
        assert (desk.get("Budget.ods"), desk.get("Budget (2).ods")) == (b"theirs", b"ours")

    def test_ours_beside_is_found_again_by_a_second_run(self, desk):
        desk.settled(write("else", b""))
        desk.account.put(desk.path("Budget.ods"), b"theirs")
        first = desk.settled(write("Budget.ods", b"ours"), write("c", b""))
        second = desk.settled(write("Budget.ods", b"ours"), write("c", b""))
        assert [r.proof for r in second] == [r.proof for r in first]
        assert desk.names() == {"else", "Budget.ods", "Budget (2).ods", "c"}

    @pytest.mark.parametrize("size", [4, 2 * MIB])
    def test_the_same_bytes_are_adopted_without_a_write(self, desk, size):
        body = os.urandom(size)
        desk.settled(write("else", b""))
        number = desk.account.put(desk.path("same"), body)
        (result,) = desk.settled(write("same", body))
        assert result.proof.id == number
        assert result.losses == ()
        assert desk.wire.writes == []

    def test_a_folder_of_that_name_is_kept(self, desk):
        desk.settled(make("Photos"))
        (result,) = desk.settled(write("Photos", b"a file"))
        assert result.path == "Photos (2)"

    def test_a_folder_that_is_there_is_adopted(self, desk):
        desk.settled(write("else", b""))
        desk.account.dav("MKCOL", desk.path("Photos"))
        (result,) = desk.settled(make("Photos"))
        assert result.path == "Photos"
        assert result.proof.id == desk.account.look(desk.path("Photos"))[0].entry().id

    def test_a_folder_goes_beside_a_file_of_its_name(self, desk):
        desk.settled(write("Photos", b"a file"))
        (result,) = desk.settled(make("Photos"))
        assert (result.path, kinds(result)) == ("Photos (2)", [LossKind.BESIDE])

    def test_two_that_go_beside_at_once_do_not_meet(self, desk):
        desk.settled(write("else", b""))
        desk.account.put(desk.path("n.txt"), b"theirs")
        results = desk.settled(write("n.txt", b"first"), write("n (2).txt", b"second"), write("o.txt", b"third"))
        assert {desk.get(r.path) for r in results} == {b"first", b"second", b"third"}

    @pytest.mark.parametrize("name", ["0.txt", "2.txt"])
    def test_what_somebody_makes_in_the_last_moment_gets_its_bytes_back_and_ours_lies_beside(self, desk, name):
        account, path = desk.account, desk.path(name)
        numbers: list[str] = []

        class Meddling(Wire):
            async def handle_async_request(self, request):
                if request.url.path.endswith("/bulk") and not numbers:
                    numbers.append(account.put(path, b"theirs, precious"))
                return await super().handle_async_request(request)

        desk.wire = Meddling()
        results = desk.settled(*[write(f"{n}.txt", b"ours %d" % n) for n in range(4)])
        assert sorted(kinds(result) for result in results) == [[], [], [], [LossKind.BESIDE]]
        assert desk.get(name) == b"theirs, precious"
        assert account.look(path)[0].entry().id == numbers[0]
        assert len(desk.names()) == 5

    def test_what_somebody_makes_while_the_run_goes_on_is_kept_and_ours_lies_beside(self, desk):
        async def go(target):
            first, second = target.batch(), target.batch()
            for number in range(3):
                first.put(write(f"{number}.txt", b"ours"))
                second.put(write(f"{number} bis.txt", b"ours"))
            await first.close()  # the folder was listed by now
            desk.account.put(desk.path("1 bis.txt"), b"theirs")
            return await second.close()

        results = desk.run(go)
        assert sorted(kinds(result) for result in results) == [[], [], [LossKind.BESIDE]]
        assert desk.get("1 bis.txt") == b"theirs"


class TestReplacing:
    @pytest.mark.parametrize("size", [0, 9, 3 * MIB])
    def test_a_replaced_file_keeps_its_id_and_is_proven_anew(self, desk, size):
        task = write("note.txt", b"before")
        (first,) = desk.settled(task)
        body = os.urandom(size)
        (second,) = desk.settled(again(task, first, body))
        assert second.path == "note.txt"
        assert second.proof.id == first.proof.id
        assert second.proof.digest == f"sha256:{hashlib.sha256(body).hexdigest()}"
        assert desk.get("note.txt") == body

    def test_its_shares_stay(self, desk):
        task = write("note.txt", b"before")
        (first,) = desk.settled(task)
        if desk.account.share(desk.path("note.txt")).status_code == 404:
            pytest.skip("the stand-in has no shares")
        desk.settled(again(task, first, b"after"))
        assert desk.account.shares(desk.path("note.txt")) == 1

    def test_its_older_version_stays(self, desk):
        task = write("note.txt", b"before", modified=datetime(2014, 1, 1, tzinfo=UTC))
        (first,) = desk.settled(task)
        desk.settled(again(write("note.txt", b""), first, b"after!"))
        versions = desk.account.look(f"/versions/{first.proof.id}", depth=1, kind="versions")
        if not versions:
            pytest.skip("the stand-in has no versions")
        assert {v.entry().size for v in versions[1:]} >= {6}

    def test_what_somebody_changed_is_kept_and_ours_lies_beside(self, desk):
        task = write("note.txt", b"before")
        (first,) = desk.settled(task)
        desk.account.put(desk.path("note.txt"), b"by somebody in Nextcloud")
        (second,) = desk.settled(again(task, first, b"by somebody in Drive"))
        assert (second.path, kinds(second)) == ("note (2).txt", [LossKind.BESIDE])
        assert desk.get("note.txt") == b"by somebody in Nextcloud"
        assert desk.get("note (2).txt") == b"by somebody in Drive"

    def test_a_touched_file_with_the_same_bytes_is_still_ours(self, desk):
        task = write("note.txt", b"before")
        (first,) = desk.settled(task)
        stamp = dav.proppatch({f"{dav.D}lastmodified": "1500000000"})
        assert desk.account.dav("PROPPATCH", desk.path("note.txt"), content=stamp).status_code == 207
        (second,) = desk.settled(again(task, first, b"after"))
        assert (second.path, second.proof.id) == ("note.txt", first.proof.id)

    def test_another_file_under_its_name_is_not_ours_even_with_its_bytes(self, desk):
        task = write("note.txt", b"before")
        (first,) = desk.settled(task)
        desk.account.dav("DELETE", desk.path("note.txt"))
        desk.account.put(desk.path("note.txt"), b"before")
        (second,) = desk.settled(again(task, first, b"after"))
        assert (second.path, desk.get("note.txt")) == ("note (2).txt", b"before")

    def test_what_was_deleted_in_nextcloud_is_written_again(self, desk):
        task = write("note.txt", b"before")
        (first,) = desk.settled(task)
        desk.account.dav("DELETE", desk.path("note.txt"))
        (second,) = desk.settled(again(task, first, b"after"))
        assert (second.path, desk.get("note.txt")) == ("note.txt", b"after")

    def test_a_cut_connection_leaves_the_older_bytes_whole(self, desk):
        task = write("note.bin", b"before" * MIB)
        (first,) = desk.settled(task)
        new = again(task, first, os.urandom(4 * MIB))
        desk.wire.cut("PUT", "/uploads/", MIB)
        (broken,) = desk.close(new)
        assert isinstance(broken, Unknown)
        assert desk.get("note.bin") == b"before" * MIB
        (second,) = desk.settled(new)
        assert second.proof.id == first.proof.id

    def test_a_change_while_it_is_sent_is_noticed(self, desk):
        """The last request is only done while the file is the one we know."""
        task = write("note.txt", b"before")
        (first,) = desk.settled(task)
        account, path = desk.account, desk.path("note.txt")

        class Meddling(Wire):
            async def handle_async_request(self, request):
                if request.method == "MOVE" and not self.sent("MOVE"):
                    account.put(path, b"theirs, just now")
                return await super().handle_async_request(request)

        desk.wire = Meddling()
        (second,) = desk.settled(again(task, first, b"after"))
        assert (second.path, desk.get("note.txt")) == ("note (2).txt", b"theirs, just now")


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


class TestTouching:
    def test_a_file_gets_its_source_id_star_and_creation_time_and_its_proof_still_holds(self, desk):
        created = datetime(1951, 2, 3, tzinfo=UTC)
        task = write("a <&> b.txt", b"1", created=created, starred=True)
        (first,) = desk.settled(task)
        (result,) = desk.settled(Touch(task.item, Place(first.path, proof=first.proof), Stage.PROPERTIES))
        (seen,) = desk.account.look(desk.path(first.path), *SEEN)
        assert seen.text(dav.SOURCE_ID) == str(task.item.ref)
        assert seen.text(f"{dav.NC}creation_time") == str(int(created.timestamp()))
        assert seen.text(f"{dav.OC}favorite") == "1"
        assert result.losses == ()
        assert result.proof == first.proof
        assert seen.entry().etag == first.proof.etag
        assert seen.entry().modified == int(DAY.timestamp())

    def test_a_file_that_somebody_changed_still_gets_them(self, desk):
        (first,) = desk.settled(write("a", b"1"))
        desk.account.put(desk.path("a"), b"changed")
        (result,) = desk.settled(Touch(first.item, Place("a", proof=first.proof), Stage.PROPERTIES))
        assert result.losses == ()

    def test_a_file_that_is_gone_or_another_gets_none(self, desk):
        first = desk.settled(write("a", b"1"), write("b", b"2"))
        desk.account.dav("DELETE", desk.path("a"))
        desk.account.dav("DELETE", desk.path("b"))
        desk.account.put(desk.path("b"), b"another")
        results = desk.settled(*[Touch(r.item, Place(r.path, proof=r.proof), Stage.PROPERTIES) for r in first])
        assert [kinds(r) for r in results] == [[LossKind.PROPERTY]] * 2
        assert desk.account.look(desk.path("b"), *SEEN)[0].text(dav.SOURCE_ID) == ""

    def test_a_folder_is_made_with_them_in_one_request(self, desk):
        desk.settled(write("else", b""))
        (result,) = desk.settled(make("Dossier", created=datetime(2001, 2, 3, tzinfo=UTC), starred=True))
        assert desk.wire.writes == ["MKCOL"]
        (seen,) = desk.account.look(desk.path("Dossier"), *SEEN)
        assert seen.text(dav.SOURCE_ID) == str(result.item.ref)
        assert seen.text(f"{dav.OC}favorite") == "1"
        assert seen.text(f"{dav.NC}creation_time") == "981158400"

    def test_folders_keep_their_times_when_touched_deepest_first(self, desk):
        paths = ["a", "a/b", "a/b/c"]
        folders = desk.settled(*[make(path) for path in paths])
        desk.settled(write("a/b/c/file", b"1"))
        touches = [Touch(f.item, Place(f.path, proof=f.proof), Stage.LAST) for f in reversed(folders)]
        desk.settled(*touches)
        assert {desk.account.look(desk.path(p))[0].entry().modified for p in paths} == {int(DAY.timestamp())}

    def test_a_later_run_sets_a_folders_time_again_though_its_disk_never_lost_it(self, desk):
        folders = desk.settled(make("a"), make("a/b"))
        first = write("a/b/file", b"1")
        first = replace(first, item=replace(first.item, modified=DAY + timedelta(days=900)))
        (arrived,) = desk.settled(first)
        touches = [Touch(f.item, Place(f.path, proof=f.proof), Stage.LAST) for f in reversed(folders)]
        desk.settled(*touches)
        desk.settled(again(first, arrived, b"22"))
        desk.settled(*touches)
        assert {desk.account.look(desk.path(p))[0].entry().modified for p in ("a", "a/b")} == {int(DAY.timestamp())}

    def test_what_has_something_to_do_later_is_told(self, desk):
        items = {
            "file": file("f", size=10),
            "starred": file("f", size=10, starred=True),
            "created": file("f", size=10, created=DAY),
            "of unknown size": file("f", size=None, created=DAY),
            "sent alone": file("f", size=2 * MIB, created=DAY),
            "sent alone, starred": file("f", size=2 * MIB, created=DAY, starred=True),
            "sent alone, of 1951": file("f", size=2 * MIB, created=datetime(1951, 2, 3, tzinfo=UTC)),
            "folder": make("d").item,
            "folder without a time": make("d", modified=None).item,
        }

        async def go(target):
            return {name: set(target.touches(item)) for name, item in items.items()}

        owed = {Stage.PROPERTIES}
        assert desk.run(go) == {
            "file": set(),
            "starred": owed,
            "created": owed,
            "of unknown size": owed,
            "sent alone": set(),
            "sent alone, starred": owed,
            "sent alone, of 1951": owed,
            "folder": {Stage.LAST},
            "folder without a time": set(),
        }

    @pytest.mark.parametrize("large", [100 * MIB, MIB])
    def test_a_file_sent_alone_comes_with_its_creation_time(self, desk, large):
        created = datetime(2001, 2, 3, tzinfo=UTC)
        desk.settled(write("film.bin", os.urandom(2 * MIB), created=created), large=large)
        seen = desk.account.look(desk.path("film.bin"), *SEEN)[0]
        assert seen.text(f"{dav.NC}creation_time") == str(int(created.timestamp()))


class TestMoving:
    def test_a_moved_file_keeps_its_proof(self, desk):
        desk.settled(make("to"))
        (first,) = desk.settled(write("a", b"1"))
        (result,) = desk.settled(Move(first.item, Place("to/b", was="a", proof=first.proof)))
        assert (result.path, result.proof) == ("to/b", first.proof)
        assert desk.names("to") == {"b"}

    def test_what_lies_at_its_new_place_is_kept(self, desk):
        (first,) = desk.settled(write("a", b"1"))
        desk.account.put(desk.path("b"), b"theirs")
        (result,) = desk.settled(Move(first.item, Place("b", was="a", proof=first.proof)))
        assert (result.path, kinds(result)) == ("b (2)", [LossKind.BESIDE])
        assert desk.get("b") == b"theirs"

    @pytest.mark.parametrize("left", ["to/b", "to/b (2)", "aside"])
    def test_what_a_killed_run_moved_is_found_by_its_id(self, desk, left):
        desk.settled(make("to"))
        (first,) = desk.settled(write("a", b"1"))
        if left == "to/b (2)":
            desk.account.put(desk.path("to/b"), b"theirs")
        desk.settled(Move(first.item, Place(left, was="a", proof=first.proof)))
        (result,) = desk.settled(Move(first.item, Place("to/b", was="a", proof=first.proof)))
        assert result.path == ("to/b" if left == "aside" else left)
        assert result.proof.id == first.proof.id

    def test_a_folder_moves_with_all_it_holds(self, desk):
        first = desk.settled(make("a"), make("to"))
        desk.settled(write("a/f", b"1"))
        desk.settled(Move(first[0].item, Place("to/b", was="a", proof=first[0].proof)))
        assert desk.get("to/b/f") == b"1"

    def test_what_is_no_longer_there_fails(self, desk):
        (first,) = desk.settled(write("a", b"1"))
        desk.account.dav("DELETE", desk.path("a"))
        (result,) = desk.close(Move(first.item, Place("b", was="a", proof=first.proof)))
        assert isinstance(result, Failed)

    def test_what_is_not_ours_is_not_moved(self, desk):
        (first,) = desk.settled(write("a", b"1"))
        desk.account.dav("DELETE", desk.path("a"))
        desk.account.put(desk.path("a"), b"theirs")
        (result,) = desk.close(Move(first.item, Place("b", was="a", proof=first.proof)))
        assert isinstance(result, Failed)
        assert desk.names() == {"a"}


class TestReading:
    def test_a_folder_is_listed_without_what_is_degoogs_own(self, desk):
        desk.settled(make("d"), write("a", b"123"), write("b", b""))

        async def go(target):
            await target.save_map("map.json", blob(b"{}"))
            found = {seen.name: seen async for seen in target.list("")}
            return found, [seen async for seen in target.list("nowhere")], [seen async for seen in target.list("a")]

        found, nowhere, in_a_file = desk.run(go)
        assert set(found) == {"d", "a", "b"}
        assert (found["d"].holder, found["a"].holder) == (True, False)
        assert (found["a"].size, found["b"].size) == (3, 0)
        assert found["a"].id == desk.account.look(desk.path("a"))[0].entry().id
        assert (nowhere, in_a_file) == ([], [])

    def test_the_server_hashes_what_it_stores(self, desk):
        desk.settled(write("a", b"abc"))

        async def go(target):
            names = ("sha256", "sha1", "md5", "crc32")
            return [await target.digest("a", name) for name in names] + [await target.digest("no", "md5")]

        given = [hashlib.sha256(b"abc"), hashlib.sha1(b"abc"), hashlib.md5(b"abc")]
        assert desk.run(go) == [f"{h.name}:{h.hexdigest()}" for h in given] + ["", ""]

    def test_a_file_is_downloaded_whole(self, desk):
        body = b"text that a server may want to pack\n" * 100_000
        desk.settled(write("a.txt", body))

        async def go(target):
            async with target.fetch("a.txt") as chunks:
                return b"".join([chunk async for chunk in chunks])

        assert desk.run(go) == body

    def test_what_is_not_there_cannot_be_downloaded(self, desk):
        async def go(target):
            with pytest.raises(Refused):
                async with target.fetch("no"):
                    pass

        desk.run(go)

    def test_a_map_is_kept_and_replaced(self, desk):
        async def go(target):
            with pytest.raises(Refused):
                async with target.load_map("map.json"):
                    pass
            for text in (b"one", b"two", b"two"):
                await target.save_map("map.json", blob(text))
            async with target.load_map("map.json") as chunks:
                return b"".join([chunk async for chunk in chunks])

        assert desk.run(go) == b"two"

    def test_entering_writes_nothing(self, desk):
        async def go(target):
            return target.identity, await target.free(), desk.account.names("")

        identity, _free, names = desk.run(go)
        assert desk.into.split("/")[1] not in names
        assert identity.endswith(f":{desk.account.login}:{desk.into}")

    def test_the_identity_does_not_change_with_the_address(self, desk):
        async def go(target):
            return target.identity, target.address

        identity, address = desk.run(go)
        assert desk.account.url not in identity
        assert address.startswith(desk.account.url)


def test_what_a_batch_intends_is_known_before_anything_leaves(desk):
    async def go(target):
        batch = target.batch()
        tasks = [
            Make(make("d").item, Place("d")),
            write("a", b"1"),
            write("film", b"2" * 20),
            Touch(file("t"), Place("t"), Stage.PROPERTIES),
        ]
        for task in tasks:
            batch.put(task)
        return [intent for _ref, intent in batch.intents()], list(desk.wire.log)

    intents, log = desk.run(go, large=10)
    assert log == []
    assert [i.path for i in intents] == ["d", "a", "film"]
    assert (intents[1].upload, intents[2].size) == ("", 20)
    assert intents[2].upload.startswith("degoog-")
