"""An archive that a machine could not fetch, from its makers or from a mirror, in words."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import urlsplit

from degoog.i18n import _
from degoog.provision.told import Told

# Ansible's get_url: "Request failed: <urlopen error …>" without an answer, "Request failed" with one; the runner adds
# what was answered, and the address.
FAILED = r"(?s)\A(?:request failed|connection failure|an unknown error occurred).*\n(?P<url>https?://\S+)"
CUT_OFF = r"\A(?:incomplete read|failed to create temporary content file)"
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


def tell(url: str, message: str, *, host: str) -> Told:
    """Say why a machine did not get what lies at an address."""
    parts = urlsplit(url)
    told = _told(message)
    words = {"host": host, "place": parts.netloc, "file": parts.path.rpartition("/")[2], "code": _code(message)}
    return Told(told.what.format(**words), told.cure.format(**words), wait=told.wait)


def cut_off(host: str) -> Told:
    """Say that an archive did not come to its end."""
    return Told(
        _("{host} was fetching an archive, which did not come to its end.").format(host=host),
        _("wait a little, then run the same command again."),
    )


def _told(message: str) -> Told:
    code = _code(message)
    if code in _LATER or code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Told(
            _("{place} does not give {file} to {host} for now: it answered {code}."),
            _("see to it if it is a mirror of yours, or wait; then run the same command again."),
        )
    if code:
        return Told(
            _("{place} does not give {file} to {host}: it answered {code}."),
            _(
                "for a mirror, put the archive there, or mend “base:” under “archives:” in workspace.yml. Or bring it "
                "from this computer: “degoog archives” fills a folder for “archives: mode: local”."
            ),
            wait=False,
        )
    if "CERTIFICATE_VERIFY_FAILED" in message:
        return Told(
            _("{host} does not fetch {file}: it does not trust the certificate of {place}."),
            _(
                "have {place} show a certificate the machine knows, or make its authority known to the machine "
                "(/usr/local/share/ca-certificates, then update-ca-certificates); then run the same command again."
            ),
            wait=False,
        )
    return Told(
        _("{host} cannot fetch {file}: it does not reach {place}."),
        _(
            "check that the machine reaches the internet and, for a mirror, that it runs and “base:” under “archives:” "
            "is its address; or wait. Then run the same command again."
        ),
    )


def _code(message: str) -> int:
    """Give the status that was answered, 0 where nothing was."""
    found = re.search(r"^HTTP Error (\d{3})", message, re.MULTILINE)
    return int(found[1]) if found else 0
