"""Machines that boot under systemd-nspawn, each on an overlay of its own: what works anywhere root has namespaces."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.servers.commands import run, tried

# Its own cgroup2 and its own group in it: two machines must not share one, and systemd wants the unified kind.
_BOOT = """
umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /sys/fs/cgroup/dg-$1; echo $$ > /sys/fs/cgroup/dg-$1/cgroup.procs
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
exec systemd-nspawn --quiet --keep-unit --register=no -M "$1" -D "$2" --resolv-conf=off --timezone=off \
  --link-journal=no --network-namespace-path=/run/netns/$1 --capability=CAP_NET_ADMIN --console=pipe --boot
"""


@dataclass
class Booted:
    """A machine in its namespaces. `leader` is its systemd."""

    folder: Path
    space: str
    process: subprocess.Popen[bytes]
    leader: int = 0

    def off(self) -> Path:
        """Wait until it has shut itself down; gives what it wrote, an upper layer."""
        self.process.wait(timeout=60)
        return self.folder / "upper"

    def end(self) -> None:
        """End it: its first process takes all others along."""
        if self.process.poll() is None:
            for pid in tried("pgrep", "-P", str(self.process.pid)).split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=10)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        _clean(self.folder, self.space, ("merged", "work"))


def start(
    space: str, folder: Path, layers: Sequence[Path], files: Mapping[str, str], connect: Callable[[str], None]
) -> Booted:
    """Boot a machine on some layers, the uppermost first, with some files written before it wakes."""
    _clean(folder, space, ("merged", "work", "upper"))
    merged = folder / "merged"
    for inside in ("upper", "work", "merged"):
        (folder / inside).mkdir(parents=True)
    lower = ":".join(map(str, layers))
    options = f"lowerdir={lower},upperdir={folder}/upper,workdir={folder}/work"
    run("mount", "-t", "overlay", "overlay", "-o", options, merged)
    for name, text in files.items():
        (merged / name).write_text(text)
    run("ip", "netns", "add", space)
    connect(space)
    with (folder / "console.log").open("wb") as log:
        process = subprocess.Popen(
            ["unshare", "-m", "--propagation", "slave", "bash", "-c", _BOOT, "boot", space, str(merged)],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    machine = Booted(folder, space, process)
    try:
        machine.leader = _leader(machine)
    except AssertionError:
        machine.end()
        raise
    return machine


def _leader(machine: Booted) -> int:
    """Wait until the machine's systemd says it is up; gives its process."""
    console = machine.folder / "console.log"
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert machine.process.poll() is None, console.read_text(errors="replace")[-2000:]
        if found := tried("pgrep", "-P", str(machine.process.pid), "-x", "systemd").split():
            state = tried("nsenter", "-t", found[0], "-a", "systemctl", "is-system-running")
            if state in {"running", "degraded"}:
                return int(found[0])
        time.sleep(0.1)
    raise AssertionError("the machine did not come up: " + console.read_text(errors="replace")[-2000:])


def _clean(folder: Path, space: str, parts: Sequence[str]) -> None:
    tried("umount", "--lazy", folder / "merged")
    for inside in parts:
        shutil.rmtree(folder / inside, ignore_errors=True)
    # The kernel keeps a network for a minute after its last process, for connections it still ends.
    tried("ip", "link", "del", f"v-{space}")
    if Path(f"/run/netns/{space}").exists():
        run("ip", "netns", "del", space)
