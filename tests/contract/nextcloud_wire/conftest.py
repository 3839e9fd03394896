"""The servers and accounts the comparison runs on."""

import os
import uuid
from urllib.parse import urlsplit

import httpx
import pytest

from degoog.sandbox.nextcloud import NextcloudSandbox
from tests.contract.nextcloud_wire.wire import Wire, make_account


def _servers():
    yield "sandbox"
    if os.environ.get("DEGOOG_TEST_NEXTCLOUD"):
        yield "real"


@pytest.fixture(scope="session", params=_servers())
def admin(request, tmp_path_factory):
    if request.param == "real":
        given = urlsplit(os.environ["DEGOOG_TEST_NEXTCLOUD"])
        url = f"{given.scheme}://{given.netloc.rpartition('@')[2]}{given.path.rstrip('/')}"
        with httpx.Client(timeout=120) as client:
            yield Wire(url, given.username or "", given.password or "", client)
    else:
        with NextcloudSandbox(tmp_path_factory.mktemp("nextcloud")) as sandbox, httpx.Client() as client:
            yield Wire(sandbox.url, "admin", sandbox.admin_password, client)


@pytest.fixture(scope="session")
def account(admin):
    wire = make_account(admin)
    yield wire
    admin.ocs("DELETE", f"/cloud/users/{wire.login}")


@pytest.fixture
def poor(admin):
    """An account with room for 2 MB."""
    wire = make_account(admin, "2 MB")
    yield wire
    admin.ocs("DELETE", f"/cloud/users/{wire.login}")


@pytest.fixture
def at(account):
    """A folder of the test's own."""
    path = f"/{uuid.uuid4().hex[:12]}"
    assert account("MKCOL", path).status_code == 201
    return path
