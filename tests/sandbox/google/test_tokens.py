"""Signing in at the stand-in: as a person with a browser, or as a service account for a whole domain."""

from __future__ import annotations

import base64
import hashlib
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from degoog.sandbox.google import Audience, Fault, GoogleSandbox, Trouble
from degoog.sandbox.google.drawing.people import CAMILLE, NOEMIE, ORTENSIA, YANN
from tests.sandbox.google.conftest import Browser, ask

DRIVE = "https://www.googleapis.com/auth/drive.readonly"
CALENDAR = "https://www.googleapis.com/auth/calendar.readonly"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
BACK = "http://127.0.0.1:8123/retour"


class Clock:
    def __init__(self):
        self.now = 1_795_370_700.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def google(association, clock):
    with GoogleSandbox(association.world, clock=clock, seed=3) as running:
        yield running


def sign_in(google, **more):
    given = {
        "client_id": google.tokens.client_id, "redirect_uri": BACK, "response_type": "code", "state": "s", "scope":
        f"{DRIVE} {CALENDAR}", "code_challenge": CHALLENGE, "code_challenge_method": "S256", "access_type": "offline",
        "prompt": "consent", **more,
    }  # fmt: skip
    return ask("GET", f"{google.url}/accounts.google.com/o/oauth2/v2/auth", params=given)


def code_of(answer):
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def token(google, **form):
    return ask("POST", f"{google.url}/oauth2.googleapis.com/token", data=form)


def exchanged(google, code, **more):
    return token(google, **{
        "grant_type": "authorization_code", "code": code, "client_id": google.tokens.client_id, "client_secret":
        google.tokens.client_secret, "redirect_uri": BACK, "code_verifier": VERIFIER, **more})  # fmt: skip


def refreshed(google, refresh):
    return token(google, grant_type="refresh_token", refresh_token=refresh, client_id=google.tokens.client_id,
                 client_secret=google.tokens.client_secret)  # fmt: skip


def works(google, access):
    browser = Browser(google, CAMILLE)
    browser.token = access
    return browser.get("about", fields="user").status_code


def test_a_person_signs_in_and_comes_back_with_a_code_that_gives_tokens(google):
    google.consent(CAMILLE)
    answer = sign_in(google)
    told = exchanged(google, code_of(answer)).json()

    assert answer.headers["Location"].startswith(BACK)
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["state"] == ["s"]
    assert set(told["scope"].split()) == {DRIVE, CALENDAR}
    assert works(google, told["access_token"]) == 200
    assert works(google, refreshed(google, told["refresh_token"]).json()["access_token"]) == 200


def test_a_code_is_good_once_and_for_the_program_that_asked(google):
    google.consent(CAMILLE)
    code = code_of(sign_in(google))
    assert exchanged(google, code, code_verifier="un autre").json()["error"] == "invalid_grant"
    assert exchanged(google, code).json()["error"] == "invalid_grant"
    code = code_of(sign_in(google))
    assert exchanged(google, code, client_secret="faux").json()["error"] == "invalid_client"
    assert exchanged(google, code).status_code == 200
    assert exchanged(google, code).json()["error"] == "invalid_grant"


def test_scopes_may_be_unticked_and_the_answer_says_so(google):
    google.consent(CAMILLE, untick=[DRIVE])
    told = exchanged(google, code_of(sign_in(google))).json()

    assert told["scope"] == CALENDAR
    browser = Browser(google, CAMILLE)
    browser.token = told["access_token"]
    answer = browser.get("files")
    assert answer.status_code == 403
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_without_asking_again_there_is_no_second_refresh_token(google):
    google.consent(CAMILLE)
    exchanged(google, code_of(sign_in(google)))

    assert "refresh_token" not in exchanged(google, code_of(sign_in(google, prompt="select_account"))).json()
    assert "refresh_token" in exchanged(google, code_of(sign_in(google))).json()


def test_in_testing_a_refresh_token_lives_a_week(google, clock):
    google.tokens.audience = Audience.TESTING
    google.consent(NOEMIE)
    told = exchanged(google, code_of(sign_in(google))).json()

    assert told["refresh_token_expires_in"] == 604_799
    clock.now += 7 * 86_400 + 1
    assert refreshed(google, told["refresh_token"]).json()["error"] == "invalid_grant"


def test_an_internal_client_is_for_the_domain_only_and_a_person_may_decline(google):
    google.consent(NOEMIE)
    assert "error=access_denied" in sign_in(google).headers["Location"]
    google.consent(CAMILLE)
    google.tokens.declines = True
    assert "error=access_denied" in sign_in(google).headers["Location"]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"client_id": "autre"}, "invalid_client"),
        ({"redirect_uri": "urn:ietf:wg:oauth:2.0:oob"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "https://lauze.example/retour"}, "redirect_uri_mismatch"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "invalid_request"),
    ],
)
def test_a_wrong_sign_in_is_a_page_that_says_what(google, wrong, word):
    google.consent(CAMILLE)
    answer = sign_in(google, **wrong)

    assert answer.status_code >= 400
    assert word in answer.text


