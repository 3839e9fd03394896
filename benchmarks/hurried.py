"""`python -m benchmarks.hurried …`: degoog with a clock that waiting moves on at once: patience takes no time."""

from __future__ import annotations

import asyncio
import sys

from degoog.cli.context import Session
from degoog.cli.program import program
from degoog.http import Time


class _Clock:
    """Nothing but sleeping takes time."""

    now = 0.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def main() -> None:
    """Run the command line."""
    clock = _Clock()
    program.main(obj=Session(time=Time(clock=lambda: clock.now, sleep=clock.sleep)))


if __name__ == "__main__":
    sys.exit(main())
