"""Which requests are sent again, when, and what ends patience."""

import asyncio
import logging
import socket
import ssl

import httpx
import pytest

from degoog.errors import Unavailable, Usage
from degoog.happenings import Waiting
from degoog.http import KEPT, REPEATABLE, Again, Kept, Stop, until
from tests.http.wire import Wire

URL = "https://cloud.example/files/a"
BUSY = Again("it asks for patience", refused=True)


def judge(response):
    """429 and 503 refuse, 504 is nobody's answer, 401 ends it."""
    verdicts = {401: Stop("the password is wrong"), 429: BUSY, 503: BUSY, 504: Again("no answer")}
    return verdicts.get(response.status_code)


def wire(*answers):
    return Wire(judge, list(answers))


def ask(wire, method="GET", times=1, **more):
    async def go():
        async with wire.open() as client:
            return [await client.request(method, URL, **more) for _time in range(times)][-1]

    return asyncio.run(go())


async def streamed():
    yield b"once"


@pytest.mark.parametrize("method", ["GET", "PROPFIND", "PUT", "DELETE", "PROPPATCH"])
def test_an_idempotent_request_whose_answer_was_lost_is_repeated(method):
    net = wire(httpx.ReadError("cut"), 200)
    assert ask(net, method, content=b"x").status_code == 200


@pytest.mark.parametrize("method", ["POST", "MOVE", "MKCOL"])
def test_one_that_may_do_something_twice_is_not(method):
    net = wire(httpx.ReadError("cut"))
    with pytest.raises(httpx.ReadError):
        ask(net, method, content=b"x")
    assert len(net.requests) == 1


def test_the_caller_may_allow_it():
    net = wire(httpx.ReadError("cut"), 201)
    assert ask(net, "MKCOL", extensions=REPEATABLE).status_code == 201


def test_a_request_that_was_refused_is_repeated_whatever_it_does():
    net = wire(503, 201)
    assert ask(net, "POST", content=b"x").status_code == 201
    assert net.bodies == [b"x", b"x"]


def test_a_request_that_must_leave_at_once_is_not_repeated_later():
    net = wire(503)
    with pytest.raises(httpx.ConnectTimeout):
        ask(net, "POST", content=b"x", extensions=until(net.clock.now + 0.5))
    assert len(net.requests) == 1


def test_a_streamed_body_is_never_sent_again():
    net = wire(503)
    assert ask(net, "PUT", content=streamed(), headers={"Content-Length": "4"}).status_code == 503
    net = wire(httpx.WriteError("cut"))
    with pytest.raises(httpx.WriteError):
        ask(net, "PUT", content=streamed(), headers={"Content-Length": "4"})


def test_a_streamed_body_of_which_nothing_left_is_sent_when_the_server_is_back():
    net = wire(httpx.ConnectError("down"), 201)
    assert ask(net, "PUT", content=streamed(), headers={"Content-Length": "4"}).status_code == 201
    assert net.bodies == [b"once"]


def test_a_body_kept_in_pieces_is_sent_again():
    net = wire(503, 200)
    body = Kept([b"one", b"two"])
    ask(net, "POST", content=body, headers={"Content-Length": str(body.length)}, extensions=KEPT)
    assert net.bodies == [b"onetwo", b"onetwo"]


def test_a_streamed_body_without_a_length_is_a_bug():
    with pytest.raises(ValueError, match="Content-Length"):
        ask(wire(), "PUT", content=streamed())


def test_waiting_doubles_up_to_a_minute():
    net = wire(*[503] * 7, 200)
    ask(net)
    assert [s for s in net.clock.slept if s >= 1] == [1, 2, 4, 8, 16, 32, 60]


def test_retry_after_is_honoured_to_the_second():
    net = wire(httpx.Response(429, headers={"Retry-After": "37"}), 200)
    ask(net)
    assert sum(net.clock.slept) == pytest.approx(37, abs=0.2)


