"""What only the real programs can tell: how Nextcloud judges its own installation, and how Mattermost does."""

from __future__ import annotations

import json

import pytest

from tests.repo.test_home import ROOT
from tests.servers.archives import KIND, REAL
from tests.servers.conftest import CLOUD, OCC, TALK, https

pytestmark = [
    pytest.mark.skipif(not REAL, reason="asks Nextcloud and Mattermost themselves: name official archives for it"),
    pytest.mark.parametrize("what", [KIND]),
]

# docs/servers.md explains each: what Nextcloud goes on to say of a server that is as it should be.
EXPLAINED = {"BruteForceThrottler", "ForwardedForHeaders", "EmailTestSuccessful"}
PACKED = {"CodeIntegrity", "LogErrors"}  # of an archive that was packed from sources and lacks files


def _found(server) -> dict[str, str]:
    told = json.loads(server.sh(f"{OCC} setupchecks --output=json || true"))
    checks = {name.rpartition("\\")[2]: check for part in told.values() for name, check in part.items()}
    return {name: check["severity"] for name, check in checks.items() if check["severity"] != "success"}


def test_nextcloud_finds_nothing_wrong_but_what_is_explained(server, what):
    server.sh("systemctl start degoog-lauze-4f2a-nextcloud-cron.service")
    found = _found(server)
    whole = server.succeeds(f"{OCC} integrity:check-core")
    assert set(found) <= EXPLAINED | (set() if whole else PACKED), found
    assert {severity for name, severity in found.items() if name not in PACKED} <= {"info"}


def test_nextcloud_is_installed_whole_and_wants_no_upgrade(server, what):
    told = json.loads(server.sh(f"{OCC} status --output=json"))
    assert (told["installed"], told["maintenance"], told["needsDbUpgrade"]) == (True, False, False)


def test_background_jobs_run(server, what):
    before = int(server.sh(f"{OCC} config:app:get core lastcron || echo 0"))
    server.sh("sleep 1; systemctl start degoog-lauze-4f2a-nextcloud-cron.service")
    assert int(server.sh(f"{OCC} config:app:get core lastcron")) > before


def test_calendars_and_contacts_are_found_from_the_name_alone(server, what):
    for service in ("caldav", "carddav"):
        status, headers, _body = https(server, CLOUD, f"/.well-known/{service}")
        assert (status, headers["location"]) == (301, f"https://{CLOUD}/remote.php/dav/")


def test_mattermost_says_of_itself_what_the_playbook_set(server, what):
    told = json.loads(https(server, TALK, "/api/v4/config/client?format=old")[2])
    assert told["BuildEnterpriseReady"] == "false"
    assert told["SiteURL"] == f"https://{TALK}"
    assert told["SiteName"] == "Les Jardins de la Lauze"


@pytest.mark.parametrize("seconds", ["0.5", "3"])
def test_an_installation_that_was_killed_in_the_middle_is_finished(server, workspace, what, seconds):
    account, home = "nc-lauze-4f2a", "/srv/degoog/lauze-4f2a/nextcloud"
    script = (ROOT / "playbooks/roles/nextcloud/files/install.sh").read_text()
    server.sh(f"cat > /tmp/install.sh <<'SCRIPT'\n{script}\nSCRIPT\nchmod 755 /tmp/install.sh")
    # A machine on which Nextcloud was never installed, but for its folders.
    server.sh(f"runuser -u postgres -- psql -q {account} -c 'DROP SCHEMA public CASCADE' -c 'CREATE SCHEMA public'")
    server.sh(f"runuser -u postgres -- psql -q {account} -c 'ALTER SCHEMA public OWNER TO \"{account}\"'")
    server.sh(f"rm -rf {home}/config/config.php {home}/data/referente {home}/data/appdata_*")
    begin = f"/tmp/install.sh referente {account} {home} php"
    # The whole group, as when the machine is switched off.
    server.sh(f"runuser -u {account} -- timeout --signal KILL {seconds} {begin} >/dev/null 2>&1 || true")
    server.sh(f"pkill -KILL -u {account} -f maintenance:install || true")
    assert server.succeeds(f"test -e {home}/config/installing"), "it was not killed in the middle"

    mended = workspace.degoog("provision")

    assert mended.exit == 0, mended.out
    test_nextcloud_is_installed_whole_and_wants_no_upgrade(server, what)
    assert json.loads(https(server, CLOUD, "/status.php")[2])["installed"] is True
    assert server.succeeds(f"{OCC} user:info referente")
    again = workspace.degoog("provision", "--json")
    assert (again.exit, again.lines[-1]["changed"]) == (0, 0)
