"""degoog doctor and degoog provision, where certificates are supplied that will soon be out of date, or already are."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from degoog.provision.runner import Order, Outcome
from tests.provision.signing import Signing

CLOUD, TALK = "cloud.lauze.example", "discussion.lauze.example"
WORKSPACE = f"""\
id: lauze-4f2a
structure: Les Jardins de la Lauze
language: en
nextcloud: {{url: "https://{CLOUD}"}}
mattermost: {{url: "https://{TALK}"}}
servers:
  tls: {{mode: supplied, certificate: lauze.pem, key: lauze.key}}
"""


@pytest.fixture
def described() -> None:
    """A workspace, and a machine that does not answer."""
    children = {name: {"hosts": {"serveur": None}} for name in ("nextcloud", "mattermost")}
    hosts = {"serveur": {"ansible_host": "127.0.0.1", "ansible_port": 9}}
    Path("workspace.yml").write_text(WORKSPACE)
    Path("inventory.yml").write_text(json.dumps({"all": {"hosts": hosts, "children": children}}))


def supplied(*names: str, left: timedelta) -> None:
    pair = Signing().pair(*names, age=timedelta(days=60), left=left)
    Path("lauze.pem").write_text(pair.chain)
    Path("lauze.key").write_text(pair.key)


def said(ended, check: str) -> list[tuple[str, str]]:
    lines = map(json.loads, ended.out.splitlines())
    return [(line["level"], line["what"]) for line in lines if line.get("check") == check]


@pytest.mark.parametrize(("days", "level"), [(90, "ok"), (20, "note")])
def test_doctor_says_how_long_they_are_good_for(call, described, days, level):
    supplied(CLOUD, TALK, left=timedelta(days=days, hours=1))
    ((found, what),) = said(call("doctor", "--json"), "certificate")
    assert found == level
    assert "lauze.pem is good" in what
    assert ("for 20 more days only" in what) is (level == "note")


@pytest.mark.parametrize(
    ("names", "left", "why"), [((CLOUD,), 90, f"does not bear {TALK}"), ((CLOUD, TALK), -1, "out of date")]
)
def test_what_no_browser_would_take_is_refused_before_any_machine_is_asked(call, described, names, left, why):
    supplied(*names, left=timedelta(days=left))

    def nobody(order: Order) -> Outcome:
        raise AssertionError(order.playbook)

    looked = call("doctor", "--json", ansible=nobody)
    refused = call("provision", ansible=nobody)
    assert why in said(looked, "servers")[0][1]
    assert (looked.code, refused.code) == (2, 2)
    assert why in " ".join((refused.out + refused.err).split())


def test_provision_warns_and_goes_on(call, described):
    supplied(CLOUD, TALK, left=timedelta(days=20, hours=1))
    played: list[str] = []

    def ready(order: Order) -> Outcome:
        played.append(order.playbook)
        return Outcome(status="successful")

    ended = call("provision", "--only", "install", "--check", ansible=ready)
    told = call("provision", "--only", "install", "--check", "--json", ansible=ready)
    assert (ended.code, played) == (0, ["site.yml"] * 2)
    assert "good for 20 more days only" in " ".join(ended.out.split())
    assert [line["event"] for line in map(json.loads, told.out.splitlines())].count("ending") == 1
