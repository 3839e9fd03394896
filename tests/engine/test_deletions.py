"""What is gone at the source leaves the target only where that is sure, and only as degoog put it there."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from degoog.happenings import Done
from degoog.ledger import Ledger
from degoog.ledger.departed import Departed, Leaving
from degoog.model import FailReason, Found, Kind, SkipReason
from tests.engine.conftest import Bench
from tests.engine.test_crashes import Fuse, sources
from tests.engine.test_following import Follower
from tests.memory import Killed, MemorySource, MemoryTarget, Store, file, folder

TREE: list[Any] = [
    folder("a", "Compta"), folder("b", "2019", "a"), (file("1", "un", "a"), b"1"), (file("2", "deux", "b"), b"2"),
    (file("3", "trois", "b"), b"3"), (file("4", "quatre"), b"4"),
]  # fmt: skip


def name(one: Any) -> str:
    return str((one[0] if isinstance(one, tuple) else one).ref.id)


def without(*ids: str) -> MemorySource:
    return MemorySource([one for one in TREE if name(one) not in ids])


def departures(bench: Bench) -> dict[str, str]:
    return {ref.removeprefix("memory:"): why for ref, why in bench.rows("ref, departure") if why}


@pytest.fixture
def store(bench) -> Store:
    store = Store()
    bench.migrate(MemorySource(TREE), MemoryTarget(store))
    return store


def test_nothing_leaves_unless_it_is_asked_for(bench, store):
    changes = store.changes

    balance = bench.migrate(without("1", "4"), MemoryTarget(store))

    assert (balance.gone, store.changes, store.trash) == (2, changes, {})
    assert departures(bench) == {}


def test_what_is_gone_goes_to_the_trash_and_its_folder_gets_its_time_back(bench, store):
    balance = bench.migrate(without("1", "4"), MemoryTarget(store), follow=True)

    assert set(store.trash) == {"Compta/un", "quatre"}
    assert departures(bench) == {"1": "followed", "4": "followed"}
    assert (balance.gone, balance.found, balance.holds, balance.touches) == (2, 4, True, 0)
    assert store.nodes["Compta"].modified == TREE[0].modified
    told = {event.item.ref.id: event.reason for event in bench.watcher.events if isinstance(event, Done)}
    assert (told["1"], told["4"]) == ("followed", "followed")


def test_a_folder_goes_in_one_piece(bench, store):
    changes = store.changes

    bench.migrate(without("b", "2", "3"), MemoryTarget(store), follow=True)

    assert (set(store.trash), store.changes) == ({"Compta/2019", "Compta/2019/deux", "Compta/2019/trois"}, changes + 1)
    assert departures(bench) == dict.fromkeys("b23", "followed")


def test_run_again_it_writes_nothing(bench, store):
    bench.migrate(without("b", "2", "3", "4"), MemoryTarget(store), follow=True)
    changes = store.changes

    balance = bench.migrate(without("b", "2", "3", "4"), MemoryTarget(store), follow=True)

    assert (store.changes, balance.moved, balance.gone) == (changes, 0, 4)


def test_what_somebody_changed_is_kept_and_so_is_its_folder(bench, store):
    store.put("Compta/2019/deux", "corrigé".encode())

    bench.migrate(without("b", "2", "3"), MemoryTarget(store), follow=True)

    assert set(store.trash) == {"Compta/2019/trois"}
    assert departures(bench) == {"b": "occupied", "2": "edited", "3": "followed"}


def test_what_others_put_into_a_folder_is_kept(bench, store):
    store.put("Compta/2019/note.txt", b"de Zo\xc3\xa9")

    bench.migrate(without("b", "2", "3"), MemoryTarget(store), follow=True)

    assert store.nodes["Compta/2019/note.txt"].data == b"de Zo\xc3\xa9"
    assert departures(bench) == {"b": "occupied", "2": "followed", "3": "followed"}


def test_a_file_touched_without_a_change_goes(bench, store):
    store.put("quatre", b"4")

    bench.migrate(without("4"), MemoryTarget(store), follow=True)

    assert set(store.trash) == {"quatre"}


def test_what_lay_there_before_degoog_came_is_kept(bench):
    store = Store()
    store.put("quatre", b"4")
    bench.migrate(MemorySource(TREE), MemoryTarget(store))

    bench.migrate(without("4"), MemoryTarget(store), follow=True)

    assert (store.trash, departures(bench)) == ({}, {"4": "not_ours"})


def test_what_stands_for_something_of_another_account_is_kept(bench, store):
    other = MemorySource([(file("5", "quatre", data=b"4"), b"4")])
    other.account = "autre@example.org"
    bench.migrate(other, MemoryTarget(store))

    bench.migrate(without("4"), MemoryTarget(store), follow=True)

    assert (store.trash, departures(bench)) == ({}, {"4": "not_ours"})


def test_what_another_account_has_now_and_has_not_brought_yet_is_kept(bench, store):
    other = MemorySource([(file("4", "quatre", data=b"4"), b"4")], unreadable=["4"])
    other.account = "autre@example.org"
    bench.migrate(other, MemoryTarget(store))

    bench.migrate(without("4"), MemoryTarget(store), follow=True)

    assert (store.trash, departures(bench)) == ({}, {"4": "unsure"})


def test_a_walk_that_knows_it_did_not_see_everything_makes_nothing_leave(bench, store):
    part = replace(file("p", "takeout-002.zip"), kind=Kind.PRODUCT)
    missing = Found(part, FailReason.MISSING_PART, hides=True)
    gone = MemorySource([*without("4").founds])
    bench.migrate(without("4"), MemoryTarget(store))  # gone for sure, until:
    gone.founds.append(missing)

    bench.migrate(gone, MemoryTarget(store), follow=True)

    assert (store.trash, departures(bench)) == ({}, {"4": "unsure"})


def test_what_the_source_may_have_overlooked_does_not_leave(bench, store):
    source = without("1", "4")
    source.overlooked = {"4"}

    bench.migrate(source, MemoryTarget(store), follow=True)

    assert departures(bench) == {"1": "followed", "4": "unsure"}
    assert set(store.trash) == {"Compta/un"}


@pytest.mark.parametrize("verdict", [SkipReason.BUSY_ONLY, SkipReason.FILTERED, FailReason.UNREADABLE])
def test_what_lies_behind_something_left_out_or_unreadable_stays(bench, store, verdict):
    source = without("b", "2", "3")
    source.founds = [Found(one.item, verdict if one.item.ref.id == "a" else None) for one in source.founds]

    bench.migrate(source, MemoryTarget(store), follow=True)

    assert store.trash == {}
    assert set(departures(bench).values()) <= {"unsure"}


def test_beside_something_unreadable_nothing_is_gone_for_sure(bench, store):
    source = without("3")
    source.add(Found(file("x", "illisible", "b"), FailReason.BROKEN))

    bench.migrate(source, MemoryTarget(store), follow=True)

    assert (store.trash, departures(bench)) == ({}, {"3": "unsure"})


def test_filtered_things_are_not_gone(bench, store):
    bench.migrate(MemorySource(TREE), MemoryTarget(store), keep=lambda item, _path: item.name != "quatre", follow=True)

    assert (store.trash, departures(bench)) == ({}, {})


def test_a_walk_of_changes_says_what_is_gone(bench):
    one, store = Follower(TREE), Store()
    bench.migrate(one, MemoryTarget(store))
    one.drop("4")

    bench.migrate(one, MemoryTarget(store), follow=True)

    assert (set(store.trash), one.walks) == ({"quatre"}, 1)


def test_what_comes_back_arrives_again(bench, store):
    bench.migrate(without("4"), MemoryTarget(store), follow=True)

    balance = bench.migrate(MemorySource(TREE), MemoryTarget(store), follow=True)

    assert store.nodes["quatre"].data == b"4"
    assert (balance.moved, balance.gone, departures(bench)) == (1, 0, {})


def test_what_somebody_took_away_is_said_to_be_absent_and_not_asked_for_again(bench, store):
    del store.nodes["quatre"]

    bench.migrate(without("4"), MemoryTarget(store), follow=True)

    assert departures(bench) == {"4": "absent"}
    assert bench.rows("lies")[3] == (None,)


def test_what_the_target_does_not_give_up_is_said(bench, store):
    bench.migrate(without("4"), MemoryTarget(store, refused=["4"]), follow=True)

    assert departures(bench) == {"4": "refused"}
    assert bench.rows("detail")[3] == ("no",)


def test_a_target_without_a_trash_gives_up_what_is_copied_before(bench, store):
    target = MemoryTarget(store)
    target.lasting = False

    bench.migrate(without("b", "2", "3"), target, follow=True)

    kept = bench.path.parent / "deleted"
    assert {path.name: path.read_bytes() for path in kept.rglob("*") if path.is_file()} == {"deux": b"2", "trois": b"3"}
    assert departures(bench) == dict.fromkeys("b23", "followed")


def test_how_much_would_leave_is_counted_without_what_stays(bench, store):
    store.put("x", None)
    bench.migrate(without("1", "4", "b", "2", "3"), MemoryTarget(store))
    with Ledger(bench.path) as ledger:
        (lane,) = ledger.lanes()
        assert Departed(lane, overlooked=lambda _ref: False).leaving() == Leaving(5, 6, ("2019", "deux", "trois"))
        assert Departed(lane, overlooked=lambda _ref: True).leaving() == Leaving(0, 6)


@settings(max_examples=60, deadline=None)
@given(sources(), st.sets(st.integers(0, 14)), st.lists(st.integers(1, 30), max_size=5))
def test_killed_anywhere_while_things_leave_it_ends_as_if_it_had_not_been(fresh, entries, dropped, kills):
    left = [one for one in entries if name(one) not in {f"f{n}" for n in dropped} | {f"d{n}" for n in dropped if n > 7}]
    results = []
    none: list[int] = []
    for deaths in (none, kills):
        bench, store = fresh(), Store()
        fuse = Fuse(store)
        bench.migrate(MemorySource(entries), MemoryTarget(store))
        for steps in deaths:
            fuse.left = steps
            try:
                bench.migrate(MemorySource(left), MemoryTarget(store), follow=True)
            except Killed:
                continue
        fuse.left = 10**9
        balance = bench.migrate(MemorySource(left), MemoryTarget(store), follow=True)
        assert balance.holds
        assert balance.touches == 0
        assert not bench.rows("(SELECT count(*) FROM intent)")[0][0]
        results.append((store.files(), set(store.trash), departures(bench), bench.rows("ref, lies")))
        changes = store.changes
        bench.migrate(MemorySource(left), MemoryTarget(store), follow=True)
        assert store.changes == changes
    assert results[0] == results[1]


@settings(max_examples=40, deadline=None)
@given(sources(), st.sets(st.integers(0, 14), min_size=1), st.integers(1, 30))
def test_what_comes_back_after_a_kill_is_there_in_the_end(fresh, entries, dropped, steps):
    left = [one for one in entries if name(one) not in {f"f{n}" for n in dropped}]
    bench, store = fresh(), Store()
    fuse = Fuse(store)
    bench.migrate(MemorySource(entries), MemoryTarget(store))
    before = sorted(store.files().values())
    fuse.left = steps
    with contextlib.suppress(Killed):
        bench.migrate(MemorySource(left), MemoryTarget(store), follow=True)
    fuse.left = 10**9

    balance = bench.migrate(MemorySource(entries), MemoryTarget(store))

    assert (balance.holds, balance.pending, balance.failed) == (True, 0, 0)
    assert sorted(store.files().values()) == before
