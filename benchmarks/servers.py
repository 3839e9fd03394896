"""A bare Debian 13 of which `degoog provision` makes both servers, and the second run that finds nothing to do.

The machine is booted for it, as `make test-servers` does. Debian's packages come from a cache, and both archives lie on
this computer: the official ones where DEGOOG_NEXTCLOUD_ARCHIVE and DEGOOG_MATTERMOST_ARCHIVE name them, else the tests'
stand-ins. With these only the machine itself is measured, not the installation of the two programs.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmarks.figures import at_most, plain, say
from tests.servers import archives, machines
from tests.servers.conftest import Answer, Workspace

FIRST, SECOND = 600, 60  # seconds


def missing() -> str:
    """Tell what is needed and not there."""
    return machines.missing()


def measure(_options: argparse.Namespace, scratch: Path) -> None:
    """Install once, converge once. `DEGOOG_SERVERS_FOLDER` keeps the root file system and the packages."""
    kept = os.environ.get("DEGOOG_SERVERS_FOLDER")
    say(plain("archives", archives.KIND))
    with machines.site(Path(kept) if kept else scratch / "machines") as site:
        base = site.base("13")
        (scratch / "workspace").mkdir()
        workspace = Workspace(scratch / "workspace", site.shelf)
        with machines.booted(site, "mesure", 16, [base]) as machine:
            workspace.point_at(machine.host)
            first = _provision(workspace)
            say(at_most("first run, from nothing", first.seconds, FIRST, unit=" s"))
            second = _provision(workspace)
            say(at_most("second run", second.seconds, SECOND, unit=" s"))
            say(at_most("changed by the second run", float(str(second.lines[-1]["changed"])), 0))


def _provision(workspace: Workspace) -> Answer:
    done = workspace.degoog("provision", "--json")
    if done.exit != 0:
        raise SystemExit(f"degoog provision ended with {done.exit}: {done.out[-2000:]}{done.err[-2000:]}")
    return done
