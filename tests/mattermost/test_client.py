"""What a client makes of a server's answers."""

import asyncio

import httpx
import pytest

from degoog.errors import Refused, Unavailable, Usage
from tests.mattermost.answering import Server, client


def entered(server: Server, then=None):
    async def go():
        async with client(server) as opened:
            return await then(opened) if then else opened.server

    return asyncio.run(go())


def test_it_knows_the_server_and_whose_token_it_has():
    told = entered(Server())
    assert (told.release, told.identity, told.username, told.admin, told.post) == (
        (11, 6),
        "d1",
        "referente",
        True,
        16383,
    )


def test_an_address_that_is_no_mattermost_is_said_to_be_none():
    with pytest.raises(Usage, match="no Mattermost"):
        entered(Server({("GET", "/config/client"): httpx.Response(200, text="<html>")}))


def test_a_server_too_old_to_read_attachments_is_refused():
    with pytest.raises(Usage, match=r"5\.37\.1"):
        entered(Server({("GET", "/config/client"): {"Version": "5.37.1"}}))


def test_a_refused_token_is_asked_once_and_named_with_its_cure():
    server = Server({("GET", "/users/me"): httpx.Response(401, json={"id": "api.context.session_expired.app_error"})})

    async def twice(opened):
        raise AssertionError

    with pytest.raises(Unavailable, match="degoog connect mattermost"):
        entered(server, twice)
    assert server.asked().count("GET /users/me") == 1


def test_a_busy_server_is_asked_again_when_it_said():
    answers = iter([httpx.Response(429, headers={"x-ratelimit-reset": "3"}), httpx.Response(200, json={"ok": 1})])
    server = Server({("POST", "/posts"): lambda _request: next(answers)})

    async def post(opened):
        return await opened.do("POST", "/posts", {"message": "x"})

    assert entered(server, post) == {"ok": 1}


def test_what_the_server_refuses_comes_with_its_own_words():
    said = {"id": "store.sql_channel.save_channel.exists.app_error", "message": "A channel with that name exists."}
    server = Server({("POST", "/channels"): httpx.Response(400, json=said)})
    with pytest.raises(Refused, match="A channel with that name exists"):
        entered(server, lambda opened: opened.do("POST", "/channels", {}))


def test_a_connection_that_breaks_while_something_is_asked_for_stops_the_run_in_words():
    def broken(_request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")

    server = Server({("POST", "/jobs"): broken})
    with pytest.raises(Unavailable, match=r"chat\.lauze\.example broke at /jobs"):
        entered(server, lambda opened: opened.call("POST", "/jobs", {}))


def test_the_token_is_in_no_error_and_no_address():
    server = Server()
    entered(server)
    assert all("t0ken" not in str(request.url) for request in server.seen)
    assert all(request.headers["authorization"] == "Bearer t0ken" for request in server.seen)
