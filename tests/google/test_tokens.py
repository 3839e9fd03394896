"""How degoog gets at an account: consent, a service account, a given token; and where tokens go."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from degoog.errors import Unavailable, Usage
from degoog.google import credentials
from degoog.google.credentials import Consent, DesktopClient, GivenToken, ServiceAccount
from degoog.google.hosts import Hosts
from degoog.secrets import Secret
from tests.google.answering import ME, Drive, form, once

KEY: RSAPrivateKey = generate_private_key(65537, 2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
CONSENT = Consent(DesktopClient("id.apps", Secret("GOCSPX-x")), Secret("1//refresh"), ME)
SERVICE = ServiceAccount("degoog@p.iam.gserviceaccount.com", "1234", "k1", Secret(PEM), "p")
ABOUT = "/drive/v3/about"


def about(drive: Drive, given: credentials.Credentials, times: int = 1, **more: Any) -> None:
    async def go() -> None:
        async with drive.client(given, **more) as client:
            await asyncio.gather(*(client.get(ABOUT, {"fields": "user"}) for _time in range(times)))

    asyncio.run(go())


def told(drive: Drive) -> list[str]:
    return [request.headers.get("authorization", "") for request in drive.asked(ABOUT)]


def test_a_person_s_consent_is_exchanged_once_for_all_requests():
    drive = Drive()

    about(drive, CONSENT, times=5)

    (asked,) = drive.asked("/token")
    assert asked.url.host == "oauth2.googleapis.com"
    assert form(asked) == {
        "grant_type": "refresh_token", "client_id": "id.apps", "client_secret": "GOCSPX-x",
        "refresh_token": "1//refresh",
    }  # fmt: skip
    assert told(drive) == ["Bearer ya29.1"] * 5


def test_a_token_that_died_is_renewed_once_for_everybody():
    drive = Drive()
    dead = "Bearer ya29.1"
    drive.before.append(
        lambda request: httpx.Response(401, json={}) if request.headers.get("authorization") == dead else None
    )

    about(drive, CONSENT, times=3)

    assert len(drive.asked("/token")) == 2
    assert len(drive.asked(ABOUT)) == 4


def test_a_token_that_is_refused_though_new_ends_the_run():
    drive = Drive()
    drive.before.append(lambda request: httpx.Response(401, json={}) if request.url.path == ABOUT else None)

    with pytest.raises(Unavailable, match="degoog connect google"):
        about(drive, CONSENT)
    assert len(drive.asked(ABOUT)) == 2


def test_a_token_is_renewed_before_it_dies():
    drive = Drive()

    async def go() -> None:
        async with drive.client(CONSENT) as client:
            for _time in range(3):
                await client.get(ABOUT, {})
                drive.clock.now += 1800

    asyncio.run(go())
    assert len(drive.asked("/token")) == 2


@pytest.mark.parametrize(
    ("given", "word", "described", "expected"),
    [
        (CONSENT, "invalid_grant", "Token has been expired or revoked.", "degoog connect google"),
        (CONSENT, "unauthorized_client", "", "degoog connect google"),
        (SERVICE, "unauthorized_client", "Client is unauthorized", "clientIdToAdd=1234"),
        (SERVICE, "invalid_grant", "Invalid email or User ID", "people.csv"),
        (SERVICE, "invalid_grant", "Invalid JWT Signature.", "new key"),
    ],
)
def test_what_the_token_endpoint_refuses_is_told_with_its_cure(given, word, described, expected):
    drive = Drive()
    answer = httpx.Response(400, json={"error": word, "error_description": described})
    drive.before.append(once("/token", answer))

    with pytest.raises(Unavailable) as stopped:
        about(drive, given, account=ME)
    assert expected in str(stopped.value)
    assert "GOCSPX" not in str(stopped.value)


def test_a_token_that_was_given_is_used_as_it_is_and_never_renewed():
    drive = Drive()
    drive.before.append(once(ABOUT, httpx.Response(200, json={}), httpx.Response(401, json={})))

    about(drive, GivenToken(Secret("ya29.theirs")))
    assert told(drive) == ["Bearer ya29.theirs"]
    with pytest.raises(Unavailable, match="DEGOOG_GOOGLE_TOKEN"):
        about(drive, GivenToken(Secret("ya29.theirs")))
    assert not drive.asked("/token")


def test_a_service_account_signs_for_a_person():
    drive = Drive()

    about(drive, SERVICE, account="ana@lauze.example")

    (asked,) = drive.asked("/token")
    assert form(asked)["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    head, claims, signature = form(asked)["assertion"].split(".")
    KEY.public_key().verify(decoded(signature), f"{head}.{claims}".encode(), PKCS1v15(), hashes.SHA256())
    assert json.loads(decoded(head)) == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    said = json.loads(decoded(claims))
    assert (said["iss"], said["sub"]) == ("degoog@p.iam.gserviceaccount.com", "ana@lauze.example")
    assert said["scope"] == "https://www.googleapis.com/auth/drive.readonly"
    assert said["aud"] == "https://oauth2.googleapis.com/token"
    assert said["exp"] - said["iat"] == 3600


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_damaged_key_is_told_without_being_shown():
    with pytest.raises(Usage) as wrong:
        about(Drive(), ServiceAccount("degoog@p.example", "1", "k", Secret("-----BEGIN NOTHING-----")))
    assert "NOTHING" not in str(wrong.value)


# Files


def test_googles_files_are_read():
    installed = Secret(json.dumps({"installed": {"client_id": "id.apps", "client_secret": "s"}}))
    service = {"type": "service_account", "client_email": "d@p.example", "private_key": PEM, "client_id": "1"}

    assert isinstance(credentials.parsed(installed), DesktopClient)
    assert credentials.read(CONSENT.secret()) == CONSENT
    assert isinstance(credentials.read(Secret(json.dumps(service))), ServiceAccount)
    assert credentials.read(Secret("ya29.x\n")) == GivenToken(Secret("ya29.x"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"web": {"client_id": "x"}}', "Desktop app"),
        ('{"installed": {"client_id": "x", "client_secret": "y"}}', "--credentials FILE"),
        ('{"type": "external_account"}', "none of the files"),
        ("{broken", "none of the files"),
    ],
)
def test_other_files_are_refused_with_what_is_wrong(text, said):
    with pytest.raises(Usage, match=said):
        credentials.read(Secret(text))


# Where tokens go


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://www.googleapis.com/drive/v3/files", True),
        ("https://docs.google.com/feeds/download", True),
        ("https://doc-0c-docs.googleusercontent.com/docs/x", False),
        ("http://www.googleapis.com/drive/v3/files", False),
        ("https://www.googleapis.com:8443/", False),
        ("https://googleapis.com.evil.example/", False),
        ("https://evilgoogleapis.com/", False),
        ("https://cloud.lauze.example/", False),
    ],
)
def test_tokens_go_to_google_only(url, trusted):
    assert Hosts().trusts(url) is trusted


def test_where_a_server_stands_in_everything_goes_there_and_nothing_to_google():
    hosts = Hosts("http://127.0.0.1:8080/g")

    assert (
        hosts.url("www.googleapis.com", "/drive/v3/files")
        == "http://127.0.0.1:8080/g/www.googleapis.com/drive/v3/files"
    )
    assert hosts.placed("https://docs.google.com/x?a=1") == "http://127.0.0.1:8080/g/docs.google.com/x?a=1"
    assert hosts.trusts("http://127.0.0.1:8080/g/docs.google.com/x")
    assert not hosts.trusts("http://127.0.0.1:8080/g/doc-0c.googleusercontent.com/x")
    assert not hosts.trusts("http://127.0.0.1:8080/godocs")
    assert not hosts.trusts("https://www.googleapis.com/drive/v3/files")
