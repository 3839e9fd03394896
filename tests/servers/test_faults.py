"""What goes wrong on the way is said in words, leaves the machine in a known state, and the next run finishes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from degoog.cli.context import Context
from tests.servers import acme
from tests.servers.archives import KIND
from tests.servers.conftest import CLOUD, TALK, https

pytestmark = pytest.mark.parametrize("what", [KIND])

SUDO = "Mot-de-passe-7"


@pytest.fixture
def account(server, workspace) -> Iterator[None]:
    """An account of an agency, which may use sudo with its password."""
    server.sh(
        "id agence 2>/dev/null || useradd --create-home --shell /bin/bash --groups sudo agence;"
        f"echo 'agence:{SUDO}' | chpasswd;"
        "install -d -m 700 -o agence -g agence /home/agence/.ssh;"
        "install -m 600 -o agence -g agence /root/.ssh/authorized_keys /home/agence/.ssh/authorized_keys"
    )
    workspace.point_at(server.host | {"ansible_user": "agence"})
    yield
    workspace.point_at(server.host)


@contextmanager
def held(server, port: int) -> Iterator[None]:
    """Have another program listen where one of ours should."""
    server.sh(f"systemd-run --unit=squatter --quiet python3 -m http.server --bind 0.0.0.0 {port}; sleep 1")
    try:
        yield
    finally:
        server.sh("systemctl stop squatter")


def flat(text: str) -> str:
    return " ".join(text.split())


def test_an_account_with_a_sudo_password_is_enough(server, workspace, account, what):
    done = workspace.degoog("provision", "--json", DEGOOG_SUDO_PASSWORD=SUDO)
    assert (done.exit, done.lines[-1]["changed"]) == (0, 0), done.out[-2000:]


@pytest.mark.parametrize(("given", "said"), [("faux", "refused the password of sudo"), ("", "none was given")])
def test_a_wrong_or_missing_sudo_password_is_said(server, workspace, account, what, given, said):
    stopped = workspace.degoog("provision", DEGOOG_SUDO_PASSWORD=given)
    assert stopped.exit == 2, stopped.out
    assert said in flat(stopped.out)
    assert "with --ask-sudo" in flat(stopped.out)
    assert SUDO not in stopped.out


def test_a_port_of_the_web_that_another_program_holds_is_named(server, workspace, what):
    server.sh("systemctl stop nginx")
    with held(server, 443):
        stopped = workspace.degoog("provision")
        assert stopped.exit == 4, stopped.out
        assert "already uses the port 443" in flat(stopped.out)
        assert "ss -ltnp" in stopped.out
    assert workspace.degoog("provision").exit == 0
    assert https(server, CLOUD, "/status.php")[0] == 200


def test_mattermosts_port_held_by_another_program_is_named(server, workspace, what):
    unit = "degoog-lauze-4f2a-mattermost"
    port = int(
        server.sh("sed -n 's/^MM_SERVICESETTINGS_LISTENADDRESS=.*://p' /srv/degoog/lauze-4f2a/mattermost/environment")
    )
    server.sh(f"systemctl stop {unit}")
    with held(server, port):
        stopped = workspace.degoog("provision")
        assert stopped.exit == 4, stopped.out
        assert f"already uses the port {port}" in flat(stopped.out)
    assert workspace.degoog("provision").exit == 0
    assert server.succeeds(f"systemctl is-active {unit}")


def test_a_mirror_of_packages_that_is_down_is_said_and_what_runs_goes_on(server, workspace, what):
    server.sh(
        "sed -i 's/:3142/:9/' /etc/apt/apt.conf.d/00proxy; rm -rf /var/lib/apt/lists/*; rm -f /var/lib/apt/periodic/*"
    )
    server.sh("touch -d '2 days ago' /var/lib/apt/lists; dpkg --remove --force-depends bzip2")
    stopped = workspace.degoog("provision")
    assert stopped.exit == 4, stopped.out
    assert "cannot fetch Debian's packages" in flat(stopped.out)
    assert https(server, CLOUD, "/status.php")[0] == 200
    server.sh("sed -i 's/:9\\b/:3142/' /etc/apt/apt.conf.d/00proxy")
    assert workspace.degoog("provision").exit == 0


def test_an_installation_of_packages_that_was_cut_off_is_finished(server, workspace, what):
    # What dpkg leaves when the machine is switched off under it: an unpacked package, and a note not yet taken in.
    server.sh("cd /var/tmp && apt-get -q download tree && dpkg --unpack tree_*.deb && rm tree_*.deb")
    server.sh("sed -n '/^Package: tree$/,/^$/p' /var/lib/dpkg/status > /var/lib/dpkg/updates/0000")
    assert not server.succeeds("apt-get -q install -y hostname"), "apt does nothing before dpkg is mended"
    mended = workspace.degoog("provision")
    assert mended.exit == 0, mended.out
    assert server.sh("dpkg --audit").strip() == ""
    assert server.sh("dpkg-query -W -f '${Status}' tree").strip() == "install ok installed"


def test_a_machine_that_does_not_reach_lets_encrypt_keeps_its_certificates(server, workspace, what):
    path = workspace.folder / "workspace.yml"
    described = path.read_text()
    path.write_text(described.replace("mode: internal", "mode: letsencrypt\n    email: referente@lauze.example"))
    stopped = workspace.degoog("provision")
    workspace.describe()
    assert stopped.exit == 4, stopped.out
    assert "does not reach Let's Encrypt" in flat(stopped.out)
    assert https(server, CLOUD, "/status.php")[0] == 200
    assert workspace.degoog("provision").exit == 0


def test_a_certificate_that_somebody_deleted_is_drawn_anew(server, workspace, what):
    server.sh(f"rm -r /etc/degoog/tls/{CLOUD}")
    mended = workspace.degoog("provision")
    assert mended.exit == 0, mended.out
    assert https(server, CLOUD, "/status.php")[0] == 200


def test_a_name_that_has_no_certificate_yet_does_not_keep_nginx_from_answering_lets_encrypt(server, workspace, what):
    path = workspace.folder / "workspace.yml"
    path.write_text(path.read_text().replace("mode: internal", "mode: letsencrypt\n    email: referente@lauze.example"))
    server.sh(f"rm -r /etc/degoog/tls/{CLOUD}")
    stopped = workspace.degoog("provision")
    workspace.describe()
    assert stopped.exit == 4, stopped.out
    assert "does not reach Let's Encrypt" in flat(stopped.out)
    server.sh("nginx -t")
    assert https(server, TALK, "/api/v4/system/ping")[0] == 200, "whoever has a certificate goes on"
    assert server.sh("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/").strip() == "301"
    assert workspace.degoog("provision").exit == 0
    assert https(server, CLOUD, "/status.php")[0] == 200


@pytest.mark.parametrize(
    ("kind", "detail", "said", "code"),
    [
        ("rejectedIdentifier", "The server will not issue for this identifier", "refuses a certificate to serveur", 2),
        ("rateLimited", "too many certificates (5) already issued, retry after 2026-12-01", "no more certificates", 4),
    ],
)
def test_what_lets_encrypt_refuses_is_said_and_what_runs_goes_on(
    server, workspace, tmp_path, what, kind, detail, said, code
):
    path = workspace.folder / "workspace.yml"
    path.write_text(path.read_text().replace("mode: internal", "mode: letsencrypt\n    email: referente@lauze.example"))
    bridge = f"{server.site.network}.1"
    with acme.refusing(bridge, tmp_path, kind=kind, detail=detail) as authority:
        server.sh(f"cat > /usr/local/share/ca-certificates/acme.crt <<'PEM'\n{authority.certificate}\nPEM")
        server.sh(f"update-ca-certificates >/dev/null 2>&1; echo '{bridge} {acme.NAME}' >> /etc/hosts")
        stopped = workspace.degoog("provision")
    server.sh(f"rm -rf /etc/letsencrypt/accounts; grep -v {acme.NAME} /etc/hosts > /tmp/h; cat /tmp/h > /etc/hosts")
    workspace.describe()
    assert "/order" in authority.asked, stopped.out
    assert stopped.exit == code, stopped.out
    assert said in flat(stopped.out)
    assert https(server, CLOUD, "/status.php")[0] == 200
    assert workspace.degoog("provision").exit == 0


class Run:
    """A real degoog in a process of its own, told apart by its steps."""

    def __init__(self, workspace, tmp_path) -> None:
        environ = {**os.environ, "DEGOOG_SECRETS_FILE": str(tmp_path / "kept" / "secrets.json")}
        words = ["--workspace", str(workspace.folder), "provision", "--only", "install", "--store", "file"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "degoog", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environ, start_new_session=True,
        )  # fmt: skip

    def until(self, step: str) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if line.strip() == step:
                return
        raise AssertionError(f"it ended before {step}: {self.ended()}")

    def children(self) -> list[int]:
        told = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in told.stdout.split()]

    def ended(self) -> tuple[int, str]:
        out, _err = self.process.communicate(timeout=180)
        return self.process.returncode, flat(out)


def test_a_run_that_is_interrupted_killed_or_cut_off_is_finished_by_the_next(server, workspace, what, tmp_path):
    sites = "/etc/nginx/sites-enabled/degoog-lauze-4f2a-*.conf"
    server.sh(f"rm {sites} && touch /etc/nginx/nginx.conf")

    asked = Run(workspace, tmp_path)
    asked.until("The web server")
    asked.process.send_signal(signal.SIGINT)
    code, out = asked.ended()
    assert code == 130, out
    assert "Stopped at your request. What was done stays" in out

    killed = Run(workspace, tmp_path)
    killed.until("PHP")
    children = killed.children()
    assert children
    killed.process.kill()
    killed.ended()
    until = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < until:
        time.sleep(0.5)
    assert not any(Path(f"/proc/{pid}").exists() for pid in children), "what it had begun ends with it"

    cut = Run(workspace, tmp_path)
    cut.until("The database")
    # Between two tasks Ansible only connects again, so the connection is cut until one is cut off at its work.
    server.sh("for _ in $(seq 60); do pkill -9 -f '^sshd(-session)?: root'; sleep 0.2; done")
    code, out = cut.ended()
    assert code == 4, out
    assert "The connection to serveur was cut" in out
    assert "What was done before stays" in out

    finished = workspace.degoog("provision")
    assert finished.exit == 0, finished.out
    assert https(server, CLOUD, "/status.php")[0] == 200
    assert workspace.degoog("provision", "--json").lines[-1]["changed"] == 0


def checks(answer) -> dict[str, set[str]]:
    """Give which checks of doctor ended how."""
    found: dict[str, set[str]] = {}
    for line in answer.lines:
        if line["event"] == "check":
            found.setdefault(str(line["check"]), set()).add(str(line["level"]))
    return found


MAIL = """\
  mail:
    host: 192.0.2.25
    port: 25
    sender: robot@lauze.example
