"""The signed statement with which a service account asks for a token (RFC 7523, RS256).

developers.google.com/identity/protocols/oauth2/service-account: `iss` asks, in the name of `sub`, for `scope`.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from degoog.errors import Usage
from degoog.google.credentials import ServiceAccount
from degoog.i18n import _

if TYPE_CHECKING:  # loading it takes eight megabytes, and most people have no service account
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"
VALID = 3600  # seconds; Google allows no more


def sign(account: ServiceAccount, *, subject: str, scopes: tuple[str, ...], now: float) -> str:
    """Give the statement, signed; `subject` is empty for the service account's own name. Raises `Usage`."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - few need it
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 - likewise

    head = {"alg": "RS256", "typ": "JWT", "kid": account.key_id}
    claims: dict[str, object] = {
        "iss": account.email,
        "scope": " ".join(scopes),
        "aud": AUDIENCE,
        "iat": int(now),
        "exp": int(now) + VALID,
    }
    if subject:
        claims["sub"] = subject
    text = f"{_coded(json.dumps(head).encode())}.{_coded(json.dumps(claims).encode())}"
    signature = private_key(account).sign(text.encode(), PKCS1v15(), hashes.SHA256())
    return f"{text}.{_coded(signature)}"


def private_key(account: ServiceAccount) -> RSAPrivateKey:
    """Give the key. Raises `Usage` where it is none."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - few need it
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 - likewise
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - likewise

    try:
        key = load_pem_private_key(account.key.reveal().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise Usage(
            _("The key of {email} is damaged. To do: make a new key in the Google console, as JSON.").format(
                email=account.email
            )
        )
    return key


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
