"""How an app password is got and given back."""

import asyncio

import httpx
import pytest

from degoog.errors import Unavailable, Usage
from degoog.nextcloud.login import Door, Login, revoke
from degoog.secrets import Secret
from tests.http.wire import Clock
from tests.nextcloud.answering import URL, Server, ocs

START = "/index.php/login/v2"


def flow(endpoint=f"{URL}/index.php/login/v2/poll"):
    return {"poll": {"token": "t0ken", "endpoint": endpoint}, "login": f"{URL}/index.php/login/v2/flow/abc"}


def door(given, clock=None):
    server = Server(given)
    return Door(URL, transport=httpx.MockTransport(server), time=(clock or Clock()).time), server


def test_a_link_is_given_to_open():
    there, _server = door({("POST", START): flow()})
    assert asyncio.run(there.start()).link == f"{URL}/index.php/login/v2/flow/abc"


def test_no_token_is_shown():
    there, _server = door({("POST", START): flow()})
    assert "t0ken" not in repr(asyncio.run(there.start()))
    assert "hunter2" not in repr(Login(URL, "anna", Secret("hunter2")))


@pytest.mark.parametrize("endpoint", ["http://internal:8080/index.php/login/v2/poll", "https://evil.example/poll"])
def test_the_token_goes_only_where_we_were_sent(endpoint):
    there, _server = door({("POST", START): flow(endpoint)})
    assert asyncio.run(there.start()).poll == f"{URL}/index.php/login/v2/poll"


def test_one_waits_until_somebody_says_yes():
    clock = Clock()
    there, server = door({("POST", START): flow()}, clock)
    begun = asyncio.run(there.start())

    async def yes(seconds):
        await clock.sleep(seconds)
        if len(clock.slept) == 3:
            server.given["POST", START + "/poll"] = {"server": URL, "loginName": "anna", "appPassword": "app"}

    assert asyncio.run(there.wait(begun, sleep=yes)) == Login(URL, "anna", Secret("app"))


def test_nobody_waits_for_ever():
    there, _server = door({("POST", START): flow()})
    begun = asyncio.run(there.start())
    with pytest.raises(Unavailable, match="twenty minutes"):
        asyncio.run(there.wait(begun))


def test_what_is_no_nextcloud_has_no_link():
    there, _server = door({("POST", START): httpx.Response(404, text="<html>")})
    with pytest.raises(Usage, match="no Nextcloud"):
        asyncio.run(there.start())


def test_a_real_password_is_exchanged_for_an_app_password():
    there, _server = door({("GET", "/ocs/v2.php/core/getapppassword"): ocs({"apppassword": "app"})})
    assert asyncio.run(there.exchange("anna", Secret("real"))) == Login(URL, "anna", Secret("app"))


def test_an_app_password_stays_what_it_is():
    there, _server = door({("GET", "/ocs/v2.php/core/getapppassword"): ocs([], 403)})
    assert asyncio.run(there.exchange("anna", Secret("app"))) == Login(URL, "anna", Secret("app"))


def test_a_wrong_password_is_tried_once():
    there, server = door({("GET", "/ocs/v2.php/core/getapppassword"): ocs([], 401)})
    with pytest.raises(Unavailable, match="anna"):
        asyncio.run(there.exchange("anna", Secret("wrong")))
    assert len(server.seen) == 1


@pytest.mark.parametrize(("status", "done"), [(200, True), (403, False)])
def test_an_app_password_is_given_back(status, done):
    async def go():
        async with Server({("DELETE", "/ocs/v2.php/core/apppassword"): ocs([], status)}).client() as client:
            return await revoke(client)

    assert asyncio.run(go()) is done


@pytest.mark.parametrize(("status", "done"), [(200, True), (403, False)])
def test_a_server_that_can_do_nothing_else_still_takes_an_app_password_back(status, done):
    there, server = door({("DELETE", "/ocs/v2.php/core/apppassword"): ocs([], status)})

    assert asyncio.run(there.give_back("anna", Secret("app"))) is done
    assert len(server.seen) == 1
