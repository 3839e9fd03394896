"""notify_push: reached from outside where it runs, and no reason for anything to fail where it does not."""

from __future__ import annotations

import json

import pytest

from tests.servers import archives
from tests.servers.conftest import CLOUD, OCC, https

pytestmark = [
    pytest.mark.parametrize("what", ["stand-ins"]),
    pytest.mark.skipif(archives.REAL, reason="the application is a stand-in"),
]

PROGRAM = "/srv/degoog/lauze-4f2a/nextcloud/apps/notify_push/bin/x86_64/notify_push"


def test_it_answers_from_outside_and_nextcloud_tells_where(server, what):
    status, _headers, body = https(server, CLOUD, "/push/test/version")
    assert (status, json.loads(body)["path"]) == (200, "/test/version")
    assert server.sh(f"{OCC} config:app:get notify_push base_endpoint").strip() == f"https://{CLOUD}/push"


def test_a_program_that_does_not_start_is_told_and_nothing_else_fails(server, workspace, what):
    server.sh(f"cp {PROGRAM} /srv/kept && printf '#!/bin/sh\\nexit 1\\n' > {PROGRAM}")
    told = workspace.degoog("provision", "--json")
    assert told.exit == 0, told.out
    assert [line["what"] for line in told.lines if line["event"] == "later"] == ["notify_push"]
    assert https(server, CLOUD, "/status.php")[0] == 200

    server.sh(f"cat /srv/kept > {PROGRAM}")
    again = workspace.degoog("provision", "--json")
    assert (again.exit, [line for line in again.lines if line["event"] == "later"]) == (0, [])
    assert https(server, CLOUD, "/push/test/version")[0] == 200
