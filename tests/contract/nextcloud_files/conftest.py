"""A Nextcloud, an account on it and a folder of the test's own: a real one where DEGOOG_TEST_NEXTCLOUD names one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import pytest

from degoog.sandbox.nextcloud import NextcloudSandbox
from tests.contract.desk import Account, Cloud, Desk


@pytest.fixture(scope="module", params=["sandbox", "real"])
def cloud(request, tmp_path_factory) -> Iterator[Cloud]:
    if request.param == "real":
        address = os.environ.get("DEGOOG_TEST_NEXTCLOUD")
        if not address:
            pytest.skip("DEGOOG_TEST_NEXTCLOUD names no Nextcloud")
        cloud = Cloud(address)
        yield cloud
        cloud.close()
        return
    with NextcloudSandbox(tmp_path_factory.mktemp("cloud")) as server:
        yield Cloud(server.admin_url)


@pytest.fixture(scope="module")
def account(cloud: Cloud) -> Account:
    return cloud.account()


@pytest.fixture
def desk(account) -> Desk:
    return Desk(account, f"/t {secrets.token_hex(4)}/Drivé")