def test_who_watches_is_told_why_one_waits():
    net = wire(httpx.Response(429, headers={"Retry-After": "37"}), 200)
    ask(net)
    assert net.watcher.events == [Waiting("cloud.example", 37.0, "it asks for patience")]


def test_a_wait_of_hours_is_an_end():
    net = wire(httpx.Response(429, headers={"Retry-After": "7200"}))
    with pytest.raises(Unavailable, match="asks for patience"):
        ask(net)


def test_when_patience_ends_the_answer_is_given_back():
    net = wire(*[503] * 8)
    assert ask(net).status_code == 503


def test_or_everything_stops_where_the_judge_has_a_word_for_it():
    net = Wire(lambda _response: Again("closed", spent="it is closed", times=1), [503, 503])
    with pytest.raises(Unavailable, match="it is closed"):
        ask(net)
    assert len(net.requests) == 2


def test_after_a_stop_no_request_leaves_any_more():
    net = wire(401)

    async def go():
        async with net.open() as client:
            for _time in range(3):
                with pytest.raises(Unavailable, match="the password is wrong"):
                    await client.get(URL)

    asyncio.run(go())
    assert len(net.requests) == 1


def unknown_name() -> httpx.ConnectError:
    """What httpx raises for a name that nobody knows."""
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return error


def test_a_server_that_never_answered_is_given_up_within_seconds():
    net = wire(*[httpx.ConnectError("refused")] * 8)
    with pytest.raises(Unavailable, match=r"Nothing answers at cloud\.example"):
        ask(net)
    assert sum(net.clock.slept) < 5


def test_a_mistyped_name_is_told_as_one():
    net = wire(*[unknown_name()] * 8)
    with pytest.raises(Unavailable, match=r"no server named cloud\.example"):
        ask(net)
    assert sum(net.clock.slept) < 5


def test_a_server_that_keeps_silent_from_the_start_is_asked_once():
    net = wire(*[httpx.ConnectTimeout("silent")] * 8)
    with pytest.raises(Unavailable, match=r"Nothing answers at cloud\.example"):
        ask(net)
    assert len(net.requests) == 1


def test_a_server_that_goes_away_later_is_waited_for_and_who_watches_is_told():
    net = wire(200, *[httpx.ConnectError("down")] * 6, 201)
    assert ask(net, times=2).status_code == 201
    assert net.watcher.events[-1] == Waiting("cloud.example", 32.0, "cloud.example does not answer")


def test_a_server_that_stays_away_stops_the_run_in_the_end():
    net = wire(200, *[httpx.ConnectError("down")] * 8)
    with pytest.raises(Unavailable, match=r"cloud\.example does not answer"):
        ask(net, times=2)


def test_a_certificate_that_cannot_be_trusted_is_told_at_once():
    error = httpx.ConnectError("tls")
    error.__cause__ = ssl.SSLCertVerificationError(1, "[SSL] no")
    error.__cause__.verify_message = "self-signed certificate"
    net = wire(error)
    with pytest.raises(Usage, match="self-signed certificate"):
        ask(net)


def test_what_is_logged_holds_no_secret(caplog):
    caplog.set_level(logging.DEBUG)

    async def go():
        async with wire(200).open(auth=httpx.BasicAuth("anna", "hunter2")) as client:
            await client.post(URL + "?token=s3cret", content=b"the body")

    asyncio.run(go())
    assert "POST cloud.example /files/a 200" in caplog.text
    for secret in ("hunter2", "s3cret", "the body", "Basic"):
        assert secret not in caplog.text


def test_cookies_are_not_kept():
    net = wire(httpx.Response(200, headers={"Set-Cookie": "session=1; Path=/"}), 200)
    ask(net, times=2)
    assert "cookie" not in net.requests[1].headers


def test_redirects_are_not_followed():
    assert ask(wire(httpx.Response(302, headers={"Location": "https://evil.example/"}))).status_code == 302
