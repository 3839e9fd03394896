"""One file of 2 GiB to one real Nextcloud: degoog, resumable and proven, and curl, one after the other.

curl sends it as one plain PUT; as one PUT of which the server computes the hash, which any proof costs; and in chunks
that are put together without a hash, which is what being resumable costs, whoever does it. At the full speed of the
machine both sides share its cores; at the speed of a real line (`--limit-rate` for both) the line is what they share.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import zipfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import server
from benchmarks.child import MIB, degoog, environment, run
from benchmarks.figures import at_most, memory, plain, say, seconds, spread

_LINES = {"1 Gbit/s": 125_000_000, "100 Mbit/s": 12_500_000}  # bytes a second
_SECONDS = 16  # a line is measured with a file that takes it so long, if the whole one would take longer


def missing() -> str:
    """Tell what is needed and not there."""
    return server.missing("curl")


def measure(options: argparse.Namespace, scratch: Path) -> None:
    """Alternate both. What each sent is deleted with the account."""
    size = 2048 * MIB // (10 if options.quick else 1)
    file, archive = scratch / "film.mkv", scratch / "takeout-20260105T080000Z-001.zip"
    _draw(file, archive, size)
    ratios: dict[str, list[float]] = {"one plain PUT": [], "one PUT, hashed": [], "chunks, not hashed": []}
    with server.account() as account:
        curl = _Curl(account, scratch, file)
        print(f"  Nextcloud {server.version()}")
        for turn in range(options.rounds):
            theirs = {
                "one plain PUT": curl.put(f"plain-{turn}"),
                "one PUT, hashed": curl.put(f"hashed-{turn}", "X-Hash: sha1"),
                "chunks, not hashed": curl.chunks(f"chunks-{turn}", size),
            }
            ours = degoog(
                "migrate", "files", "--workspace", scratch / f"workspace-{turn}", "--source", f"takeout:{archive}",
                "--to", "nextcloud", "--into", f"/degoog-{turn}", env=account.environ,
            ).check()  # fmt: skip
            if ours.summary["moved"] != 1:
                raise SystemExit(f"degoog did not move the file: {ours.summary}")
            for name, spent in theirs.items():
                ratios[name].append(ours.stages["content"] / spent)
                say(plain(f"round {turn + 1}: curl, {name}", f"{spent:.1f} s"))
            say(plain(f"round {turn + 1}: degoog, content", f"{ours.stages['content']:.1f} s"))
            say(plain(f"round {turn + 1}: degoog, everything", seconds(ours)))
            say(memory(f"round {turn + 1}: degoog, peak memory", ours))
            curl.delete(f"plain-{turn}", f"hashed-{turn}", f"chunks-{turn}", f"degoog-{turn}")
        for name, rate in _LINES.items():
            _line(name, rate, account, scratch, size=min(size, rate * _SECONDS // MIB * MIB), rounds=options.rounds)
    say(at_most("full speed: content: times one plain PUT (median)", statistics.median(ratios["one plain PUT"]), 1.5))
    for name, values in ratios.items():
        say(plain(f"full speed: content: times {name}: median, least and most", spread(values)))


def _line(name: str, rate: int, account: server.Account, scratch: Path, *, size: int, rounds: int) -> None:
    """Compare both at the speed of a line."""
    folder = scratch / name.replace("/", "-")
    folder.mkdir()
    file, archive = folder / "film.mkv", folder / "takeout-20260105T080000Z-001.zip"
    _draw(file, archive, size)
    curl = _Curl(account, folder, file)
    ratios = []
    for turn in range(rounds):
        place = f"{folder.name.replace(' ', '-')}-{turn}"
        theirs = curl.put(f"plain-{place}", limit=rate)
        ours = degoog(
            "migrate", "files", "--workspace", folder / f"workspace-{turn}", "--source", f"takeout:{archive}",
            "--to", "nextcloud", "--into", f"/degoog-{place}", "--limit-rate", str(rate), env=account.environ,
        ).check()  # fmt: skip
        ratios.append(ours.stages["content"] / theirs)
        told = f"{name}, {size / MIB:.0f} MiB, round {turn + 1}"
        say(plain(f"{told}: curl, one plain PUT", f"{theirs:.1f} s"))
        say(plain(f"{told}: degoog, content", f"{ours.stages['content']:.1f} s"))
        say(memory(f"{told}: degoog, peak memory", ours))
        curl.delete(f"plain-{place}", f"degoog-{place}")
    say(at_most(f"{name}: content: times one plain PUT (median)", statistics.median(ratios), 1.5))


class _Curl:
    """curl in the name of an account. What it sends is deleted again."""

    def __init__(self, account: server.Account, scratch: Path, file: Path) -> None:
        self._account, self._scratch, self._file = account, scratch, file
        # The password goes through a file that only we can read: arguments are seen by everyone on the machine.
        secret = scratch / "curl.conf"
        secret.touch(mode=0o600)
        secret.write_text(f'user = "{account.login}:{account.password}"\n', encoding="utf-8")
        self._command = [shutil.which("curl") or "curl", "--silent", "--fail", "--config", str(secret)]

    def put(self, name: str, *headers: str, limit: int | None = None) -> float:
        """Send the file at once, at no more than `limit` bytes a second; gives the seconds."""
        pace = () if limit is None else ("--limit-rate", str(limit))
        return self._run(*pace, "--upload-file", str(self._file), f"{self._account.files}/{name}", headers=headers)

    def chunks(self, name: str, size: int) -> float:
        """Send it in pieces of 100 MiB, one after the other, and have them put together; gives the seconds."""
        uploads = f"{self._account.url}/remote.php/dav/uploads/{self._account.login}/{name}"
        spent = self._run("--request", "MKCOL", uploads)
        piece = self._scratch / "piece"
        with self._file.open("rb") as file:
            for number in range(1, -(-size // (100 * MIB)) + 1):
                # In small bites: a command's peak memory begins with what its parent has in use (wait4 after exec).
                with piece.open("wb") as out:
                    for _bite in range(100):
                        out.write(file.read(MIB))
                spent += self._run("--upload-file", str(piece), f"{uploads}/{number:05d}")
        destination = f"Destination: {self._account.files}/{name}"
        return spent + self._run(
            "--request", "MOVE", f"{uploads}/.file", headers=(destination, f"OC-Total-Length: {size}")
        )

    def delete(self, *names: str) -> None:
        """Delete what was sent, the trash bin's copy too."""
        for name in names:
            self._run("--request", "DELETE", f"{self._account.files}/{name}")
        self._run("--request", "DELETE", f"{self._account.url}/remote.php/dav/trashbin/{self._account.login}/trash")

    def _run(self, *words: str, headers: Sequence[str] = ()) -> float:
        given = [word for header in headers for word in ("--header", header)]
        return run([*self._command, *given, *words], env=environment()).check().seconds


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
