"""After an install degoog has its accesses, the person a way in, and nothing secret lies about."""

from __future__ import annotations

import json

import pytest

from degoog.secrets import Secret
from tests.servers.archives import KIND
from tests.servers.conftest import CLOUD, TALK

pytestmark = pytest.mark.parametrize("what", [KIND])

CHOSEN = "quatre mots bien choisis 7"


def kept(workspace) -> dict[str, str]:
    return {entry.split("/", 1)[1]: secret.reveal() for entry, secret in workspace.keyring.known.items()}


def test_the_first_run_hands_accesses_over_and_the_second_keeps_them(converged, server, workspace, what):
    assert set(kept(workspace)) == {"nextcloud/referente", "mattermost/token"}
    assert [line["new"] for line in converged.first.lines if line["event"] == "access"] == [True, True]
    assert [(line["state"], line["new"]) for line in converged.second.lines if line["event"] == "access"] == [
        ("good", False), ("good", False)
    ]  # fmt: skip


def test_degoog_can_work_with_them_at_once(server, workspace, what):
    looked = workspace.degoog("doctor", "--json")
    found = {line["check"]: line["level"] for line in looked.lines if line["event"] == "check"}
    assert found["token"] == "ok", looked.out


def test_what_was_handed_over_lies_nowhere_else(server, workspace, what):
    assert workspace.degoog("provision").exit == 0
    assert 'login: "referente"' in (workspace.folder / "workspace.yml").read_text()
    for secret in kept(workspace).values():
        assert server.sh(f"grep -rlF {secret} /run /tmp /var/tmp /var/log /etc /root 2>/dev/null || true").strip() == ""
        for path in workspace.folder.rglob("*"):
            assert not path.is_file() or secret.encode() not in path.read_bytes(), path
    assert server.sh("ls -d /run/degoog-handover* 2>/dev/null || true").strip() == ""


def test_an_access_that_was_taken_back_is_drawn_anew(server, workspace, what):
    before = kept(workspace)
    for entry in list(workspace.keyring.known):
        workspace.keyring.known[entry] = Secret("taken-back")
    again = workspace.degoog("provision", "--json")
    assert (again.exit, again.lines[-1]["changed"]) == (0, 0), "nothing of the servers themselves"
    after = kept(workspace)
    assert all(after[entry] not in {"taken-back", before[entry]} for entry in before)
    assert workspace.degoog("provision", "--json").lines[-1]["changed"] == 0
    assert kept(workspace) == after


def test_the_person_chooses_a_password_and_logs_in_with_it(server, workspace, what):
    refused = workspace.degoog("provision", "--set-password", DEGOOG_FIRST_PASSWORD="court")
    assert (refused.exit, "10 to 72 characters" in refused.err) == (2, True)
    told = workspace.degoog("provision", "--set-password", DEGOOG_FIRST_PASSWORD=CHOSEN)
    assert told.exit == 0, told.out + told.err
    assert f"https://{CLOUD}" in told.out
    assert CHOSEN not in told.out + told.err
    answer = server.sh(
        f"curl -sk --resolve {CLOUD}:443:127.0.0.1 -u 'referente:{CHOSEN}' -H 'OCS-APIRequest: true' "
        f"'https://{CLOUD}/ocs/v2.php/cloud/user?format=json'"
    )
    assert json.loads(answer)["ocs"]["data"]["id"] == "referente"


def test_a_release_takes_them_back_on_the_servers(server, workspace, what):
    given = kept(workspace)
    released = workspace.degoog("release", "--yes")
    assert released.exit == 0, released.out + released.err
    assert kept(workspace) == {}
    answers = [
        server.sh(
            f"curl -sk -o /dev/null -w '%{{http_code}}' --resolve {name}:443:127.0.0.1 {login} https://{name}{path}"
        ).strip()
        for name, login, path in (
            (CLOUD, f"-u referente:{given['nextcloud/referente']} -H 'OCS-APIRequest: true'", "/ocs/v2.php/cloud/user"),
            (TALK, f"-H 'Authorization: Bearer {given['mattermost/token']}'", "/api/v4/users/me"),
        )
    ]
    assert answers == ["401", "401"]
    assert workspace.degoog("provision").exit == 0
    assert set(kept(workspace)) == set(given)
