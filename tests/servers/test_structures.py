"""Two structures on one machine, which never meet; and two machines for one structure, each with what it needs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.servers import machines
from tests.servers.archives import KIND
from tests.servers.conftest import CLOUD, TALK, Workspace, https

pytestmark = pytest.mark.parametrize("what", [KIND])

OURS, THEIRS = "lauze-4f2a", "voisins-8b3c"
NEAR, NEAR_TALK = "cloud.voisins.example", "discussion.voisins.example"


class Neighbour(Workspace):
    """The workspace of another structure."""

    def describe(self, **more) -> None:
        super().describe(**{"cloud": NEAR, "talk": NEAR_TALK, **more})
        written = self.folder / "workspace.yml"
        written.write_text(written.read_text().replace(OURS, THEIRS))


@pytest.fixture(scope="module")
def shared(site, workspace, converged, tmp_path_factory) -> Iterator[tuple[machines.Machine, Neighbour]]:
    """A machine of one structure, on which a second one was installed."""
    neighbour = Neighbour(tmp_path_factory.mktemp("voisins"), site.shelf)
    with machines.booted(site, "partage", 13, converged.layers) as machine:
        for one in (workspace, neighbour):
            one.describe()
            one.point_at(machine.host)
        first = neighbour.degoog("provision", "--json")
        assert first.exit == 0, first.out[-3000:] + first.err[-3000:]
        yield machine, neighbour


def test_both_structures_answer_each_under_its_own_names(shared, what):
    machine, _neighbour = shared
    for cloud, talk in ((CLOUD, TALK), (NEAR, NEAR_TALK)):
        assert json.loads(https(machine, cloud, "/status.php")[2])["installed"] is True
        assert https(machine, talk, "/api/v4/system/ping")[0] == 200
    told = json.loads(https(machine, NEAR_TALK, "/api/v4/config/client?format=old")[2])
    assert told["SiteURL"] == f"https://{NEAR_TALK}"


def test_neither_is_changed_by_the_other(shared, workspace, what):
    _machine, neighbour = shared
    ours = workspace.degoog("provision", "--json")
    assert (ours.exit, ours.lines[-1]["changed"]) == (0, 0), ours.out[-2000:]
    theirs = neighbour.degoog("provision", "--json")
    assert (theirs.exit, theirs.lines[-1]["changed"]) == (0, 0), theirs.out[-2000:]


@pytest.mark.parametrize(("mine", "other"), [(OURS, THEIRS), (THEIRS, OURS)])
def test_neither_can_look_into_the_other(shared, what, mine, other):
    machine, _neighbour = shared
    inside = f"/srv/degoog/{other}"
    for account in (f"nc-{mine}", f"mm-{mine}"):
        for path in (
            f"{inside}/nextcloud/config", f"{inside}/nextcloud/data", f"{inside}/mattermost/config",
            f"{inside}/mattermost/data", f"/var/log/degoog/{other}", f"/run/degoog-{other}-mattermost",
            f"/run/degoog-{other}-redis",
        ):  # fmt: skip
            assert machine.succeeds(f"test -d {path}")
            assert not machine.succeeds(f"runuser -u {account} -- ls {path}"), (account, path)
        assert not machine.succeeds(f"runuser -u {account} -- cat {inside}/mattermost/environment")
        assert not machine.succeeds(f"runuser -u {account} -- psql -d nc-{other} -c 'SELECT 1'")
        assert machine.succeeds(f"runuser -u {account} -- psql -d {account} -c 'SELECT 1'")
    assert machine.succeeds(f"runuser -u nc-{mine} -- redis-cli -s /run/degoog-{mine}-redis/redis.sock ping")
    assert not machine.succeeds(f"runuser -u nc-{mine} -- redis-cli -s /run/degoog-{other}-redis/redis.sock ping")


def test_no_memory_of_php_serves_two_structures(shared, what):
    machine, _neighbour = shared
    masters = {}
    for id_ in (OURS, THEIRS):
        pid = machine.sh(f"systemctl show -P MainPID degoog-{id_}-php").strip()
        masters[id_] = pid
        assert machine.sh(f"stat -c %U /proc/{pid}").strip() == f"nc-{id_}"
        assert machine.sh(f"pgrep -P {pid}").split(), "and so have those it began"
        owned = machine.sh(f"stat -c '%a %U' /run/degoog-{id_}-php /run/degoog-{id_}-php/php.sock").splitlines()
        assert owned == [f"750 nc-{id_}", f"660 nc-{id_}"]
    assert len(set(masters.values())) == 2


def test_ports_differ_and_locks_jails_and_timers_are_each_ones_own(shared, what):
    machine, _neighbour = shared
    ports = {machine.sh(f"cat /etc/degoog/ports/{id_}-mattermost").strip() for id_ in (OURS, THEIRS)}
    assert len(ports) == 2
    timers = machine.sh("systemctl list-timers --all --no-legend")
    jails = machine.sh("fail2ban-client status")
    for id_ in (OURS, THEIRS):
        assert f"degoog-{id_}-nextcloud-cron.timer" in timers
        assert f"degoog-{id_}-nextcloud" in jails
        assert f"degoog-{id_}-mattermost" in jails
    assert machine.sh("systemctl --failed --no-legend --plain").strip() == ""


def test_a_machine_each_gets_only_what_its_service_needs(site, tmp_path, what):
    apart = Workspace(tmp_path, site.shelf)
    base = [site.base("13")]
    with machines.booted(site, "nuage", 14, base) as cloud, machines.booted(site, "parole", 15, base) as talk:
        (tmp_path / "inventory.yml").write_text(json.dumps({"all": {
            "hosts": {"nuage": cloud.host, "parole": talk.host},
            "children": {"nextcloud": {"hosts": {"nuage": None}}, "mattermost": {"hosts": {"parole": None}}},
        }}))  # fmt: skip
        apart.way.addresses = {CLOUD: cloud.address, TALK: talk.address}
        done = apart.degoog("provision", "--json")
        assert done.exit == 0, done.out[-3000:] + done.err[-3000:]
        assert json.loads(https(cloud, CLOUD, "/status.php")[2])["installed"] is True
        assert https(talk, TALK, "/api/v4/system/ping")[0] == 200
        assert not cloud.succeeds("ls -d /srv/degoog/*/mattermost /etc/degoog/tls/discussion.*")
        assert not talk.succeeds("ls -d /srv/degoog/*/nextcloud /etc/php /usr/bin/redis-server")
        assert not talk.succeeds("ls -d /etc/degoog/tls/cloud.*")
