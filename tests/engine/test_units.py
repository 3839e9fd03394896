"""What is put as one: each part has its row, and is settled with what it was put with."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from degoog.engine import Road, migrate, plan
from degoog.ledger import Ledger
from degoog.ledger.map import read_map, write_map
from degoog.model import Found, Item, SkipReason
from degoog.ports import Unknown
from degoog.rehearsal import Rehearsal
from tests.engine.conftest import Bench, Watcher
from tests.engine.test_crashes import Fuse
from tests.engine.units import Room, RoomBatch, Talk, losing, message
from tests.memory import Killed, Store, folder

C = folder("c")


def thread(*replies: str, head: str = "h") -> list[Any]:
    return [message(head), *(message(reply, unit=head) for reply in replies)]


def states(bench: Bench) -> dict[str, str]:
    return dict(bench.rows("substr(ref, 8), state"))


def test_each_message_of_a_thread_has_a_row_of_its_own(bench):
    target = Room()
    balance = bench.migrate(Talk([C], thread("r1", "r2")), target)
    assert (balance.found, balance.moved, balance.holds) == (4, 4, True)
    assert target.store.files() == {"c/h": b"x", "c/r1": b"x", "c/r2": b"x"}
    assert set(states(bench).values()) == {"done"}


def test_only_the_new_reply_of_a_known_thread_is_moved_by_a_later_run(bench):
    target = Room()
    bench.migrate(Talk([C], thread("r1")), target)
    again = bench.migrate(Talk([C], thread("r1")), target)
    assert (again.moved, again.unchanged) == (0, 3)
    later = bench.migrate(Talk([C], thread("r1", "r2")), target)
    assert (later.moved, later.unchanged) == (1, 3)
    assert target.said == {"h": 1, "r1": 1, "r2": 1}


def test_a_part_that_is_refused_fails_alone(bench):
    target = Room(deaf={"r1"})
    balance = bench.migrate(Talk([C], thread("r1", "r2")), target)
    assert (balance.moved, balance.failed, balance.holds) == (3, 1, True)
    target.deaf.clear()
    assert bench.migrate(Talk([C], thread("r1", "r2")), target).moved == 1


def test_a_thread_that_cannot_be_read_fails_with_all_its_messages(bench):
    balance = bench.migrate(Talk([C], [*thread("r1", "r2"), message("z")], unreadable=["h"]), Room())
    assert (balance.moved, balance.failed, balance.holds) == (2, 3, True)


def test_what_answers_a_message_that_is_left_out_is_left_out_with_it(bench):
    source = Talk([C], thread("r1"))
    source.founds = [Found(f.item, SkipReason.FILTERED) if f.item.ref.id == "h" else f for f in source.founds]
    balance = bench.migrate(source, Room())
    assert (balance.moved, balance.skipped) == (1, 2)
    assert dict(bench.rows("substr(ref, 8), reason"))["r1"] == SkipReason.PARENT_SKIPPED


def test_a_part_whose_head_is_nowhere_is_put_alone(bench):
    target = Room()
    balance = bench.migrate(Talk([C], [message("r1", unit="gone")]), target)
    assert (balance.moved, target.said) == (2, {"r1": 1})


def test_a_part_lies_where_its_head_lies(bench):
    target = Room()
    lost = message("r1", channel="nowhere", unit="h")
    bench.migrate(Talk([C], [message("h"), lost]), target)
    assert dict(bench.rows("substr(ref, 8), lies"))["r1"] == "c/r1"


def test_losses_of_a_part_are_written_on_its_own_row(bench):
    with Ledger(bench.path) as ledger:
        source, target = Talk([C], thread("late")), Room()
        lane = ledger.lane(road="files", source=source.account, address=target.address, identity=target.identity)

        async def go() -> None:
            await plan(source, lane, target.naming, run=1, observer=Watcher())
            await migrate(Road(source, target, losing, lane), run=1, observer=Watcher())

        ledger.begin("migrate", "files")
        asyncio.run(go())
    assert bench.losses() == {("memory:h", "star", "h"), ("memory:late", "time", "late")}


def test_a_ledger_restored_from_its_map_knows_its_parts(bench, tmp_path):
    target = Room()
    bench.migrate(Talk([C], thread("r1")), target)
    kept = BytesIO()
    with Ledger(bench.path) as ledger:
        write_map(ledger.lanes("files")[0], kept)
    kept.seek(0)
    restored = Bench(tmp_path / "restored" / "ledger.db")
    with Ledger(restored.path) as ledger:
        read_map(ledger, kept, naming=target.naming, identity=target.identity, address=target.address)
    balance = restored.migrate(Talk([C], thread("r1", "r2")), target)
    assert (balance.moved, balance.unchanged) == (1, 3)
    assert target.said == {"h": 1, "r1": 1, "r2": 1}


def test_a_rehearsal_accounts_for_every_message(bench):
    balance = bench.migrate(Talk([C], thread("r1", "r2")), Rehearsal(Room()))
    assert (balance.found, balance.moved, balance.holds) == (4, 4, True)


@st.composite
def talks(draw, most: int = 12) -> list[Any]:
    """Messages in two channels, some of them in threads, in any order."""
    messages: list[Any] = []
    for n in range(draw(st.integers(1, most))):
        channel = "cd"[n % 2]  # a message never changes its channel
        heads = [m.ref.id for m in messages if m.unit is None and m.parent is not None and m.parent.id == channel]
        unit = draw(st.sampled_from([None, *heads]))
        messages.append(message(f"m{n}", channel, draw(st.sampled_from(["a", "b"])), unit))
    return list(draw(st.permutations(messages)))


def ends(bench: Bench, store: Store) -> Any:
    return store.files(), bench.rows("ref, state, reason, lies, done_content, proof_digest, unit, head IS NULL")


class Waits(Room):
    """A target at which closing a batch waits for the outside; it notes what goes on meanwhile."""

    fills_ahead = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.heard: list[str] = []
        self.forgets: list[Item] = []

    def batch(self) -> _WaitingBatch:
        return _WaitingBatch(self)


class _WaitingBatch(RoomBatch):
    _target: Waits

    def put(self, task) -> None:
        self._target.heard.append("put")
        super().put(task)

    async def close(self):
        self._target.heard.append("begins")
        for _turn in range(9):
            await asyncio.sleep(0)
        results = await super().close()
        self._target.heard.append("ends")
        forgotten = [one.item for one in results if one.item in self._target.forgets]
        self._target.forgets = [item for item in self._target.forgets if item not in forgotten]
        return [Unknown(one.item) if one.item in forgotten else one for one in results]


@settings(max_examples=60, deadline=None)
@given(
    talks(), talks(20), st.lists(st.integers(1, 30), max_size=6), st.integers(1, 4), st.integers(1, 3),
    st.sampled_from([Room, Waits]),
)  # fmt: skip
def test_threads_killed_anywhere_end_as_if_they_had_not_been(fresh, first, second, kills, size, jobs, there):
    results = []
    none: list[int] = []
    for deaths in (none, kills):
        bench = fresh()
        store = Store()
        fuse = Fuse(store)
        for messages in (first, second):
            source = Talk([C, folder("d")], messages)
            for steps in deaths:
                fuse.left = steps
                try:
                    bench.migrate(source, there(room=store, size=size), jobs=jobs)
                except Killed:
                    continue
            fuse.left = 10**9
            balance = bench.migrate(source, there(room=store, size=size), jobs=jobs)
            assert balance.holds
            assert (balance.pending, balance.failed) == (0, 0)
            assert bench.rows("(SELECT count(*) FROM intent)")[0] == (0,)
        results.append(ends(bench, store))
    assert results[0] == results[1]


def test_a_slow_target_is_given_the_next_batch_while_it_works_on_one_and_never_a_third(bench):
    target = Waits()
    messages = [message(f"m{number}") for number in range(9)]
    balance = bench.migrate(Talk([C], messages), target, jobs=1)

    assert (balance.moved, balance.pending) == (10, 0)
    heard = target.heard[target.heard.index("ends") + 1 :]
    at_work = [heard[:end].count("begins") - heard[:end].count("ends") for end in range(len(heard))]
    assert max(at_work) == 2
    assert {count for count, what in zip(at_work, heard, strict=True) if what == "put"} == {0, 1}


def test_what_a_slow_target_knows_nothing_of_is_tried_again(bench):
    target = Waits()
    last = message("m5")
    target.forgets.append(last)
    balance = bench.migrate(Talk([C], [message("m1"), last]), target, jobs=1)

    assert (balance.moved, balance.pending) == (3, 0)
    assert not target.forgets
