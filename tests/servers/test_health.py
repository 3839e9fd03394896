"""What `degoog health` finds on a machine, and what the machine's own timer writes down."""

from __future__ import annotations

import json

import pytest

from tests.servers.archives import KIND

pytestmark = pytest.mark.parametrize("what", [KIND])

STATE = "/var/lib/degoog/lauze-4f2a"


def unwell(workspace) -> set[str]:
    looked = workspace.degoog("health", "--json")
    assert looked.exit in {0, 5}, looked.out
    return {line["check"] for line in looked.lines if line["event"] == "health" and line["level"] == "bad"}


def test_a_machine_in_order_is_found_to_be_and_what_breaks_is_found(server, workspace, what):
    server.sh("systemctl start degoog-lauze-4f2a-nextcloud-cron.service")
    server.sh(f'date -u +\'{{"backup": {{"ok": true, "at": "%Y-%m-%dT%H:%M:%SZ"}}}}\' > {STATE}/backup.json')
    assert unwell(workspace) == set()

    server.sh("systemctl stop degoog-lauze-4f2a-mattermost")
    server.sh(f'echo \'{{"backup": {{"ok": false, "at": "x", "why": "no room"}}}}\' > {STATE}/backup.json')
    server.sh("mv /etc/degoog/tls/cloud.lauze.example /etc/degoog/tls/elsewhere")
    assert unwell(workspace) == {"service", "mattermost", "backup", "certificate"}


def test_the_timer_looks_by_itself_and_keeps_what_it_saw(server, workspace, what):
    assert "degoog-lauze-4f2a-health.timer" in server.sh("systemctl list-timers --all --no-legend")
    server.sh("systemctl start degoog-lauze-4f2a-health.service")
    kept = json.loads(server.sh(f"cat {STATE}/health.json"))
    assert kept["well"] is False
    assert "service_down degoog-lauze-4f2a-mattermost" in kept["told"]
    assert server.sh("stat -c %a /etc/degoog/lauze-4f2a-health.json").strip() == "600"
