"""What a run keeps on this machine for its time is gone after it, and after a run that was killed with the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from degoog import scratch

HOLD = """
import time
from degoog import scratch
with scratch.lent() as folder:
    (folder / "private").write_text("somebody's file")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders are made here."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def test_what_is_lent_is_its_owners_alone_and_goes_back(place: Path) -> None:
    with scratch.lent() as folder:
        assert folder.parent == place
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "private").touch()
    assert not any(place.iterdir())


def test_a_killed_runs_folder_goes_with_the_next_run_and_a_living_ones_stays(place: Path) -> None:
    runs = [subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        killed, living = (Path(run.stdout.readline().strip()) for run in runs if run.stdout)
        os.kill(runs[0].pid, signal.SIGKILL)
        runs[0].wait()
        with scratch.lent():
            assert not killed.exists()
            assert (living / "private").exists()
    finally:
        for run in runs:
            run.kill()
            run.communicate()


def test_what_another_named_alike_stays(place: Path) -> None:
    (place / "degoog-run-notes-of-mine").mkdir()
    with scratch.lent():
        pass
    assert (place / "degoog-run-notes-of-mine").exists()
