"""1,000,000 items of a synthetic tree planned into a fresh ledger, then planned again unchanged."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.child import environment, run
from benchmarks.figures import at_least, memory, plain, say, seconds


def missing() -> str:
    """Nothing."""
    return ""


def measure(options: argparse.Namespace, scratch: Path) -> None:
    """Plan in a process of its own, so that its memory is its own."""
    items = 1_000_000 // (10 if options.quick else 1)
    command = [sys.executable, "-m", "benchmarks.synthetic", str(scratch / "ledger.db"), str(items)]
    for label in ("fresh", "again, unchanged"):
        ran = run(command, env=environment()).check()
        told = ran.told[-1]
        if told["items"] != items or not told["holds"]:
            raise SystemExit(f"the balance does not hold: {told}")
        say(at_least(f"{label}: items a second", items / told["seconds"], 10_000))
        say(plain(f"{label}: items a second of processor time", f"{items / ran.cpu:,.0f}"))
        say(plain(f"{label}: time of the process", seconds(ran)))
        say(memory(f"{label}: peak memory", ran))
    size = (scratch / "ledger.db").stat().st_size
    say(plain("the ledger on disk", f"{size / 10**6:,.0f} MB"))
