"""Certificates that somebody supplies: whether a web server can use them, seen before any machine is touched."""

from __future__ import annotations

import ssl
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from degoog import wording
from degoog.config_servers import Tls
from degoog.errors import Usage
from degoog.i18n import _, n_, trouble

_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Ending:
    """Until when a certificate that is supplied counts, in words; with a cure where that is soon."""

    what: str
    cure: str = ""


def look(tls: Tls, *, base: Path, names: Collection[str], now: datetime | None = None) -> None:
    """Look at the two files, where certificates are supplied; their paths start at `base`. Raises `Usage`.

    `names` are those that the servers answer to. `now` is when they must be good, this moment where it is not given.
    """
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
    own = _own(certificate)
    _dated(certificate, own, now or datetime.now(UTC))
    _named(certificate, own, names)


def ending(tls: Tls, *, base: Path, now: datetime) -> Ending | None:
    """Say until when a certificate counts that was found good; None where none is supplied."""
    if tls.mode != "supplied" or not tls.certificate:
        return None
    path = base / tls.certificate
    until = _own(path).not_valid_after_utc
    if until - now >= _SOON:
        return Ending(_("{path} is good until {date}").format(path=path, date=wording.day(until.date())))
    days = (until - now).days
    what = n_(
        "{path} is good for {days} more day only, until {date}",
        "{path} is good for {days} more days only, until {date}",
        days,
    )
    return Ending(
        what.format(path=path, days=days, date=wording.day(until.date())),
        _("have your authority give the next one, put it in its place, then run: degoog provision"),
    )


def _own(path: Path) -> x509.Certificate:
    """Give the servers' own certificate: the first of the file, as nginx takes it."""
    return x509.load_pem_x509_certificates(path.read_bytes())[0]


def _dated(path: Path, own: x509.Certificate, now: datetime) -> None:
    begins, ends = own.not_valid_before_utc, own.not_valid_after_utc
    if now >= ends:
        text = _(
            "{path} is out of date since {date}. To do: have your authority give a new one, and put it in its place."
        )
        raise Usage(text.format(path=path, date=wording.day(ends.date())))
    if now < begins:
        text = _(
            "{path} does not count before {date}. To do: look whether this computer's clock is right; if it is, give a "
            "certificate that counts today."
        )
        raise Usage(text.format(path=path, date=wording.day(begins.date())))


def _named(path: Path, own: x509.Certificate, names: Collection[str]) -> None:
    try:
        borne = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        known = [name.lower() for name in borne.get_values_for_type(x509.DNSName)]
    except x509.ExtensionNotFound:  # browsers look at no other place
        known = []
    if lacking := [name for name in names if not _covered(name.lower(), known)]:
        text = _(
            "{path} does not bear {lacking}, only {known}: no browser would go there. To do: have your authority give "
            "one certificate for {names}."
        )
        given = {"lacking": lacking, "known": known or [_("no name")], "names": names}
        raise Usage(text.format(path=path, **{word: ", ".join(some) for word, some in given.items()}))


def _covered(name: str, known: Collection[str]) -> bool:
    """Tell whether a name is among those a certificate bears: `*.` stands for one label, not for several (RFC 6125)."""
    return name in known or f"*.{name.partition('.')[2]}" in known


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
