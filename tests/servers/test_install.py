"""What a machine offers once `degoog provision` has been there, looked at from outside and from inside."""

from __future__ import annotations

import json
import socket

import pytest

from tests.servers.archives import KIND
from tests.servers.conftest import CLOUD, OCC, TALK, https

pytestmark = pytest.mark.parametrize("what", [KIND])


def test_a_second_run_changes_nothing(converged, what):
    assert converged.second.exit == 0
    assert converged.second.lines[-1]["changed"] == 0


def test_both_services_answer_over_https(server, what):
    status, _headers, body = https(server, CLOUD, "/status.php")
    assert (status, json.loads(body)["installed"]) == (200, True)
    status, _headers, body = https(server, TALK, "/api/v4/system/ping")
    assert (status, json.loads(body)["status"]) == (200, "OK")


def test_port_80_leads_to_https(server, what):
    with socket.create_connection((server.address, 80), timeout=10) as plain:
        plain.sendall(f"GET /x HTTP/1.1\r\nHost: {CLOUD}\r\nConnection: close\r\n\r\n".encode())
        answer = plain.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 301")
    assert f"Location: https://{CLOUD}/x" in answer


@pytest.mark.parametrize("path", ["/", "/core/css/server.css"])
def test_every_answer_bears_the_headers_that_protect_static_files_too(server, what, path):
    _status, headers, _body = https(server, CLOUD, path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"].startswith("max-age=")
    assert "x-powered-by" not in headers
    assert headers["server"] == "nginx"


@pytest.mark.parametrize(
    "path", ["/config/config.php", "/data/", "/.htaccess", "/occ", "/lib/base.php", "/3rdparty/", "/db_structure.xml"]
)
def test_what_is_nobodys_business_is_not_served(server, what, path):
    assert https(server, CLOUD, path)[0] == 404


@pytest.mark.parametrize("port", [5432, 6379, 8065, 9000])
def test_inner_doors_are_shut(server, what, port):
    with socket.socket() as door:
        door.settimeout(2)
        assert door.connect_ex((server.address, port)) != 0


def test_sockets_and_settings_are_for_those_who_need_them(server, what):
    assert (
        server.sh("stat -c '%a %U:%G' /run/degoog-lauze-4f2a-redis/redis.sock").strip()
        == "700 nc-lauze-4f2a:nc-lauze-4f2a"
    )
    assert server.sh("stat -c %a /srv/degoog/lauze-4f2a/nextcloud/data").strip() == "700"
    assert server.sh("stat -c %a /srv/degoog/lauze-4f2a/nextcloud/config").strip() == "750"
    assert server.sh("stat -c %a /etc/degoog/tls/authority.key").strip() == "600"
    assert server.sh("stat -c '%U %a' /srv/degoog/lauze-4f2a/nextcloud/current/index.php").split()[0] == "root"


def test_the_services_start_with_the_machine_and_none_has_failed(server, what):
    assert server.sh("systemctl --failed --no-legend --plain").strip() == ""
    for unit in (
        "nginx",
        "postgresql",
        "degoog-lauze-4f2a-redis",
        "degoog-lauze-4f2a-php",
        "degoog-lauze-4f2a-mattermost",
        "degoog-firewall",
    ):
        assert server.sh(f"systemctl is-enabled {unit}").strip() == "enabled"
    assert "degoog-lauze-4f2a-nextcloud-cron.timer" in server.sh("systemctl list-timers --all --no-legend")


def test_nextclouds_database_knows_its_account_and_no_password(server, what):
    told = json.loads(server.sh(f"{OCC} config:list --private --output=json"))["system"]
    assert not told.get("dbpassword")
    assert told["trusted_domains"] == [CLOUD]
    assert told["dbname"] == "nc-lauze-4f2a"


def test_nothing_that_was_given_to_ansible_is_left_on_the_machine(server, what):
    assert server.sh("find /root/.ansible /var/tmp /tmp -name '*ansible*' 2>/dev/null | head").strip() == ""
