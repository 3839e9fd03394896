"""The contract of targets, on each of them: memory, folder, the sandbox's Nextcloud, a real one where one is named."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from degoog.folder import OURS, Folder
from degoog.ports import Blob, Target
from degoog.sandbox.nextcloud import NextcloudSandbox
from tests.contract.cloud import CloudSite
from tests.contract.desk import Account, Cloud
from tests.contract.site import Desk, Site
from tests.contract.target_contract import TargetContract
from tests.contract.target_names import NASTY, store_and_list
from tests.memory import MemoryTarget, Store


class MemorySite:
    keeps_id = True

    def __init__(self) -> None:
        self.store = Store()

    def open(self) -> Target[Blob]:
        return MemoryTarget(self.store)

    def foreign_write(self, path: str, data: bytes) -> None:
        self.store.put(path, data)

    def foreign_make(self, path: str) -> None:
        self.store.put(path, None)

    def remove(self, path: str) -> None:
        del self.store.nodes[path]

    def read(self, path: str) -> bytes:
        return self.store.files()[path]

    def paths(self) -> set[str]:
        return {path + "/" * node.holder for path, node in self.store.nodes.items()}

    def modified(self, path: str) -> datetime | None:
        return self.store.nodes[path].modified

    def trashed(self) -> list[str]:
        return self.store.trashed

    def leftovers(self) -> set[str]:
        return set()


class TestMemory(TargetContract):
    @pytest.fixture
    def site(self) -> Site:
        return MemorySite()


class FolderSite:
    keeps_id = False  # a rename puts another file in its place

    def __init__(self, root: Path) -> None:
        self.root = root

    def open(self) -> Target[Blob]:
        return Folder(self.root)

    def foreign_write(self, path: str, data: bytes) -> None:
        self.root.mkdir(exist_ok=True)
        (self.root / path).write_bytes(data)

    def foreign_make(self, path: str) -> None:
        (self.root / path).mkdir(parents=True)

    def remove(self, path: str) -> None:
        (self.root / path).unlink()

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def paths(self) -> set[str]:
        found = (path for path in self.root.rglob("*") if path.relative_to(self.root).parts[0] != OURS)
        return {path.relative_to(self.root).as_posix() + "/" * path.is_dir() for path in found}

    def modified(self, path: str) -> datetime | None:
        return datetime.fromtimestamp((self.root / path).stat().st_mtime, UTC)

    def trashed(self) -> list[str]:
        return [path.name for path in (self.root / OURS / "trash").rglob("*") if path.is_file()]

    def leftovers(self) -> set[str]:
        return {path.name for path in (self.root / OURS).rglob("*.part")}


class TestFolder(TargetContract):
    names_examples = 60

    @pytest.fixture
    def site(self, tmp_path: Path) -> Site:
        return FolderSite(tmp_path / "archive")


@contextmanager
def account(address: str) -> Iterator[NextcloudAccount]:
    """A new account on a server, with an HTTP client of its owner's."""
    cloud = Cloud(address)
    try:
        with httpx.Client(timeout=120) as http:
            yield NextcloudAccount(cloud.account(), http)
    finally:
        cloud.close()


@dataclass(frozen=True)
class NextcloudAccount:
    account: Account
    http: httpx.Client

    def site(self) -> Site:
        """A folder for one test."""
        return CloudSite(self.account, self.http, f"/t {secrets.token_hex(4)}/Drivé")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NextcloudAccount]:
    with NextcloudSandbox(tmp_path_factory.mktemp("nextcloud")) as server, account(server.admin_url) as made:
        yield made


@pytest.fixture(scope="module")
def real() -> Iterator[NextcloudAccount]:
    if not (address := os.environ.get("DEGOOG_TEST_NEXTCLOUD")):
        pytest.skip("DEGOOG_TEST_NEXTCLOUD names no Nextcloud")
    with account(address) as made:
        yield made


class TestNextcloudSandbox(TargetContract):
    names_examples = 8

    @pytest.fixture
    def site(self, sandbox: NextcloudAccount) -> Site:
        return sandbox.site()


class TestNextcloudForWindows:
    """A server whose administrator wants names that Windows takes too."""

    @pytest.mark.parametrize("holders", [False, True])
    def test_nasty_names_become_names_it_takes(self, tmp_path, holders):
        with NextcloudSandbox(tmp_path) as server, account(server.admin_url) as made:
            server.want_windows_names()
            store_and_list(Desk(made.site()), NASTY, holders=holders)


class TestNextcloud(TargetContract):
    names_examples = 8

    @pytest.fixture
    def site(self, real: NextcloudAccount) -> Site:
        return real.site()
