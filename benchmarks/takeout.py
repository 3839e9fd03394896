"""A Takeout zip of 1,000,000 entries, planned fresh and again."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.child import degoog
from benchmarks.figures import memory, plain, say, seconds
from degoog.sandbox.takeout.large import draw_large_takeout


def missing() -> str:
    """Nothing."""
    return ""


def measure(options: argparse.Namespace, scratch: Path) -> None:
    """Plan through the command, reading the archive included."""
    items = 1_000_000 // (10 if options.quick else 1)
    drawn = draw_large_takeout(scratch, seed=1, items=items, parts=3)
    sources = [word for part in drawn.parts for word in ("--source", f"takeout:{part}")]
    for label in ("fresh", "again, unchanged"):
        ran = degoog(
            "plan", "files", *sources, "--to", f"folder:{scratch / 'to'}", "--workspace", scratch / "workspace"
        ).check()  # fmt: skip
        if ran.summary["found"] < items:
            raise SystemExit(f"not everything was found: {ran.summary}")
        say(plain(f"{label}: items a second, the whole command", f"{ran.summary['found'] / ran.seconds:,.0f}"))
        say(plain(f"{label}: items a second of processor time", f"{ran.summary['found'] / ran.cpu:,.0f}"))
        say(plain(f"{label}: time", seconds(ran)))
        say(memory(f"{label}: peak memory", ran))
