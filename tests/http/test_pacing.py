"""One rhythm for all who speak to a host."""

import asyncio

import pytest

from degoog.http import Pacing
from tests.http.wire import Clock

HOST = "cloud.example"


def pacing(clock, every=0.0):
    return Pacing(clock.time, every=every)


def turns(rhythm, clock, number):
    """At what times so many workers get their turn."""

    async def go():
        times = []
        for _turn in range(number):
            await rhythm.turn(HOST)
            times.append(clock.now)
        return times

    return asyncio.run(go())


def test_nobody_waits_while_all_is_well():
    clock = Clock()
    assert turns(pacing(clock), clock, 5) == [1000.0] * 5


def test_a_service_may_ask_for_a_least_gap():
    clock = Clock()
    assert turns(pacing(clock, every=2.0), clock, 3) == [1000.0, 1002.0, 1004.0]


def test_one_refusal_closes_the_host_for_everyone():
    clock = Clock()
    rhythm = pacing(clock)
    rhythm.slow(HOST, 30, left=clock.now)
    first, second = turns(rhythm, clock, 2)
    assert first == 1030.0
    assert second > first


def test_other_hosts_go_on():
    clock = Clock()
    rhythm = pacing(clock)
    rhythm.slow("other.example", 30, left=clock.now)
    assert turns(rhythm, clock, 2) == [1000.0, 1000.0]


def test_requests_that_were_already_under_way_do_not_slow_it_again():
    clock = Clock()
    rhythm = pacing(clock)
    clock.now = 1001.0
    for _worker in range(4):
        rhythm.slow(HOST, 1, left=1000.0)
    assert rhythm.gap(HOST) == pytest.approx(0.1)


def test_a_refusal_after_slowing_down_slows_more():
    clock = Clock()
    rhythm = pacing(clock)
    for _time in range(3):
        rhythm.slow(HOST, 1, left=clock.now)
        clock.now += 1
    assert rhythm.gap(HOST) == pytest.approx(0.4)


def test_recovery_is_gradual_and_complete():
    clock = Clock()
    rhythm = pacing(clock, every=0.02)
    rhythm.slow(HOST, 1, left=clock.now)
    gaps = []
    for _answer in range(100):
        rhythm.ease(HOST)
        gaps.append(rhythm.gap(HOST))
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] > 0.09
    assert gaps[-1] == 0.02
