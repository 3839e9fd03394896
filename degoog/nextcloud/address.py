"""A Nextcloud's address, as people write it."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from degoog.errors import Usage
from degoog.i18n import _

# What may follow the server's own address when somebody copies it from a browser or another program.
_TAIL = re.compile(r"/(index\.php|remote\.php|public\.php|status\.php|ocs|apps|login|settings|s|f|call)(/.*)?$")


def normalise(address: str) -> str:
    """Give `https://host[:port][/path]` without a slash at its end.

    Raises `Usage` for what is no address, holds a password, or would send the password unprotected.
    """
    text = address.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in {"http", "https"} or " " in parts.netloc:
        raise Usage(_("“{address}” is not the address of a Nextcloud server.").format(address=address))
    if parts.username or parts.password:
        raise Usage(_("Leave name and password out of the address of the Nextcloud server."))
    if parts.scheme == "http" and not _near(host):
        text = _("{host} is addressed with http://, which would show its password to everyone. Write https://{host}.")
        raise Usage(text.format(host=host))
    name = f"[{host}]" if ":" in host else host
    where = f"{name}:{port}" if port else name
    path = re.sub("/+", "/", parts.path)
    return f"{parts.scheme}://{where}{_TAIL.sub('', path).rstrip('/')}"


def _near(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal", ".test"))
