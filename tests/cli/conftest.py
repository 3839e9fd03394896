"""The program as it is called: its words in, its screens and exit code out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from degoog.cli.context import Session
from degoog.cli.program import program
from degoog.provision.runner import Order, Outcome
from tests.cli.files import Cloud, Hurried, Parts, drawn
from tests.cli.memory import MemoryStore


@dataclass(frozen=True)
class Called:
    """How a command ended."""

    code: int
    out: str
    err: str


Call = Callable[..., Called]


@pytest.fixture
def keyring() -> MemoryStore:
    """A machine's keyring."""
    return MemoryStore()


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keyring: MemoryStore) -> Call:
    """Call degoog in an empty folder, on a machine with a keyring, in English unless the words say otherwise."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    monkeypatch.chdir(workspace)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "80")

    def run(
        *words: str,
        typed: str = "",
        interactive: bool = False,
        environ: dict[str, str] | None = None,
        store: MemoryStore | None = keyring,
        transport: httpx.AsyncBaseTransport | None = None,
        ansible: Callable[[Order], Outcome] | None = None,
    ) -> Called:
        known = {"LANG": "en_GB.UTF-8", "DEGOOG_SECRETS_FILE": str(tmp_path / "config" / "secrets.json")}
        session = Session(
            environ=known | (environ or {}), interactive=interactive, keyring=lambda: store, transport=transport,
            time=Hurried().time, ansible=ansible,
        )  # fmt: skip
        result = CliRunner().invoke(program, list(words), input=typed, obj=session)
        return Called(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def workspace(call: Call) -> Path:
    """A workspace with a Nextcloud, as init writes it."""
    words = ("init", "--name", "Les Jardins de la Lauze", "--nextcloud-url", "cloud.lauze.example", "--yes")
    assert call(*words).code == 0
    return Path.cwd()


@pytest.fixture(scope="session")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """A small Takeout in two parts."""
    return drawn(tmp_path_factory.mktemp("drawn"))


@pytest.fixture
def takeout(call: Call, drawing: Parts) -> Parts:
    """The same in the folder `takeout` of the workspace, as links."""
    (folder := Path("takeout")).mkdir()
    for part in drawing.parts:
        (folder / part.name).hardlink_to(part)
    return drawing


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    """A Nextcloud with an account, `camille`, and what the environment says of it."""
    with Cloud(tmp_path / "cloud") as server:
        yield server
