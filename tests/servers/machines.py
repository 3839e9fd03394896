"""Throw-away Debian machines with systemd: an overlay on a root file system, booted in a network of its own.

test-targets.md says what each piece is for. Everything lies in one folder and one bridge, and goes with them.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PROXY_PORT = 3142
_NETWORKS = range(66, 96)  # 10.66.0.0/24 and on: the first that no other run has taken
_TOOLS = (
    *("mmdebstrap", "systemd-nspawn", "ip", "ssh", "ssh-keygen", "apt-cacher-ng"),
    *("nsenter", "unshare", "pgrep"),
)
_INCLUDED = (
    *("systemd", "systemd-sysv", "dbus", "python3", "python3-apt", "ca-certificates", "iproute2"),
    *("openssh-server", "sudo", "procps", "gnupg"),
)
_SUITES = {"12": "bookworm", "13": "trixie"}


def missing() -> str:
    """Say what keeps this machine from booting others; empty where nothing does."""
    if os.geteuid() != 0:
        return "make test-servers boots machines: it must be run as root"
    lacking = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if lacking:
        return (
            f"make test-servers lacks {', '.join(lacking)}; on Debian: apt install mmdebstrap systemd-container "
            "iproute2 openssh-client apt-cacher-ng"
        )
    return ""


def run(*command: str | Path) -> str:
    """Run a command to its end; gives what it printed, and fails with what it complained of."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr[-2000:]}{done.stdout[-500:]}"
    return done.stdout


def _written_sources() -> Path:
    """Give the file that says where this machine gets its packages: nobody else knows."""
    places = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))
    return next(path for path in places if path.exists() and path.stat().st_size)


