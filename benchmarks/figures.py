"""What benchmarks print: a figure with its bound, and whether it is met."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import machine
from benchmarks.child import MIB, Ran

MOST_MEMORY = 150 * 10**6


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the result. `met` is None where there is no bound."""

    text: str
    value: str
    bound: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        verdict = {True: "met", False: "NOT MET", None: ""}[self.met]
        return f"  {self.text:<62} {self.value:>18}  {self.bound:<18} {verdict}".rstrip()


def at_least(text: str, value: float, bound: float, *, unit: str = "") -> Figure:
    """Judge a figure that must not be less."""
    return Figure(text, number(value) + unit, f"at least {number(bound)}", value >= bound)


def at_most(text: str, value: float, bound: float, *, unit: str = "") -> Figure:
    """Judge a figure that must not be more."""
    return Figure(text, number(value) + unit, f"at most {number(bound)}", value <= bound)


def memory(text: str, ran: Ran, *, bound: int = MOST_MEMORY) -> Figure:
    """Judge a peak."""
    return Figure(text, f"{ran.peak / 10**6:.0f} MB", f"below {bound // 10**6} MB", ran.peak < bound)


def plain(text: str, value: str) -> Figure:
    """Tell a figure without a bound."""
    return Figure(text, value)


def seconds(ran: Ran) -> str:
    """Tell how long a command took, in real time and on the processor."""
    return f"{ran.seconds:.1f} s ({ran.cpu:.1f} cpu)"


def spread(values: Sequence[float]) -> str:
    """Tell the middle and the extremes."""
    return f"{number(statistics.median(values))} ({number(min(values))}–{number(max(values))})"


def number(value: float) -> str:
    """Write a number as people read it."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")


def say(figure: Figure) -> None:
    """Print a figure as soon as it is known."""
    print(f"{figure}   [load {machine.load()}]", flush=True)


__all__ = [
    "MIB", "Figure", "at_least", "at_most", "memory", "number", "plain", "say", "seconds", "spread",
]  # fmt: skip
