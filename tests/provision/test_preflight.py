"""What is looked at before anything is installed, and what is said of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from degoog.provision import preflight
from degoog.provision.inventory import Host
from degoog.provision.runner import Outcome, Trouble

HOST = Host("serveur", "203.0.113.10", "root", 22, frozenset({"nextcloud"}))
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def resolving(**names):
    return lambda name: frozenset(names.get(name.split(".")[0], {name} if name[0].isdigit() else ()))


@pytest.mark.parametrize(
    ("found", "good", "said"),
    [
        ({"203.0.113.10"}, True, "leads to the machine"),
        ({"198.51.100.7"}, False, "leads elsewhere, to 198.51.100.7"),
        (set(), False, "leads nowhere yet"),
    ],
)
def test_a_name_is_good_when_it_leads_to_the_machine_of_its_group(found, good, said):
    (looked,) = preflight.names((HOST,), {"nextcloud": "cloud.lauze.example"}, resolving=resolving(cloud=found))
    assert (looked.good, said in looked.what) == (good, True)
    assert good or "203.0.113.10" in looked.cure


@pytest.mark.parametrize(
    ("found", "good", "said"),
    [
        ({"203.0.113.10", "2001:db8::10"}, True, "leads to the machine"),
        ({"203.0.113.10", "2001:db8:d::7"}, False, "elsewhere too, to 2001:db8:d::7"),
        ({"203.0.113.10", "198.51.100.7"}, False, "elsewhere too, to 198.51.100.7"),
        ({"198.51.100.7", "2001:db8:d::7"}, False, "leads elsewhere, to 198.51.100.7, 2001:db8:d::7"),
    ],
)
def test_every_address_of_a_name_is_one_that_the_machine_tells(found, good, said):
    told = {"serveur": {"addresses": ["203.0.113.10", "2001:db8::10", "fe80::1", "172.17.0.1"]}}
    domains = {"nextcloud": "cloud.lauze.example"}
    (looked,) = preflight.names((HOST,), domains, told=told, resolving=resolving(cloud=found))
    assert (looked.good, said in looked.what) == (good, True), looked
    assert good or "2001:db8::10, 203.0.113.10" in looked.cure
    assert "172.17.0.1" not in looked.cure


@pytest.mark.parametrize(
    ("own", "good", "sure"),
    [
        (["10.8.0.2", "203.0.113.10"], True, True),  # reached by its VPN, on the internet by itself
        (["10.8.0.2", "192.168.1.5"], True, False),  # behind a box that brings a public address to it
        (["10.8.0.2", "198.51.100.7"], False, True),
    ],
)
def test_a_machine_reached_over_a_vpn_is_known_by_its_own_addresses(own, good, sure):
    host = replace(HOST, address="10.8.0.2")
    found = resolving(cloud={"203.0.113.10"})
    told = {"serveur": {"addresses": own}}
    (looked,) = preflight.names((host,), {"nextcloud": "cloud.lauze.example"}, told=told, resolving=found)
    assert (looked.good, looked.sure) == (good, sure)
    assert "10.8.0.2" not in looked.cure


def test_an_inventory_that_holds_the_name_itself_does_not_vouch_for_all_its_addresses():
    host = replace(HOST, address="cloud.lauze.example")
    found = resolving(cloud={"203.0.113.10", "2001:db8:d::7"})
    told = {"serveur": {"addresses": ["203.0.113.10", "fe80::1", "fd7a:115c::1"]}}
    (looked,) = preflight.names((host,), {"nextcloud": "cloud.lauze.example"}, told=told, resolving=found)
    assert (looked.good, "elsewhere too, to 2001:db8:d::7" in looked.what) == (False, True)


def test_without_the_machine_s_own_addresses_a_family_nobody_knows_is_not_blamed():
    found = resolving(cloud={"203.0.113.10", "2001:db8::10"})
    (looked,) = preflight.names((HOST,), {"nextcloud": "cloud.lauze.example"}, resolving=found)
    assert (looked.good, looked.sure) == (True, True)


def test_a_machine_that_was_not_reached_at_its_vpn_s_address_blames_no_name():
    host, found = replace(HOST, address="10.8.0.2"), resolving(cloud={"203.0.113.10"})
    (looked,) = preflight.names((host,), {"nextcloud": "cloud.lauze.example"}, resolving=found)
    assert (looked.good, looked.sure) == (True, False)


def test_without_them_an_address_that_is_wrong_is_the_one_that_is_named():
    found = resolving(cloud={"198.51.100.7", "2001:db8::10"})
    (looked,) = preflight.names((HOST,), {"nextcloud": "cloud.lauze.example"}, resolving=found)
    assert (looked.good, looked.what) == (False, "cloud.lauze.example leads elsewhere, to 198.51.100.7")


def test_a_service_that_no_machine_does_has_no_name_to_look_at():
    assert list(preflight.names((HOST,), {"mattermost": "chat.lauze.example"}, resolving=resolving())) == []


@pytest.mark.parametrize("opens", [True, False])
def test_a_machine_answers_where_ssh_should_be(opens):
    (looked,) = preflight.doors((HOST,), knocking=lambda _address, port: opens and port == 22)
    assert looked.good is opens


SEEN = {
    "distribution": "Debian", "release": "13", "memory": "3900", "free": "40000000000",
    "clock": str(NOW.timestamp()), "addresses": ["203.0.113.10"], "doors": [], "mail": "",
}  # fmt: skip


def looked_at(**different) -> dict[str, bool]:
    outcome = Outcome(told={"serveur": {**SEEN, **different}})
    return {one.check: one.good for one in preflight.machines(outcome, now=NOW)}


def test_a_machine_in_order_has_nothing_to_mend():
    assert looked_at() == dict.fromkeys(("system", "memory", "disk", "clock", "ports"), True)


@pytest.mark.parametrize(
    ("check", "different"),
    [
        ("system", {"distribution": "Ubuntu", "release": "24"}),
        ("system", {"release": "11"}),
        ("memory", {"memory": "900"}),
        ("disk", {"free": "3000000000"}),
        ("clock", {"clock": str(NOW.timestamp() - 3600)}),
        ("ports", {"doors": ['LISTEN 0 511 *:80 *:* users:(("apache2",pid=1,fd=4))']}),
        ("mail", {"mail": "Timeout when waiting for smtp.lauze.example:587"}),
    ],
)
def test_what_is_not_as_it_should_be_is_to_mend(check, different):
    seen = looked_at(**different)
    assert [name for name, good in seen.items() if not good] == [check]


def test_our_own_web_server_may_hold_its_ports():
    assert looked_at(doors=['LISTEN 0 511 *:443 *:* users:(("nginx",pid=1,fd=4))'])["ports"]


def test_a_machine_that_cannot_be_looked_at_is_told_with_its_cure():
    outcome = Outcome(troubles=[Trouble("serveur", "", "", "Incorrect sudo password")])
    (looked,) = preflight.machines(outcome, now=NOW)
    assert (looked.good, "refused the password" in looked.what) == (False, True)
