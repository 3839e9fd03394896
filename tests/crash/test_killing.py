"""Real processes killed by the kernel at any moment: run again, they end where an uninterrupted run ends."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from degoog.sandbox.faults import Fault, FaultKind
from degoog.sandbox.takeout import draw_takeout
from tests.cli.files import Cloud, files_in

KILLS = 6


@pytest.fixture(scope="module")
def takeout(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Some dozens of files, with all the traps of names."""
    folder = tmp_path_factory.mktemp("takeout")
    return draw_takeout(folder, seed=9, files=70, parts=2, other_products=False).parts


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    """A Nextcloud on which everything takes a moment, so that a kill may fall anywhere."""
    with Cloud(tmp_path / "cloud") as server:
        server.faults.add(Fault(FaultKind.SLOW, seconds=0.01))
        yield server


def migrate(workspace: Path, takeout: tuple[Path, ...], to: str, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    """Begin a migration in a process of its own."""
    workspace.mkdir(exist_ok=True)
    sources = [word for part in takeout for word in ("--source", f"takeout:{part}")]
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "degoog",
            "--quiet",
            "migrate",
            "files",
            *sources,
            "--to",
            to,
            "--workspace",
            str(workspace),
        ],
        env={**os.environ, **environ, "LANGUAGE": "en"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[bytes]) -> float:
    """Have it come to its end; gives how long that took, in seconds."""
    begun = time.monotonic()
    _out, err = process.communicate(timeout=300)
    assert process.returncode in {0, 3}, err.decode()
    return time.monotonic() - begun


def kill_again_and_again(
    workspace: Path, takeout: tuple[Path, ...], to: str, environ: dict[str, str], *, whole: float
) -> int:
    """Kill at moments that chance gives, then let one run end; gives how many died in the middle.

    `whole` is how long a run takes that nobody kills, on this machine, as busy as it is.
    """
    dice, killed = random.Random(7), 0
    for _kill in range(KILLS):
        process = migrate(workspace, takeout, to, environ)
        try:
            process.wait(timeout=whole * (0.2 + 0.7 * dice.random()))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate()
    finish(migrate(workspace, takeout, to, environ))
    return killed


def told(workspace: Path) -> list[tuple[object, ...]]:
    """What the ledger says became of each item."""
    with sqlite3.connect(workspace / ".degoog" / "ledger.db") as ledger:
        return ledger.execute(
            "SELECT ref, state, reason, lies, proof_size, proof_digest FROM item ORDER BY ref"
        ).fetchall()


def test_a_folder_filled_by_killed_runs_is_as_one_filled_at_once(tmp_path, takeout):
    whole = finish(migrate(tmp_path / "calm", takeout, f"folder:{tmp_path / 'calm-archive'}", {}))
    killed = kill_again_and_again(tmp_path / "wild", takeout, f"folder:{tmp_path / 'wild-archive'}", {}, whole=whole)

    assert killed
    assert files_in(tmp_path / "wild-archive") == files_in(tmp_path / "calm-archive")
    assert told(tmp_path / "wild") == told(tmp_path / "calm")


def test_a_nextcloud_filled_by_killed_runs_is_as_one_filled_at_once(tmp_path, takeout, cloud):
    with Cloud(tmp_path / "other") as calm:
        whole = finish(migrate(tmp_path / "calm", takeout, "nextcloud", calm.environ))
        expected = calm.files()
    killed = kill_again_and_again(tmp_path / "wild", takeout, "nextcloud", cloud.environ, whole=whole)

    assert killed
    assert cloud.files() == expected
    assert told(tmp_path / "wild") == told(tmp_path / "calm")


def agenda(path: Path, numbers: range) -> None:
    """An agenda with an event for each number."""
    events = (
        f"BEGIN:VEVENT\r\nUID:e{n}@lauze.example\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260301T170000Z\r\n"
        f"SUMMARY:Atelier {n}\r\nEND:VEVENT\r\n"
        for n in numbers
    )
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Agenda\r\n{''.join(events)}END:VCALENDAR\r\n"
    path.write_bytes(text.encode())


def calendars(workspace: Path, path: Path, environ: dict[str, str], *more: str) -> subprocess.Popen[bytes]:
    """Begin to move an agenda in a process of its own."""
    words = (
        "migrate",
        "calendars",
        "--source",
        f"ics:{path}",
        "--to",
        "nextcloud",
        "--workspace",
        str(workspace),
        *more,
    )
    return subprocess.Popen(
        [sys.executable, "-m", "degoog", "--quiet", *words],
        env={**os.environ, **environ, "LANGUAGE": "en"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def timed(do) -> float:
    """How long something takes, in seconds."""
    begun = time.monotonic()
    do()
    return time.monotonic() - begun


def test_deletions_followed_by_killed_runs_end_as_they_would_at_once(tmp_path, cloud):
    workspace, path, dice, killed = tmp_path / "wild", tmp_path / "agenda.ics", random.Random(5), 0
    workspace.mkdir()
    agenda(path, range(60))
    finish(calendars(workspace, path, cloud.environ))
    # What a run takes that has nothing to do; on a machine with other work, the quickest of some.
    empty = min(timed(lambda: finish(calendars(workspace, path, cloud.environ))) for _run in range(3))
    agenda(path, range(40, 60))

    for _kill in range(KILLS):
        process = calendars(workspace, path, cloud.environ, "--follow-deletions", "--yes")
        try:
            process.wait(timeout=empty * (0.5 + 0.7 * dice.random()))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate()
    finish(calendars(workspace, path, cloud.environ, "--follow-deletions", "--yes"))

    assert killed
    shelf = cloud.agenda("camille").calendars["Agenda"]
    assert (len(shelf.things), len(shelf.trash)) == (20, 40)
    with sqlite3.connect(workspace / ".degoog" / "ledger.db") as ledger:
        rows = ledger.execute("SELECT departure, count(*) FROM item GROUP BY 1").fetchall()
        assert ledger.execute("SELECT count(*) FROM intent").fetchone() == (0,)
    assert dict(rows) == {"": 21, "followed": 40}
