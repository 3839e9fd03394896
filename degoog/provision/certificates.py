"""Certificates that somebody supplies: whether a web server can use them, seen before any machine is touched."""

from __future__ import annotations

import ssl
from pathlib import Path

from degoog.config_servers import Tls
from degoog.errors import Usage
from degoog.i18n import _, trouble


def look(tls: Tls, *, base: Path) -> None:
    """Look at the two files, where certificates are supplied; their paths start at `base`. Raises `Usage`."""
    if tls.mode != "supplied" or not tls.certificate or not tls.key:
        return
    certificate, key = base / tls.certificate, base / tls.key
    for path, name in ((certificate, "certificate:"), (key, "key:")):
        _open(path, name)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(certificate)
    except ssl.SSLError:
        text = _("{path} holds no certificate. To do: give the one your authority sent you, in PEM, with its chain.")
        raise Usage(text.format(path=certificate)) from None
    _pair(certificate, key)


def _open(path: Path, name: str) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        text = _("{path} cannot be read: {why}. To do: check “{name}” under “tls:” in workspace.yml.")
        raise Usage(text.format(path=path, why=trouble(error), name=name)) from None


def _pair(certificate: Path, key: Path) -> None:
    asked: list[str] = []

    def nothing() -> str:  # without it, OpenSSL asks on the terminal
        asked.append("")
        return ""

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=nothing)
    except ssl.SSLError as error:
        if asked:
            text = _(
                "{path} is encrypted, and nginx starts without anybody to give its password. To do: write it without "
                "one (openssl pkey -in {path} -out key.pem), and name that file under “key:”."
            )
        elif error.reason in {"KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH"}:
            text = _(
                "{path} is not the key of {certificate}. To do: give the pair that belongs together; the server's own "
                "certificate comes first in its file, then its chain."
            )
        elif "PEM" in str(error):
            text = _("{path} holds no key. To do: give the one the certificate was asked for with, in PEM.")
        else:
            text = _("{path} and {certificate} cannot be used: {why}. To do: have your authority give a newer pair.")
        raise Usage(text.format(path=key, certificate=certificate, why=error.reason)) from None
