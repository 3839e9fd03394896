"""Ctrl-C and a polite kill: the program in a process of its own, as it is in a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from degoog.sandbox.faults import Fault, FaultKind
from degoog.sandbox.takeout.large import draw_large_takeout
from tests.cli.files import MIGRATE, lines, offered, summary, told

THERE = (*MIGRATE, "--to", "nextcloud")


@pytest.fixture
def begin(call, cloud) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Begin a command; whatever still runs at the end of the test is killed."""
    begun = []

    def start(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "degoog", *words],
            env={**os.environ, **cloud.environ, "LANGUAGE": "en"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], event: str) -> list[str]:
    """Read lines of JSON until one of this event."""
    assert process.stdout is not None
    read = []
    for line in process.stdout:
        read.append(line)
        if f'"event": "{event}"' in line:
            return read
    raise AssertionError(f"no {event} in {read}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_migration_ends_cleanly_and_is_resumed(call, takeout, cloud, begin, number):
    cloud.faults.add(Fault(FaultKind.SLOW, methods=frozenset({"MKCOL"}), seconds=0.2, after=2))
    process = begin(*THERE, "--json")
    before = read_until(process, "done")
    process.send_signal(number)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    told_ = summary("".join(before) + out)
    assert (told_["exit"], told_["balanced"]) == (130, True)
    assert told_["pending"] > 0
    assert "Stopping cleanly" in told(err)
    cloud.faults.clear()
    again = summary(call(*THERE, "--json", environ=cloud.environ).out)
    assert (again["pending"], again["moved"] + again["unchanged"]) == (0, 22)


def test_whoever_interrupts_is_told_that_nothing_is_lost_and_how_to_go_on(takeout, cloud, begin):
    cloud.faults.add(Fault(FaultKind.SLOW, methods=frozenset({"MKCOL"}), seconds=0.3))
    process = begin(*THERE, "--exclude", "type=image")
    assert process.stderr is not None
    plan = next(line for line in process.stderr if "Nothing is changed" in line)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert plan
    assert "Stopping cleanly: what is in hand is being finished, nothing is lost." in told(err)
    assert "Stopped at your request. Nothing is lost: what has arrived is recorded." in told(out)
    assert offered(out, "migrate") == [*THERE, "--exclude", "type=image"]


def test_a_walk_that_is_interrupted_changed_nothing(call, begin):
    Path("takeout").mkdir()
    draw_large_takeout(Path("takeout"), seed=1, items=10_000, bytes_each=1)
    process = begin("plan", "files", "--source", "takeout:takeout", "--to", "folder:archive", "--json")
    read_until(process, "counted")
    process.send_signal(signal.SIGINT)
    out, _err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert lines(out)[-1]["found"] == 0
    assert lines(out)[-1]["balanced"] is True
