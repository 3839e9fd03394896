"""An authority like Let's Encrypt that really gives certificates, once it has seen over port 80 who answers to a name.

Of RFC 8555 it knows orders of one name, and http-01 (8.3) as the proof.
"""

from __future__ import annotations

import base64
import secrets
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

from cryptography import x509

from tests.provision.signing import Signing, number
from tests.servers import acme
from tests.servers.acme import BASE, Reply, Request
from tests.servers.conftest import CLOUD, TALK, Workspace
from tests.servers.leading import Leading
from tests.servers.machines import Machine

_CHAIN = "application/pem-certificate-chain"
LETSENCRYPT = "mode: letsencrypt\n    email: referente@lauze.example"
_LIFE = timedelta(days=90)


@dataclass
class _Order:
    name: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    proof: str = "pending"
    chain: str = ""


@dataclass
class Issuing:
    """What it gave: the serial numbers for each name. `left` is how long what it gives next is good for.

    `addresses` is where the names lead.
    """

    addresses: Mapping[str, str]
    signing: Signing = field(default_factory=Signing)
    left: timedelta = _LIFE
    given: dict[str, list[str]] = field(default_factory=dict)
    _orders: list[_Order] = field(default_factory=list)

    def answer(self, request: Request) -> Reply:
        """Answer a request of an account."""
        match request.path.strip("/").split("/"):
            case ["order"]:
                (identifier,) = request.told["identifiers"]
                self._orders.append(_Order(identifier["value"]))
                return self._order(len(self._orders) - 1, status=201)
            case ["order", number_]:
                return self._order(int(number_))
            case ["proof", number_]:
                return Reply(200, self._proof(int(number_)))
            case ["challenge", number_]:
                return self._look(int(number_), request.account)
            case ["finalize", number_]:
                return self._finalize(int(number_), request.told["csr"])
            case ["certificate", number_]:
                return Reply(200, self._orders[int(number_)].chain, {"Content-Type": _CHAIN})
        return acme.problem(404, "malformed", f"{request.path} is not known here")

    def _order(self, at: int, *, status: int = 200) -> Reply:
        order = self._orders[at]
        told = {
            "status": "valid" if order.chain else {"valid": "ready"}.get(order.proof, order.proof),
            "identifiers": [{"type": "dns", "value": order.name}],
            "authorizations": [f"{BASE}/proof/{at}"], "finalize": f"{BASE}/finalize/{at}",
        }  # fmt: skip
        told |= {"certificate": f"{BASE}/certificate/{at}"} if order.chain else {}
        return Reply(status, told, {"Location": f"{BASE}/order/{at}"})

    def _proof(self, at: int) -> dict[str, object]:
        order = self._orders[at]
        named = {"type": "dns", "value": order.name}
        return {"status": order.proof, "identifier": named, "challenges": [self._challenge(at)]}

    def _challenge(self, at: int) -> dict[str, object]:
        order = self._orders[at]
        told: dict[str, object] = {
            "type": "http-01", "url": f"{BASE}/challenge/{at}", "status": order.proof, "token": order.token
        }  # fmt: skip
        if order.proof == "invalid":
            told["error"] = acme.problem(403, "unauthorized", "what this name answers is no proof").told
        return told

    def _look(self, at: int, account: str) -> Reply:
        """Fetch the proof from where the name leads, as anybody would."""
        order = self._orders[at]
        way = HTTPConnection(self.addresses[order.name], 80, timeout=20)
        way.request("GET", f"/.well-known/acme-challenge/{order.token}", headers={"Host": order.name})
        answer = way.getresponse()
        seen = (answer.status, answer.read().decode().strip())
        way.close()
        order.proof = "valid" if seen == (200, f"{order.token}.{account}") else "invalid"
        return Reply(200, self._challenge(at), {"Link": f'<{BASE}/proof/{at}>;rel="up"'})

    def _finalize(self, at: int, csr: str) -> Reply:
        order = self._orders[at]
        if order.proof != "valid":
            return acme.problem(403, "orderNotReady", "this name has not been proved")
        asked = x509.load_der_x509_csr(base64.urlsafe_b64decode(csr + "=" * (-len(csr) % 4)))
        names = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if names.get_values_for_type(x509.DNSName) != [order.name] or not asked.is_signature_valid:
            return acme.problem(400, "badCSR", "this is not what was ordered")
        order.chain = self.signing.certify([order.name], asked.public_key(), age=_LIFE - self.left, left=self.left)
        self.given.setdefault(order.name, []).append(number(order.chain))
        return self._order(at)


@contextmanager
def known(machine: Machine, workspace: Workspace, folder: Path) -> Iterator[Issuing]:
    """Have one that is Let's Encrypt to a machine, which finds it by its name and trusts it, as this computer does."""
    bridge = f"{machine.site.network}.1"
    orders = Issuing(dict.fromkeys((CLOUD, TALK), machine.address))
    with acme.serving(bridge, folder, orders.signing, orders.answer) as authority:
        machine.sh(f"cat > /usr/local/share/ca-certificates/acme.crt <<'PEM'\n{authority.certificate}\nPEM")
        machine.sh(f"update-ca-certificates >/dev/null 2>&1; echo '{bridge} {acme.NAME}' >> /etc/hosts")
        (folder / "root.pem").write_text(authority.certificate)
        before, workspace.way = workspace.way, Leading(folder / "root.pem")
        workspace.way.addresses = before.addresses
        try:
            yield orders
        finally:
            workspace.way = before


def certified(workspace: Workspace, text: str = LETSENCRYPT) -> None:
    """Have workspace.yml say `text` of certificates."""
    workspace.describe()
    path = workspace.folder / "workspace.yml"
    path.write_text(path.read_text().replace("mode: internal", text))


def shown(machine: Machine, authority: Issuing) -> list[str]:
    """Give the serial numbers of what both names show to a browser that trusts the authority's root, and no other."""
    trust = ssl.create_default_context(cadata=authority.signing.root)
    numbers = []
    for name in (CLOUD, TALK):
        with (
            socket.create_connection((machine.address, 443), timeout=30) as plain,
            trust.wrap_socket(plain, server_hostname=name) as way,
        ):
            told = way.getpeercert()
        assert told is not None
        numbers.append(str(told["serialNumber"]))
    return numbers


def soon_shown(machine: Machine, authority: Issuing) -> list[str]:
    """Give the same once nginx has taken note: what was told to read its files anew does so a moment later."""
    until = time.monotonic() + 10
    while (seen := shown(machine, authority)) != given(authority, -1) and time.monotonic() < until:
        time.sleep(0.2)
    return seen


def given(authority: Issuing, at: int) -> list[str]:
    """Give the serial numbers of what the authority gave both names the so manieth time."""
    return [authority.given[name][at] for name in (CLOUD, TALK)]
