"""Commands of this computer, run to their end."""

from __future__ import annotations

import subprocess
from pathlib import Path


def run(*command: str | Path) -> str:
    """Run a command to its end; gives what it printed, and fails with what it complained of."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr[-2000:]}{done.stdout[-500:]}"
    return done.stdout


def tried(*command: str | Path) -> str:
    """Run a command that may fail; gives what it printed."""
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=900).stdout.strip()
