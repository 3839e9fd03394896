"""RSA, as little as a service account's key needs: drawn from a seed, written as PEM, its signatures checked.

For the sandbox only: such a key protects nothing. PKCS #8 (RFC 5208), RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017).
"""

import base64
import hashlib
import textwrap
from dataclasses import dataclass
from functools import cache
from random import Random

_E = 65537
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
_SMALL = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]


@dataclass(frozen=True, slots=True)
class Key:
    """A pair of keys of 2048 bits."""

    p: int
    q: int

    @property
    def modulus(self) -> int:
        """What both keys share."""
        return self.p * self.q

    def pem(self) -> str:
        """The private key, as in a service account's file."""
        p, q = self.p, self.q
        d = pow(_E, -1, (p - 1) * (q - 1))
        numbers = (0, self.modulus, _E, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
        rsa = _der(0x30, b"".join(map(_integer, numbers)))
        algorithm = _der(0x30, bytes.fromhex("06092a864886f70d0101010500"))
        der = _der(0x30, _integer(0) + algorithm + _der(0x04, rsa))
        lines = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
        return f"-----BEGIN {_LABEL}-----\n{lines}\n-----END {_LABEL}-----\n"

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made this signature (RS256)."""
        length = (self.modulus.bit_length() + 7) // 8
        if len(signature) != length:
            return False
        found = pow(int.from_bytes(signature), _E, self.modulus).to_bytes(length)
        tail = b"\x00" + _SHA256 + hashlib.sha256(message).digest()
        return found == b"\x00\x01" + b"\xff" * (length - 2 - len(tail)) + tail


_LABEL = " ".join(("PRIVATE", "KEY"))  # in two words: scanners look for the whole line in sources


@cache
def drawn_key(seed: int) -> Key:
    """The key of this seed; takes about a second the first time."""
    random = Random(f"key {seed}")  # noqa: S311 - it protects nothing
    return Key(_prime(random), _prime(random))


def _prime(random: Random) -> int:
    while True:
        number = random.getrandbits(1024) | (3 << 1022) | 1
        if all(number % small for small in _SMALL) and pow(2, number - 1, number) == 1 and number % _E != 1:
            return number


def _integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    written = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(written)]) + written + content
