"""Sessions are shown again where that is safe, and nowhere else."""

import httpx
import pytest

from degoog.nextcloud.sessions import Sessions

OPENED = [
    ("set-cookie", "oc1=abc; path=/; HttpOnly; SameSite=Lax"),
    ("set-cookie", "nc_sameSiteCookielax=true; path=/; httponly;secure; expires=Fri, 31-Dec-2100 23:59:59 GMT"),
    ("set-cookie", "__Host-nc_sameSiteCookiestrict=true; path=/; httponly; SameSite=strict"),
]


def answered(sessions: Sessions, status: int = 207, headers=OPENED, method: str = "PROPFIND") -> dict[str, str]:
    """Ask once; give the header that was sent."""
    with sessions.one(method) as session:
        sent = session.header()
        session.learn(httpx.Response(status, headers=headers))
    return sent


def test_a_session_is_shown_again_once_the_server_has_opened_it():
    sessions = Sessions()
    assert answered(sessions) == {}
    assert answered(sessions, headers=[]) == {
        "Cookie": "oc1=abc; nc_sameSiteCookielax=true; __Host-nc_sameSiteCookiestrict=true"
    }
    assert answered(sessions)


def test_a_missing_file_does_not_end_a_session():
    sessions = Sessions()
    answered(sessions)
    answered(sessions, 404, headers=[])
    assert answered(sessions)


@pytest.mark.parametrize("status", [401, 403, 412, 500, 503])
def test_after_an_answer_that_may_speak_of_the_session_it_is_forgotten(status):
    sessions = Sessions()
    answered(sessions)
    answered(sessions, status, headers=[])
    assert answered(sessions) == {}


def test_a_request_that_broke_takes_its_session_with_it():
    sessions = Sessions()
    answered(sessions)
    with pytest.raises(httpx.ReadError), sessions.one("PROPFIND"):
        raise httpx.ReadError("cut")
    assert answered(sessions) == {}


def test_two_requests_at_once_never_show_the_same_session():
    sessions = Sessions()
    answered(sessions)
    with sessions.one("PROPFIND") as first, sessions.one("PROPFIND") as second:
        assert first.header()
        assert second.header() == {}


def test_a_post_shows_none_for_it_would_be_logged_out():
    sessions = Sessions()
    answered(sessions)
    assert answered(sessions, method="POST") == {}
    assert answered(sessions)


def test_a_server_that_opens_no_whole_session_is_shown_none():
    sessions = Sessions()
    answered(sessions, headers=OPENED[:1])
    assert answered(sessions) == {}
    answered(sessions, headers=[*OPENED, ("set-cookie", "oc1=deleted; path=/")])
    assert answered(sessions) == {}
