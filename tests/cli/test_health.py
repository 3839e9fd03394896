"""degoog health, with machines that are told of."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from degoog.provision.runner import Order, Outcome, Trouble
from tests.cli.test_upgrade import INVENTORY, WORKSPACE

GOOD = {"check": "nextcloud", "level": "good", "code": "nextcloud", "values": {"version": "33.0.7"}}
NOTE = {"check": "packages", "level": "note", "code": "packages_waiting", "values": {"number": 3}}
BAD = {"check": "service", "level": "bad", "code": "service_down", "values": {"unit": "postgresql"}}


@pytest.fixture
def described(call):
    Path("workspace.yml").write_text(WORKSPACE.replace(", pins: pins.yml", ""))
    Path("inventory.yml").write_text(json.dumps(INVENTORY))


def machine(*found: Mapping[str, object], trouble: Trouble | None = None):
    def tell(order: Order) -> Outcome:
        assert order.playbook == "health.yml"
        told: dict[str, Mapping[str, object]] = {"serveur": {"found": found}} if found else {}
        return Outcome(status="successful", told=told, troubles=[trouble] if trouble else [])

    return tell


def test_what_is_well_and_what_is_not_is_said_with_what_to_do(call, described):
    ended = call("health", ansible=machine(GOOD, NOTE, BAD))
    assert ended.code == 5
    assert "OK       Nextcloud 33.0.7 answers" in ended.out
    assert "To mend  postgresql does not run" in ended.out
    assert "To do: run “degoog provision”" in ended.out
    assert "1 point to mend." in ended.out


def test_a_note_alone_is_no_reason_to_fail(call, described):
    ended = call("health", "--lang", "fr", ansible=machine(GOOD, NOTE))
    assert ended.code == 0
    assert "Les serveurs vont bien." in ended.out


def test_a_machine_that_does_not_answer_is_not_said_to_be_well(call, described):
    gone = Trouble("serveur", "", "", "timed out", unreachable=True)
    ended = call("health", ansible=machine(trouble=gone))
    assert (ended.code, "does not answer over SSH" in ended.out, "are well" in ended.out) == (4, True, False)


def test_a_program_gets_each_point_and_the_sum(call, described):
    first, *_others, last = map(json.loads, call("health", "--json", ansible=machine(BAD, GOOD)).out.splitlines())
    assert (first["check"], first["level"], first["host"]) == ("service", "bad", "serveur")
    assert last == {"event": "summary", "bad": 1, "exit": 5}
