"""How a server is found to be, and when somebody is written to."""

import importlib.util
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from degoog.provision import health
from tests.repo.test_home import ROOT

NOW = 1_795_600_000.0  # 25 November 2026
LATELY = {"at": "2026-11-25T01:00:00Z", "ok": True}


def load() -> ModuleType:
    """Load the program as the machine does: by its path, with Python's own library only."""
    spec = importlib.util.spec_from_file_location("seen", ROOT / "playbooks/module_utils/degoog_health.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


WATCH = load()


class Machine:
    """A machine that answers what a test wants; whatever is not named answers well."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.down: set[str] = set()
        self.status: dict[str, Any] = {
            "installed": True, "maintenance": False, "needsDbUpgrade": False, "versionstring": "33.0.7",
        }  # fmt: skip
        self.cron = str(int(NOW) - 240)
        self.checks: dict[str, Any] = {"system": {"One": {"severity": "success", "name": "One"}}}
        self.ends = "Mar 10 12:00:00 2027 GMT"
        self.inst = ""
        self.client = {"BuildEnterpriseReady": "false", "Version": "11.7.9"}
        for service, version in (("nextcloud", "33.0.7"), ("mattermost", "11.7.9")):
            (folder / "srv" / service).mkdir(parents=True)
            (folder / "srv" / service / "current").symlink_to(folder / "srv" / service / "releases" / version)
        (folder / "state").mkdir()
        self.backup(backup=LATELY, restore_test=LATELY)

    def backup(self, **told: object) -> None:
        (self.folder / "state/backup.json").write_text(json.dumps(told))

    def run(self, words: list[str]) -> tuple[int, str]:
        match words:
            case ["openssl", *_]:
                return (0, f"notAfter={self.ends}\n") if self.ends else (1, "")
            case ["systemctl", *_, unit]:
                return int(unit in self.down), ""
            case ["apt-get", *_]:
                return 0, self.inst
            case ["GET", url]:
                return (
                    (1, "")
                    if "mattermost" in self.down
                    else (0, json.dumps(self.client if "client" in url else {"status": "OK"}))
                )
            case ["occ", "status", *_]:
                return 0, "some warning\n" + json.dumps(self.status)
            case ["occ", "config:app:get", *_]:
                return 0, self.cron + "\n"
            case ["occ", "setupchecks", *_]:
                return 0, json.dumps(self.checks)
        raise AssertionError(words)

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "structure": "Les Jardins de la Lauze", "home": str(self.folder / "srv"),
            "state": str(self.folder / "state"),
            "tls": "/etc/degoog/tls", "domains": ["cloud.lauze.example"], "units": ["nginx", "postgresql"],
            "occ": ["occ"], "mattermost_port": 8065, "words": health.words(), "mail": {"to": "ref@lauze.example"},
            "lives": {"nextcloud": {"33.0.7": "2027-02"}, "mattermost": {"11.7.9": "2027-05-15"}},
        }  # fmt: skip

    def look(self, now: float = NOW) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = WATCH.looked(self.settings, run=self.run, now=now)
        return found

    def unwell(self) -> dict[str, str]:
        """What is not good, by code. The disk is that of the tests' machine."""
        return {
            one["code"]: one["level"]
            for one in self.look()
            if one["level"] != "good" and one["check"] not in {"disk", "reboot"}
        }


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)


def test_a_machine_in_order_has_nothing_to_tell(machine):
    assert machine.unwell() == {}
    codes = {one["code"] for one in machine.look()}
    assert {"certificate", "backup", "restore", "services", "nextcloud", "cron", "mattermost", "release"} <= codes


@pytest.mark.parametrize(
    ("ends", "found"),
    [
        ("Dec 14 12:00:00 2026 GMT", {"certificate_short": "note"}),
        ("Nov 28 12:00:00 2026 GMT", {"certificate_short": "bad"}),
        ("", {"certificate_missing": "bad"}),
    ],
)
def test_a_certificate_that_was_not_renewed_is_found_in_time(machine, ends, found):
    machine.ends = ends
    assert machine.unwell() == found


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({}, {"backup_none": "bad"}),
        ({"backup": {**LATELY, "at": "2026-11-20T01:00:00Z"}, "restore_test": LATELY}, {"backup_old": "bad"}),
        ({"backup": {**LATELY, "ok": False, "why": "no room"}}, {"backup_failed": "bad", "restore_none": "note"}),
        ({"backup": LATELY, "restore_test": {**LATELY, "at": "2026-09-03T01:00:00Z"}}, {"restore_old": "note"}),
        ({"backup": LATELY, "restore_test": {**LATELY, "ok": False, "why": "x"}}, {"restore_failed": "bad"}),
    ],
)
def test_backups_and_their_trial_are_judged(machine, told, found):
    machine.backup(**told)
    assert machine.unwell() == found


