"""What verify tells apart, and whose things a run finds at the target."""

import asyncio
import shutil

import pytest

from degoog.engine import Check, verify
from degoog.folder import Folder
from degoog.ledger import Ledger
from degoog.model import Kind
from degoog.ports import Make, Unknown
from tests.engine.sample import tree
from tests.memory import MemoryBatch, MemorySource, MemoryTarget, file, folder


def test_verify_tells_proven_missing_changed_and_extra_apart(bench):
    target = MemoryTarget()
    bench.migrate(tree(), target)
    verified = bench.verify(target)
    assert (verified.proven, verified.sound) == (5, True)
    target.store.put("Compta/budget.xlsx", b"budgetS")
    del target.store.nodes["racine.pdf"]
    target.store.put("perso.txt", b"mine")
    verified = bench.verify(target)
    assert (verified.proven, verified.missing, verified.changed, verified.extra) == (3, 1, 1, 1)
    assert not verified.sound


def test_verify_hashes_again_what_only_changed_its_etag_and_knows_it_from_then_on(bench):
    target = MemoryTarget()
    bench.migrate(tree(), target)
    target.store.put("racine.pdf", b"pdf")
    assert bench.verify(target).proven == 5
    target.hashed = 0
    assert bench.verify(target).proven == 5
    assert target.hashed == 0


def test_verify_looks_where_things_lie_also_when_their_new_folder_could_not_be_made(bench):
    target = MemoryTarget()
    bench.migrate(MemorySource([folder("d1", "Compta"), (file("f", "f.txt", "d1", b"f"), b"f")]), target)
    target.refused.add("d2")
    moved = (file("f", "f.txt", "d2", b"f"), b"f")
    bench.migrate(MemorySource([folder("d1", "Compta"), folder("d2", "Neuf"), moved]), target)
    verified = bench.verify(target)
    assert (verified.proven, verified.missing, verified.extra) == (2, 0, 0)
    assert ("memory:f", "proven") in bench.rows("ref, checked")


def test_verify_finds_again_what_was_moved_about_at_the_target(bench):
    target = MemoryTarget()
    bench.migrate(tree(), target)
    target.store.move("racine.pdf", "Compta/racine.pdf")
    verified = bench.verify(target)
    assert (verified.proven, verified.missing, verified.extra) == (5, 0, 0)


def test_verify_finds_what_lies_in_folders_that_were_renamed_at_the_target(bench):
    target = MemoryTarget()
    two = (file("f", "f.txt", "e", b"f"), b"f"), (file("g", "g.txt", "e", b"g"), b"g")
    bench.migrate(MemorySource([folder("d", "Compta"), folder("e", "2020", "d"), *two]), target)
    target.store.move("Compta", "Comptes")
    target.store.move("Comptes/2020", "Comptes/20")
    target.store.put("Comptes/20/perso.txt", b"mine")
    del target.store.nodes["Comptes/20/g.txt"]
    for check in (Check.LIST, Check.FULL, Check.SAMPLE):
        verified = bench.verify(target, check)
        assert (verified.proven, verified.missing, verified.changed, verified.extra) == (3, 1, 0, 1)


def test_a_target_that_was_filled_anew_by_somebody_else_is_compared_as_fast_as_any_other(bench):
    def work(number):
        target, where = MemoryTarget(), type(bench)(bench.path.with_name(f"{number}.db"))
        where.migrate(MemorySource([(file(f"f{n}", f"f{n}", None, b"f"), b"f") for n in range(number)]), target)
        for n in range(number):
            del target.store.nodes[f"f{n}"]
            target.store.put(f"other{n}", b"mine")
        done: list[None] = []
        with Ledger(where.path) as ledger:
            ledger.connection.set_progress_handler(lambda: done.append(None), 100)  # every 100 steps of the database
            asyncio.run(verify(target, ledger.lanes("files")[0], observer=where.watcher))
        return len(done)

    assert work(2000) < 8 * work(500)


def test_a_sample_downloads_and_finds_altered_bytes_that_a_listing_hides(bench):
    target = MemoryTarget()
    bench.migrate(tree(), target)
    target.store.nodes["racine.pdf"].data = b"pdF"
    assert bench.verify(target).changed == 0
    assert bench.verify(target, Check.SAMPLE).changed == 1
    assert bench.verify(target, Check.FULL).changed == 1


def test_what_lay_there_before_degoog_came_is_never_replaced_though_it_was_the_same(bench):
    target = MemoryTarget()
    target.store.put("a.txt", b"same")
    bench.migrate(MemorySource([(file("a", "a.txt", None, b"same"), b"same")]), target)
    assert target.store.files() == {"a.txt": b"same"}
    bench.migrate(MemorySource([(file("a", "a.txt", None, b"changed"), b"changed")]), target)
    assert target.store.files() == {"a.txt": b"same", "a (2).txt": b"changed"}
    assert bench.migrate(MemorySource([(file("a", "a.txt", None, b"again"), b"again")]), target).moved == 1
    assert target.store.files() == {"a.txt": b"same", "a (2).txt": b"again"}


def test_what_lay_there_before_degoog_came_is_never_moved(bench):
    target = MemoryTarget()
    target.store.put("a.txt", b"same")
    bench.migrate(MemorySource([(file("a", "a.txt", None, b"same"), b"same")]), target)
    bench.migrate(MemorySource([(file("a", "b.txt", None, b"same"), b"same")]), target)
    assert target.store.files() == {"a.txt": b"same", "b.txt": b"same"}
    assert bench.verify(target).sound


