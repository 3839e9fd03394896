"""How new files and changed ones get to a Nextcloud, and whose they stay."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime

import pytest

from degoog.errors import Refused
from degoog.model import FailReason, LossKind, Place, Proof
from degoog.nextcloud import dav
from degoog.ports import Failed, Unknown, Write
from tests.contract.accidents import Wire
from tests.contract.desk import DAY, again, blob, file, make, write

MIB = 1024 * 1024


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