@dataclass(frozen=True)
class Site:
    """The folder in which everything lies, and the network of its machines."""

    folder: Path
    number: int

    @property
    def bridge(self) -> str:
        return f"dgbr{self.number}"

    @property
    def network(self) -> str:
        return f"10.{self.number}.0"

    @property
    def proxy(self) -> str:
        return f"http://{self.network}.1:{PROXY_PORT}"

    @property
    def key(self) -> Path:
        return self.folder / "key"

    def base(self, debian: str) -> Path:
        """Give a root file system of Debian 12 or 13, with its lists of packages, made once."""
        made = self.folder / f"base-{debian}"
        if not made.exists():
            begun = self.folder / f"base-{debian}.new"
            written = _written_sources()
            sources = self.folder / f"debian-{debian}{written.suffix}"  # its ending says in which of two forms it is
            sources.write_text(re.sub("|".join(_SUITES.values()), _SUITES[debian], written.read_text()))
            shutil.rmtree(begun, ignore_errors=True)
            run(
                *(
                    "env",
                    f"http_proxy={self.proxy}",
                    "mmdebstrap",
                    "--variant=minbase",
                    f"--include={','.join(_INCLUDED)}",
                ),
                *(f"--aptopt={line}" for line in self._apt()),
                *(_SUITES[debian], begun, sources),
            )
            (begun / "root/.ssh").mkdir(mode=0o700, exist_ok=True)
            shutil.copy(self.key.with_suffix(".pub"), begun / "root/.ssh/authorized_keys")
            run("ssh-keygen", "-A", "-f", begun)
            (begun / "etc/machine-id").write_text("")
            (begun / "etc/apt/apt.conf.d/01tests").write_text("".join(f"{line};\n" for line in self._apt()))
            run("chroot", begun, "apt-get", "update", "-q", "-o", f"Acquire::http::Proxy={self.proxy}")
            begun.rename(made)
        return made

    def _apt(self) -> list[str]:
        told = run("apt-config", "dump")
        checks = [line.rstrip(";") for line in told.splitlines() if line.startswith("Acquire::Check")]
        return [*checks, 'Acquire::Languages "none"', 'Acquire::GzipIndexes "true"']


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Have a folder, a bridge and a cache of Debian's packages, for as long as the context lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    here = Site(folder, _network_of_its_own())
    if not here.key.exists():
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", here.key)
    run("ip", "addr", "add", f"{here.network}.1/24", "dev", here.bridge)
    run("ip", "link", "set", here.bridge, "up")
    cache = folder / "cache"
    for inside in ("cache", "log", "conf"):
        (cache / inside).mkdir(parents=True, exist_ok=True)
    (cache / "conf/acng.conf").write_text(
        f"CacheDir: {cache}/cache\nLogDir: {cache}/log\nSupportDir: /usr/lib/apt-cacher-ng\nPort: {PROXY_PORT}\n"
        f"BindAddress: {here.network}.1\nForeGround: 1\nExThreshold: 30\n"
    )
    proxy = subprocess.Popen(
        ["apt-cacher-ng", "-c", str(cache / "conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield here
    finally:
        proxy.terminate()
        proxy.wait()
        run("ip", "link", "del", here.bridge)


def _network_of_its_own() -> int:
    """Take a network no other run on this machine has: making its bridge is what takes it."""
    for number in _NETWORKS:
        made = subprocess.run(
            ["ip", "link", "add", f"dgbr{number}", "type", "bridge"], capture_output=True, text=True, check=False
        )
        if made.returncode == 0:
            return number
    raise AssertionError(f"no network for the machines: {made.stderr}")


@dataclass
class Machine:
    """One machine that runs. `address` is inside the tests' own network."""

    site: Site
    name: str
    address: str
    folder: Path
    nspawn: subprocess.Popen[bytes]
    leader: int

    def sh(self, command: str) -> str:
        """Run a command there; gives what it printed, and fails where it fails."""
        return run("nsenter", "-t", str(self.leader), "-a", "sh", "-c", command)

    def succeeds(self, command: str) -> bool:
        done = subprocess.run(
            ["nsenter", "-t", str(self.leader), "-a", "sh", "-c", command],
            capture_output=True,
            check=False,
            timeout=120,
        )
        return done.returncode == 0

    @property
    def host(self) -> dict[str, str]:
        """What an inventory says of it."""
        return {
            "ansible_host": self.address, "ansible_user": "root", "ansible_ssh_private_key_file": str(self.site.key),
            "ansible_ssh_common_args": f"-o UserKnownHostsFile={self.folder}/known_hosts "
            "-o StrictHostKeyChecking=accept-new",
        }  # fmt: skip

    def power_off(self) -> Path:
        """Shut it down as its owner would, and give the layer of what it wrote."""
        with suppress(AssertionError):
            self.sh("systemctl poweroff")
        self.nspawn.wait(timeout=60)
        return self.folder / "upper"


@contextmanager
def booted(site: Site, name: str, number: int, layers: Sequence[Path]) -> Iterator[Machine]:
    """Boot a machine on some layers, the uppermost first; at its end nothing of it is left but its folder."""
    folder = site.folder / "machines" / name
    _clean(folder, f"{name}-{site.number}")
    merged = folder / "merged"
    for inside in ("upper", "work", "merged"):
        (folder / inside).mkdir(parents=True)
    lower = ":".join(map(str, layers))
    run(
        "mount",
        "-t",
        "overlay",
        "overlay",
        "-o",
        f"lowerdir={lower},upperdir={folder}/upper,workdir={folder}/work",
        merged,
    )
    address = f"{site.network}.{number}"
    space = f"{name}-{site.number}"
    (merged / "etc/apt/apt.conf.d/00proxy").write_text(f'Acquire::http::Proxy "{site.proxy}";\n')
    (merged / "etc/hostname").write_text(name + "\n")
    (merged / "etc/hosts").write_text(f"127.0.0.1 localhost\n{address} {name}\n")
    (merged / "etc/resolv.conf").write_text("")
    _network(site, space, address)
    log = (folder / "console.log").open("wb")
    nspawn = subprocess.Popen(
        ["unshare", "-m", "--propagation", "slave", "bash", "-c", _BOOT, "boot", space, str(merged)],
        stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield Machine(site, name, address, folder, nspawn, _leader(nspawn, folder))
    finally:
        _end(nspawn)
        log.close()
        _clean(folder, space, keep=folder / "upper")


# Its own cgroup2 and its own group in it: two machines must not share one, and systemd wants the unified kind.
_BOOT = """
umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /sys/fs/cgroup/dg-$1; echo $$ > /sys/fs/cgroup/dg-$1/cgroup.procs
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
exec systemd-nspawn --quiet --keep-unit --register=no -M "$1" -D "$2" --resolv-conf=off --timezone=off \
  --link-journal=no --network-namespace-path=/run/netns/$1 --capability=CAP_NET_ADMIN --console=pipe --boot
"""


def _network(site: Site, space: str, address: str) -> None:
    run("ip", "netns", "add", space)
    run("ip", "link", "add", f"v-{space}", "type", "veth", "peer", "name", "eth0", "netns", space)
    run("ip", "link", "set", f"v-{space}", "master", site.bridge, "up")
    for words in (
        "link set lo up", f"addr add {address}/24 dev eth0", "link set eth0 mtu 1400 up",
        f"route add default via {site.network}.1",
    ):  # fmt: skip
        run("ip", "-n", space, *words.split())


def _leader(nspawn: subprocess.Popen[bytes], folder: Path) -> int:
    """Wait until the machine's systemd says it is up; gives its process."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert nspawn.poll() is None, (folder / "console.log").read_text(errors="replace")[-2000:]
        found = subprocess.run(
            ["pgrep", "-P", str(nspawn.pid), "-x", "systemd"], capture_output=True, text=True, check=False
        ).stdout.split()
        if found:
            state = subprocess.run(
                ["nsenter", "-t", found[0], "-a", "systemctl", "is-system-running"],
                capture_output=True, text=True, check=False,
            ).stdout.strip()  # fmt: skip
            if state in {"running", "degraded"}:
                return int(found[0])
        time.sleep(0.1)
    raise AssertionError("the machine did not come up: " + (folder / "console.log").read_text(errors="replace")[-2000:])


def _end(nspawn: subprocess.Popen[bytes]) -> None:
    """End the machine: its first process takes all others along."""
    if nspawn.poll() is not None:
        return
    for pid in subprocess.run(
        ["pgrep", "-P", str(nspawn.pid)], capture_output=True, text=True, check=False
    ).stdout.split():
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        nspawn.wait(timeout=10)
    if nspawn.poll() is None:
        nspawn.kill()
        nspawn.wait()


def _clean(folder: Path, space: str, keep: Path | None = None) -> None:
    subprocess.run(["umount", "--lazy", str(folder / "merged")], capture_output=True, check=False)
    for inside in ("merged", "work", *(() if keep else ("upper",))):
        shutil.rmtree(folder / inside, ignore_errors=True)
    # The kernel keeps a network for a minute after its last process, for connections it still ends.
    subprocess.run(["ip", "link", "del", f"v-{space}"], capture_output=True, check=False)
    if Path(f"/run/netns/{space}").exists():
        run("ip", "netns", "del", space)
