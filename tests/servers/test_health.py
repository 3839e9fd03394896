"""What `degoog health` finds on a machine, and what the machine's own timer writes down."""

from __future__ import annotations

import json

import pytest

from tests.servers import sink
from tests.servers.archives import KIND, REAL
from tests.servers.conftest import OCC

pytestmark = pytest.mark.parametrize("what", [KIND])

STATE = "/var/lib/degoog/lauze-4f2a"
PASSWORD = "mot de passe du courriel 9"
MAIL = """\
  mail:
    host: {host}
    port: {port}
    secure: ""
    user: robot@lauze.example
    sender: robot@lauze.example
    alerts: referente@lauze.example
"""


def unwell(workspace) -> set[str]:
    looked = workspace.degoog("health", "--json")
    assert looked.exit in {0, 5}, looked.out
    return {line["check"] for line in looked.lines if line["event"] == "health" and line["level"] == "bad"}


@pytest.fixture(scope="module")
def lacking(server) -> set[str]:
    """What is found of an archive that was packed from sources, and has no signed list of its files."""
    return {"setup"} if REAL and not server.succeeds(f"{OCC} integrity:check-core") else set()


def test_a_machine_in_order_is_found_to_be_and_what_breaks_is_found(server, workspace, lacking, what):
    server.sh("systemctl start degoog-lauze-4f2a-nextcloud-cron.service")
    server.sh(f'date -u +\'{{"backup": {{"ok": true, "at": "%Y-%m-%dT%H:%M:%SZ"}}}}\' > {STATE}/backup.json')
    assert unwell(workspace) == lacking

    server.sh("systemctl stop degoog-lauze-4f2a-mattermost")
    server.sh(f'echo \'{{"backup": {{"ok": false, "at": "x", "why": "no room"}}}}\' > {STATE}/backup.json')
    server.sh("mv /etc/degoog/tls/cloud.lauze.example /etc/degoog/tls/elsewhere")
    assert unwell(workspace) == {"service", "mattermost", "backup", "certificate"} | lacking


def test_the_timer_looks_by_itself_and_keeps_what_it_saw(server, workspace, what):
    assert "degoog-lauze-4f2a-health.timer" in server.sh("systemctl list-timers --all --no-legend")
    server.sh("systemctl start degoog-lauze-4f2a-health.service")
    kept = json.loads(server.sh(f"cat {STATE}/health.json"))
    assert kept["well"] is False
    assert "service_down degoog-lauze-4f2a-mattermost" in kept["told"]
    assert server.sh("stat -c %a /etc/degoog/lauze-4f2a-health.json").strip() == "600"


def test_mail_of_the_servers_reaches_the_mail_server_that_is_described(server, workspace, what):
    server.sh(f"mv /etc/degoog/tls/elsewhere /etc/degoog/tls/cloud.lauze.example; rm {STATE}/backup.json")
    with sink.listening(f"{server.site.network}.1") as mails:
        workspace.describe(more=MAIL.format(host=f"{server.site.network}.1", port=mails.port))
        assert workspace.degoog("provision", DEGOOG_MAIL_PASSWORD=PASSWORD).exit == 0
        again = workspace.degoog("provision", "--json")
        assert (again.exit, again.lines[-1]["changed"]) == (0, 0), "without the password, what is known of it stays"

        # A server that is not well writes once, and once more when it is well again.
        server.sh(f"rm -f {STATE}/health.json; systemctl stop degoog-lauze-4f2a-nextcloud-cron.timer")
        for _time in range(2):
            server.sh("systemctl start degoog-lauze-4f2a-health.service")
        (bad,) = mails.mails
        assert mails.logins == [("robot@lauze.example", PASSWORD)]
        assert (bad["From"], bad["To"]) == ("robot@lauze.example", "referente@lauze.example")
        assert "Les Jardins de la Lauze" in bad["Subject"]
        assert "degoog-lauze-4f2a-nextcloud-cron.timer" in bad.get_content()

        told = json.loads(server.sh(f"{OCC} config:list --private --output=json"))["system"]
        assert (told["mail_smtphost"], told["mail_smtppassword"]) == (f"{server.site.network}.1", PASSWORD)
        chat = json.loads(server.sh("cat /srv/degoog/lauze-4f2a/mattermost/config/config.json"))["EmailSettings"]
        assert (chat["SMTPServer"], chat["SMTPPort"], chat["SMTPPassword"]) == (
            f"{server.site.network}.1", str(mails.port), PASSWORD,
        )  # fmt: skip
        if REAL:
            server.sh(f"{OCC} user:setting referente settings email referente@lauze.example")
            server.sh(f"{OCC} user:welcome referente")
            assert [(mail["From"], mail["To"]) for mail in mails.mails[1:]] == [
                ("Nextcloud <robot@lauze.example>", "referente <referente@lauze.example>")
            ]
    workspace.describe()
