"""One file of 2 GiB to one real Nextcloud: degoog, resumable, and one plain PUT by curl, one after the other."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import zipfile
from pathlib import Path

from benchmarks import server
from benchmarks.child import MIB, degoog, environment, run
from benchmarks.figures import at_most, memory, plain, say, seconds, spread


def missing() -> str:
    """Tell what is needed and not there."""
    return server.missing("curl")


def measure(options: argparse.Namespace, scratch: Path) -> None:
    """Alternate both. What each sent is deleted with the account."""
    size = 2048 * MIB // (10 if options.quick else 1)
    file, archive = scratch / "film.mkv", scratch / "takeout-20260105T080000Z-001.zip"
    _draw(file, archive, size)
    curl = shutil.which("curl") or "curl"
    ratios, whole = [], []
    with server.account() as account:
        # The password goes through a file that only we can read: arguments are seen by everyone on the machine.
        secret = scratch / "curl.conf"
        secret.touch(mode=0o600)
        secret.write_text(f'user = "{account.login}:{account.password}"\n', encoding="utf-8")
        print(f"  Nextcloud {server.version()}")
        for turn in range(options.rounds):
            plain_put = run(
                [curl, "--silent", "--fail", "--config", str(secret), "--upload-file", str(file),
                 f"{account.files}/plain-{turn}.mkv"], env=environment(),
            ).check()  # fmt: skip
            ours = degoog(
                "migrate", "files", "--workspace", scratch / f"workspace-{turn}", "--source", f"takeout:{archive}",
                "--to", "nextcloud", "--into", f"/degoog-{turn}", env=account.environ,
            ).check()  # fmt: skip
            if ours.summary["moved"] != 1:
                raise SystemExit(f"degoog did not move the file: {ours.summary}")
            ratios.append(ours.stages["content"] / plain_put.seconds)
            whole.append(ours.seconds / plain_put.seconds)
            say(plain(f"round {turn + 1}: one plain PUT", f"{plain_put.seconds:.1f} s"))
            say(plain(f"round {turn + 1}: degoog, content", f"{ours.stages['content']:.1f} s"))
            say(plain(f"round {turn + 1}: degoog, everything", seconds(ours)))
            say(memory(f"round {turn + 1}: degoog, peak memory", ours))
    say(at_most("content: times a plain PUT's time (median)", statistics.median(ratios), 1.5))
    say(plain("content: median, least and most", spread(ratios)))
    say(plain("everything, planning and proof of the archive included", spread(whole)))


def _draw(file: Path, archive: Path, size: int) -> None:
    inside = zipfile.ZipInfo("Takeout/Drive/film.mkv")
    with (
        file.open("wb") as out,
        zipfile.ZipFile(archive, "w") as packed,
        packed.open(inside, "w", force_zip64=True) as member,
    ):
        for start in range(0, size, MIB):
            data = os.urandom(min(MIB, size - start))
            out.write(data)
            member.write(data)
