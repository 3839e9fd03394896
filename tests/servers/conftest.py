"""A machine on which the playbooks were applied once: every test looks at it, or begins on top of its layer."""

from __future__ import annotations

import io
import json
import os
import socket
import ssl
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from degoog.cli.context import Session
from degoog.cli.program import program
from degoog.secrets import Secret
from tests.cli.memory import MemoryStore
from tests.servers import archives, machines
from tests.servers.leading import Leading

CLOUD, TALK = "cloud.lauze.example", "discussion.lauze.example"

OCC = (
    "runuser -u nc-lauze-4f2a -- env NEXTCLOUD_CONFIG_DIR=/srv/degoog/lauze-4f2a/nextcloud/config "
    "php /srv/degoog/lauze-4f2a/nextcloud/current/occ"
)

WORKSPACE = """\
id: lauze-4f2a
structure: Les Jardins de la Lauze
language: en
nextcloud:
  url: https://{cloud}
mattermost:
  url: https://{talk}
inventory: inventory.yml
servers:
  tls:
    mode: internal
  archives:
    mode: local
    folder: {folder}
    pins: {pins}
"""


@dataclass
class Answer:
    """What a command said and how it ended."""

    exit: int
    out: str
    err: str
    seconds: float

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]


class Workspace:
    """A folder with workspace.yml and an inventory of one machine."""

    def __init__(self, folder: Path, shelf: Path) -> None:
        self.folder = folder
        self.shelf = shelf
        self.keyring = MemoryStore()
        self.way = Leading(folder / ".degoog" / "authority.pem")
        self.describe()

    def describe(
        self,
        *,
        cloud: str = CLOUD,
        talk: str = TALK,
        more: str = "",
        releases: Mapping[str, Sequence[str]] = archives.FIRST,
        apps: Mapping[str, Mapping[str, Sequence[str]]] = archives.APPS,
    ) -> None:
        self._names = (cloud, talk)
        pins = archives.gather(self.shelf, releases, apps)
        text = WORKSPACE.format(cloud=cloud, talk=talk, folder=self.shelf, pins=pins)
        (self.folder / "workspace.yml").write_text(text + more)

    def point_at(self, host: dict[str, str], name: str = "serveur") -> None:
        """Have an inventory of one machine, to which both names lead."""
        self.way.addresses = dict.fromkeys((CLOUD, TALK, *self._names), host["ansible_host"])
        groups = {group: {"hosts": {name: None}} for group in ("nextcloud", "mattermost")}
        (self.folder / "inventory.yml").write_text(json.dumps({"all": {"hosts": {name: host}, "children": groups}}))

    def degoog(self, *words: str, **environ: str) -> Answer:
        """Run a command as a person would, on a computer with a keyring."""
        out, err = io.StringIO(), io.StringIO()
        begun = time.monotonic()
        with redirect_stdout(out), redirect_stderr(err):
            session = Session(
                environ={**os.environ, **environ}, interactive=False, keyring=lambda: self.keyring, transport=self.way
            )
            code = program.main(["--workspace", str(self.folder), *words], standalone_mode=False, obj=session)
        return Answer(code, out.getvalue(), err.getvalue(), time.monotonic() - begun)


def https(
    machine: machines.Machine, host: str, path: str = "/", *, root: str = ""
) -> tuple[int, dict[str, str], bytes]:
    """Ask a machine from outside, as a browser does that trusts `root`, or the machine's own authority."""
    trust = ssl.create_default_context(cadata=root or machine.sh("cat /etc/degoog/tls/authority.pem"))
    connection = HTTPSConnection(machine.address, context=trust, timeout=30)
    connection.connect = lambda: _connect(connection, machine.address, host, trust)  # type: ignore[method-assign]
    connection.request("GET", path, headers={"Host": host})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def _connect(connection: HTTPSConnection, address: str, host: str, trust: ssl.SSLContext) -> None:
    plain = socket.create_connection((address, 443), timeout=30)
    connection.sock = trust.wrap_socket(plain, server_hostname=host)


@pytest.fixture(scope="session")
def site() -> Iterator[machines.Site]:
    """Where the machines live. `DEGOOG_SERVERS_FOLDER` keeps it, and its root file systems, for the next time."""
    if lacking := machines.missing():
        pytest.fail(lacking, pytrace=False)
    kept = os.environ.get("DEGOOG_SERVERS_FOLDER")
    if kept:
        with machines.site(Path(kept)) as here:
            yield here
    else:
        with tempfile.TemporaryDirectory(prefix="degoog-servers-") as folder, machines.site(Path(folder)) as here:
            yield here


@dataclass
class Converged:
    """A layer on which everything is installed, how the two runs that made it ended, and what they handed over."""

    layers: list[Path]
    first: Answer
    second: Answer
    accesses: dict[str, Secret]


@pytest.fixture(scope="session")
def workspace(site: machines.Site, tmp_path_factory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("workspace"), site.shelf)


@pytest.fixture(scope="session")
def converged(site: machines.Site, workspace: Workspace) -> Converged:
    """Debian 13 with everything installed, twice applied, switched off."""
    base = site.base("13")
    with machines.booted(site, "maker", 10, [base]) as machine:
        workspace.point_at(machine.host)
        first = workspace.degoog("provision", "--json")
        assert first.exit == 0, first.out[-3000:] + first.err[-3000:]
        second = workspace.degoog("provision", "--json")
        layer = machine.power_off()
    return Converged([layer, base], first, second, dict(workspace.keyring.known))


@pytest.fixture(scope="module")
def server(site: machines.Site, workspace: Workspace, converged: Converged) -> Iterator[machines.Machine]:
    """A machine on which everything is installed; what a module does to it goes with it."""
    with machines.booted(site, "serveur", 11, converged.layers) as machine:
        workspace.describe()
        workspace.point_at(machine.host)
        workspace.keyring.known = dict(converged.accesses)  # other modules have had theirs drawn anew
        yield machine
