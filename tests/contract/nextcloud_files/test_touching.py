"""Properties, moves and what a Nextcloud tells of what it holds."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from degoog.errors import Refused
from degoog.model import LossKind, Place, Stage
from degoog.nextcloud import dav
from degoog.ports import Failed, Make, Move, Touch
from tests.contract.desk import DAY, again, blob, file, make, write

MIB = 1024 * 1024
SEEN = (*dav.PROPERTIES, f"{dav.NC}creation_time", f"{dav.OC}favorite", dav.SOURCE_ID)


def kinds(result) -> list[LossKind]:
    return [loss.kind for loss in result.losses]


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
