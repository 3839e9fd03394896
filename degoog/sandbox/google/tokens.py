"""Who may ask what: Google's sign-in, its token endpoint, and the service account that may act for a whole domain.

https://developers.google.com/identity/protocols/oauth2/native-app and …/oauth2/service-account
"""

import base64
import binascii
import hashlib
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from degoog.sandbox.google.answers import PROJECT, Asked, as_json, unauthenticated
from degoog.sandbox.google.keys import Key, drawn_key
from degoog.sandbox.google.people import Directory, Person
from degoog.sandbox.http_server import Response

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFE = 3599
TESTING_LIFE = 7 * 86_400
_CODE_LIFE = 600


class Audience(StrEnum):
    """Who may use the project's OAuth client, as its consent screen says."""

    INTERNAL = "internal"
    TESTING = "testing"
    """External, in testing: refresh tokens die after seven days."""
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom an access token stands for, and what it may ask."""

    person: Person
    scopes: frozenset[str]
    expires: float
    client: str


@dataclass(frozen=True, slots=True)
class _Refresh:
    person: Person
    scopes: frozenset[str]
    expires: float | None


@dataclass(frozen=True, slots=True)
class _Code:
    person: Person
    scopes: frozenset[str]
    challenge: str
    redirect: str
    expires: float
    offline: bool


class Denied(Exception):
    """A refusal in the form of RFC 6749 §5.2."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.status = status
        self.told = {"error": error, "error_description": description}