def test_an_access_token_expires_and_a_revoked_one_is_worth_nothing(google, clock):
    kept = google.authorized_user(CAMILLE)
    access = refreshed(google, kept["refresh_token"]).json()["access_token"]
    clock.now += 3600
    assert works(google, access) == 401
    fresh = refreshed(google, kept["refresh_token"]).json()["access_token"]
    info = ask("GET", f"{google.url}/oauth2.googleapis.com/tokeninfo", params={"access_token": fresh})
    assert info.json()["scope"] == DRIVE
    revoke = f"{google.url}/oauth2.googleapis.com/revoke"
    assert ask("POST", revoke, data={"token": kept["refresh_token"]}).status_code == 200
    assert ask("POST", revoke, data={"token": kept["refresh_token"]}).status_code == 400
    assert works(google, fresh) == 401
    assert refreshed(google, kept["refresh_token"]).json() == {
        "error": "invalid_grant",
        "error_description": "Token has been expired or revoked.",
    }


def test_access_taken_back_in_the_middle_kills_the_refresh_token(google):
    kept = google.authorized_user(CAMILLE)
    access = refreshed(google, kept["refresh_token"]).json()["access_token"]
    google.faults.add(Fault(Trouble.REVOKE, on="drive.about.get", times=1))

    assert works(google, access) == 401
    assert refreshed(google, kept["refresh_token"]).json()["error"] == "invalid_grant"


def test_the_files_of_keys_look_like_googles(google):
    assert set(google.client_file()["installed"]) >= {"client_id", "client_secret", "auth_uri", "token_uri"}
    assert google.authorized_user(CAMILLE)["type"] == "authorized_user"
    assert google.service_account()["token_uri"] == "https://oauth2.googleapis.com/token"


# --- the service account


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def assertion(google, clock, *, key=None, head=None, **claims):
    account = google.service_account()
    if key is None:
        key = serialization.load_pem_private_key(account["private_key"].encode(), password=None)
    told = {"iss": account["client_email"], "scope": DRIVE, "aud": account["token_uri"], "iat": int(clock()), "exp":
            int(clock()) + 3600, "sub": CAMILLE, **claims}  # fmt: skip
    text = f"{part(head or {'alg': 'RS256', 'typ': 'JWT'})}.{part({k: v for k, v in told.items() if v is not None})}"
    mark = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    signed = f"{text}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"
    return token(google, grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer", assertion=signed)


def test_a_service_account_acts_for_a_person_of_its_domain(google, clock):
    told = assertion(google, clock, sub=YANN).json()
    browser = Browser(google, CAMILLE)
    browser.token = told["access_token"]

    assert browser.json("about", fields="user(emailAddress)")["user"]["emailAddress"] == YANN


def test_a_service_account_for_itself_sees_a_drive_of_its_own(google, clock):
    browser = Browser(google, CAMILLE)
    browser.token = assertion(google, clock, sub=None).json()["access_token"]

    assert browser.json("files") == {"kind": "drive#fileList", "incompleteSearch": False, "files": []}


@pytest.mark.parametrize(
    ("claims", "status", "error"),
    [
        ({"scope": f"{DRIVE} {CALENDAR}"}, 401, "unauthorized_client"),
        ({"sub": NOEMIE}, 401, "unauthorized_client"),
        ({"sub": "personne@lauze.example"}, 400, "invalid_grant"),
        ({"sub": ORTENSIA}, 400, "invalid_grant"),
        ({"aud": "https://autre.example"}, 400, "invalid_grant"),
        ({"iss": "autre@lauze.example"}, 400, "invalid_grant"),
        ({"iat": 1_795_370_700 + 900, "exp": 1_795_370_700 + 4000}, 400, "invalid_grant"),
        ({"exp": 1_795_370_700 - 10}, 400, "invalid_grant"),
        ({"exp": 1_795_370_700 + 9000}, 400, "invalid_grant"),
        ({"scope": ""}, 400, "invalid_scope"),
        ({"head": {"alg": "HS256"}}, 400, "invalid_grant"),
    ],
)
def test_a_service_account_that_may_not_is_told_why(google, clock, claims, status, error):
    answer = assertion(google, clock, **claims)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]


def test_another_key_signs_nothing(google, clock):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    assert assertion(google, clock, key=other).json()["error_description"] == "Invalid JWT Signature."


def test_each_seed_has_a_key_of_its_own(association):
    with GoogleSandbox(association.world, seed=3) as one, GoogleSandbox(association.world, seed=4) as two:
        assert one.service_account()["private_key"] != two.service_account()["private_key"]
