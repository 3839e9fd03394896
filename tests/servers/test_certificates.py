"""Certificates of Let's Encrypt and of one's own, on a machine that had an authority of its own: seen from outside."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.provision.signing import Pair
from tests.servers import issuing
from tests.servers.archives import KIND
from tests.servers.conftest import CLOUD, TALK, https
from tests.servers.issuing import Issuing, certified, given, shown, soon_shown

pytestmark = pytest.mark.parametrize("what", [KIND])


@pytest.fixture(scope="module")
def authority(server, workspace, tmp_path_factory) -> Iterator[Issuing]:
    """Let's Encrypt, as this machine and this computer know it."""
    with issuing.known(server, workspace, tmp_path_factory.mktemp("authority")) as giving:
        yield giving


def days(workspace) -> list[int]:
    """Give for how many days `degoog health` says that the certificates are good."""
    looked = workspace.degoog("health", "--json")
    told = [line for line in looked.lines if line["event"] == "health" and line["check"] == "certificate"]
    return [int(found[1]) for line in told if (found := re.search(r"good for (\d+) more days", str(line["what"])))]


def test_from_an_authority_of_its_own_to_lets_encrypt(server, workspace, authority, what):
    authority.left = timedelta(days=20, hours=1)
    certified(workspace)
    assert workspace.degoog("provision", "--check").exit == 5
    assert authority.given == {}, "a look asks for nothing"
    went = workspace.degoog("provision", "--json")
    assert went.exit == 0, went.out[-3000:]
    assert {name: len(numbers) for name, numbers in authority.given.items()} == {CLOUD: 1, TALK: 1}
    assert shown(server, authority) == given(authority, 0)
    again = workspace.degoog("provision", "--json")
    assert (again.exit, again.lines[-1]["changed"]) == (0, 0), again.out[-3000:]
    assert days(workspace) == [20, 20]
    units = json.loads(server.sh("cat /etc/degoog/lauze-4f2a-health.json"))["units"]
    assert "certbot.timer" in units, "without it nothing is renewed"
    assert server.sh(f"stat -c %a /etc/degoog/tls/{CLOUD}/privkey.pem").strip() == "600"


def test_what_is_due_is_renewed_and_shown_without_anybodys_help(server, workspace, authority, what):
    authority.left = timedelta(days=90)
    assert server.sh("systemctl is-active certbot.timer").strip() == "active"
    server.sh("systemctl start certbot.service")  # what the timer does
    assert {name: len(numbers) for name, numbers in authority.given.items()} == {CLOUD: 2, TALK: 2}
    assert soon_shown(server, authority) == given(authority, 1)
    assert days(workspace) == [89, 89]
    again = workspace.degoog("provision", "--json")
    assert (again.exit, again.lines[-1]["changed"]) == (0, 0), again.out[-3000:]
    server.sh("certbot -q renew --force-renewal --no-random-sleep-on-renew")
    assert soon_shown(server, authority) == given(authority, 2)


def test_back_to_its_own_authority_renewals_of_lets_encrypt_stay_out_of_the_way(server, workspace, authority, what):
    workspace.describe()
    back = workspace.degoog("provision", "--json")
    assert back.exit == 0, back.out[-3000:]
    assert https(server, CLOUD, "/status.php")[0] == 200
    before = len(authority.given[CLOUD])
    server.sh("certbot -q renew --force-renewal --no-random-sleep-on-renew")
    assert len(authority.given[CLOUD]) == before + 1
    time.sleep(2)  # longer than nginx takes to read its files anew
    assert https(server, CLOUD, "/status.php")[0] == 200
    again = workspace.degoog("provision", "--json")
    assert (again.exit, again.lines[-1]["changed"]) == (0, 0), again.out[-3000:]


def test_once_more_lets_encrypt_is_asked_for_nothing_it_gave_before(server, workspace, authority, what):
    asked = len(authority.given[CLOUD])
    certified(workspace)
    again = workspace.degoog("provision", "--json")
    assert again.exit == 0, again.out[-3000:]
    assert len(authority.given[CLOUD]) == asked
    assert shown(server, authority) == given(authority, -1)


SUPPLIED = "mode: supplied\n    certificate: {folder}/lauze.pem\n    key: {folder}/lauze.key"


def supply(folder: Path, authority: Issuing, *names: str, left: timedelta = timedelta(days=200)) -> Pair:
    pair = authority.signing.pair(*names, age=timedelta(days=100), left=left)
    (folder / "lauze.pem").write_text(pair.chain)
    (folder / "lauze.key").write_text(pair.key)
    return pair


@pytest.mark.parametrize(
    ("names", "left", "said"),
    [((CLOUD,), 200, f"lauze.pem does not bear {TALK}"), ((CLOUD, TALK), -2, "lauze.pem is out of date since")],
)
def test_a_certificate_no_browser_would_take_is_refused_before_anything_is_touched(
    server, workspace, authority, tmp_path, what, names, left, said
):
    before = server.sh("find /etc/degoog /etc/nginx -type f | sort | xargs sha256sum")
    supply(tmp_path, authority, *names, left=timedelta(days=left))
    certified(workspace, SUPPLIED.format(folder=tmp_path))
    refused = workspace.degoog("provision")
    workspace.describe()
    assert refused.exit == 2
    assert said in " ".join((refused.out + refused.err).split())
    assert server.sh("find /etc/degoog /etc/nginx -type f | sort | xargs sha256sum") == before


def test_a_certificate_of_ones_own_is_shown_by_both_services(server, workspace, authority, tmp_path, what):
    first = supply(tmp_path, authority, "*.lauze.example", left=timedelta(days=15, hours=1))
    certified(workspace, SUPPLIED.format(folder=tmp_path))
    went = workspace.degoog("provision", "--json")
    assert went.exit == 0, went.out[-3000:]
    assert [line["event"] for line in went.lines].count("ending") == 1, "it is said to be good for 15 days only"
    assert shown(server, authority) == [first.number] * 2
    for name in (CLOUD, TALK):
        assert server.sh(f"stat -c '%a %U:%G' /etc/degoog/tls/{name}/privkey.pem").strip() == "600 root:root"
    assert days(workspace) == [15, 15]
    again = workspace.degoog("provision", "--json")
    assert (again.exit, again.lines[-1]["changed"]) == (0, 0), again.out[-3000:]

    next_one = supply(tmp_path, authority, CLOUD, TALK)
    assert workspace.degoog("provision").exit == 0
    assert shown(server, authority) == [next_one.number] * 2
    assert https(server, CLOUD, "/status.php", root=authority.signing.root)[0] == 200
    assert https(server, TALK, "/api/v4/system/ping", root=authority.signing.root)[0] == 200
