"""Over two majors, one after the other: stopped before anything is touched, taken back, stuck halfway, and gone on."""

from __future__ import annotations

import json

import pytest

from tests.provision.maker import Maker
from tests.servers import archives
from tests.servers.conftest import CLOUD, OCC, TALK, https

pytestmark = [
    pytest.mark.parametrize("what", ["stand-ins"]),
    pytest.mark.skipif(archives.REAL, reason="the releases on the way are stand-ins"),
]

HOME = "/srv/degoog/lauze-4f2a"
RELEASES = {"nextcloud": ("35.0.2", "34.0.1", "33.0.7"), "mattermost": ("11.8.0", "11.7.9")}
APPS = {
    "groupfolders": {"21.0.1": ["33"], "22.0.0": ["34"], "23.0.0": ["35"]},
    "notes": {"4.12.0": ["33"], "5.0.0": ["34", "35"]},
    "notify_push": {"1.2.0": ["33", "34", "35"]},
}


@pytest.fixture(autouse=True)
def described(workspace):
    workspace.describe(releases=RELEASES, apps=APPS)


def release(server, service: str = "nextcloud") -> str:
    name: str = server.sh(f"basename $(readlink {HOME}/{service}/current)").strip()
    return name


def apps(server) -> dict[str, str]:
    told = json.loads(server.sh(f"{OCC} app:list --output=json"))["enabled"]
    return {app: version for app, version in told.items() if app in APPS}


def test_provision_upgrades_nothing_and_says_that_an_upgrade_waits(server, workspace, what):
    again = workspace.degoog("provision", "--json")
    assert again.exit == 0, again.out
    assert (release(server), release(server, "mattermost")) == ("33.0.7", "11.7.9")
    assert [(line["service"], line["version"]) for line in again.lines if line["event"] == "waits"] == [
        ("nextcloud", "33.0.7"), ("mattermost", "11.7.9"),
    ]  # fmt: skip


def test_an_application_without_a_release_stops_it_before_anything_is_touched(server, workspace, what):
    before = server.sh(f"find {HOME} -newer /etc/degoog/lauze-4f2a-nextcloud.json | sort")
    workspace.describe(releases=RELEASES, apps=APPS | {"notes": {"4.12.0": ["33", "34"]}})
    stopped = workspace.degoog("upgrade", "--yes", "--no-backup", "--only", "nextcloud")
    assert (stopped.exit, "“notes” has no release for Nextcloud 35" in stopped.out) == (2, True)
    assert server.sh(f"find {HOME} -newer /etc/degoog/lauze-4f2a-nextcloud.json | sort") == before


def test_what_fails_before_the_tables_are_touched_is_taken_back(server, workspace, what):
    server.sh(f"echo at-once > {HOME}/nextcloud/config/fault")
    stopped = workspace.degoog("upgrade", "--yes", "--no-backup", "--only", "nextcloud")
    assert stopped.exit == 4, stopped.out
    assert "Nextcloud 33.0.7 runs again" in " ".join(stopped.out.split())
    assert (release(server), apps(server)) == (
        "33.0.7",
        {"groupfolders": "21.0.1", "notes": "4.12.0", "notify_push": "1.2.0"},
    )
    status = json.loads(https(server, CLOUD, "/status.php")[2])
    assert (status["versionstring"], status["maintenance"]) == ("33.0.7", False)
    assert not server.succeeds(f"test -e {HOME}/nextcloud/upgrading.json")


def test_what_fails_in_the_middle_is_said_to_be_there_and_the_same_command_ends_it(server, workspace, what):
    server.sh(f"echo midway > {HOME}/nextcloud/config/fault")
    stopped = workspace.degoog("upgrade", "--yes", "--no-backup", "--only", "nextcloud")
    assert stopped.exit == 4, stopped.out
    assert "in the middle of the upgrade to Nextcloud 34.0.1" in " ".join(stopped.out.split())
    assert release(server) == "34.0.1"
    assert server.succeeds(f"pg_restore --list {HOME}/nextcloud/before/33.0.7.dump"), "the tables of before are kept"

    refused = workspace.degoog("provision")
    assert (refused.exit, "degoog upgrade" in " ".join(refused.out.split())) == (2, True)

    server.sh(f"rm {HOME}/nextcloud/config/fault")
    ended = workspace.degoog("upgrade", "--yes", "--no-backup", "--only", "nextcloud")
    assert ended.exit == 0, ended.out
    assert release(server) == "35.0.2"
    assert apps(server) == {"groupfolders": "23.0.0", "notes": "5.0.0", "notify_push": "1.2.0"}
    assert json.loads(https(server, CLOUD, "/status.php")[2])["versionstring"] == "35.0.2"
    assert server.sh(f"ls {HOME}/nextcloud/releases").split() == ["34.0.1", "35.0.2"]


