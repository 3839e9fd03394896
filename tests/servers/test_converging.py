"""Drift is found and mended, a new name keeps the data, and a step that failed is taken again by the next run."""

from __future__ import annotations

import json
import re

import pytest

from tests.servers.archives import KIND
from tests.servers.conftest import CLOUD, OCC, https

pytestmark = pytest.mark.parametrize("what", [KIND])

SITE = "/etc/nginx/sites-enabled/degoog-lauze-4f2a-nextcloud.conf"


def setting(server, key: str) -> object:
    return json.loads(server.sh(f"{OCC} config:list --private --output=json"))["system"].get(key)


def test_a_look_at_a_machine_in_order_finds_nothing(server, workspace, what):
    looked = workspace.degoog("provision", "--check")
    assert (looked.exit, "nothing differs" in looked.out) == (0, True), looked.out


def test_drift_is_shown_and_the_next_run_mends_it(server, workspace, what):
    server.sh(f"sed -i 's/client_max_body_size 16G/client_max_body_size 1M/' {SITE}")
    server.sh(f"printf '%s' '{{\"system\": {{\"loglevel\": 0}}}}' | {OCC} config:import")
    looked = workspace.degoog("provision", "--check")
    assert looked.exit == 5
    assert "client_max_body_size 16G" in looked.out
    assert "loglevel" in looked.out
    assert setting(server, "loglevel") == 0, "a look changes nothing"
    mended = workspace.degoog("provision")
    assert mended.exit == 0, mended.out
    assert setting(server, "loglevel") == 2
    assert "client_max_body_size 16G" in server.sh(f"cat {SITE}")
    assert workspace.degoog("provision", "--check").exit == 0


def test_a_new_name_keeps_the_installation_and_its_data(server, workspace, what):
    before = [setting(server, key) for key in ("instanceid", "secret", "passwordsalt")]
    workspace.describe(cloud="nuage.lauze.example")
    assert workspace.degoog("provision").exit == 0
    assert [setting(server, key) for key in ("instanceid", "secret", "passwordsalt")] == before
    assert setting(server, "trusted_domains") == ["nuage.lauze.example"]
    assert https(server, "nuage.lauze.example", "/status.php")[0] == 200
    workspace.describe()
    assert workspace.degoog("provision").exit == 0
    assert https(server, CLOUD, "/status.php")[0] == 200


def test_a_service_that_was_not_told_of_its_settings_is_told_by_the_next_run(server, workspace, what):
    # What a run leaves that was cut off between writing a file and reloading its service.
    server.sh("touch /etc/nginx/nginx.conf")
    again = workspace.degoog("provision", "--json")
    assert (again.exit, again.lines[-1]["changed"]) == (0, 1)


def test_a_firewall_that_somebody_flushed_is_set_again(server, workspace, what):
    server.sh("nft flush ruleset")
    found = workspace.degoog("provision", "--check")
    again = workspace.degoog("provision", "--json")
    assert (found.exit, again.exit, again.lines[-1]["changed"]) == (5, 0, 1)
    assert "tcp dport { 22, 80, 443 } accept" in server.sh("nft list table inet degoog")


def test_an_archive_that_is_not_the_pinned_one_is_refused_and_named(server, workspace, what):
    server.sh("rm -r /srv/degoog/lauze-4f2a/nextcloud/releases/*/.degoog-complete")
    shelf = workspace.shelf
    pins = (shelf / "pins.yml").read_text()
    used = server.sh("basename $(readlink /srv/degoog/lauze-4f2a/nextcloud/current)").strip()
    named = re.search(rf'"{re.escape(used)}":\s+file: (\S+)', pins)
    assert named is not None
    packed = shelf / named[1]
    workspace.describe()
    kept = packed.read_bytes()
    try:
        packed.unlink()
        packed.write_bytes(kept + b"altered")
        refused = workspace.degoog("provision")
    finally:
        packed.write_bytes(kept)
        (shelf / "pins.yml").write_text(pins)
    assert refused.exit == 2, refused.out
    assert packed.name in refused.out
    assert "checksum differs" in refused.out
    assert https(server, CLOUD, "/status.php")[0] == 200, "what runs goes on"
    assert workspace.degoog("provision").exit == 0


def test_a_full_disk_is_said_to_be_full(server, workspace, what):
    server.sh(
        "mount -t tmpfs -o size=64k tmpfs /etc/nginx/snippets && head -c 70k /dev/zero > /etc/nginx/snippets/x || true"
    )
    try:
        stopped = workspace.degoog("provision")
        assert stopped.exit == 4, stopped.out
        assert "disk of serveur is full" in stopped.out
    finally:
        server.sh("umount /etc/nginx/snippets")
    assert workspace.degoog("provision").exit == 0


def test_a_machine_that_does_not_answer_is_said_not_to(server, workspace, what):
    workspace.point_at(
        server.host | {"ansible_host": f"{server.site.network}.250", "ansible_ssh_common_args": "-o ConnectTimeout=3"}
    )
    stopped = workspace.degoog("provision")
    workspace.point_at(server.host)
    assert stopped.exit == 4
    assert "serveur does not answer over SSH" in stopped.out
    assert "Nothing was changed there" in stopped.out