class Tokens:
    """All tokens of one server, and the doors by which they are had. Settings may be changed at any time."""

    def __init__(
        self, directory: Directory, *, seed: int, clock: Callable[[], float], draw: Callable[[int], str]
    ) -> None:
        self.directory = directory
        self.audience = Audience.INTERNAL
        self.delegated: frozenset[str] = frozenset()
        """The scopes that the domain's administrators gave the service account's client."""
        self.consenting: Person | None = None
        """Who sits before the browser; None: the sign-in page waits."""
        self.unticked: frozenset[str] = frozenset()
        """The scopes this person takes out before saying yes."""
        self.declines = False
        self.client_id = f"{PROJECT}-{draw(32).lower()}.apps.googleusercontent.com"
        self.client_secret = f"GOCSPX-{draw(28)}"
        self.service_account = f"degoog@lauze-migration-{PROJECT[:6]}.iam.gserviceaccount.com"
        self.service_client = "1048291037551600" + PROJECT[:5]
        self._seed = seed
        self._clock = clock
        self._draw = draw
        self._guard = threading.RLock()
        self._key: Key | None = None
        self._bearers: dict[str, Bearer] = {}
        self._refresh: dict[str, _Refresh] = {}
        self._codes: dict[str, _Code] = {}
        self._known: set[str] = set()

    # --- from behind

    @property
    def key(self) -> Key:
        """The service account's key; drawn at first need."""
        with self._guard:
            if self._key is None:
                self._key = drawn_key(self._seed)
            return self._key

    def issue(self, person: Person, scopes: Iterable[str], *, life: float = LIFE, client: str = "") -> str:
        """A new access token."""
        with self._guard:
            token = f"ya29.a0{self._draw(60)}"
            self._bearers[token] = Bearer(person, frozenset(scopes), self._clock() + life, client or self.client_id)
            return token

    def remember(self, person: Person, scopes: Iterable[str]) -> str:
        """A new refresh token."""
        with self._guard:
            token = f"1//03{self._draw(60)}"
            testing = self.audience is Audience.TESTING
            expires = self._clock() + TESTING_LIFE if testing else None
            self._refresh[token] = _Refresh(person, frozenset(scopes), expires)
            return token

    def expire(self, token: str) -> None:
        """This access token dies now."""
        with self._guard:
            self._bearers.pop(token, None)

    def revoke_all(self, email: str) -> None:
        """Somebody takes degoog's access back at myaccount.google.com."""
        with self._guard:
            self._bearers = {t: b for t, b in self._bearers.items() if b.person.email != email}
            self._refresh = {t: r for t, r in self._refresh.items() if r.person.email != email}
            self._known.discard(email)

    def bearer(self, asked: Asked) -> Bearer:
        """Who asks. Raises ApiError 401."""
        kind, _, token = asked.request.header("authorization").partition(" ")
        with self._guard:
            found = self._bearers.get(token.strip())
        if kind.lower() != "bearer" or found is None or found.expires <= self._clock() or found.person.suspended:
            raise unauthenticated()
        return found

    # --- the browser's door

    def sign_in(self, asked: Asked) -> Response:
        """The page a browser is sent to: it waits, or goes back to the program at once with a code."""
        wrong = self._wrong_sign_in(asked)
        if wrong:
            return _page(*wrong)
        person = self.consenting
        if person is None:
            return _page(200, "Sign in", "Choose an account")
        state = {"state": asked.one("state")} if asked.one("state") else {}
        if self.declines or (self.audience is Audience.INTERNAL and not person.domain):
            return _back(asked.one("redirect_uri"), {"error": "access_denied", **state})
        scopes = frozenset(asked.one("scope").split()) - self.unticked
        with self._guard:
            code = f"4/0A{self._draw(40)}"
            again = person.email in self._known and "consent" not in asked.one("prompt").split()
            self._known.add(person.email)
            self._codes[code] = _Code(
                person,
                scopes,
                asked.one("code_challenge"),
                asked.one("redirect_uri"),
                self._clock() + _CODE_LIFE,
                offline=asked.one("access_type") == "offline" and not again,
            )
        return _back(asked.one("redirect_uri"), {"code": code, "scope": " ".join(sorted(scopes)), **state})

    def _wrong_sign_in(self, asked: Asked) -> tuple[int, str, str] | None:
        redirect = urlsplit(asked.one("redirect_uri"))
        if asked.one("client_id") != self.client_id:
            return 401, "invalid_client", "The OAuth client was not found."
        if redirect.scheme != "http" or redirect.hostname not in {"127.0.0.1", "localhost", "::1"}:
            return 400, "redirect_uri_mismatch", "You can't sign in because this app sent an invalid request."
        if asked.one("response_type") != "code" or not asked.one("scope"):
            return 400, "invalid_request", "Required parameter is missing: response_type or scope"
        if asked.one("code_challenge") and asked.one("code_challenge_method") != "S256":
            return 400, "invalid_request", "Only the code challenge method S256 is accepted here."
        return None

    # --- the program's door

    def token(self, asked: Asked) -> Response:
        """The token endpoint."""
        form = {name: values[-1] for name, values in parse_qs(asked.request.body.read_all().decode()).items()}
        grants = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
            JWT_BEARER: self._by_assertion,
        }
        grant = form.get("grant_type", "")
        if grant not in grants:
            denied = Denied("unsupported_grant_type", f"Invalid grant_type: {grant}")
            return as_json(denied.status, denied.told)
        try:
            return as_json(200, grants[grant](form))
        except Denied as denied:
            return as_json(denied.status, denied.told)

    def _client(self, form: dict[str, str]) -> None:
        if form.get("client_id") != self.client_id:
            raise Denied("invalid_client", "The OAuth client was not found.", status=401)
        if form.get("client_secret", self.client_secret) != self.client_secret:
            raise Denied("invalid_client", "The provided client secret is invalid.", status=401)
        if "client_secret" not in form:
            raise Denied("invalid_request", "client_secret is missing.")

    def _by_code(self, form: dict[str, str]) -> dict[str, Any]:
        self._client(form)
        with self._guard:
            code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.expires <= self._clock():
            raise Denied("invalid_grant", "Malformed auth code.")
        if form.get("redirect_uri") != code.redirect:
            raise Denied("redirect_uri_mismatch", "Bad Request")
        if code.challenge:
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if base64.urlsafe_b64encode(digest).decode().rstrip("=") != code.challenge:
                said = "Invalid code verifier." if form.get("code_verifier") else "Missing code verifier."
                raise Denied("invalid_grant", said)
        told = self._told(code.person, code.scopes)
        if code.offline:
            told["refresh_token"] = self.remember(code.person, code.scopes)
            if self.audience is Audience.TESTING:
                told["refresh_token_expires_in"] = TESTING_LIFE - 1
        return told

    def _by_refresh(self, form: dict[str, str]) -> dict[str, Any]:
        self._client(form)
        kept = self._refresh.get(form.get("refresh_token", ""))
        if kept is None or (kept.expires is not None and kept.expires <= self._clock()):
            raise Denied("invalid_grant", "Token has been expired or revoked.")
        if kept.person.suspended:
            raise Denied("invalid_grant", "Account has been deleted")
        return self._told(kept.person, kept.scopes)

    def _by_assertion(self, form: dict[str, str]) -> dict[str, Any]:
        claims = self._claims(form.get("assertion", ""))
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes:
            raise Denied("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        subject = claims.get("sub")
        if subject in {None, self.service_account}:
            person = self.directory.find(self.service_account)
        else:
            person = self.directory.find(str(subject))
        if person is None:
            raise Denied("invalid_grant", "Invalid email or User ID")
        if subject is not None and person.email != self.service_account:
            if not person.domain or not scopes <= self.delegated:
                said = (
                    "Client is unauthorized to retrieve access tokens using this method, or client not authorized for "
                    "any of the scopes requested."
                )
                raise Denied("unauthorized_client", said, status=401)
            if person.suspended:
                raise Denied("invalid_grant", "Invalid email or User ID")
        told = self._told(person, scopes, client=self.service_client)
        del told["scope"]
        return told

    def _claims(self, assertion: str) -> dict[str, Any]:
        try:
            head, body, signature = assertion.split(".")
            header, claims = json.loads(_decoded(head)), json.loads(_decoded(body))
            mark = _decoded(signature)
        except (ValueError, binascii.Error):
            raise Denied("invalid_grant", "Invalid JWT: Failed to parse") from None
        if claims.get("iss") != self.service_account:
            raise Denied("invalid_grant", "Invalid grant: account not found")
        if header.get("alg") != "RS256" or not self.key.signed(f"{head}.{body}".encode(), mark):
            raise Denied("invalid_grant", "Invalid JWT Signature.")
        if claims.get("aud") != TOKEN_URL:
            raise Denied("invalid_grant", "Invalid JWT: Failed audience check. The right audience is " + TOKEN_URL)
        now, begins, ends = self._clock(), float(claims.get("iat", 0)), float(claims.get("exp", 0))
        if not begins - 300 <= now < ends or ends - begins > 3600:
            said = (
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your "
                "iat and exp values in the JWT claim."
            )
            raise Denied("invalid_grant", said)
        return dict(claims)

    def _told(self, person: Person, scopes: frozenset[str], *, client: str = "") -> dict[str, Any]:
        return {
            "access_token": self.issue(person, scopes, client=client),
            "expires_in": LIFE,
            "scope": " ".join(sorted(scopes)),
            "token_type": "Bearer",
        }

    def revoke(self, asked: Asked) -> Response:
        """The end of a token: of a refresh token, with all that came of it."""
        form = parse_qs(asked.request.body.read_all().decode())
        token = form.get("token", [asked.one("token")])[-1]
        with self._guard:
            if token in self._refresh:
                self.revoke_all(self._refresh[token].person.email)
            elif token in self._bearers:
                self.revoke_all(self._bearers[token].person.email)
            else:
                return as_json(400, {"error": "invalid_token", "error_description": "Token expired or revoked"})
        return as_json(200, {})

    def info(self, asked: Asked) -> Response:
        """What an access token is worth."""
        form = parse_qs(asked.request.body.read_all().decode())
        token = form.get("access_token", [asked.one("access_token")])[-1]
        bearer = self._bearers.get(token)
        left = int(bearer.expires - self._clock()) if bearer else 0
        if bearer is None or left <= 0:
            return as_json(400, {"error": "invalid_token", "error_description": "Invalid Value"})
        told = {
            "azp": bearer.client, "aud": bearer.client, "sub": bearer.person.number,
            "scope": " ".join(sorted(bearer.scopes)), "exp": str(int(bearer.expires)), "expires_in": str(left),
            "access_type": "offline",
        }  # fmt: skip
        if bearer.scopes & {"email", "https://www.googleapis.com/auth/userinfo.email"}:
            told |= {"email": bearer.person.email, "email_verified": "true"}
        return as_json(200, told)


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _back(redirect: str, told: dict[str, str]) -> Response:
    return Response(302, {"Location": f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(told)}"})


def _page(status: int, title: str, text: str) -> Response:
    html = f"<!DOCTYPE html><title>{title}</title><h1>{'Error ' * (status >= 400)}{title}</h1><p>{text}</p>"
    return Response(status, {"Content-Type": "text/html; charset=utf-8"}, html.encode())
