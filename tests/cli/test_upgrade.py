"""degoog upgrade, with a machine that is told of: what is asked of Ansible, and what a person reads."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from degoog.provision.runner import Order, Outcome, Trouble

WORKSPACE = """\
id: lauze-4f2a
structure: Les Jardins de la Lauze
language: en
nextcloud: {url: "https://cloud.lauze.example"}
mattermost: {url: "https://discussion.lauze.example"}
inventory: inventory.yml
servers:
  tls: {mode: internal}
  archives: {mode: local, folder: shelf, pins: pins.yml}
"""
INVENTORY = {
    "all": {
        "hosts": {"serveur": {"ansible_host": "203.0.113.10"}},
        "children": {"nextcloud": {"hosts": {"serveur": None}}, "mattermost": {"hosts": {"serveur": None}}},
    }
}


class Machine:
    """What a machine tells, and what it was asked to do. `fault` is the trouble of the next upgrade."""

    def __init__(self, **more: Any) -> None:
        self.nextcloud = {"current": "33.0.7", "begun": {}, "tables": "33.0.7.1", "unfinished": False, "size": 10**8,
                          "apps": {"notes": "4.12.0"}}  # fmt: skip
        self.nextcloud |= more
        self.mattermost = {"current": "11.7.9", "begun": {}, "size": 10**8}
        self.backup = True
        self.fault: Trouble | None = None
        self.orders: list[Order] = []

    def __call__(self, order: Order) -> Outcome:
        self.orders.append(order)
        outcome = Outcome(status="successful")
        if order.playbook == "look.yml":
            outcome.told["serveur"] = {
                "nextcloud": self.nextcloud, "mattermost": self.mattermost, "backup": self.backup,
                "free": 20 * 10**9, "memory": 3900, "php": "8.4",
            }  # fmt: skip
        elif order.playbook.startswith("upgrade-") and self.fault:
            outcome.troubles.append(self.fault)
        return outcome

    @property
    def done(self) -> list[str]:
        return [order.playbook for order in self.orders if order.playbook != "look.yml"]

    @property
    def steps(self) -> list[Any]:
        return [order.variables["degoog_step"] for order in self.orders if "degoog_step" in order.variables]


@pytest.fixture
def described(call) -> Callable[..., None]:
    def write(notes: str = "['34', '35']") -> None:
        Path("workspace.yml").write_text(WORKSPACE)
        Path("inventory.yml").write_text(json.dumps(INVENTORY))
        pin = "{{file: x-{0}.tar.gz, url: 'https://x.example', sha256: '0', end_of_life: '2027-02', edition: team}}"
        cloud = "".join(f"  '{one}': {pin.format(one)}\n" for one in ("35.0.2", "34.0.1", "33.0.7"))
        Path("pins.yml").write_text(
            f"nextcloud:\n{cloud}mattermost:\n  '11.7.9': {pin.format('11.7.9')}\n"
            "apps:\n  notes:\n    '5.0.0': {file: n.tar.gz, url: 'https://x.example', sha256: '1', "
            f"nextcloud: {notes}}}\n"
        )

    write()
    return write


def test_a_look_shows_every_step_and_does_none(call, described):
    machine = Machine()
    ended = call("upgrade", "--check", ansible=machine)
    assert ended.code == 5
    assert "Nextcloud 33.0.7 → 34.0.1" in ended.out
    assert "Nextcloud 34.0.1 → 35.0.2 · mended by its makers until February 2027" in ended.out
    assert "Mattermost 11.7.9: nothing newer to go to" in ended.out
    assert machine.done == []


def test_a_backup_comes_first_then_one_major_after_the_other_with_its_applications(call, described):
    machine = Machine()
    ended = call("upgrade", "--yes", ansible=machine)
    assert ended.code == 0
    assert machine.done == ["backup-before.yml", "upgrade-nextcloud.yml", "upgrade-nextcloud.yml"]
    assert {order.seconds for order in machine.orders if order.playbook in machine.done} == {86400}
    assert [(step["before"], step["release"]["version"]) for step in machine.steps] == [
        ("33.0.7", "34.0.1"), ("34.0.1", "35.0.2"),
    ]  # fmt: skip
    assert [[app["version"] for app in step["apps"]] for step in machine.steps] == [["5.0.0"], ["5.0.0"]]
    assert "serveur has Nextcloud 35.0.2." in ended.out


def test_applications_are_renewed_where_the_release_is_the_one_wanted(call, described):
    machine = Machine(current="35.0.2")
    looked = call("upgrade", "--check", ansible=machine)
    assert (looked.code, machine.done) == (5, [])
    assert "Nextcloud 35.0.2, its applications: notes 4.12.0 → 5.0.0" in " ".join(looked.out.split())
    assert call("upgrade", "--yes", ansible=machine).code == 0
    (step,) = machine.steps
    assert (step["before"], step["release"]["version"]) == ("35.0.2", "35.0.2")
    assert [(app["id"], app["version"]) for app in step["apps"]] == [("notes", "5.0.0")]


def test_without_a_backup_it_must_be_said_and_is_then_done(call, described):
    machine = Machine()
    machine.backup = False
    refused = call("upgrade", "--yes", ansible=machine)
    assert (refused.code, machine.done) == (2, [])
    assert "--no-backup" in refused.err
    assert call("upgrade", "--yes", "--no-backup", ansible=machine).code == 0
    assert "backup-before.yml" not in machine.done


def test_an_application_that_does_not_come_along_stops_it_before_anything_is_touched(call, described):
    described(notes="['34']")
    machine = Machine()
    stopped = call("upgrade", "--yes", ansible=machine)
    assert (stopped.code, machine.done) == (2, [])
    assert "“notes” has no release for Nextcloud 35" in stopped.out
    assert "Nothing was changed." in stopped.out
    assert call("upgrade", "--yes", "--without", "notes", ansible=machine).code == 0
    assert [step["without"] for step in machine.steps] == [[], ["notes"]]


def test_a_step_that_fails_ends_it_there_and_says_how_the_server_stands(call, described):
    machine = Machine()
    machine.fault = Trouble(
        "serveur", "nextcloud", "Say that the tables are in between", "UPGRADE_HALF Nextcloud 34.0.1"
    )
    stopped = call("upgrade", "--yes", ansible=machine)
    assert stopped.code == 4
    assert "in the middle of the upgrade to Nextcloud 34.0.1" in " ".join(stopped.out.split())
    assert len(machine.steps) == 1


def test_what_has_begun_is_ended_without_another_backup(call, described):
    machine = Machine(current="34.0.1", unfinished=True, begun={"before": "33.0.7", "version": "34.0.1"})
    ended = call("upgrade", "--yes", ansible=machine)
    assert (ended.code, "begun, to be ended" in ended.out) == (0, True)
    assert machine.done == ["upgrade-nextcloud.yml", "upgrade-nextcloud.yml"]


def test_nobody_is_upgraded_who_says_no(call, described):
    machine = Machine()
    assert call("upgrade", interactive=True, typed="n\n", ansible=machine).code == 0
    assert machine.done == []


def test_online_the_application_store_is_asked_for_each_release_on_the_way(call, described):
    Path("workspace.yml").write_text(WORKSPACE.replace("mode: local, folder: shelf, ", ""))
    asked = []

    def store(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json=[{"id": "notes", "releases": [{"version": "5.0.0", "isNightly": False}]}])

    ended = call("upgrade", "--check", ansible=Machine(), transport=httpx.MockTransport(store))
    assert (ended.code, asked) == (5, [f"/api/v1/platform/{one}/apps.json" for one in ("34.0.1", "35.0.2")])


def test_a_program_gets_each_step_and_the_sum(call, described):
    *lines, last = map(json.loads, call("upgrade", "--check", "--json", ansible=Machine()).out.splitlines())
    assert [(line["before"], line["after"]) for line in lines if line["event"] == "upgrade"] == [
        ("33.0.7", "34.0.1"), ("34.0.1", "35.0.2"),
    ]  # fmt: skip
    assert last == {"event": "summary", "steps": 2, "exit": 5}


def test_provision_says_that_an_upgrade_waits_and_upgrades_nothing(call, described):
    def waits(order: Order) -> Outcome:
        return Outcome(status="successful", told={"serveur": {"nextcloud_waits": "33.0.7"}})

    ended = call("provision", "--only", "install", ansible=waits)
    assert (ended.code, "degoog upgrade --check" in ended.out) == (0, True)


def test_a_backup_whose_time_was_up_is_no_backup(call, described):
    machine = Machine()

    def slow(order: Order) -> Outcome:
        outcome = machine(order)
        if order.playbook == "backup-before.yml":
            outcome.troubles.append(Trouble("", "", "Make a backup before the upgrade", "", late=True))
        return outcome

    stopped = call("upgrade", "--yes", ansible=slow)
    assert (stopped.code, machine.done) == (4, ["backup-before.yml"])
    assert "may still be doing" in " ".join(stopped.out.split())


def test_an_application_that_is_not_there_after_a_step_is_told_with_what_to_do(call, described):
    machine = Machine(current="34.0.1")

    def without(order: Order) -> Outcome:
        outcome = machine(order)
        if order.playbook == "upgrade-nextcloud.yml":
            outcome.told["serveur"] = {"missing": ["notes"], "kept": []}
        return outcome

    ended = call("upgrade", "--yes", ansible=without)
    assert ended.code == 0, ended.out
    assert "Nextcloud goes without its application “notes”" in " ".join(ended.out.split())
