"""A pace for bytes: on average what was asked for, however late the system wakes who sleeps."""

import asyncio

from degoog.engine import Throttle

MIB = 1 << 20


def spent(rate, *, late=0.0, away=0.0):
    """Pass 20 seconds' worth of bytes; each sleep ends `late`, and once the source keeps us waiting for `away`."""
    now = [0.0]

    async def sleep(seconds):
        now[0] += seconds + late

    async def run():
        throttle = Throttle(rate, clock=lambda: now[0], sleep=sleep)
        for number in range(20 * rate // MIB):
            await throttle.take(MIB)
            if number == 3:
                now[0] += away

    asyncio.run(run())
    return now[0]


def test_waking_late_costs_no_speed():
    assert 19.5 < spent(125_000_000, late=0.002) < 20.5


def test_a_long_wait_is_not_made_up_for_in_a_rush():
    assert 24.5 < spent(12_500_000, away=5.0) < 25.5
