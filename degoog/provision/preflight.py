"""Whether machines are ready to have servers installed on them: looked at over SSH, nothing changed."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from types import MappingProxyType
from typing import Any

from degoog import wording
from degoog.i18n import _
from degoog.provision import story
from degoog.provision.inventory import Host
from degoog.provision.runner import Outcome

_DEBIANS = ("12", "13")
_MEMORY = 1900  # MiB: a machine of 2 GB shows a little less
_ROOM = 10_000_000_000
_SKEW = 120
_OURS = "nginx"
# RFC 1918, 6598, 4193: closed networks and VPNs.
_INSIDE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))

Resolve = Callable[[str], frozenset[str]]
Knock = Callable[[str, int], bool]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found: one sentence, and for what is not as it should be, or not sure to be, what to do."""

    check: str
    good: bool
    what: str
    cure: str = ""
    sure: bool = True


def resolve(name: str) -> frozenset[str]:
    """Give the addresses a name leads to, none where it leads nowhere."""
    try:
        return frozenset(str(found[4][0]) for found in socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM))
    except OSError:
        return frozenset()


def knock(address: str, port: int) -> bool:
    """Tell whether a door opens within a few seconds."""
    try:
        with socket.create_connection((address, port), timeout=5):
            return True
    except OSError:
        return False


def names(
    hosts: tuple[Host, ...],
    domains: Mapping[str, str],
    *,
    told: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    resolving: Resolve = resolve,
) -> Iterator[Looked]:
    """Look where the servers' names lead; `domains` is a name for each group of the inventory.

    `told` is what preflight.yml saw on the machines that could be reached: their own addresses are among it. Of a
    machine that was not reached only the address in the inventory is known, and often of one family alone.
    """
    for group, domain in domains.items():
        members = [host for host in hosts if group in host.groups]
        if not members:
            continue
        known = frozenset().union(
            *(_own(resolving(host.address), host, told.get(host.name, {}).get("addresses", ())) for host in members)
        )
        reached = all(host.name in told for host in members)
        yield _name(domain, resolving(domain), known, reached=reached)


def _own(listed: frozenset[str], host: Host, told: Iterable[str]) -> frozenset[str]:
    """Give a machine's addresses: those it tells, and of those the inventory leads to the ones that must be its own."""
    own = frozenset(one for one in told if not _linked(one))
    if not own or host.address in listed:
        return listed | own
    # SSH went to one address of the inventory's name; the others, as AAAA beside A, may be those of an old machine.
    return own | (_of(4, listed) if _behind(own) else frozenset())


def _behind(addresses: frozenset[str]) -> bool:
    """Tell whether a machine knows only inner addresses of IPv4: its host may bring a public one to it."""
    return all(map(_inside, _of(4, addresses))) and bool(_of(4, addresses))


def _of(version: int, addresses: frozenset[str]) -> frozenset[str]:
    return frozenset(one for one in addresses if ip_address(one).version == version)


def _name(domain: str, found: frozenset[str], known: frozenset[str], *, reached: bool) -> Looked:
    """Judge where a name leads by the addresses of its machine; all of them are known where it was reached."""
    wrong = found - known
    unsure = frozenset(one for one in _of(4, wrong) if _behind(known) and not _inside(one))
    if not reached:
        unsure |= frozenset(one for one in wrong if not _of(ip_address(one).version, known))
    wrong -= unsure
    usable = frozenset(one for one in known if not _inside(one)) or known
    there = ", ".join(sorted(usable)) or _("your machine")
    cure = _("at your registrar, have it lead to {addresses}.").format(addresses=there)
    if not found:
        return Looked("dns", good=False, what=_("{name} leads nowhere yet").format(name=domain), cure=cure)
    if wrong and found - wrong - unsure:
        what = _("{name} leads elsewhere too, to {addresses}; Let's Encrypt may look there").format(
            name=domain, addresses=", ".join(sorted(wrong))
        )
        cure = _("at your registrar, take {addresses} away from it; the machine is {machine}.").format(
            addresses=", ".join(sorted(wrong)), machine=there
        )
        return Looked("dns", good=False, what=what, cure=cure)
    if wrong:
        what = _("{name} leads elsewhere, to {addresses}").format(name=domain, addresses=", ".join(sorted(wrong)))
        return Looked("dns", good=False, what=what, cure=cure)
    if unsure == found:
        what = _("{name} leads to {addresses}, and from here nobody sees whether that is the machine").format(
            name=domain, addresses=", ".join(sorted(found))
        )
        cure = _("compare with the address your host gives for it.")
        return Looked("dns", good=True, sure=False, what=what, cure=cure)
    return Looked("dns", good=True, what=_("{name} leads to the machine").format(name=domain))


