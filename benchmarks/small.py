"""2,000 files of 10 KiB to one real Nextcloud: degoog from a Takeout, rclone from a folder, one after the other.

Every second file has a sidecar, hence a created time, which bulk requests cannot carry: these have stage 2 to do.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import zipfile
from pathlib import Path

from benchmarks import server
from benchmarks.child import Ran, degoog, environment, run
from benchmarks.figures import at_least, memory, plain, say, seconds, spread
from degoog.sandbox.takeout.large import draw_large_takeout

_EACH = 10 * 1024


def missing() -> str:
    """Tell what is needed and not there."""
    return server.missing("rclone")


def measure(options: argparse.Namespace, scratch: Path) -> None:
    """Alternate both, each round into new folders of one account."""
    files = 200 if options.quick else 2000
    archive, folder = _draw(scratch, files)
    rclone = shutil.which("rclone") or "rclone"
    with server.account() as account:
        print(f"  Nextcloud {server.version()} · {_version(rclone)}")
        env = environment(account.rclone(rclone))
        content, whole, touching = [], [], []
        for number_ in range(options.rounds):
            theirs = run([rclone, "copy", "--transfers", "4", str(folder), f"nc:rclone-{number_}"], env=env).check()
            ours = degoog(
                "migrate", "files", "--workspace", scratch / f"workspace-{number_}", "--source", f"takeout:{archive}",
                "--to", "nextcloud", "--into", f"/degoog-{number_}", env=account.environ,
            ).check()  # fmt: skip
            _same(ours, files)
            content.append(theirs.seconds / ours.stages["content"])
            whole.append(theirs.seconds / ours.seconds)
            touching.append(files / 2 / ours.stages["properties"])
            say(plain(f"round {number_ + 1}: rclone", f"{files / theirs.seconds:.1f} files/s"))
            say(plain(f"round {number_ + 1}: degoog, content", f"{files / ours.stages['content']:.1f} files/s"))
            say(plain(f"round {number_ + 1}: degoog, stage 2", f"{ours.stages['properties']:.1f} s"))
            say(plain(f"round {number_ + 1}: degoog, everything", seconds(ours)))
            per_stage = ", ".join(f"{stage} {spent:.1f} s" for stage, spent in ours.stages.items() if spent >= 0.1)
            print(f"      {per_stage}")
            say(memory(f"round {number_ + 1}: degoog, peak memory", ours))
    say(at_least("content: times rclone's files a second (median)", statistics.median(content), 5))
    say(plain("content: median, least and most", spread(content)))
    say(plain("everything, start to end: times rclone's files a second", spread(whole)))
    say(plain("stage 2: files a second, of those that have it to do", spread(touching)))


def _draw(scratch: Path, files: int) -> tuple[Path, Path]:
    """Draw an archive, and the same files as a folder."""
    folder = scratch / "folder"
    (archive,) = draw_large_takeout(scratch, seed=1, items=files, parts=1, bytes_each=_EACH, sidecar_every=2).parts
    with zipfile.ZipFile(archive) as packed:
        for name in packed.namelist():
            if not name.endswith("-info.json"):
                path = folder / name.removeprefix("Takeout/Drive/")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(packed.read(name))
    return archive, folder


def _same(ours: Ran, files: int) -> None:
    if ours.summary["failed"] or ours.summary["moved"] < files:
        raise SystemExit(f"degoog did not move everything: {ours.summary}")


def _version(rclone: str) -> str:
    told = subprocess.run([rclone, "version"], capture_output=True, text=True, check=True).stdout
    return told.partition("\n")[0]
