"""What an earlier walk knew by another key, or in a lane without an owner, never arrives twice."""

import hashlib
import io
from dataclasses import replace

from degoog.ledger import Ledger
from degoog.ledger.map import read_map, write_map
from degoog.model import Alias, FailReason, Found, Item, Kind, Loss, LossKind, Ref, SkipReason, Stage
from tests.engine.conftest import Bench
from tests.memory import YEAR, MemorySource, MemoryTarget, file, folder


def fingerprint(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def known_by_path() -> MemorySource:
    """A folder and a file whose ids nobody tells yet."""
    inside = file("path:Compta/a.txt", "a.txt", "path:Compta", b"a", modified=None)
    return MemorySource([folder("path:Compta", "Compta", modified=None), (inside, b"a")])


def known_by_id(data: bytes = b"a", name: str = "a.txt") -> MemorySource:
    """The same, once their ids are told."""
    above = folder("id:1", "Compta", aliases=(Alias(Ref("memory", "path:Compta")),))
    alias = Alias(Ref("memory", "path:Compta/a.txt"), fingerprint(data))
    return MemorySource([above, (file("id:2", name, "id:1", data, starred=True, aliases=(alias,)), data)])


def missing_part() -> Found:
    """The line of a part that was not given."""
    item = Item(Ref("memory", "part-2"), None, Kind.PRODUCT, "part-2", Stage.CONTENT)
    return Found(item, FailReason.MISSING_PART, hides=True)


def test_what_gets_an_id_later_stays_where_it_is(bench):
    target = MemoryTarget()
    bench.migrate(known_by_path(), target)
    ids = {path: node.id for path, node in target.store.nodes.items()}
    balance = bench.migrate(known_by_id(), target)
    assert (balance.found, balance.gone, balance.failed, balance.pending) == (2, 0, 0, 0)
    assert {path: node.id for path, node in target.store.nodes.items()} == ids
    assert bench.migrate(known_by_id(), target).unchanged == 2


def test_what_its_id_brings_along_is_set_at_the_target(bench):
    target = MemoryTarget()
    bench.migrate(known_by_path(), target)
    assert target.store.nodes["Compta/a.txt"].modified is None
    bench.migrate(known_by_id(), target)
    assert target.store.nodes["Compta/a.txt"].modified == YEAR
    assert target.store.nodes["Compta"].modified == YEAR


def test_a_name_restored_later_is_a_move(bench):
    target = MemoryTarget()
    bench.migrate(known_by_path(), target)
    bench.migrate(known_by_id(name="À faire ?.txt"), target)
    assert list(target.store.files()) == ["Compta/À faire _.txt"]


def test_bytes_that_changed_meanwhile_are_written_in_place(bench):
    target = MemoryTarget()
    bench.migrate(known_by_path(), target)
    bench.migrate(known_by_id(b"changed"), target)
    assert target.store.files() == {"Compta/a.txt": b"changed"}


def test_what_loses_its_id_again_keeps_all_that_was_known_of_it(bench):
    target = MemoryTarget()
    bench.migrate(known_by_id(name="À faire ?.txt"), target)
    before, changes = bench.rows("ref, name, starred, state"), target.store.changes
    source = known_by_path()
    balance = bench.migrate(source, target)
    assert (balance.unchanged, balance.gone) == (2, 0)
    assert (bench.rows("ref, name, starred, state"), target.store.changes) == (before, changes)
    assert bench.migrate(source, target).unchanged == 2


def test_a_ledger_restored_from_the_map_also_knows_the_earlier_keys(bench):
    target = MemoryTarget()
    bench.migrate(known_by_id(name="À faire ?.txt"), target)
    kept, changes = io.BytesIO(), target.store.changes
    with Ledger(bench.path) as ledger:
        write_map(ledger.lanes("files")[0], kept)
    kept.seek(0)
    restored = Bench(bench.path.parent / "restored.db")
    with Ledger(restored.path) as ledger:
        read_map(ledger, kept, naming=target.naming, identity=target.identity, address=target.address)

    balance = restored.migrate(known_by_path(), target)

    assert (balance.unchanged, balance.moved, balance.gone) == (2, 0, 0)
    assert target.store.changes == changes


def test_what_moved_away_gives_its_old_path_to_another(bench):
    target = MemoryTarget()
    bench.migrate(known_by_id(), target)
    moved = known_by_id(name="b.txt")
    moved.founds[1] = Found(replace(moved.founds[1].item, aliases=(Alias(Ref("memory", "path:Compta/b.txt")),)))
    moved.add((file("path:Compta/a.txt", "a.txt", "id:1", b"new"), b"new"))
    bench.migrate(moved, target)
    assert target.store.files() == {"Compta/b.txt": b"a", "Compta/a.txt": b"new"}


def test_what_failed_under_its_path_is_known_by_its_id_once_it_is_there(bench):
    target = MemoryTarget()
    absent = Found(replace(file("path:Compta/a.txt", "a.txt"), content="", size=None), FailReason.MISSING_PART)
    bench.migrate(MemorySource([folder("path:Compta", "Compta"), absent]), target)
    balance = bench.migrate(known_by_id(), target)
    assert (balance.found, balance.moved + balance.unchanged, balance.gone) == (2, 2, 0)
    assert target.store.files() == {"Compta/a.txt": b"a"}


def test_with_a_part_missing_what_it_brought_before_is_not_gone(bench):
    target = MemoryTarget()
    bench.migrate(known_by_id(), target)
    balance = bench.migrate(MemorySource([missing_part()]), target)
    assert (balance.found, balance.unchanged, balance.failed, balance.gone, balance.holds) == (3, 2, 1, 0, True)
    balance = bench.migrate(known_by_id(), target)
    assert (balance.found, balance.unchanged, balance.gone) == (2, 2, 0)


def test_what_had_not_arrived_from_a_part_that_is_missing_now_is_said_to_be_missing(bench):
    target = MemoryTarget(refused={"id:2"})
    bench.migrate(known_by_id(), target)
    bench.migrate(MemorySource([missing_part()]), target)
    assert ("memory:id:2", "failed", FailReason.MISSING_PART) in bench.rows("ref, state, reason")
    target.refused.clear()
    bench.migrate(known_by_id(), target)
    assert target.store.files() == {"Compta/a.txt": b"a"}


def test_what_the_source_says_it_lacks_but_gave_before_stays_unchanged(bench):
    target = MemoryTarget()
    bench.migrate(known_by_path(), target)
    lacking = known_by_path()
    lacking.founds[1] = Found(replace(lacking.founds[1].item, content="", size=None), SkipReason.NOT_EXPORTED)
    balance = bench.migrate(lacking, target)
    assert (balance.unchanged, balance.skipped) == (2, 0)


# Whose it is


class Takeout(MemorySource):
    """An archive that tells its owner, or does not."""

    unowned = "takeout"

    def __init__(self, entries, account="takeout"):
        super().__init__(entries)
        self.account = account


def letters(*names: str, owned: bool) -> list[tuple[Item, bytes]]:
    """Files without an id: known by path and content until their owner is known."""
    entries = []
    for name in names:
        data = name.encode()
        marked = Ref("memory", f"path:{name}#{fingerprint(data)}")
        ref = Ref("memory", f"path:{name}") if owned else marked
        aliases = (Alias(marked, fingerprint(data)),) if owned else ()
        entries.append((replace(file("", name, None, data, aliases=aliases), ref=ref), data))
    return entries


def lanes(bench) -> list[str]:
    with Ledger(bench.path) as ledger:
        return [lane.source for lane in ledger.lanes("files")]


def test_an_owner_who_becomes_known_takes_over_what_arrived(bench):
    target = MemoryTarget()
    bench.migrate(Takeout(letters("a", "b", owned=False)), target)
    changes = target.store.changes
    balance = bench.migrate(Takeout(letters("a", "b", "c", owned=True), "anna@lauze.example"), target)
    assert (balance.unchanged, balance.moved, balance.gone) == (2, 1, 0)
    assert target.store.changes == changes + 1
    assert lanes(bench) == ["anna@lauze.example"]


def test_an_owner_who_is_not_told_any_more_is_recognised(bench):
    target = MemoryTarget()
    bench.migrate(Takeout(letters("a", "b", "c", owned=True), "anna@lauze.example"), target)
    changes = target.store.changes
    balance = bench.migrate(Takeout([*letters("a", "b", owned=False), missing_part()]), target)
    assert (balance.unchanged, balance.moved, balance.gone, balance.holds) == (3, 0, 0, True)
    assert target.store.changes == changes
    assert lanes(bench) == ["anna@lauze.example"]


def test_an_owner_whom_the_files_name_takes_over_what_another_part_brought(bench):
    target = MemoryTarget()
    named = [(replace(item, owner="Anna@lauze.example"), data) for item, data in letters("a", "b", owned=False)]
    bench.migrate(Takeout(named), target)
    balance = bench.migrate(Takeout([*letters("c", owned=True), missing_part()], "anna@lauze.example"), target)
    assert (balance.unchanged, balance.moved, balance.gone) == (2, 1, 0)
    assert lanes(bench) == ["anna@lauze.example"]


def test_somebody_else_takes_nothing_over(bench):
    target = MemoryTarget()
    bench.migrate(Takeout(letters("a", "b", "c", owned=False)), target)
    balance = bench.migrate(Takeout(letters("c", "x", "y", owned=True), "bob@lauze.example"), target)
    assert (balance.moved, balance.gone) == (3, 0)
    assert lanes(bench) == ["takeout", "bob@lauze.example"]


def test_what_an_owner_brought_meanwhile_and_what_was_taken_over_lie_side_by_side(bench):
    target = MemoryTarget()
    above = folder("path:Compta", "Compta")
    inside = replace(letters("a", owned=False)[0][0], parent=above.ref)
    bench.migrate(Takeout([above, (inside, b"a"), *letters("r", owned=False)]), target)
    other = replace(letters("b", owned=True)[0][0], parent=above.ref)
    bench.migrate(Takeout([above, (other, b"b")], "anna@lauze.example"), target)
    known = replace(letters("a", owned=True)[0][0], parent=above.ref)
    everything = [above, (known, b"a"), (other, b"b"), *letters("r", owned=True)]
    changes = target.store.changes
    balance = bench.migrate(Takeout(everything, "anna@lauze.example"), target)
    assert (balance.found, balance.unchanged, balance.gone) == (4, 4, 0)
    assert target.store.files() == {"Compta/a": b"a", "Compta/b": b"b", "r": b"r"}
    assert target.store.changes == changes
    assert lanes(bench) == ["anna@lauze.example"]


def test_losses_told_before_stay_when_less_is_told(bench):
    target = MemoryTarget()
    source = known_by_id()
    source.founds[1] = Found(replace(source.founds[1].item, losses=(Loss(LossKind.SHARING, who="b@lauze.example"),)))
    bench.migrate(source, target)
    bench.migrate(known_by_path(), target)
    assert ("memory:id:2", LossKind.SHARING, "") in bench.losses()
