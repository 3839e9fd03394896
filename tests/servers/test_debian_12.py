"""The same on the older Debian: installed, and left alone by a second run."""

from __future__ import annotations

import json

import pytest

from tests.servers import machines
from tests.servers.archives import KIND
from tests.servers.conftest import CLOUD, TALK, Workspace, https


@pytest.mark.parametrize("what", [KIND])
def test_debian_12_is_installed_once_and_left_alone_by_the_second_run(site, tmp_path, what):
    workspace = Workspace(tmp_path, site.shelf)
    with machines.booted(site, "ancien", 12, [site.base("12")]) as machine:
        workspace.point_at(machine.host)
        first = workspace.degoog("provision", "--json")
        assert first.exit == 0, first.out[-3000:] + first.err[-3000:]
        second = workspace.degoog("provision", "--json")
        assert (second.exit, second.lines[-1]["changed"]) == (0, 0)
        assert json.loads(https(machine, CLOUD, "/status.php")[2])["installed"] is True
        assert https(machine, TALK, "/api/v4/system/ping")[0] == 200
        assert machine.sh("systemctl --failed --no-legend --plain").strip() == ""