def _linked(address: str) -> bool:
    return ip_address(address).is_link_local


def _inside(address: str) -> bool:
    """Tell whether an address is one of a closed network, or of a VPN."""
    parsed = ip_address(address)
    return any(parsed in network for network in _INSIDE if network.version == parsed.version)


def doors(hosts: tuple[Host, ...], *, knocking: Knock = knock) -> Iterator[Looked]:
    """Look whether each machine answers where SSH should be."""
    for host in hosts:
        if knocking(host.address, host.port):
            yield Looked(
                "ssh", good=True, what=_("{host} answers on port {port}").format(host=host.name, port=host.port)
            )
        else:
            what = _("{host} does not answer on port {port}").format(host=host.name, port=host.port)
            yield Looked("ssh", good=False, what=what, cure=_("check its address in the inventory, and its firewall."))


def machines(outcome: Outcome, *, now: datetime) -> Iterator[Looked]:
    """Say what the playbook preflight.yml saw."""
    for trouble in outcome.troubles:
        told = story.tell(trouble)
        yield Looked("machine", good=False, what=told.what.rstrip("."), cure=told.cure)
    for host, seen in outcome.told.items():
        yield from _machine(host, seen, now)


def _machine(host: str, told: Mapping[str, Any], now: datetime) -> Iterator[Looked]:
    named = f"{told['distribution']} {told['release']}"
    known = told["distribution"] == "Debian" and told["release"] in _DEBIANS
    what = _("{host}: {system}").format(host=host, system=named)
    yield Looked("system", good=known, what=what, cure="" if known else _("use a machine with Debian 12 or 13."))

    memory = int(told["memory"])
    what = _("{host}: {size} of memory").format(host=host, size=wording.size(memory * 1_048_576))
    enough = memory >= _MEMORY
    yield Looked("memory", good=enough, what=what, cure="" if enough else _("both services want at least 2 GB."))

    free = int(told["free"])
    what = _("{host}: {size} free on its disk").format(host=host, size=wording.size(free))
    cure = _("have at least {size} free, and what your documents take.").format(size=wording.size(_ROOM))
    yield Looked("disk", good=free >= _ROOM, what=what, cure="" if free >= _ROOM else cure)

    skew = abs(now.timestamp() - float(told["clock"]))
    what = _("{host}: its clock and this computer's agree").format(host=host)
    if skew > _SKEW:
        what = _("{host}: its clock and this computer's differ by {time}").format(
            host=host, time=wording.duration(skew)
        )
    yield Looked("clock", good=skew <= _SKEW, what=what, cure="" if skew <= _SKEW else _("set the wrong one right."))

    others = sorted({program for line in told["doors"] for program in re.findall(r'\("([^"]+)"', line)} - {_OURS})
    if others:
        what = _("{host}: {programs} holds a port of the web").format(host=host, programs=", ".join(others))
        yield Looked("ports", good=False, what=what, cure=_("stop it: nginx will want ports 80 and 443."))
    else:
        yield Looked("ports", good=True, what=_("{host}: ports 80 and 443 are free").format(host=host))

    if told["mail"]:
        what = _("{host} does not reach the mail server").format(host=host)
        yield Looked(
            "mail", good=False, what=what, cure=_("check “mail:” in workspace.yml; some hosts block its port.")
        )