def test_each_service_that_is_down_is_named(machine):
    machine.down = {"postgresql", "mattermost"}
    assert machine.unwell() == {"service_down": "bad", "mattermost_silent": "bad"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"installed": False}, {"nextcloud_silent": "bad"}),
        ({"maintenance": True}, {"nextcloud_shut": "bad"}),
        ({"needsDbUpgrade": True, "maintenance": True}, {"nextcloud_unfinished": "bad"}),
    ],
)
def test_a_nextcloud_that_is_not_open_is_found(machine, change, found):
    machine.status |= change
    assert machine.unwell() == found


@pytest.mark.parametrize(("cron", "code"), [(str(int(NOW) - 8000), "cron_late"), ("", "cron_never")])
def test_background_jobs_that_do_not_run_are_found(machine, cron, code):
    machine.cron = cron
    assert machine.unwell() == {code: "bad"}


def test_what_nextcloud_says_of_itself_is_passed_on(machine):
    machine.checks["security"] = {
        "Https": {"severity": "error", "name": "HTTPS", "description": "no {braces}"},
        "Mail": {"severity": "warning", "name": "Mail", "description": "not tried"},
    }
    said = [health.read("serveur", one) for one in machine.look() if one["code"] == "setup"]
    assert [(one.level, one.what) for one in said] == [
        ("bad", "Nextcloud says of itself: HTTPS: no {braces}"), ("note", "Nextcloud says of itself: Mail: not tried"),
    ]  # fmt: skip


def test_an_edition_that_nobody_installed_is_found(machine):
    machine.client["BuildEnterpriseReady"] = "true"
    assert machine.unwell() == {"mattermost_edition": "bad"}


def test_security_updates_that_wait_are_counted(machine):
    machine.inst = "Inst openssl [3.0] (3.1 Debian-Security:13/stable-security)\nInst vim [1] (2 Debian:13/stable)\n"
    (waiting,) = [one for one in machine.look() if one["code"] == "packages_waiting"]
    assert waiting["values"] == {"number": 1}


@pytest.mark.parametrize(
    ("day", "level"), [("2027-05-15", "note"), ("2027-05-16", "bad"), ("2027-02-28", "good"), ("2027-03-18", "note")]
)
def test_the_end_of_a_releases_life_is_seen_coming(machine, day, level):
    found = machine.look(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    (mattermost,) = [one for one in found if one["check"] == "release" and one["values"]["service"] == "Mattermost"]
    assert mattermost["level"] == level


def test_every_finding_has_its_words():
    spoken = health.words()
    source = (ROOT / "playbooks/module_utils/degoog_health.py").read_text()
    codes = set(
        re.findall(
            r'"((?:certificate|backup|restore|disk|service|packages|nextcloud|cron|mattermost|release)s?_\w+)"', source
        )
    )
    assert len(codes) > 15
    assert codes - set(spoken) == {"mattermost_port", "mattermost_port_file", "restore_test"}


class Post:
    """What was sent; `works` is whether the mail server takes it."""

    def __init__(self) -> None:
        self.works = True
        self.sent: list[tuple[str, str]] = []

    def __call__(self, _mail: dict[str, Any], subject: str, lines: list[str]) -> bool:
        if self.works:
            self.sent.append((subject, "\n".join(lines)))
        return self.works


def watch(machine: Machine, post: Post) -> None:
    found = [one for one in machine.look() if one["check"] not in {"disk", "reboot"}]
    WATCH.watch(machine.settings, found=found, now=NOW, send=post)


def test_somebody_is_written_to_once_when_it_turns_bad_and_once_when_it_is_well_again(machine):
    post = Post()
    watch(machine, post)
    assert post.sent == []
    machine.down = {"postgresql"}
    for _time in range(3):
        watch(machine, post)
    assert [subject for subject, _text in post.sent] == ["Les Jardins de la Lauze: a server needs you"]
    assert "postgresql does not run" in post.sent[0][1]
    machine.down = set()
    watch(machine, post)
    watch(machine, post)
    assert [subject for subject, _text in post.sent][1:] == ["Les Jardins de la Lauze: the server is well again"]


def test_a_second_trouble_is_written_about_too_and_age_alone_is_not(machine):
    post = Post()
    machine.backup(backup={"at": "2026-11-20T01:00:00Z", "ok": True})
    watch(machine, post)
    machine.backup(backup={"at": "2026-11-19T01:00:00Z", "ok": True})
    watch(machine, post)
    assert len(post.sent) == 1
    machine.down = {"nginx"}
    watch(machine, post)
    assert len(post.sent) == 2


def test_a_mail_that_was_not_taken_is_tried_again(machine):
    post = Post()
    post.works, machine.down = False, {"nginx"}
    watch(machine, post)
    post.works = True
    watch(machine, post)
    assert len(post.sent) == 1


def test_what_was_seen_is_kept_for_others_to_read(machine):
    machine.down = {"nginx"}
    watch(machine, Post())
    kept = json.loads((machine.folder / "state/health.json").read_text())
    assert (kept["well"], kept["told"]) == (False, ["service_down nginx"])
