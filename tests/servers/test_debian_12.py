"""The same on the older Debian, with Let's Encrypt from the start: installed, left alone by a second run, renewed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.servers import issuing, machines
from tests.servers.archives import KIND
from tests.servers.conftest import CLOUD, TALK, Workspace, https


@pytest.mark.parametrize("what", [KIND])
def test_debian_12_is_installed_once_and_left_alone_by_the_second_run(site, tmp_path, what):
    workspace = Workspace(tmp_path, site.shelf)
    with (
        machines.booted(site, "ancien", 12, [site.base("12")]) as machine,
        issuing.known(machine, workspace, tmp_path) as authority,
    ):
        workspace.point_at(machine.host)
        authority.left = timedelta(days=20)
        issuing.certified(workspace)
        first = workspace.degoog("provision", "--json")
        assert first.exit == 0, first.out[-3000:] + first.err[-3000:]
        second = workspace.degoog("provision", "--json")
        assert (second.exit, second.lines[-1]["changed"]) == (0, 0)
        root = authority.signing.root
        assert json.loads(https(machine, CLOUD, "/status.php", root=root)[2])["installed"] is True
        assert https(machine, TALK, "/api/v4/system/ping", root=root)[0] == 200

        authority.left = timedelta(days=90)
        machine.sh("systemctl start certbot.service")  # what its timer does
        assert issuing.soon_shown(machine, authority) == issuing.given(authority, 1)
        assert machine.sh("systemctl --failed --no-legend --plain").strip() == ""
