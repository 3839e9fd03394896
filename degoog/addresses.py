"""Addresses of servers, as people paste them and as degoog uses them."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from degoog.i18n import _
from degoog.problems import Wrong

_PAGES = re.compile(
    r"/(index\.php|apps|login|remote\.php|public\.php|ocs|settings|dashboard|status\.php|s|f|call)(/.*)?$"
)


def server(text: str) -> str:
    """Give `https://host[:port][/path]` without a final slash, out of what stands in a browser's address bar.

    A missing `https://` is added and the page of a Nextcloud (`/apps/files`, `/login`) is cut off. Raises `Wrong`
    for anything else, for an address that carries a password, and for `http://` over the internet, where
    passwords would travel readable.
    """
    text = text.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in {"http", "https"} or not re.fullmatch(r"[\w.:-]+", host) or " " in text:
        raise Wrong(
            _("“{text}” is not the address of a server.").format(text=text),
            _("copy it from your browser's address bar; it looks like https://cloud.lauze.example."),
        )
    if parts.username or parts.password:
        raise Wrong(
            _("the address of {host} contains a user name or a password.").format(host=host),
            _("keep only https://{host} and run “degoog connect”, which keeps passwords safe.").format(host=host),
        )
    if parts.scheme == "http" and not _is_near(host):
        raise Wrong(
            _("http://{host} is not protected: passwords and files could be read on the way.").format(host=host),
            _("write https://{host}.").format(host=host),
        )
    shown = f"[{host}]" if ":" in host else host
    path = _PAGES.sub("", parts.path.rstrip("/"))
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{path.rstrip('/')}"


def _is_near(host: str) -> bool:
    """Whether a name or number belongs to this machine or its own network, where certificates are rare."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal", ".test"))
