"""What a server says of itself, and which servers will not do."""

import asyncio

import httpx
import pytest

from degoog.convert.names import Names
from degoog.errors import Unavailable, Usage
from tests.nextcloud.answering import CAPABILITIES, FILES, STATUS, URL, Server, ocs


def enter(server, url=URL):
    async def go():
        async with server.client(url) as client:
            return client.url, client.server, client.link("7"), client.files("/a b/c")

    return asyncio.run(go())


def test_the_account_is_known_by_its_id_not_by_what_it_logs_in_with():
    url, told, link, files = enter(Server())
    assert (url, told.version, told.user, told.instance) == (URL, "32.0.1", "anna", "ocabc")
    assert (told.bulk, told.chunk, link) == (True, 104857600, f"{URL}/f/7")
    assert files == f"{URL}/remote.php/dav/files/anna/a%20b/c"


def test_links_work_without_pretty_addresses():
    plain = ocs({"capabilities": {**CAPABILITIES, "core": {"mod-rewrite-working": False}}})
    given = {("GET", "/ocs/v2.php/cloud/capabilities"): plain}
    assert enter(Server(given))[2] == f"{URL}/index.php/f/7"


@pytest.mark.parametrize(
    ("status", "error", "text"),
    [
        ({**STATUS, "versionstring": "29.0.16"}, Usage, "needs 30"),
        ({**STATUS, "maintenance": True}, Unavailable, "maintenance"),
        ({**STATUS, "needsDbUpgrade": True}, Unavailable, "maintenance"),
        ({**STATUS, "installed": False}, Usage, "set up"),
        ({"hello": "world"}, Usage, "no Nextcloud"),
        (httpx.Response(404, text="<html>"), Usage, "no Nextcloud"),
        (httpx.Response(200, text="<html>"), Usage, "no Nextcloud"),
    ],
)
def test_what_will_not_do_is_told_at_once(status, error, text):
    server = Server({("GET", "/status.php"): status})
    with pytest.raises(error, match=text):
        enter(server)
    assert len(server.seen) == 1


def test_no_password_leaves_before_the_server_is_known():
    server = Server({("GET", "/status.php"): {**STATUS, "versionstring": "9.0"}})
    with pytest.raises(Usage):
        enter(server)
    assert "authorization" not in server.seen[0].headers


def test_a_way_to_https_is_followed():
    class Moved(Server):
        def __call__(self, request):
            if request.url.scheme == "http":
                return httpx.Response(301, headers={"Location": "https://cloud.local/nc/status.php"})
            return super().__call__(request)

    assert enter(Moved(), "http://cloud.local/nc")[0] == "https://cloud.local/nc"


@pytest.mark.parametrize("target", ["https://other.example/status.php", "http://cloud.example/nc/status.php", "/login"])
def test_another_way_is_told_and_not_taken(target):
    server = Server({("GET", "/status.php"): httpx.Response(302, headers={"Location": target})})
    with pytest.raises(Usage, match="Use that address"):
        enter(server)


def test_a_server_without_its_files_app_is_told():
    server = Server({("GET", "/ocs/v2.php/cloud/capabilities"): ocs({"capabilities": {"dav": {}}})})
    with pytest.raises(Unavailable, match="Files"):
        enter(server)


def test_an_answer_that_is_no_ocs_is_told():
    server = Server({("GET", "/ocs/v2.php/cloud/user"): httpx.Response(200, text="<html>portal")})
    with pytest.raises(Unavailable, match="Is the address right"):
        enter(server)


def test_windows_compatible_names_are_followed():
    """With that setting the lists grow, and blank and dot are forbidden at the end (SettingsService.php)."""
    files = {
        **FILES,
        "forbidden_filename_basenames": ["con", "aux"],
        "forbidden_filename_characters": list('\\/<>:"|?*'),
        "forbidden_filename_extensions": [" ", ".", ".filepart", ".part"],
    }
    server = Server(
        {("GET", "/ocs/v2.php/cloud/capabilities"): ocs({"capabilities": {**CAPABILITIES, "files": files}})}
    )
    names = Names(enter(server)[1].rules)
    assert names.safe('a:b?"c". ') == "a_b__c_"
    assert names.safe("aux.txt") != "aux.txt"
    assert names.safe("x.PART").lower() == "x_part"


def test_degoogs_own_folder_is_nobody_elses():
    assert Names(enter(Server())[1].rules).safe(".degoog") != ".degoog"


def test_a_client_shared_by_two_is_closed_by_the_last():
    async def go():
        client = Server().client()
        async with client:
            async with client:
                pass
            return (await client.request("GET", f"{URL}/status.php")).status_code

    assert asyncio.run(go()) == 200