"""


def test_doctor_names_all_that_is_wrong_with_a_machine_at_once(server, workspace, what):
    workspace.describe(more=MAIL)
    server.sh("systemctl stop nginx")
    try:
        with held(server, 80):
            looked = workspace.degoog("doctor", "--json")
    finally:
        server.sh("systemctl start nginx")
        workspace.describe()
    found = checks(looked)
    assert looked.exit == 2
    assert {name: found[name] for name in ("dns", "ssh", "system", "ports", "mail")} == {
        "dns": {"fail"}, "ssh": {"ok"}, "system": {"ok"}, "ports": {"fail"}, "mail": {"fail"}
    }  # fmt: skip


def test_doctor_tells_a_password_of_sudo_that_is_refused_and_a_door_that_is_shut(server, workspace, account, what):
    assert checks(workspace.degoog("doctor", "--json", DEGOOG_SUDO_PASSWORD="faux"))["machine"] == {"fail"}
    assert checks(workspace.degoog("doctor", "--json", DEGOOG_SUDO_PASSWORD=SUDO))["system"] == {"ok"}
    workspace.point_at(server.host | {"ansible_port": "2222"})
    assert checks(workspace.degoog("doctor", "--json"))["ssh"] == {"fail"}


def test_doctor_tells_a_disk_that_is_nearly_full_and_a_clock_that_is_off(server, workspace, monkeypatch, what):
    server.sh("mount -t tmpfs -o size=64m,mode=755 tmpfs /srv")
    monkeypatch.setattr(Context, "now", lambda _context: datetime.now(UTC) + timedelta(hours=1))
    try:
        looked = workspace.degoog("doctor", "--json")
    finally:
        server.sh("umount /srv")
    told = [str(line["what"]) for line in looked.lines if line["event"] == "check" and line["level"] == "fail"]
    assert looked.exit == 2
    assert any(one.startswith("serveur: 6") and "free on its disk" in one for one in told), told
    assert any(one.startswith("serveur: its clock") and "differ by 1 h" in one for one in told), told
