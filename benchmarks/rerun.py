"""Nothing changed: the same migration again writes nothing at the target, as the server itself counts."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks import server
from benchmarks.child import degoog
from benchmarks.figures import at_most, plain, say, seconds
from degoog.sandbox.nextcloud import NextcloudSandbox
from degoog.sandbox.takeout.large import draw_large_takeout

ACCESS_LOG = "DEGOOG_BENCH_ACCESS_LOG"
_READS = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "SEARCH"})
_WRITES = frozenset({"COPY", "DELETE", "MKCOL", "MOVE", "PATCH", "POST", "PROPPATCH", "PUT"})


def missing() -> str:
    """Nothing: the sandbox's Nextcloud is asked, and a real one too where its access log is named."""
    return ""


def measure(options: argparse.Namespace, scratch: Path) -> None:
    """Migrate, migrate again, and count what the server was asked in between."""
    items = 2000 // (10 if options.quick else 1)
    (part,) = draw_large_takeout(scratch, seed=1, items=items, parts=1, bytes_each=10_240, sidecar_every=2).parts
    with NextcloudSandbox(scratch / "sandbox") as sandbox:
        sandbox.add_user("bench", "Bench-password-1")
        account = server.Account(sandbox.url, "bench", sandbox.app_password("bench"))

        def asked() -> Counter[str]:
            counted = Counter({method: sandbox.requests.count(method) for method in _READS | _WRITES})
            sandbox.requests.clear()
            return +counted

        _twice("sandbox", account, part, scratch / "sandbox-workspace", asked)
    log = os.environ.get(ACCESS_LOG)
    if log is None or server.missing():
        print(f"  a real Nextcloud was not asked: that needs {server.NEEDS}, and {ACCESS_LOG}=its access log")
        return
    with server.account() as account:
        begin = Path(log).stat().st_size

        def logged() -> Counter[str]:
            nonlocal begin
            with Path(log).open("rb") as file:
                file.seek(begin)
                text = file.read().decode("utf-8", "replace")
                begin = file.tell()
            ours = (line for line in text.splitlines() if f" {account.login} [" in line)
            return Counter(line.split('"')[1].split()[0] for line in ours)

        _twice("real", account, part, scratch / "real-workspace", logged)


def _twice(label: str, account: server.Account, part: Path, workspace: Path, asked: Callable[[], Counter[str]]) -> None:
    command = ("migrate", "files", "--workspace", workspace, "--source", f"takeout:{part}", "--to", "nextcloud")
    first = degoog(*command, env=account.environ).check()
    say(plain(f"{label}: first run, {sum(asked().values())} requests", seconds(first)))
    again = degoog(*command, env=account.environ).check()
    counted = asked()
    writes = sum(count for method, count in counted.items() if method not in _READS)
    if again.summary["moved"] or again.summary["unchanged"] != first.summary["moved"]:
        raise SystemExit(f"something moved again: {again.summary}")
    told = ", ".join(f"{count} {method}" for method, count in sorted(counted.items()))
    say(at_most(f"{label}: again, writes at the target ({told})", writes, 0))
    say(plain(f"{label}: again", seconds(again)))
