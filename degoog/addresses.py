"""Addresses of servers, as people paste them and as degoog uses them."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from degoog.i18n import _
from degoog.problems import Wrong

_PAGES = re.compile(r"/(index\.php|apps|login|remote\.php|settings|dashboard|status\.php)(/.*)?$")


def server(text: str) -> str:
    """Give `https://host[:port][/path]` without a final slash, out of what stands in a browser's address bar.

    A missing `https://` is added and the page of a Nextcloud (`/apps/files`, `/login`) is cut off. Raises `Wrong`
    for anything else, for an address that carries a password, and for `http://` to another machine, over which
    passwords would travel readable.
    """
    text = text.strip()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
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
    if parts.scheme == "http" and not _is_this_machine(host):
        raise Wrong(
            _("http://{host} is not protected: passwords and files could be read on the way.").format(host=host),
            _("write https://{host}.").format(host=host),
        )
    shown = f"[{host}]" if ":" in host else host
    path = _PAGES.sub("", parts.path.rstrip("/"))
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{path.rstrip('/')}"


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
