"""Many items, killed again and again: 100,000 to a folder, 5,000 to a real Nextcloud; then balanced and verified."""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Mapping
from pathlib import Path

from benchmarks import server
from benchmarks.child import Ran, degoog
from benchmarks.figures import memory, plain, say, seconds
from degoog.sandbox.takeout.large import LargeTakeout, draw_large_takeout

_KILLS = 6


def missing() -> str:
    """Nothing; the second half needs a real Nextcloud."""
    return ""


def measure(options: argparse.Namespace, scratch: Path) -> None:
    """Kill at random items, by process id of our own child, then let it end."""
    less = 10 if options.quick else 1
    dice = random.Random(options.seed)
    print(f"  seed {options.seed}")
    (scratch / "first").mkdir()
    drawn = draw_large_takeout(scratch / "first", seed=1, items=100_000 // less, parts=3, sidecar_every=10)
    to = scratch / "to"
    _killed("folder", drawn, ("--to", f"folder:{to}"), scratch / "workspace-1", dice=dice, env={})
    wrong = sum(not _right(to, drawn, number) for number in range(drawn.items))
    there = sum(1 for path in to.rglob("*") if path.is_file() and ".degoog" not in path.parts)
    say(plain("folder: files there, read and compared one by one", f"{there:,}, {wrong} wrong"))
    if wrong or there != drawn.items:
        raise SystemExit("the folder does not hold what the archive holds")
    if lacking := server.missing():
        print(f"  a real Nextcloud was not asked: that needs {lacking}")
        return
    (scratch / "second").mkdir()
    drawn = draw_large_takeout(scratch / "second", seed=2, items=5_000 // less, parts=2, bytes_each=4096,
                               sidecar_every=5)  # fmt: skip
    with server.account() as account:
        print(f"  Nextcloud {server.version()}")
        _killed("Nextcloud", drawn, ("--to", "nextcloud"), scratch / "workspace-2", dice=dice, env=account.environ)


def _killed(
    label: str,
    drawn: LargeTakeout,
    to: tuple[str, str],
    workspace: Path,
    *,
    dice: random.Random,
    env: Mapping[str, str],
) -> None:
    sources = [word for part in drawn.parts for word in ("--source", f"takeout:{part}")]
    command: list[str | Path] = ["migrate", "files", *sources, *to, "--workspace", workspace]
    expected = drawn.items + drawn.folders
    kills = 0
    for _turn in range(_KILLS):
        ran = degoog(*command, env=env, kill_after=dice.randrange(1, max(2, expected // _KILLS)))
        kills += ran.code == -9
        if ran.code not in {-9, 0}:
            ran.check()
    last = degoog(*command, env=env).check()
    _balanced(last, expected)
    say(plain(f"{label}: {expected:,} items, {kills} kills, then balanced; the last run", seconds(last)))
    say(memory(f"{label}: the last run's peak memory", last))
    verified = degoog("verify", "files", *to, "--workspace", workspace, env=env).check()
    say(plain(f"{label}: verified, nothing missing, changed or extra", seconds(verified)))
    if verified.summary.get("extra"):
        raise SystemExit(f"something is there twice: {verified.summary}")


def _balanced(ran: Ran, expected: int) -> None:
    told = ran.summary
    parts = sum(told[name] for name in ("moved", "unchanged", "skipped", "failed", "pending"))
    if told["found"] != parts or told["found"] != expected or told["failed"] or told["pending"] or told["skipped"]:
        raise SystemExit(f"it does not balance: {told}")


def _right(to: Path, drawn: LargeTakeout, number: int) -> bool:
    item = drawn.expected(number)
    try:
        return hashlib.sha256(to.joinpath(*item.path).read_bytes()).hexdigest() == item.sha256
    except OSError:
        return False
