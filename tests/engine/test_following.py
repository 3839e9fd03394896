"""A source that can follow changes is asked for those, and the ledger comes to the same as after a full walk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from degoog.errors import Refused
from degoog.ledger import Balance, Ledger
from degoog.model import FailReason, Found, Item, Kind, Loss, LossKind, Outcome, Ref, SkipReason
from degoog.ports import Blob, Gone, Outdated
from tests.engine.conftest import Bench
from tests.memory import MemorySource, MemoryTarget, Store, blob, file, folder


class Follower(MemorySource):
    """Remembers what was told of it since each bookmark, or has forgotten."""

    def __init__(self, entries=()):
        super().__init__(entries)
        self.walks = 0
        self.told: list[Found | Gone] = []
        self.forgotten = False
        self.bookmark = ""
        self.knew: list[Kind | None] = []

    async def walk(self) -> AsyncIterator[Found]:
        self.walks += 1
        self.bookmark = f"walk {self.walks}"
        for found in self.founds:
            yield found

    async def changes(self, bookmark: str, known: Callable[[Ref], Kind | None]) -> AsyncIterator[Found | Gone]:
        for change in self.told:
            self.knew.append(known(change.ref if isinstance(change, Gone) else change.item.ref))
            yield change
        if self.forgotten:
            raise Outdated
        self.bookmark = f"{bookmark}, and {len(self.told)} changes"

    def put(self, item: Item, data: bytes = b"x") -> None:
        self.founds = [found for found in self.founds if found.item.ref != item.ref]
        self.add((item, data))
        self.told.append(Found(item))

    def drop(self, id_: str) -> None:
        self.founds = [found for found in self.founds if found.item.ref.id != id_]
        self.told.append(Gone(Ref("memory", id_)))


def source() -> Follower:
    return Follower([
        folder("a", "Compta"), folder("b", "Photos"), (file("1", "un", "a"), b"1"), (file("2", "deux", "a"), b"2"),
        (file("3", "trois", "b"), b"3"), (file("4", "quatre"), b"4"),
    ])  # fmt: skip


def bookmark(bench: Bench) -> str:
    with Ledger(bench.path) as ledger:
        return ledger.lanes("files")[0].bookmark


def test_what_did_not_change_is_neither_walked_nor_read_again(bench):
    one, store = source(), Store()
    bench.migrate(one, MemoryTarget(store))
    reads = one.reads

    balance = bench.migrate(one, MemoryTarget(store))

    assert (one.walks, one.reads) == (1, reads)
    assert balance == Balance(found=6, unchanged=6)
    assert bookmark(bench) == "walk 1, and 0 changes"


def test_changes_are_carried_out_and_the_rest_stays(bench):
    one, store = source(), Store()
    bench.migrate(one, MemoryTarget(store))
    one.put(file("5", "cinq", "b", b"5"), b"5")
    one.put(folder("c", "Neuf", "a"))
    one.put(file("1", "un (renommé)", "c", b"x"), b"x")
    one.drop("4")

    balance = bench.migrate(one, MemoryTarget(store))

    assert {path for path, node in store.nodes.items() if not node.holder} == {
        "Compta/Neuf/un (renommé)", "Compta/deux", "Photos/trois", "Photos/cinq", "quatre",
    }  # fmt: skip
    assert balance.holds
    assert (balance.found, balance.moved, balance.gone, one.walks) == (7, 3, 1, 1)
    assert one.knew == [None, None, Kind.FILE, Kind.FILE]


def test_what_lay_in_a_folder_that_is_gone_is_gone_unless_it_is_told_of(bench):
    one, store = source(), Store()
    bench.migrate(one, MemoryTarget(store))
    one.put(file("2", "deux", None), b"x")
    one.drop("a")

    balance = bench.migrate(one, MemoryTarget(store))

    assert balance.holds
    assert (balance.found, balance.gone) == (4, 2)
    assert "deux" in store.nodes


def test_what_was_gone_may_come_back(bench):
    one, store = source(), Store()
    bench.migrate(one, MemoryTarget(store))
    one.drop("4")
    bench.migrate(one, MemoryTarget(store))
    one.told = [Found(file("4", "quatre", None, b"4"))]

    balance = bench.migrate(one, MemoryTarget(store))

    assert balance.holds
    assert (balance.found, balance.gone) == (6, 0)


def test_a_source_that_has_forgotten_is_walked_whole_and_nothing_half_told_counts(bench):
    one, store = source(), Store()
    bench.migrate(one, MemoryTarget(store))
    reads = one.reads
    one.told = [Gone(Ref("memory", "b"))]
    one.forgotten = True

    balance = bench.migrate(one, MemoryTarget(store))

    assert (one.walks, one.reads) == (2, reads)
    assert balance == Balance(found=6, unchanged=6)
    assert bookmark(bench) == "walk 2"


def test_losses_of_what_is_not_told_of_stay(bench):
    lost = Loss(LossKind.COLOUR, "#123456")
    one, store = source(), Store()
    one.put(file("6", "six", "b", losses=(lost,)))
    bench.migrate(one, MemoryTarget(store))
    one.told = [Found(file("3", "trois", "b", b"3"))]

    bench.migrate(one, MemoryTarget(store))

    with Ledger(bench.path) as ledger:
        rows = ledger.connection.execute("SELECT kind, detail FROM loss WHERE kind = 'colour'").fetchall()
    assert rows == [("colour", "#123456")]


def test_what_lies_in_a_folder_that_its_owner_moves_is_moved_by_its_owner(bench):
    one = MemorySource([
        Found(folder("a", "Chez Ana"), SkipReason.MOVED_BY_OWNER), (file("1", "un", "a"), b"1"),
    ])  # fmt: skip

    bench.migrate(one, MemoryTarget(Store()))

    with Ledger(bench.path) as ledger:
        assert ledger.connection.execute("SELECT DISTINCT state, reason FROM item").fetchall() == [
            ("skipped", "moved_by_owner")
        ]


class Hesitant(MemorySource):
    """Says “not today” of some, and makes a PDF of others."""

    async def read(self, item: Item) -> Blob:
        self.reads += 1
        if item.name == "demain":
            raise Refused(FailReason.DEFERRED, "its daily limit")
        plain = blob(self.data[item.ref])
        lost = (Loss(LossKind.FORMAT, "pdf"),)
        return Blob(plain.size, plain.open, losses=lost, suffix=".pdf") if item.name == "a.docx" else plain


def test_what_is_not_to_be_had_today_stays_pending_and_is_asked_for_once(bench):
    one = Hesitant([(file("1", "demain"), b"1"), (file("2", "un"), b"2")])

    balance = bench.migrate(one, MemoryTarget(Store()))

    assert balance == Balance(found=2, moved=1, pending=1, touches=balance.touches, bytes=1)
    assert one.reads == 2
    with Ledger(bench.path) as ledger:
        assert ledger.connection.execute("SELECT reason, detail FROM item WHERE state = 'pending'").fetchall() == [
            ("deferred", "its daily limit")
        ]
    assert not [event for event in bench.watcher.events if getattr(event, "outcome", None) is Outcome.FAILED]


@pytest.mark.parametrize("runs", [1, 2])
def test_bytes_that_are_not_what_their_name_says_get_the_ending_they_are(bench, runs):
    one, store = Hesitant([(file("1", "a.docx"), b"1")]), Store()

    for number in range(runs):
        one.founds = [Found(file("1", "a.docx", data=bytes([number])))]
        bench.migrate(one, MemoryTarget(store))

    assert set(store.nodes) == {"a.docx.pdf"}
    with Ledger(bench.path) as ledger:
        kinds = {kind for (kind,) in ledger.connection.execute("SELECT kind FROM loss")}
    assert {"format", "name"} <= kinds
