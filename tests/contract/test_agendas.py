"""The contract of calendars and contacts: on the sandbox's Nextcloud, a Radicale, and a real Nextcloud where named."""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx
import pytest

from degoog.sandbox.nextcloud import NextcloudSandbox
from tests.contract.agenda_contract import AgendaContract
from tests.contract.agenda_site import AgendaSite, nextcloud_site, radicale_site, running_radicale
from tests.contract.desk import Cloud

COMPONENTS = ["VEVENT", "VTODO", "VCARD"]


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=120) as client:
        yield client


@pytest.fixture(scope="module")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_radicale(tmp_path_factory.mktemp("radicale")) as url:
        yield url


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with NextcloudSandbox(tmp_path_factory.mktemp("nextcloud")) as server:
        yield Cloud(server.admin_url)


@pytest.fixture(scope="module")
def real() -> Iterator[Cloud]:
    if not (address := os.environ.get("DEGOOG_TEST_NEXTCLOUD")):
        pytest.skip("DEGOOG_TEST_NEXTCLOUD names no Nextcloud")
    cloud = Cloud(address)
    yield cloud
    cloud.close()


@pytest.mark.parametrize("component", COMPONENTS)
class TestRadicale(AgendaContract):
    @pytest.fixture
    def site(self, radicale: str, http: httpx.Client, component: str) -> AgendaSite:
        return radicale_site(radicale, http, component)


@pytest.mark.parametrize("component", COMPONENTS)
class TestNextcloudSandbox(AgendaContract):
    @pytest.fixture
    def site(self, sandbox: Cloud, http: httpx.Client, component: str) -> AgendaSite:
        return nextcloud_site(sandbox.account(), http, component)


@pytest.mark.parametrize("component", COMPONENTS)
class TestNextcloud(AgendaContract):
    @pytest.fixture
    def site(self, real: Cloud, http: httpx.Client, component: str) -> AgendaSite:
        return nextcloud_site(real.account(), http, component)
