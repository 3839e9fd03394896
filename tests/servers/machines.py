"""Throw-away Debian machines with systemd, in a network of their own: booted, or in containers, as TARGET says.

test-targets.md says what each piece is for. Everything lies in one folder and one bridge, and goes with them.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from tests.servers import containers, nspawn
from tests.servers.commands import run

PROXY_PORT = 3142
_NETWORKS = range(66, 96)  # 10.66.0.0/24 and on: the first that no other run has taken
_TOOLS = ("mmdebstrap", "ip", "ssh", "ssh-keygen", "apt-cacher-ng", "nsenter")
_KINDS = {"nspawn": ("systemd-nspawn", "unshare", "pgrep"), "podman": ("podman", "runc"), "docker": ("docker",)}
_INCLUDED = (
    *("systemd", "systemd-sysv", "dbus", "python3", "python3-apt", "ca-certificates", "iproute2"),
    *("openssh-server", "sudo", "procps", "gnupg"),
)
_SUITES = {"12": "bookworm", "13": "trixie"}


def target() -> str:
    """Give the kind of machines that TARGET asks for: `nspawn`, `podman` or `docker`."""
    return os.environ.get("TARGET") or "nspawn"


def missing() -> str:
    """Say what keeps this computer from having such machines; empty where nothing does."""
    if target() not in _KINDS:
        return f"TARGET={target()} is no kind of machine that make test-servers knows: {', '.join(_KINDS)}"
    if os.geteuid() != 0:
        return "make test-servers boots machines: it must be run as root"
    lacking = [tool for tool in (*_TOOLS, *_KINDS[target()]) if shutil.which(tool) is None]
    if lacking:
        return (
            f"make test-servers with TARGET={target()} lacks {', '.join(lacking)}; on Debian: apt install mmdebstrap "
            "systemd-container iproute2 openssh-client apt-cacher-ng, or podman runc, or docker itself"
        )
    return ""


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
    def shelf(self) -> Path:
        """Where the archives of this run lie."""
        return self.folder / f"shelf-{self.number}"

    @property
    def machines(self) -> Path:
        """Where the machines of this run lie."""
        return self.folder / f"machines-{self.number}"

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
        """Give a root file system of Debian 12 or 13, with its lists of packages, made once for all runs."""
        made = self.folder / f"base-{debian}"
        with _alone(self.folder / "base.lock"):
            self._make(debian, made)
        return made

    def _make(self, debian: str, made: Path) -> None:
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

    def _apt(self) -> list[str]:
        told = run("apt-config", "dump")
        checks = [line.rstrip(";") for line in told.splitlines() if line.startswith("Acquire::Check")]
        return [*checks, 'Acquire::Languages "none"', 'Acquire::GzipIndexes "true"']


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Have a folder, a bridge and a cache of Debian's packages, for as long as the context lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    here = Site(folder, _network_of_its_own())
    shutil.rmtree(here.machines, ignore_errors=True)
    if target() != "nspawn":
        containers.forget(target(), here.number)  # what a run left that was killed
    with _alone(folder / "base.lock"):
        if not here.key.exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", here.key)
    run("ip", "addr", "add", f"{here.network}.1/24", "dev", here.bridge)
    run("ip", "link", "set", here.bridge, "up")
    kept = _kept_cache(folder)
    cache = folder / ("cache" if kept else f"cache-{here.number}")
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
        if kept:
            kept.close()
        if target() != "nspawn":
            containers.forget(target(), here.number)
        run("ip", "link", "del", here.bridge)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let no other run at the same time do what is done within."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _kept_cache(folder: Path) -> IO[str] | None:
    """Take the cache of packages that is kept, unless a run at the same time has it; what it gives is the lock."""
    held = (folder / "cache.lock").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        return None
    return held


def _network_of_its_own() -> int:
    """Take a network no other run on this machine has: making its bridge is what takes it."""
    for number in _NETWORKS:
        made = subprocess.run(
            ["ip", "link", "add", f"dgbr{number}", "type", "bridge"], capture_output=True, text=True, check=False
        )
        if made.returncode == 0:
            return number
    raise AssertionError(f"no network for the machines: {made.stderr}")


class Body(Protocol):
    """What a machine runs in. `leader` is its first process, as this computer counts them."""

    leader: int

    def off(self) -> Path:
        """Wait until it has shut itself down; gives the layer of what it wrote."""

    def end(self) -> None:
        """End it, whatever it does, and leave nothing but its layer."""


@dataclass
class Machine:
    """One machine that runs. `address` is inside the tests' own network."""

    site: Site
    name: str
    address: str
    folder: Path
    body: Body

    def sh(self, command: str) -> str:
        """Run a command there; gives what it printed, and fails where it fails."""
        return run("nsenter", "-t", str(self.body.leader), "-a", "sh", "-c", command)

    def succeeds(self, command: str) -> bool:
        done = subprocess.run(
            ["nsenter", "-t", str(self.body.leader), "-a", "sh", "-c", command],
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
        return self.body.off()


@contextmanager
def booted(site: Site, name: str, number: int, layers: Sequence[Path]) -> Iterator[Machine]:
    """Boot a machine on some layers, the uppermost first; at its end nothing of it is left but its folder."""
    folder = site.machines / name
    shutil.rmtree(folder / "known_hosts", ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    address = f"{site.network}.{number}"
    files = {
        "etc/apt/apt.conf.d/00proxy": f'Acquire::http::Proxy "{site.proxy}";\n', "etc/hostname": f"{name}\n",
        "etc/hosts": f"127.0.0.1 localhost\n{address} {name}\n{_own_names(layers)}", "etc/resolv.conf": "",
    }  # fmt: skip
    space = f"{name}-{site.number}"
    body: Body
    if target() == "nspawn":
        body = nspawn.start(space, folder, layers, files, lambda where: _network(site, space, where, address))
    else:
        body = containers.start(
            target(), space, folder, layers, files, lambda where: _network(site, space, where, address)
        )
    try:
        yield Machine(site, name, address, folder, body)
    finally:
        body.end()


def _own_names(layers: Sequence[Path]) -> str:
    """Give what degoog wrote into the hosts file of the uppermost layer that has one."""
    text = next((path.read_text() for layer in layers if (path := layer / "etc/hosts").exists()), "")
    return "".join(re.findall(r"^# BEGIN degoog.*?^# END degoog[^\n]*\n", text, re.DOTALL | re.MULTILINE))


def _network(site: Site, space: str, where: str, address: str) -> None:
    """Lead a cable from the bridge into a network namespace, named or that of a process."""
    ours, theirs = f"v-{space}", f"p-{space}"
    run("ip", "link", "add", ours, "type", "veth", "peer", "name", theirs)
    run("ip", "link", "set", ours, "master", site.bridge, "up")
    run("ip", "link", "set", theirs, "netns", where)
    inside = ["nsenter", "-t", where, "-n", "ip"] if where.isdigit() else ["ip", "-n", where]
    for words in (
        f"link set {theirs} name eth0", "link set lo up", f"addr add {address}/24 dev eth0",
        "link set eth0 mtu 1400 up", f"route add default via {site.network}.1",
    ):  # fmt: skip
        run(*inside, *words.split())
