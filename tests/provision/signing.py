"""An authority of the tests' own: its root, the one in between that signs, and certificates that lead to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

_NOW, _QUARTER, _YEAR = timedelta(minutes=5), timedelta(days=90), timedelta(days=365)
_USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Pair:
    """A certificate with its chain, and its key, both in PEM; `number` tells it from others."""

    chain: str
    key: str
    number: str


@dataclass
class Signing:
    """Signs for any name. `root` is what must be trusted; what it gives is signed by another, which the chain brings.

    `now` is the moment from which it counts.
    """

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    _root_key: ec.EllipticCurvePrivateKey = field(default_factory=key)
    _middle_key: ec.EllipticCurvePrivateKey = field(default_factory=key)

    def __post_init__(self) -> None:
        self._root_name, self._middle_name = _named("Racine des essais"), _named("Autorité des essais")
        root = self._authority(self._root_name, self._root_key)
        middle = self._authority(self._middle_name, self._middle_key)
        self.root, self._middle = _signed(root, self._root_key), _signed(middle, self._root_key)

    def _authority(self, name: x509.Name, own: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        began, ends = self.now - _YEAR, self.now + _YEAR
        return _made(name, self._root_name, own.public_key(), self._root_key, begins=began, ends=ends, authority=True)

    def certify(self, names: Sequence[str], public: Any, *, age: timedelta = _NOW, left: timedelta = _QUARTER) -> str:
        """Give a certificate and its chain in PEM: made so long ago, and good for so long from now on."""
        subject = _named(*names[:1])
        built = _made(subject, self._middle_name, public, self._middle_key, begins=self.now - age, ends=self.now + left)
        if names:
            borne = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
            built = built.add_extension(borne, critical=False)
        return _signed(built, self._middle_key) + self._middle

    def pair(self, *names: str, age: timedelta = _NOW, left: timedelta = _QUARTER) -> Pair:
        """Give a certificate of a key drawn here."""
        own = key()
        chain = self.certify(names, own.public_key(), age=age, left=left)
        secret = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return Pair(chain, secret, number(chain))


def number(chain: str) -> str:
    """Give the serial number of a certificate in PEM, as Python's ssl gives it."""
    told = f"{x509.load_pem_x509_certificate(chain.encode()).serial_number:X}"
    return told.zfill(len(told) + len(told) % 2)


def _named(*names: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name) for name in names])


def _signed(certificate: x509.CertificateBuilder, by: ec.EllipticCurvePrivateKey) -> str:
    return certificate.sign(by, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def _made(
    subject: x509.Name,
    issuer: x509.Name,
    public: Any,
    by: ec.EllipticCurvePrivateKey,
    *,
    begins: datetime,
    ends: datetime,
    authority: bool = False,
) -> x509.CertificateBuilder:
    uses = dict.fromkeys(_USES, False) | {"digital_signature": not authority, "key_cert_sign": authority}
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**uses), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
