"""Where Google answers, and which addresses may be sent a token.

Where `api_url` is given, a server stands in for Google: each host is addressed as `<api_url>/<host>/…`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

API = "www.googleapis.com"
PEOPLE = "people.googleapis.com"
TASKS = "tasks.googleapis.com"
OAUTH = "oauth2.googleapis.com"
ACCOUNTS = "accounts.google.com"

# Links that Google gives may lead further, to googleusercontent.com, which asks for no token.
_TOKENS_GO_TO = ("googleapis.com", "docs.google.com", "drive.google.com")
_GOOGLES = (*_TOKENS_GO_TO, "googleusercontent.com", "drive.usercontent.google.com")


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
        if not self.api_url or parts.scheme != "https" or not _within(parts.hostname or "", _GOOGLES):
            return link
        return self.url(parts.hostname or "", parts.path) + (f"?{parts.query}" if parts.query else "")

    def trusts(self, url: str) -> bool:
        """Whether a token may go there: Google's APIs and exports, or the server that stands in for them."""
        if self.api_url:
            above = self.api_url.rstrip("/") + "/"
            return url.startswith(above) and _within(url.removeprefix(above).partition("/")[0], _TOKENS_GO_TO)
        parts = urlsplit(url)
        return parts.scheme == "https" and parts.port in {None, 443} and _within(parts.hostname or "", _TOKENS_GO_TO)


def _within(host: str, names: tuple[str, ...]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in names)
