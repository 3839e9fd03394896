"""`python -m benchmarks [NAME …]`: runs measures and prints what docs/benchmarks.md holds."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import (
    agendas,
    big,
    channels,
    drive,
    machine,
    memory,
    plan,
    rerun,
    scale,
    servers,
    slack,
    small,
    takeout,
)

NAMES = {
    "plan": plan, "takeout": takeout, "small": small, "big": big, "memory": memory, "rerun": rerun, "scale": scale,
    "drive": drive, "slack": slack, "channels": channels, "agendas": agendas, "servers": servers,
}  # fmt: skip


def main() -> None:
    """Run what was asked for, or everything; what a measure lacks is said, and it is left out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, default=3, help="how often two tools take turns (default: 3)")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything: only to see that it runs")
    parser.add_argument("--seed", type=int, default=1, help="where the kills of `scale` fall (default: 1)")
    parser.add_argument("--scratch", type=Path, help="where to put what is drawn (default: the temporary folder)")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"there is no measure {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    for line in machine.lines():
        print(line)
    for name in options.names or NAMES:
        module = NAMES[name]
        print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}")
        if lacking := module.missing():
            print(f"  left out: it needs {lacking}")
            continue
        with tempfile.TemporaryDirectory(prefix="degoog-bench-", dir=options.scratch) as scratch:
            module.measure(options, Path(scratch))


if __name__ == "__main__":
    main()
