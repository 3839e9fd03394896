"""Runs a command as a process of its own and measures it: time, processor time, peak memory, stage by stage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MIB = 1 << 20
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ran. Times in seconds, `peak` (resident set) in bytes; `told` are its JSON lines but for `done`.

    `stages` has the seconds between the beginning of each stage and that of the next, or the end.
    """

    code: int
    seconds: float
    cpu: float
    peak: int
    told: list[dict[str, Any]] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    errors: str = ""

    @property
    def summary(self) -> dict[str, Any]:
        """The last line of `--json`; empty where there is none."""
        return next((line for line in reversed(self.told) if line.get("event") == "summary"), {})

    def check(self, *codes: int) -> Ran:
        """Give itself where the exit code is one of these (0 by default), else stop everything."""
        if self.code not in (codes or (0,)):
            raise SystemExit(f"a command ended with exit code {self.code}:\n{self.errors[-2000:]}")
        return self


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give what a command needs of this environment, and nothing that would have it do something else."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | dict(more or {})


def degoog(
    *words: str | Path, env: Mapping[str, str] | None = None, kill_after: int | None = None, program: str = "degoog"
) -> Ran:
    """Run degoog, as a user would; see `run`. For `program` `benchmarks.hurried`, patience takes no time."""
    command = [sys.executable, "-m", program, *map(str, words), "--json", "--quiet", "--lang", "en"]
    return run(command, env=environment(env), kill_after=kill_after)


def run(command: Sequence[str], *, env: Mapping[str, str] | None = None, kill_after: int | None = None) -> Ran:
    """Run a command to its end, or until so many items are done: then it gets SIGKILL, which it cannot notice."""
    began = time.perf_counter()
    process = subprocess.Popen(
        list(command), env=dict(env or environment()), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    told: list[dict[str, Any]] = []
    begun: list[tuple[str, float]] = []
    done = 0
    for line in process.stdout:
        if '"event": "done"' in line:
            done += 1
            if done == kill_after:
                process.kill()
            continue
        if not line.startswith("{"):
            continue
        told.append(json.loads(line))
        if told[-1].get("event") == "begun":
            begun.append((str(told[-1]["stage"]), time.perf_counter()))
    errors = process.stderr.read()
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    ended = time.perf_counter()
    ends = [*(at for _stage, at in begun[1:]), ended][: len(begun)]
    return Ran(
        process.returncode, ended - began, used.ru_utime + used.ru_stime, _bytes(used.ru_maxrss), told,
        {stage: end - at for (stage, at), end in zip(begun, ends, strict=True)}, errors,
    )  # fmt: skip


def _bytes(peak: int) -> int:
    return peak if sys.platform == "darwin" else peak * 1024  # getrusage(2): bytes there, KiB elsewhere