def test_mattermost_goes_to_its_release_with_a_setting_that_this_one_refuses(server, workspace, what):
    server.sh(
        f'sed -i \'s/"ExperimentalViewArchivedChannels": true/"ExperimentalViewArchivedChannels": false/\' '
        f"{HOME}/mattermost/config/config.json"
    )
    server.sh(f"echo midway > {HOME}/mattermost/config/fault")
    stopped = workspace.degoog("upgrade", "--yes", "--no-backup")
    assert (stopped.exit, release(server, "mattermost")) == (4, "11.8.0"), stopped.out
    server.sh(f"rm {HOME}/mattermost/config/fault")
    ended = workspace.degoog("upgrade", "--yes", "--no-backup")
    assert ended.exit == 0, ended.out
    assert json.loads(https(server, TALK, "/api/v4/config/client?format=old")[2])["Version"] == "11.8.0"


def test_another_edition_is_taken_into_use_and_the_makers_own_comes_back(server, workspace, what):
    text = (workspace.folder / "workspace.yml").read_text()
    try:
        (workspace.folder / "workspace.yml").write_text(text + "  mattermost_edition: mostlymatter\n")
        chosen = workspace.degoog("provision")
        assert chosen.exit == 0, chosen.out
        assert "Framasoft" in server.sh(f"tail -1 {HOME}/mattermost/current/bin/mattermost")
        again = workspace.degoog("provision", "--json")
        assert (again.exit, again.lines[-1]["changed"]) == (0, 0)
    finally:
        (workspace.folder / "workspace.yml").write_text(text)
    assert workspace.degoog("provision").exit == 0
    assert "Framasoft" not in server.sh(f"tail -1 {HOME}/mattermost/current/bin/mattermost")
    assert https(server, TALK, "/api/v4/system/ping")[0] == 200


def test_afterwards_nothing_is_left_to_do(server, workspace, what):
    assert workspace.degoog("upgrade", "--check").exit == 0
    again = workspace.degoog("provision", "--json")
    assert (again.exit, again.lines[-1]["changed"]) == (0, 0)
    assert server.sh("systemctl --failed --no-legend --plain").strip() == ""


def test_newer_applications_come_without_a_newer_release(server, workspace, what):
    workspace.describe(releases=RELEASES, apps=APPS | {"notes": {"5.0.0": ["34", "35"], "5.1.0": ["35"]}})
    assert workspace.degoog("provision", "--json").lines[-1]["changed"] == 0, "provision leaves them as they are"
    looked = workspace.degoog("upgrade", "--check")
    assert (looked.exit, "Nextcloud 35.0.2, its applications: notes 5.0.0 → 5.1.0" in looked.out) == (5, True)
    ended = workspace.degoog("upgrade", "--yes", "--no-backup")
    assert ended.exit == 0, ended.out
    assert (release(server), apps(server)["notes"]) == ("35.0.2", "5.1.0")
    assert json.loads(https(server, CLOUD, "/status.php")[2])["maintenance"] is False
    assert workspace.degoog("upgrade", "--check").exit == 0


def test_a_release_whose_signature_is_not_its_makers_is_not_used(server, workspace, tmp_path_factory, what):
    workspace.describe(releases=RELEASES | {"mattermost": ("11.9.0", "11.8.0")}, apps=APPS)
    folder = tmp_path_factory.mktemp("g")
    maker = Maker(folder / "a")
    try:
        keys = folder / "keys"
        keys.mkdir()
        (keys / "mattermost.asc").write_bytes(maker.key.read_bytes())
        maker.sign(workspace.shelf / "mattermost-11.9.0.tar.gz").replace(workspace.shelf / "mattermost.sig")
        text = (workspace.folder / "workspace.yml").read_text()
        (workspace.folder / "workspace.yml").write_text(text + f"    keys: {keys}\n")
        pins = (workspace.shelf / "pins.yml").read_text()
        for fingerprint, code in (("A" * 40, 2), (maker.fingerprint, 0)):
            signed = f"    signature: {{file: mattermost.sig, url: 'https://x.example', fingerprint: {fingerprint}}}\n"
            (workspace.shelf / "pins.yml").write_text(pins.replace('  "11.9.0":\n', f'  "11.9.0":\n{signed}', 1))
            ended = workspace.degoog("upgrade", "--yes", "--no-backup", "--only", "mattermost")
            assert ended.exit == code, ended.out
            told = " ".join(ended.out.split())
            assert ("does not bear a good signature" in told) == (code == 2)
            assert release(server, "mattermost") == ("11.8.0" if code else "11.9.0")
    finally:
        maker.end()
