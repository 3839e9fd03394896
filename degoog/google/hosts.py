"""Where Google answers, and which addresses may be sent a token.

Where `api_url` is given, a server stands in for Google: each host is addressed as `<api_url>/<host>/…`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

API = "www.googleapis.com"
OAUTH = "oauth2.googleapis.com"
ACCOUNTS = "accounts.google.com"

# Exports come from docs.google.com, and these send on to googleusercontent.com, which asks for the same token.
_TOKENS_GO_TO = ("googleapis.com", "docs.google.com", "drive.google.com", "googleusercontent.com")
_TOKENS_GO_TO_BELOW = tuple(f".{name}" for name in (*_TOKENS_GO_TO, "usercontent.google.com"))


@dataclass(frozen=True, slots=True)
class Hosts:
    """Google's hosts, or those of a server that stands in for them."""

    api_url: str = ""

    def url(self, host: str, path: str) -> str:
        """Give the address of a path (with its leading slash) on one of Google's hosts."""
        return f"{self.api_url.rstrip('/')}/{host}{path}" if self.api_url else f"https://{host}{path}"

    def placed(self, link: str) -> str:
        """Give the address at which a link that Google gave is to be asked for."""
        parts = urlsplit(link)
        if not self.api_url or not self._real(parts.scheme, parts.hostname or ""):
            return link
        return self.url(parts.hostname or "", parts.path) + (f"?{parts.query}" if parts.query else "")

    def trusts(self, url: str) -> bool:
        """Whether a token may go there: Google itself, or the server that stands in for it."""
        if self.api_url:
            return url.startswith(self.api_url.rstrip("/") + "/")
        parts = urlsplit(url)
        return self._real(parts.scheme, parts.hostname or "") and parts.port in {None, 443}

    @staticmethod
    def _real(scheme: str, host: str) -> bool:
        return scheme == "https" and (host in _TOKENS_GO_TO or host.endswith(_TOKENS_GO_TO_BELOW))
