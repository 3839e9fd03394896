"""2,000 files of 10 KiB to one real Nextcloud: degoog from a Takeout, rclone from a folder, one after the other."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import zipfile
from pathlib import Path

from benchmarks import server
from benchmarks.child import Ran, degoog, environment, run
from benchmarks.figures import at_least, memory, plain, say, seconds, spread

_EACH = 10 * 1024
_A_FOLDER = 100


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
            touching.append(files / ours.stages["properties"])
            say(plain(f"round {number_ + 1}: rclone", f"{files / theirs.seconds:.1f} files/s"))
            say(plain(f"round {number_ + 1}: degoog, content", f"{files / ours.stages['content']:.1f} files/s"))
            say(plain(f"round {number_ + 1}: degoog, properties", f"{touching[-1]:.1f} files/s"))
            say(plain(f"round {number_ + 1}: degoog, everything", seconds(ours)))
            say(memory(f"round {number_ + 1}: degoog, peak memory", ours))
    say(at_least("content: times rclone's files a second (median)", statistics.median(content), 5))
    say(plain("content: median, least and most", spread(content)))
    say(plain("everything, start to end: times rclone's files a second", spread(whole)))
    say(plain("properties: files a second", spread(touching)))


def _draw(scratch: Path, files: int) -> tuple[Path, Path]:
    """Draw the same files as an archive and as a folder."""
    archive, folder = scratch / "takeout-20260105T080000Z-001.zip", scratch / "folder"
    with zipfile.ZipFile(archive, "w") as packed:
        for index in range(files):
            path = f"Dossier {index // _A_FOLDER:02d}/pièce {index:04d}.bin"
            data = os.urandom(_EACH)
            packed.writestr(f"Takeout/Drive/{path}", data)
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
    return archive, folder


def _same(ours: Ran, files: int) -> None:
    if ours.summary["failed"] or ours.summary["moved"] < files:
        raise SystemExit(f"degoog did not move everything: {ours.summary}")


def _version(rclone: str) -> str:
    told = subprocess.run([rclone, "version"], capture_output=True, text=True, check=True).stdout
    return told.partition("\n")[0]
