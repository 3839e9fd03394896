"""Two templates populate a real Nextcloud and a real Mattermost, where the environment names them."""

from __future__ import annotations

import asyncio
import os
import secrets
from urllib.parse import urlsplit

import httpx
import pytest

from degoog.access import Access
from degoog.secrets import Secret
from tests.provision.spaces import Provisioner, people, space

TEMPLATES = (("association", "labo"), ("scop",))


def _split(variable):
    address = os.environ.get(variable)
    if not address:
        pytest.skip(f"{variable} names no server")
    given = urlsplit(address)
    host = given.netloc.rpartition("@")[2]
    return f"{given.scheme}://{host}{given.path.rstrip('/')}", given.username or "", given.password or ""


@pytest.fixture
def token():
    return f"t{secrets.token_hex(3)}"


@pytest.fixture
def cloud(token):
    """A real Nextcloud; what bears the test's token is removed afterwards."""
    url, login, password = _split("DEGOOG_TEST_NEXTCLOUD")
    yield Access(url, login, Secret(password))
    headers = {"OCS-APIRequest": "true", "Accept": "application/json"}
    with httpx.Client(base_url=url, auth=(login, password), headers=headers, timeout=300) as http:
        folders = http.get("/index.php/apps/groupfolders/folders").json()["ocs"]["data"] or {}
        for one in folders.values():
            if one["mount_point"].startswith(token):
                http.delete(f"/index.php/apps/groupfolders/folders/{one['id']}")
        for what in ("users", "groups"):
            found = http.get(f"/ocs/v2.php/cloud/{what}", params={"search": token}).json()["ocs"]["data"][what]
            for name in found:
                http.delete(f"/ocs/v2.php/cloud/{what}/{name}")


@pytest.fixture
def chat(token):
    """A real Mattermost; the test's teams are archived and its people deactivated afterwards."""
    url, login, password = _split("DEGOOG_TEST_MATTERMOST")
    with httpx.Client(base_url=f"{url}/api/v4", timeout=300) as http:
        answer = http.post("/users/login", json={"login_id": login, "password": password})
        http.headers["Authorization"] = f"Bearer {answer.headers['token']}"
        yield Access(url, "", Secret(answer.headers["token"]))
        for team in http.get("/teams", params={"per_page": 200}).json():
            if team["name"].startswith(token):
                http.delete(f"/teams/{team['id']}")
        for one in http.post("/users/search", json={"term": token}).json():
            http.delete(f"/users/{one['id']}")


@pytest.mark.parametrize("names", TEMPLATES, ids="+".join)
def test_a_template_populates_a_nextcloud_and_a_second_run_changes_nothing(cloud, token, tmp_path, names):
    made = space(*names, token=token)
    who = Provisioner(tmp_path / "home", cloud=cloud)

    done, failures = asyncio.run(who.make(made, people(made, token)))
    again = asyncio.run(who.look(made, people(made, token)))
    forgetful = Provisioner(tmp_path / "elsewhere", cloud=cloud, kept=who.kept)
    elsewhere = asyncio.run(forgetful.look(made, people(made, token)))

    assert failures == []
    assert len(done) > 40
    assert again.actions == ()
    assert elsewhere.actions == ()


@pytest.mark.parametrize("names", TEMPLATES, ids="+".join)
def test_a_template_populates_a_mattermost_and_a_second_run_changes_nothing(chat, token, tmp_path, names):
    made = space(*names, token=token)
    who = Provisioner(tmp_path / "home", chat=chat)

    done, failures = asyncio.run(who.make(made, people(made, token)))
    again = asyncio.run(who.look(made, people(made, token)))

    assert failures == []
    assert len(done) > 15
    assert again.actions == ()
