"""A Slack export of 1,000,000 messages (one in five an answer; reactions, mentions, blocks) read and converted."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.child import environment, run
from benchmarks.figures import at_least, memory, plain, say
from degoog.sandbox.slack import draw_export

_BOUND = 300 * 10**6


def missing() -> str:
    """Nothing."""
    return ""


def measure(options: argparse.Namespace, scratch: Path) -> None:
    """Convert in a process of its own, so that its memory is its own; processor time, as it uses one core."""
    wanted = 1_000_000 // (10 if options.quick else 1)
    drawn = draw_export(scratch / "export.zip", messages=wanted, private=False, files=False)
    command = [sys.executable, "-m", "benchmarks.conversion", str(drawn.path)]
    ran = run(command, env=environment()).check()
    told = ran.told[-1]
    if told["posts"] < wanted:
        raise SystemExit(f"{wanted - told['posts']} messages are missing")
    say(plain("the export", f"{drawn.path.stat().st_size / 10**6:,.0f} MB"))
    say(at_least("messages a second, reading included", told["posts"] / told["seconds"], 5_000))
    say(plain("of that, reading the export through once", f"{told['opening']:,.0f} s"))
    say(memory("peak memory", ran, bound=_BOUND))
