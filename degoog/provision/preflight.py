"""Whether machines are ready to have servers installed on them: looked at over SSH, nothing changed."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
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

Resolve = Callable[[str], frozenset[str]]
Knock = Callable[[str, int], bool]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found: one sentence, and for what is not as it should be what to do."""

    check: str
    good: bool
    what: str
    cure: str = ""


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


def names(hosts: tuple[Host, ...], domains: Mapping[str, str], *, resolving: Resolve = resolve) -> Iterator[Looked]:
    """Look where the servers' names lead; `domains` is a name for each group of the inventory."""
    for group, domain in domains.items():
        found = resolving(domain)
        wanted = frozenset().union(*(resolving(host.address) for host in hosts if group in host.groups))
        if found and found & wanted:
            yield Looked("dns", good=True, what=_("{name} leads to the machine").format(name=domain))
        elif found:
            what = _("{name} leads elsewhere, to {addresses}").format(name=domain, addresses=", ".join(sorted(found)))
            cure = _("at your registrar, have it lead to {addresses}.").format(addresses=", ".join(sorted(wanted)))
            yield Looked("dns", good=False, what=what, cure=cure)
        else:
            cure = _("at your registrar, have it lead to {addresses}.").format(addresses=", ".join(sorted(wanted)))
            yield Looked("dns", good=False, what=_("{name} leads nowhere yet").format(name=domain), cure=cure)


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
