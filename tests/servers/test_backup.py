"""Backups to another machine over SFTP, brought back onto a third, and what can go wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import machines
from tests.servers.archives import KIND
from tests.servers.conftest import CLOUD, OCC, TALK, https

pytestmark = pytest.mark.parametrize("what", [KIND])

HOME = "/srv/degoog/lauze-4f2a"
STATE = "/var/lib/degoog/lauze-4f2a"
UNIT = "degoog-lauze-4f2a-backup"
FILE = f"{HOME}/nextcloud/data/camille/files/été 🎉/budget ?.ods"
POSTS = "SELECT count(*) FROM posts WHERE message IN ('été 🎉', 'later')"
PROGRAM = "/usr/bin/python3 -B /usr/local/lib/degoog/backup /etc/degoog/backup/lauze-4f2a/settings.json"
# What people made, and what the services do not change by themselves once they run.
FOLDERS = f"{HOME}/nextcloud/data/camille {HOME}/nextcloud/apps {HOME}/mattermost/data {HOME}/mattermost/plugins"


@pytest.fixture(scope="module")
def keeper(site) -> Iterator[machines.Machine]:
    """A machine that keeps backups: an account with SFTP, and a disk that is too small."""
    with machines.booted(site, "depot", 13, [site.base("13")]) as machine:
        machine.sh("useradd --create-home --home-dir /srv/garde garde")
        machine.sh("install -d -o garde -g garde -m 0700 /srv/garde/.ssh /srv/etroit")
        machine.sh("mount -t tmpfs -o size=3m,uid=$(id -u garde),mode=0700 tmpfs /srv/etroit")
        yield machine


@pytest.fixture(scope="module")
def other(site, converged) -> Iterator[machines.Machine]:
    """A second machine on which the same was installed, with nothing in it yet."""
    with machines.booted(site, "relais", 14, converged.layers) as machine:
        yield machine


@pytest.fixture(autouse=True)
def described(workspace, server, keeper, monkeypatch):
    describe(workspace, keeper)
    workspace.point_at(server.host)
    monkeypatch.setenv("DEGOOG_BACKUP_PASSWORD", "a password for tests")


def describe(workspace, keeper, *, folder: str = "/srv/garde/lauze", address: str = "") -> None:
    where = f"sftp:garde@{address or keeper.address}:{folder}"
    workspace.describe(more=f"  backup:\n    repository: {where}\n    keep: {{daily: 2}}\n")


def let_in(keeper, key: str) -> None:
    keeper.sh(f"echo '{key}' >> /srv/garde/.ssh/authorized_keys; chown garde: /srv/garde/.ssh/authorized_keys")


def psql(machine: machines.Machine, database: str, question: str) -> str:
    return machine.sh(f"cd / && runuser -u '{database}' -- psql -qAt -d '{database}' -c \"{question}\"").strip()


def record(machine: machines.Machine) -> dict[str, dict[str, object]]:
    noted: dict[str, dict[str, object]] = json.loads(machine.sh(f"cat {STATE}/backup.json"))
    return noted


def contents(machine: machines.Machine) -> list[str]:
    """Each file with its owner, its rights and its hash."""
    told = machine.sh(f"find {FOLDERS} -type f -printf '%u %m %p\\n' -exec sha256sum {{}} +")
    return sorted(told.splitlines())


def test_the_first_time_the_key_to_let_in_is_shown(server, workspace, keeper, what):
    # What an association has: files with names of all kinds, rows in both databases.
    server.sh(f"mkdir -p '{Path(FILE).parent}' && echo 'first' > '{FILE}' && touch -d '2 days ago' '{FILE}'")
    server.sh(f"head -c 5000000 /dev/urandom > {HOME}/mattermost/data/photo.jpg; : > {HOME}/nextcloud/data/empty")
    server.sh(f"chown -R nc-lauze-4f2a: {HOME}/nextcloud/data; chown -R mm-lauze-4f2a: {HOME}/mattermost/data")
    psql(server, "nc-lauze-4f2a", "CREATE TABLE degoog_rows AS SELECT n, 'été 🎉' FROM generate_series(1, 500) n")
    psql(server, "mm-lauze-4f2a", "CREATE TABLE IF NOT EXISTS posts (id text, message text, createat bigint)")
    psql(
        server,
        "mm-lauze-4f2a",
        "INSERT INTO posts (id, message, createat) SELECT n, 'été 🎉', 1000 FROM generate_series(1, 300) n",
    )
    refused = workspace.degoog("backup")
    assert refused.exit == 2, refused.out + refused.err
    assert "does not let serveur in" in refused.out
    key = next(line.strip() for line in refused.out.splitlines() if "ssh-ed25519" in line)
    assert record(server)["backup"]["why"] == "refused"
    let_in(keeper, key)


def test_a_backup_is_made_and_leaves_nothing_behind(server, workspace, keeper, what):
    made = workspace.degoog("backup")
    assert made.exit == 0, made.out + made.err
    assert "is backed up" in made.out
    noted = record(server)["backup"]
    assert (noted["ok"], noted["why"]) == (True, "")
    assert int(str(noted["files"])) >= 3
    assert json.loads(server.sh(f"{OCC} status --output=json"))["maintenance"] is False
    assert not server.succeeds(f"test -e {HOME}/backup")
    assert workspace.degoog("provision", "--check").exit == 0, "nothing of it is drift"
    listed = workspace.degoog("backup", "--list", "--json")
    assert [line["snapshot"] for line in listed.lines if line["event"] == "backup"] == [noted["snapshot"]]


def test_what_opens_the_backups_is_for_root_only_and_in_no_command_line(server, keeper, what):
    for name in ("password", "settings.json", "key", "repository"):
        assert server.sh(f"stat -c '%a %U' /etc/degoog/backup/lauze-4f2a/{name}").split() == ["600", "root"]
    assert "a password for tests" not in server.sh(
        f"systemctl cat {UNIT}.service; journalctl --no-pager --unit '{UNIT}*'"
    )
    assert not keeper.succeeds("grep -rq 'first' /srv/garde/lauze"), "what lies there is encrypted"
    assert UNIT in server.sh("systemctl list-timers --all --no-legend")


def test_the_backup_comes_back_in_a_test(server, workspace, what):
    tested = workspace.degoog("backup", "--test")
    assert tested.exit == 0, tested.out + tested.err
    assert "can be restored from" in tested.out
    assert record(server)["restore_test"]["ok"] is True
    assert not server.succeeds(f"test -e {HOME}/restore-test")
    assert "test" not in server.sh("cd / && runuser -u postgres -- psql -qAt -c 'SELECT datname FROM pg_database'")


def test_a_backup_that_is_killed_holds_nothing_still_and_its_lock_holds_nobody_up(server, workspace, keeper, what):
    # A lock such as the one that restic leaves when it is killed: this run's own, put back after its end.
    keeper.sh(
        "setsid sh -c 'until cp /srv/garde/lauze/locks/* /root/; do sleep 0.01; done' </dev/null >/dev/null 2>&1 &"
    )
    server.sh(
        f"systemctl start --no-block {UNIT}.service; "
        f"for _ in $(seq 6000); do test -e {STATE}/nextcloud-held && break; sleep 0.01; done; "
        f"kill -9 $(systemctl show --property MainPID --value {UNIT}); "
        f"until systemctl is-active {UNIT} | grep -qx -e inactive -e failed; do sleep 0.1; done"
    )
    assert record(server)["backup"]["why"] == "interrupted"
    assert json.loads(server.sh(f"{OCC} status --output=json"))["maintenance"] is False
    keeper.sh(
        "cd /root; for lock in [0-9a-f]*; do install -o garde -g garde -m 0600 $lock /srv/garde/lauze/locks/; done"
    )
    assert keeper.sh("ls /srv/garde/lauze/locks").strip()
    again = workspace.degoog("backup")
    assert again.exit == 0, again.out + again.err
    assert keeper.sh("ls /srv/garde/lauze/locks").strip() == ""


def test_a_wrong_password_is_told_and_opens_nothing(server, workspace, monkeypatch, what):
    monkeypatch.setenv("DEGOOG_BACKUP_PASSWORD", "another one")
    refused = workspace.degoog("backup")
    assert refused.exit == 2
    assert "does not open with the password" in refused.out


def test_a_repository_out_of_reach_is_told(server, workspace, keeper, what):
    describe(workspace, keeper, address=f"{server.site.network}.250")
    stopped = workspace.degoog("backup")
    assert stopped.exit == 4
    assert "does not reach the machine that keeps the backups" in stopped.out


def test_a_full_repository_is_told(server, workspace, keeper, what):
    describe(workspace, keeper, folder="/srv/etroit/lauze")
    stopped = workspace.degoog("backup")
    assert stopped.exit == 4, stopped.out
    assert "no room left where the backups go" in stopped.out
    assert json.loads(server.sh(f"{OCC} status --output=json"))["maintenance"] is False


def test_a_restore_that_is_killed_leaves_what_was_there_and_the_next_one_ends(server, workspace, keeper, what):
    server.sh(f"echo 'second' > '{FILE}'; rm {HOME}/mattermost/data/photo.jpg")
    psql(server, "nc-lauze-4f2a", "DELETE FROM degoog_rows")
    psql(server, "mm-lauze-4f2a", "INSERT INTO posts (id, message, createat) VALUES ('later', 'later', 99999999999999)")
    mark = f"{STATE}/restoring.json"
    assert workspace.degoog("backup", "--list").exit == 0, "which tells the machine where the backups are again"
    server.sh(
        f"systemd-run --quiet --collect --no-block --unit killed -p Type=oneshot "
        f"-p 'ExecStopPost={PROGRAM} settle restore' {PROGRAM} restore newest; "
        f"for _ in $(seq 6000); do test -e {mark} && break; sleep 0.01; done; sleep 0.5; "
        "kill -9 $(systemctl show --property MainPID --value killed); "
        "until systemctl is-active killed | grep -qx -e inactive -e failed; do sleep 0.1; done"
    )
    assert record(server)["restore"]["why"] == "interrupted"
    assert server.sh(f"cat '{FILE}'").strip() == "second"
    assert psql(server, "mm-lauze-4f2a", POSTS) == "301"
    assert https(server, TALK, "/api/v4/system/ping")[0] == 200

    restored = workspace.degoog("restore", "--yes")
    assert restored.exit == 0, restored.out + restored.err
    assert "1 file, 1 message" in restored.out
    assert server.sh(f"cat '{FILE}'").strip() == "first"
    assert psql(server, "nc-lauze-4f2a", "SELECT count(*) FROM degoog_rows") == "500"
    assert psql(server, "mm-lauze-4f2a", POSTS) == "300"
    assert not server.succeeds(f"ls -d {mark} {HOME}/restore-*")
    assert "data-fingerprint" in server.sh(f"{OCC} config:list --private --output=json")


def test_another_machine_gets_the_same_files_and_rows(server, other, workspace, keeper, what):
    inventory = workspace.folder / "new.yml"
    workspace.point_at(other.host, "relais")
    (workspace.folder / "inventory.yml").rename(inventory)
    workspace.point_at(server.host)
    kept_apart = workspace.degoog("restore", "--to", str(inventory), "relais", "--yes")
    assert kept_apart.exit == 2, kept_apart.out + kept_apart.err
    assert "ssh-ed25519" in kept_apart.out, kept_apart.out + kept_apart.err
    let_in(keeper, next(line.strip() for line in kept_apart.out.splitlines() if "ssh-ed25519" in line))
    workspace.point_at(other.host)
    apart = workspace.degoog("backup")
    assert apart.exit == 2, "an empty installation does not add to the backups of the one that is to come back"
    assert "another installation" in apart.out
    workspace.point_at(server.host)
    # Accounts have other numbers on other machines.
    other.sh(
        "systemctl stop degoog-lauze-4f2a-mattermost; usermod --uid 4242 mm-lauze-4f2a; "
        f"cd {HOME}/mattermost; chown -R mm-lauze-4f2a config data logs plugins client-plugins; "
        "systemctl start degoog-lauze-4f2a-mattermost"
    )

    refused = workspace.degoog("restore", "--to", str(inventory), "relais", "--snapshot", "00000000", "--yes")
    assert refused.exit == 2
    restored = workspace.degoog("restore", "--to", str(inventory), "relais", "--yes")
    assert restored.exit == 0, restored.out + restored.err
    assert contents(other) == contents(server)
    for database, table in (("nc-lauze-4f2a", "degoog_rows"), ("mm-lauze-4f2a", "posts")):
        question = f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t"
        assert psql(other, database, question) == psql(server, database, question)
    assert json.loads(https(other, CLOUD, "/status.php")[2])["maintenance"] is False
    assert https(other, TALK, "/api/v4/system/ping")[0] == 200


def test_a_damaged_repository_is_found_by_the_restore_test(server, workspace, keeper, what):
    keeper.sh(
        "for pack in $(find /srv/garde/lauze/data -type f); do "
        "printf damaged | dd of=$pack bs=1 seek=20 conv=notrunc 2>/dev/null; done"
    )
    tested = workspace.degoog("backup", "--test")
    assert tested.exit == 3, tested.out + tested.err
    assert "damaged" in tested.out
    assert record(server)["restore_test"]["ok"] is False
    assert not server.succeeds(f"test -e {HOME}/restore-test")


def test_a_restic_server_with_accounts_keeps_backups_too(server, workspace, keeper, what):
    access = "mot/de:passe@garde 5"
    keeper.sh("DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends rclone >/dev/null")
    keeper.sh(
        "install -d -o garde -g garde /srv/garde/rest; systemd-run --quiet --unit=rest --uid=garde --setenv=HOME=/tmp "
        f"--setenv=RCLONE_USER=lauze --setenv='RCLONE_PASS={access}' rclone serve restic --addr :8000 /srv/garde/rest; "
        "until ss -ltn | grep -q ':8000 '; do sleep 0.2; done"
    )
    where = f"rest:http://{keeper.address}:8000/lauze"
    workspace.describe(more=f"  backup:\n    repository: {where}\n    login: lauze\n")
    refused = workspace.degoog("backup", DEGOOG_BACKUP_ACCESS="faux")
    assert refused.exit == 2, refused.out + refused.err
    assert "does not let serveur in" in refused.out
    made = workspace.degoog("backup", DEGOOG_BACKUP_ACCESS=access)
    assert made.exit == 0, made.out + made.err
    assert keeper.sh("ls /srv/garde/rest/lauze/snapshots").strip()
    assert server.sh("stat -c '%a %U' /etc/degoog/backup/lauze-4f2a/repository").split() == ["600", "root"]
    for secret in (access, "mot%2Fde%3Apasse%40garde%205"):
        assert not server.succeeds(f"journalctl --no-pager | grep -qF '{secret}'")
    tested = workspace.degoog("backup", "--test", DEGOOG_BACKUP_ACCESS=access)
    assert tested.exit == 0, tested.out + tested.err
