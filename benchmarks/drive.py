"""A live Drive, stood in for: requests for 100,000 items, small files at 100 ms, a delta, faults and kills, memory."""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.child import Ran, degoog
from benchmarks.figures import at_least, at_most, memory, plain, say, seconds
from degoog.sandbox.google import Fault, GoogleSandbox, Trouble
from degoog.sandbox.google.drawing import LargeDrive

_WHO = "camille@lauze.example"
_SHARE = 0.05
# What the network and Google do to one request in twenty.
_TROUBLES = (
    Trouble.TOO_MANY, Trouble.USER_RATE, Trouble.BACKEND, Trouble.UNAVAILABLE, Trouble.BAD_GATEWAY,
    Trouble.DROP_ANSWER, Trouble.CUT,
)  # fmt: skip
_CHANGES = 100


def missing() -> str:
    """Nothing: the stand-in is part of degoog."""
    return ""


def measure(options: argparse.Namespace, scratch: Path) -> None:
    """One after the other, each on a Drive of its own."""
    part = 10 if options.quick else 1
    _small(1000 // part, scratch / "small")
    _large(100_000 // part, scratch / "large", options.seed)
    _memory(100_000 // part, scratch / "memory")


def _small(files: int, place: Path) -> None:
    """Move small files at 100 ms a request: each alone would take that long."""
    drive = LargeDrive(files=files, bytes_each=2048, document_every=0)
    with _google(drive, latency=0.1) as (_sandbox, env):
        ran = degoog(*_command(place), env=env).check()
    say(plain(f"{files} files of 2 kB at 100 ms a request", seconds(ran)))
    say(at_least("times faster than one after another", files * 0.1 / ran.stages["content"], 3))


def _large(files: int, place: Path, seed: int) -> None:
    """Move many items with faults and kills, then a hundred changes, and count what was asked."""
    drive = LargeDrive(files=files)
    dice = random.Random(seed)
    with _google(drive) as (sandbox, env):
        sandbox.requests.clear()
        planned = degoog("plan", *_command(place)[1:], env=env).check()
        lists = sandbox.requests.count("GET", door="drive.files.list")
        say(at_most(f"listing {drive.items} items: requests beside one a thousand", lists - drive.items // 1000, 1))
        say(plain("plan", seconds(planned)))
        for number, trouble in enumerate(_TROUBLES):
            sandbox.faults.add(
                Fault(trouble, on="drive.files.*", rate=_SHARE / len(_TROUBLES), retry_after=0, bytes=20)
            )
            dice.seed(seed + number)
        kills = 0
        while True:
            after = dice.randint(files // 6, files // 2) if kills < 3 else None
            ran = degoog(*_command(place), env=env, kill_after=after, program="benchmarks.hurried")
            if ran.code != -9 and not ran.summary.get("pending") and not ran.summary.get("failed"):
                break
            kills += ran.code == -9
            if kills > 20:
                raise SystemExit(f"it does not come to an end: {ran.summary}")
        sandbox.faults.clear()
        say(plain(f"after {kills} kills and {_SHARE:.0%} of requests failing: the last run", seconds(ran)))
        say(at_most("items that the balance does not account for", abs(_unaccounted(ran)), 0))
        say(at_most("files whose bytes are wrong or missing", _wrong(drive, place / "to"), 0))
        _delta(drive, sandbox, place, env)


def _memory(files: int, place: Path) -> None:
    """Note peaks, the stand-in being elsewhere: a child is charged with what its parent held when it was made."""
    words = [sys.executable, "-m", "degoog.sandbox.google", "--files", str(files)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        env = {"DEGOOG_GOOGLE_API_URL": told["url"], "DEGOOG_GOOGLE_TOKEN": told["tokens"][_WHO]}
        for name in ("plan", "migrate", "migrate again, nothing changed"):
            ran = degoog(name.partition(" ")[0].rstrip(","), *_command(place)[1:], env=env).check()
            say(memory(f"{files} files: {name}", ran))
            say(plain(f"{files} files: {name}", seconds(ran)))
        server.stdin.close()


def _delta(drive: LargeDrive, sandbox: GoogleSandbox, place: Path, env: dict[str, str]) -> None:
    step = drive.files // _CHANGES
    for number in range(0, _CHANGES * step, step):
        sandbox.hands.rename(drive.id(number), f"renommé {number}.txt")
    sandbox.requests.clear()
    ran = degoog(*_command(place), env=env).check()
    asked = {door: sandbox.requests.count("GET", door=door) for door in
             ("drive.files.list", "drive.changes.list", "drive.files.get:media", "drive.files.export")}  # fmt: skip
    say(plain(f"{_CHANGES} renamed among {drive.items}", seconds(ran)))
    say(at_most("requests to list, download or export", sum(asked.values()) - asked["drive.changes.list"], 0))
    say(at_most("requests for changes", asked["drive.changes.list"], 1))
    say(at_least("moved", ran.summary["moved"], _CHANGES))


@contextmanager
def _google(drive: LargeDrive, *, latency: float = 0.0) -> Iterator[tuple[GoogleSandbox, dict[str, str]]]:
    with GoogleSandbox(drive.world(), latency=latency) as sandbox:
        token = sandbox.access_token(_WHO, life=86_400)
        yield sandbox, {"DEGOOG_GOOGLE_API_URL": sandbox.url, "DEGOOG_GOOGLE_TOKEN": token}


def _command(place: Path) -> tuple[str | Path, ...]:
    return (
        "migrate",
        "files",
        "--workspace",
        place / "workspace",
        "--source",
        "google",
        "--to",
        f"folder:{place / 'to'}",
    )


def _unaccounted(ran: Ran) -> int:
    told = ran.summary
    parts = ("moved", "unchanged", "skipped", "failed", "pending")
    return int(told["found"]) - sum(int(told[part]) for part in parts)


def _wrong(drive: LargeDrive, to: Path) -> int:
    """Count what does not lie where it should with the bytes it should have; documents by their text."""
    wrong = 0
    for number in range(drive.files):
        one = drive.expected(number)
        folder = to.joinpath(*one.path[:-1])
        if one.content is not None:
            path = folder / one.path[-1]
            wrong += not (path.is_file() and _digest(path) == hashlib.sha256(one.content.read()).digest())
        else:
            formats = [content.read() for content in (one.formats or {}).values()]
            path = folder / f"{one.path[-1]}.docx"
            wrong += not (path.is_file() and path.read_bytes() in formats)
    return wrong


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
