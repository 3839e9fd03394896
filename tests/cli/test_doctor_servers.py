"""degoog doctor, where servers are to be installed on machines of one's own."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from degoog.provision.runner import Order, Outcome
from degoog.secrets import Secret, Service

WORKSPACE = """\
id: lauze-4f2a
structure: Les Jardins de la Lauze
language: en
nextcloud: {url: "https://localhost"}
mattermost: {url: "https://localhost"}
inventory: inventory.yml
servers:
  tls: {mode: internal}
"""


def nobody(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@pytest.fixture
def bare(call) -> Iterator[None]:
    """A machine that answers over SSH and has nothing of ours yet."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        host = {"ansible_host": "127.0.0.1", "ansible_port": door.getsockname()[1]}
        children = {name: {"hosts": {"serveur": None}} for name in ("nextcloud", "mattermost")}
        Path("workspace.yml").write_text(WORKSPACE)
        Path("inventory.yml").write_text(json.dumps({"all": {"hosts": {"serveur": host}, "children": children}}))
        yield


def ready(order: Order) -> Outcome:
    """Tell of a machine in order."""
    assert order.playbook == "preflight.yml"
    return Outcome(
        told={
            "serveur": {
                "distribution": "Debian", "release": "13", "memory": "3900", "free": "40000000000", "doors": [],
                "clock": str(datetime.now(UTC).timestamp()), "addresses": ["127.0.0.1", "::1"], "mail": "",
            }
        }
    )  # fmt: skip


def test_a_bare_machine_in_order_is_ready_for_provision(call, bare):
    ended = call("doctor", transport=httpx.MockTransport(nobody), ansible=ready)

    assert ended.code == 0, ended.out
    assert "https://localhost is not there yet" in ended.out
    assert "Everything is ready to install the servers. Next: degoog provision" in ended.out
    assert "migrate files" not in ended.out


def test_what_is_not_installed_yet_is_a_note_for_a_program(call, bare):
    ended = call("doctor", "--json", transport=httpx.MockTransport(nobody), ansible=ready)

    levels = {line["check"]: line["level"] for line in map(json.loads, ended.out.splitlines()) if "check" in line}
    assert (levels["nextcloud"], levels["mattermost"], levels["dns"]) == ("note", "note", "ok")


@pytest.mark.parametrize(("service", "account"), [(Service.NEXTCLOUD, "referente"), (Service.MATTERMOST, "token")])
def test_a_service_degoog_had_an_access_to_and_that_is_silent_is_to_mend(call, bare, keyring, service, account):
    assert call("doctor", transport=httpx.MockTransport(nobody), ansible=ready).code == 0
    keyring.known[f"lauze-4f2a/{service}/{account}"] = Secret("kestrel")

    ended = call("doctor", "--json", transport=httpx.MockTransport(nobody), ansible=ready)

    levels = {line["check"]: line["level"] for line in map(json.loads, ended.out.splitlines()) if "check" in line}
    assert ended.code == 2
    assert levels[service] == "fail"


def test_without_an_inventory_a_silent_server_is_to_mend(call, bare):
    Path("inventory.yml").unlink()

    ended = call("doctor", "--json", transport=httpx.MockTransport(nobody), ansible=ready)

    levels = {line["check"]: line["level"] for line in map(json.loads, ended.out.splitlines()) if "check" in line}
    assert (ended.code, levels["nextcloud"], levels["mattermost"]) == (2, "fail", "fail")
