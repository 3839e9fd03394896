"""What a figure was measured on: cores, processor, load, versions; no name of anything."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from degoog import __version__


def lines() -> list[str]:
    """Give what belongs beside every figure."""
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "") if Path("/etc/os-release").exists() else ""
    return [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {os.cpu_count()} cores · {_processor()} · {_memory()}",
        f"{system or platform.system()} · Python {platform.python_version()} · SQLite {sqlite3.sqlite_version}"
        f" · degoog {__version__}{_commit()}",
    ]


def load() -> str:
    """Give the load of the last minute; more than there are cores means that others are working too."""
    return f"{os.getloadavg()[0]:.1f}"


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    models = (line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name"))
    return next(models, platform.machine())


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / (1 << 30):.0f} GiB"


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    here = Path(__file__).parent
    asked = subprocess.run([git, "rev-parse", "--short", "HEAD"], cwd=here, capture_output=True, text=True, check=False)
    return f" ({asked.stdout.strip()})" if asked.returncode == 0 else ""
