"""A person's consent, from the link to the lasting access, with the stand-in's sign-in pages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from degoog.errors import Unavailable, Usage
from degoog.google import credentials
from degoog.google.credentials import Consent, DesktopClient
from degoog.google.login import Door, loopback, try_delegation
from degoog.google.scopes import ALL
from degoog.google.tokens import Tokens
from degoog.sandbox.google import Audience, GoogleSandbox
from degoog.sandbox.google.drawing import draw_association
from degoog.secrets import Secret
from tests.google.answering import dumped
from tests.google_stand_in import judged_google

ME = "camille@lauze.example"


@pytest.fixture
def google() -> Iterator[GoogleSandbox]:
    with judged_google(draw_association(seed=2, ordinary=0).world, seed=2) as google:
        google.consent(ME)
        yield google


def client(google: GoogleSandbox) -> DesktopClient:
    found = credentials.parsed(dumped(google.client_file()))
    assert isinstance(found, DesktopClient)
    return found


def consent(google: GoogleSandbox, *, answer: str = "") -> Consent:
    """Go through it as a person would: open the link, be sent back to this computer."""

    async def go() -> Consent:
        door, desktop = Door(api_url=google.url), client(google)
        async with loopback() as page, httpx.AsyncClient(follow_redirects=True) as browser:
            flow = door.begin(desktop, page.url)
            shown = await browser.get(flow.link)
            return await door.finish(desktop, flow, answer or await page.wait() or str(shown.url))

    return asyncio.run(go())


def usable(google: GoogleSandbox, given: Consent) -> bool:
    async def go() -> bool:
        async with httpx.AsyncClient() as http:
            try:
                await Tokens(http, google_hosts(google), given).grant()
            except Unavailable:
                return False
            return True

    return asyncio.run(go())


def google_hosts(google: GoogleSandbox):
    return Door(api_url=google.url)._hosts


def test_a_person_says_yes_and_degoog_learns_who_that_was(google):
    given = consent(google)

    assert given.account == ME
    assert usable(google, given)


def test_what_was_given_can_be_given_back(google):
    given = consent(google)
    door = Door(api_url=google.url)

    assert asyncio.run(door.revoke(given)) is True
    assert not usable(google, given)
    assert asyncio.run(door.revoke(given)) is False


def test_an_unticked_box_is_noticed_and_nothing_is_kept(google):
    google.consent(ME, untick=ALL)

    with pytest.raises(Usage, match=r"unticked.*drive\.readonly"):
        consent(google)


def test_a_client_in_test_mode_is_refused_with_the_reason(google):
    google.tokens.audience = Audience.TESTING

    with pytest.raises(Usage, match="seven days"):
        consent(google)
    assert google.requests.count("POST", door="oauth2.revoke") == 1


def test_who_says_no_is_told_so(google):
    google.tokens.declines = True

    with pytest.raises(Usage, match="You said no"):
        consent(google)


@pytest.mark.parametrize("answer", ["http://127.0.0.1:1/?code=x&state=other", "nonsense", ""])
def test_another_address_than_that_of_this_consent_is_refused(google, answer):
    with pytest.raises(Usage, match="whole address"):
        consent(google, answer=answer or " ")


def test_the_page_says_thank_you_and_ignores_what_is_not_an_answer():
    async def go() -> tuple[int, str, str]:
        async with loopback() as page, httpx.AsyncClient() as browser:
            other = await browser.get(f"{page.url}/favicon.ico")
            good = await browser.get(f"{page.url}/?code=4/abc&state=s")
            return other.status_code, good.text, await page.wait()

    status, text, answer = asyncio.run(go())
    assert (status, answer) == (404, "/?code=4/abc&state=s")
    assert "close this page" in text


def test_a_delegation_is_tried(google):
    robot = credentials.parsed(dumped(google.service_account()))
    assert isinstance(robot, credentials.ServiceAccount)

    async def go(person: str) -> str:
        return (await try_delegation(robot, person, api_url=google.url)).token.reveal()

    assert asyncio.run(go(ME))
    with pytest.raises(Unavailable, match="ortensia"):
        asyncio.run(go("ortensia@lauze.example"))


def test_a_delegation_without_the_scope_names_the_page_to_mend_it(google):
    robot = credentials.parsed(dumped(google.service_account(scopes=["https://www.googleapis.com/auth/calendar"])))
    assert isinstance(robot, credentials.ServiceAccount)

    with pytest.raises(Unavailable, match="domainwidedelegation"):
        asyncio.run(try_delegation(robot, ME, api_url=google.url))


def test_a_consent_is_kept_as_a_file_of_googles():
    given = Consent(DesktopClient("a", Secret("b")), Secret("c"), ME)
    assert credentials.read(given.secret()) == given
