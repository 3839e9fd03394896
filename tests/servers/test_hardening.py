"""What an attacker would try, tried: from another address, over old TLS, under unknown names, beside the processes."""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
import time
from http.client import HTTPSConnection
from pathlib import Path

import pytest
import testinfra

from tests.servers.archives import KIND
from tests.servers.commands import run
from tests.servers.conftest import CLOUD, OCC, TALK, https

pytestmark = pytest.mark.parametrize("what", [KIND])

ID = "lauze-4f2a"
MAIL_PASSWORD = "mot-de-passe-du-courriel-31"


@pytest.fixture(scope="module")
def inside(server):
    """The machine as testinfra sees it, over SSH as degoog does."""
    host = server.host
    return testinfra.get_host(
        f"ssh://root@{host['ansible_host']}", ssh_identity_file=host["ansible_ssh_private_key_file"],
        ssh_extra_args=host["ansible_ssh_common_args"],
    )  # fmt: skip


def greeting(machine, name: str, *, tuned=lambda context: None) -> tuple[str, str]:
    """Shake hands; gives the version and the cipher agreed on. Raises `ssl.SSLError` where they are refused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    tuned(context)
    with (
        socket.create_connection((machine.address, 443), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        return secured.version() or "", (secured.cipher() or ("",))[0]


@pytest.mark.parametrize("name", [CLOUD, TALK])
def test_tls_is_recent_and_its_ciphers_keep_no_key(server, what, name):
    assert greeting(server, name)[0] == "TLSv1.3"

    def older(context):
        context.maximum_version = ssl.TLSVersion.TLSv1_2

    version, cipher = greeting(server, name, tuned=older)
    assert version == "TLSv1.2"
    assert re.match(r"ECDHE-ECDSA-(AES(128|256)-GCM|CHACHA20)", cipher), cipher


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_old_versions_of_tls_are_refused(server, what, version):
    def old(context):
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]

    with pytest.raises((ssl.SSLError, OSError)):
        greeting(server, CLOUD, tuned=old)


def test_ciphers_that_encrypt_before_they_sign_are_refused(server, what):
    def weak(context):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0")

    with pytest.raises((ssl.SSLError, OSError)):
        greeting(server, CLOUD, tuned=weak)


def test_modules_of_applications_from_the_store_reach_the_browser_as_what_they_are(server, what):
    place = "/srv/degoog/lauze-4f2a/nextcloud/apps/probe.mjs"
    server.sh(f"echo 'export const one = 1;' > {place} && chmod 0644 {place}")
    status, headers, _body = https(server, CLOUD, "/apps-extra/probe.mjs")
    server.sh(f"rm {place}")
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/javascript")


@pytest.mark.parametrize("name", ["autre.example", "203.0.113.9.example"])
def test_a_name_that_is_nobodys_is_shown_no_certificate(server, what, name):
    with pytest.raises((ssl.SSLError, OSError)):
        greeting(server, name)


def test_only_the_doors_that_are_meant_to_be_open_are(inside, what):
    for address in ("tcp://0.0.0.0:443", "tcp://0.0.0.0:80", "tcp://0.0.0.0:22"):
        assert inside.socket(address).is_listening
    outer = {line for line in inside.socket.get_listening_sockets() if re.match(r"(tcp|udp)://(0\.0\.0\.0|::)", line)}
    assert {line.rsplit(":", 1)[1] for line in outer if line.startswith("tcp")} == {"22", "80", "443"}


@pytest.mark.parametrize(
    "name", ["nginx", "fail2ban", "unattended-upgrades", f"degoog-{ID}-mattermost", "degoog-firewall"]
)
def test_what_must_run_runs_and_starts_with_the_machine(inside, what, name):
    service = inside.service(name)
    assert service.is_running
    assert service.is_enabled


@pytest.mark.parametrize(
    ("path", "mode", "user"),
    [
        (f"/srv/degoog/{ID}/nextcloud/data", 0o700, f"nc-{ID}"),
        (f"/srv/degoog/{ID}/nextcloud/config", 0o750, f"nc-{ID}"),
        (f"/srv/degoog/{ID}/mattermost/config", 0o700, f"mm-{ID}"),
        (f"/srv/degoog/{ID}/mattermost/environment", 0o640, "root"),
        ("/etc/degoog/tls/authority.key", 0o600, "root"),
        (f"/etc/degoog/tls/{CLOUD}/privkey.pem", 0o600, "root"),
    ],
)
def test_what_is_secret_belongs_to_who_needs_it(inside, what, path, mode, user):
    found = inside.file(path)
    assert (found.mode, found.user) == (mode, user)


def test_no_secret_lies_where_everybody_reads(server, workspace, what):
    told = json.loads(server.sh(f"{OCC} config:list --private --output=json"))["system"]
    secrets = [told["secret"], told["passwordsalt"], "PRIVATE KEY"]
    secrets += [secret.reveal() for secret in workspace.keyring.known.values()]
    words = " ".join(f"-e '{secret}'" for secret in secrets)
    everywhere = "/etc/degoog /srv/degoog /var/lib/degoog /var/log"
    found = f"runuser -u nobody -- grep -rlF --exclude-dir=releases {words} {everywhere} 2>/dev/null || true"
    assert server.sh(found).strip() == ""


def test_code_cannot_be_changed_by_who_runs_it(server, what):
    for user, folder in ((f"nc-{ID}", "nextcloud"), (f"mm-{ID}", "mattermost")):
        found = f"find /srv/degoog/{ID}/{folder}/releases ! -type l -writable -print -quit"
        assert server.sh(f"runuser -u {user} -- {found}").strip() == ""


@pytest.mark.parametrize("unit", [f"degoog-{ID}-mattermost", f"degoog-{ID}-nextcloud-cron", f"degoog-{ID}-php"])
def test_units_are_boxed_in(server, what, unit):
    told = server.sh(f"systemd-analyze security --no-pager {unit}.service | tail -1")
    (exposure, *_rest) = re.findall(r"\d+\.\d", told)
    assert float(exposure) <= 3.0, told


def test_the_background_jobs_work_inside_their_box(server, what):
    server.sh(f"systemctl start degoog-{ID}-nextcloud-cron.service")
    assert server.sh(f"systemctl show -P Result degoog-{ID}-nextcloud-cron.service").strip() == "success"


@pytest.mark.parametrize(
    ("key", "value"),
    [("memory_limit", "512M"), ("upload_max_filesize", "16G"), ("expose_php", ""), ("output_buffering", "0")],
)
def test_php_is_set_for_nextcloud(server, what, key, value):
    version = server.sh("php -r 'echo PHP_MAJOR_VERSION.\".\".PHP_MINOR_VERSION;'").strip()
    told = server.sh(f"php -c /etc/php/{version}/fpm/php.ini -r 'echo ini_get(\"{key}\");'").strip()
    assert told == value


def test_an_update_of_debians_php_reaches_the_structures_own(server, what):
    # What php-fpm's own postinst does once its new code is there.
    before = server.sh(f"systemctl show -P MainPID degoog-{ID}-php").strip()
    server.sh("invoke-rc.d $(basename $(ls /etc/init.d/php*-fpm)) restart")
    server.sh(f"for _ in $(seq 100); do systemctl is-active --quiet degoog-{ID}-php && break; sleep 0.1; done")
    assert server.sh(f"systemctl show -P MainPID degoog-{ID}-php").strip() not in {before, "0"}
    assert https(server, CLOUD, "/status.php")[0] == 200


def test_security_updates_install_themselves(inside, what):
    told = inside.check_output("apt-config dump")
    assert 'APT::Periodic::Unattended-Upgrade "1";' in told
    assert "Debian-Security" in told
    assert inside.service("apt-daily-upgrade.timer").is_enabled


def test_logs_are_turned_over_and_stay_private(server, inside, what):
    server.sh(f"echo line >> /var/log/degoog/{ID}/nextcloud.log")
    server.sh(f"logrotate --force /etc/logrotate.d/degoog-{ID}-nextcloud")
    assert inside.file(f"/var/log/degoog/{ID}/nextcloud.log.1").exists
    assert inside.file(f"/var/log/degoog/{ID}/nextcloud.log").mode == 0o640


WRONG = json.dumps({"login_id": "referente", "password": "faux"})
GUESSES = {
    "nextcloud": (CLOUD, "GET", "/ocs/v2.php/cloud/user", {"Authorization": "Basic cmVmZXJlbnRlOmZhdXg="}, None),
    "mattermost": (TALK, "POST", "/api/v4/users/login", {"Content-Type": "application/json"}, WRONG),
}


def login(machine, source: str, service: str) -> int:
    """Try a wrong password from an address of this computer; gives the status."""
    name, method, path, headers, body = GUESSES[service]
    context = ssl._create_unverified_context()
    connection = HTTPSConnection(machine.address, context=context, timeout=5)
    plain = socket.create_connection((machine.address, 443), timeout=5, source_address=(source, 0))
    connection.sock = context.wrap_socket(plain, server_hostname=name)
    connection.request(method, path, body=body, headers={"Host": name, "OCS-APIRequest": "true", **headers})
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("service", ["nextcloud", "mattermost"])
def test_who_guesses_passwords_is_shut_out_and_nobody_else(server, what, service):
    guesser, jail = f"{server.site.network}.201", f"degoog-{ID}-{service}"
    run("ip", "addr", "add", f"{guesser}/24", "dev", server.site.bridge)
    try:
        until = time.monotonic() + 60
        shut = False
        while not shut and time.monotonic() < until:
            try:
                assert login(server, guesser, service) in {401, 429}
                time.sleep(0.5)
            except OSError:
                shut = True
        assert shut, server.sh(f"fail2ban-client status {jail}")
        assert guesser in server.sh(f"fail2ban-client status {jail}")
        assert https(server, CLOUD, "/status.php")[0] == 200
        server.sh(f"fail2ban-client set {jail} unbanip {guesser}")
        assert login(server, guesser, service) in {401, 429}
    finally:
        run("ip", "addr", "del", f"{guesser}/24", "dev", server.site.bridge)


class Passers:
    """Reads every command line of this computer, and of the machines on it, for as long as it lasts."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._over.wait(0.1):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes())
                except OSError:
                    continue

    def __enter__(self) -> Passers:
        self._thread.start()
        return self

    def __exit__(self, *_why: object) -> None:
        self._over.set()
        self._thread.join()


MAIL = """\
  mail:
    host: 127.0.0.1
    port: 25
    user: robot@lauze.example
    sender: robot@lauze.example
"""


def test_no_secret_is_on_a_command_line_in_a_log_or_left_on_either_side(server, workspace, what):
    workspace.describe(more=MAIL)
    workspace.keyring.known.clear()
    with Passers() as passers:
        done = workspace.degoog("provision", DEGOOG_MAIL_PASSWORD=MAIL_PASSWORD)
    assert done.exit == 0, done.out
    handed = [secret.reveal() for secret in workspace.keyring.known.values()]
    assert len(handed) == 2
    assert any(b"nextcloud/current/occ" in line for line in passers.seen), "the watch saw the machine"
    for secret in (MAIL_PASSWORD, *handed):
        assert not any(secret.encode() in line for line in passers.seen)
        assert secret not in done.out + done.err
        for path in (workspace.folder / ".degoog").rglob("*"):
            assert not path.is_file() or secret.encode() not in path.read_bytes(), path
        assert server.sh(f"grep -rlF '{secret}' /var/log /tmp /var/tmp /run/log 2>/dev/null || true").strip() == ""
        assert not server.succeeds(f"journalctl --no-pager | grep -qF '{secret}'")
    workspace.describe()