@pytest.mark.parametrize("who", ["anna", "benoit"])
@pytest.mark.parametrize("name", ["statuts.odt", "renamed.odt"])
def test_two_people_whose_same_file_came_to_one_place_do_not_lose_it_to_each_other(bench, who, name):
    target = MemoryTarget()

    def of(account: str, name: str, data: bytes) -> MemorySource:
        source = MemorySource([(file("s", name, None, data), data)])
        source.account = account
        return source

    for account in ("anna", "benoit"):
        bench.migrate(of(account, "statuts.odt", b"same"), target)
    assert target.store.files() == {"statuts.odt": b"same"}
    bench.migrate(of(who, name, b"same" if name == "renamed.odt" else b"changed"), target)
    assert target.store.files()["statuts.odt"] == b"same"
    assert len(target.store.files()) == 2


def test_a_file_whose_answer_was_lost_is_ours_when_it_is_found_again(bench):
    """Nobody else put it there: later it is replaced in place."""

    class Deaf(MemoryTarget):
        def batch(self):
            batch = super().batch()
            do = batch._do

            async def lost(task):
                result = await do(task)
                if self.flaky.pop("lost", 0):
                    return Unknown(task.item)
                return result

            batch._do = lost  # type: ignore[method-assign]
            return batch

    target = Deaf(flaky={"lost": 1})
    bench.migrate(MemorySource([(file("a", "a.txt", None, b"one"), b"one")]), target)
    bench.migrate(MemorySource([(file("a", "a.txt", None, b"two"), b"two")]), target)
    assert target.store.files() == {"a.txt": b"two"}


def test_a_folder_takes_the_place_of_the_one_that_held_it(bench):
    target = MemoryTarget()
    bench.migrate(MemorySource([folder("inner", "A", "outer"), folder("outer", "B")]), target)
    balance = bench.migrate(MemorySource([folder("outer", "A"), folder("inner", "B")]), target)
    assert (balance.moved, balance.failed, balance.pending) == (2, 0, 0)
    assert bench.rows("ref, lies") == [("memory:inner", "B"), ("memory:outer", "A")]


def test_a_folder_that_somebody_deleted_is_made_again_for_what_is_new_in_it(bench, tmp_path):
    def source(*names: str) -> MemorySource:
        holders = [folder("d", "d"), folder("e", "e", "d")]
        return MemorySource([*holders, *((file(name, name, "e", b"x"), b"x") for name in names)])

    target = Folder(tmp_path / "archive")
    bench.migrate(source("a.txt"), target)
    shutil.rmtree(tmp_path / "archive/d")
    assert bench.migrate(source("a.txt", "b.txt"), target).failed == 1
    balance = bench.migrate(source("a.txt", "b.txt"), target)
    assert (balance.failed, balance.pending, balance.holds) == (0, 0, True)
    assert (tmp_path / "archive/d/e/b.txt").read_bytes() == b"x"


def test_a_link_put_in_the_place_of_a_folder_is_never_followed(bench, tmp_path):
    def source(*names: str) -> MemorySource:
        return MemorySource([folder("d", "d"), *((file(name, name, "d", b"x"), b"x") for name in names)])

    target, elsewhere = Folder(tmp_path / "archive"), tmp_path / "elsewhere"
    bench.migrate(source("a.txt"), target)
    (tmp_path / "archive/d").rename(elsewhere)
    (tmp_path / "archive/d").symlink_to(elsewhere)
    assert bench.migrate(source("a.txt", "b.txt"), target).failed == 1
    assert bench.migrate(source("a.txt", "b.txt"), target).failed == 0
    assert [path.name for path in elsewhere.iterdir()] == ["a.txt"]
    assert (tmp_path / "archive/d (2)/b.txt").exists()


def test_a_folder_of_somebodys_that_got_the_number_of_a_deleted_one_of_ours_is_not_moved(bench, tmp_path):
    target = Folder(tmp_path / "archive")
    bench.migrate(MemorySource([folder("d", "d")]), target)
    (tmp_path / "archive/d").rename(tmp_path / "archive/private")  # the same number, as a disk may give it again
    balance = bench.migrate(MemorySource([folder("d", "renamed")]), target)
    assert balance.failed == 1
    assert (tmp_path / "archive/private").is_dir()


def test_a_holder_that_is_more_than_its_name_is_described_to_the_target_and_again_when_that_changes(bench):
    made = []

    class Batch(MemoryBatch):
        def put(self, task):
            made.append(task.value if isinstance(task, Make) else None)
            super().put(task)

    class Target(MemoryTarget):
        def batch(self):
            return Batch(self)

    target = Target()

    def channel(topic: str) -> MemorySource:
        item = folder("c", "general", kind=Kind.CHANNEL, content=topic)
        return MemorySource([(item, topic.encode()), file("m", "1700000000.000100", "c")])

    bench.migrate(channel("topic"), target)
    assert [value.size for value in made if value is not None] == [5]
    bench.migrate(channel("topic"), target)
    bench.migrate(channel("another topic"), target)
    assert [value.size for value in made if value is not None] == [5, 13]
