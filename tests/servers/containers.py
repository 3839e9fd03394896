"""Machines that are containers of podman or docker with systemd in them; a layer is an image, named in a folder.

test-targets.md: without CAP_SYS_RESOURCE podman's own limits fail, crun refuses hybrid cgroups, and cgroupfs works.
"""

from __future__ import annotations

import re
import resource
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers.commands import run, tried

_ENGINE = {
    "podman": ("podman", "--runtime=runc", "--cgroup-manager=cgroupfs", "--events-backend=file"),
    "docker": ("docker",),
}
_SYSTEMD = {
    "podman": ("--systemd=always", "--no-hosts"),
    "docker": ("--tmpfs=/run", "--tmpfs=/run/lock", "--cgroupns=private", "--security-opt=seccomp=unconfined"),
}


@dataclass
class Contained:
    """A container that runs. `leader` is its systemd."""

    engine: str
    space: str
    folder: Path
    leader: int = 0

    def off(self) -> Path:
        """Wait until it has shut itself down; gives a folder: the name of the image of what it wrote, and its names."""
        tried(*_ENGINE[self.engine], "wait", self.space)
        image = f"localhost/degoog-{self.space}"
        run(*_ENGINE[self.engine], "commit", "--quiet", self.space, image)
        layer = self.folder / "layer"
        (layer / "etc").mkdir(parents=True, exist_ok=True)
        (layer / "image").write_text(image)
        run(*_ENGINE[self.engine], "cp", f"{self.space}:/etc/hosts", str(layer / "etc/hosts"))
        return layer

    def end(self) -> None:
        """End it and forget it."""
        tried(*_ENGINE[self.engine], "rm", "--force", "--time=0", self.space)
        tried("ip", "link", "del", f"v-{self.space}")  # the kernel would keep it for a minute


def start(
    engine: str,
    space: str,
    folder: Path,
    layers: Sequence[Path],
    files: Mapping[str, str],
    connect: Callable[[str], None],
) -> Contained:
    """Run a container of the uppermost layer, with a cable and some files of its own."""
    machine = Contained(engine, space, folder)
    machine.end()
    words = _ENGINE[engine]
    most = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 1_048_576)
    run(
        *words, "run", "--detach", f"--name={space}", "--hostname", space.rsplit("-", 1)[0], "--network=none",
        "--cap-add=NET_ADMIN,SYS_ADMIN,AUDIT_WRITE", f"--ulimit=nofile={most}:{most}", "--ulimit=nproc=10000:10000",
        *_SYSTEMD[engine], _image(engine, layers[0], space.rpartition("-")[2]), "/sbin/init",
    )  # fmt: skip
    try:
        machine.leader = int(run(*words, "inspect", "--format={{.State.Pid}}", space))
        connect(str(machine.leader))
        for name, text in files.items():
            # A file that the engine has mounted cannot be replaced, only written.
            told = f"printf %s {shlex.quote(text)} > /{name}"
            run("nsenter", "-t", str(machine.leader), "-a", "sh", "-c", told)
        _up(machine)
    except (AssertionError, ValueError):
        machine.end()
        raise
    return machine


def _up(machine: Contained) -> None:
    until = time.monotonic() + 60
    state = ""
    while time.monotonic() < until:
        state = tried("nsenter", "-t", str(machine.leader), "-a", "systemctl", "is-system-running")
        if state in {"running", "degraded"}:
            return
        time.sleep(0.2)
    raise AssertionError(f"the container did not come up: {state}")


def forget(engine: str, number: int) -> None:
    """Take away the images of one run, which took a network's number for itself."""
    told = tried(*_ENGINE[engine], "images", "--format={{.Repository}}")
    for image in {line for line in told.splitlines() if re.search(rf"degoog-\S+-{number}$", line)}:
        tried(*_ENGINE[engine], "rmi", "--force", image)


def _image(engine: str, layer: Path, number: str) -> str:
    """Give the image of a layer: the one its folder names, or one made of a root file system."""
    if (layer / "image").is_file():
        return (layer / "image").read_text()
    image = f"localhost/degoog-{layer.name}-{number}"
    if not tried(*_ENGINE[engine], "images", "--quiet", image):
        with subprocess.Popen(["tar", "--create", "--directory", str(layer), "."], stdout=subprocess.PIPE) as packed:
            told = subprocess.run(
                [*_ENGINE[engine], "import", "-", image],
                stdin=packed.stdout,
                capture_output=True,
                text=True,
                check=False,
            )
        assert told.returncode == 0, told.stderr
    return image
