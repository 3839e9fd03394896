"""degoog backup and degoog restore, on machines that are played."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from degoog.cli.context import Session
from degoog.cli.program import program
from degoog.provision.runner import Order, Outcome, Trouble
from degoog.secrets import Secret
from tests.cli.conftest import Called
from tests.cli.memory import MemoryStore

TEXT = """\
id: lauze-4f2a
structure: Les Jardins de la Lauze
language: en
nextcloud: {url: "https://cloud.lauze.example"}
mattermost: {url: "https://discussion.lauze.example"}
servers:
  tls: {mode: internal}
  backup: {repository: "sftp:garde@depot.example:/lauze"}
"""
GOOD = {"at": "2026-11-25T02:31:07Z", "ok": True, "snapshot": "4bba301e", "bytes": 5_000_123, "files": 1204, "why": ""}
LISTED = [
    {"id": "77c0d2f1", "at": "2026-11-24T02:31:00+00:00", "services": ["nextcloud", "mattermost"]},
    {"id": "4bba301e", "at": "2026-11-25T02:31:00+00:00", "services": ["nextcloud", "mattermost"]},
]
KEY = "ssh-ed25519 AAAAkey degoog lauze-4f2a"


class Machines:
    """Plays Ansible: keeps each order, and answers as its playbook would."""

    def __init__(self, *, troubles: tuple[Trouble, ...] = (), backups=LISTED, **record) -> None:
        self.orders: list[Order] = []
        self.record = record
        self.backups = backups
        self.troubles = list(troubles)

    def __call__(self, order: Order) -> Outcome:
        self.orders.append(order)
        told = {"backup_key": KEY, "backups": self.backups, "record": self.record}
        return Outcome("failed" if self.troubles else "successful", {"serveur": told}, troubles=self.troubles)


def backing(order: Order) -> dict[str, object]:
    given = order.variables["degoog_backup"]
    assert isinstance(given, dict)
    return given


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "workspace.yml").write_text(TEXT, encoding="utf-8")
    groups = {group: {"hosts": {"serveur": None}} for group in ("nextcloud", "mattermost")}
    host = json.dumps({"all": {"hosts": {"serveur": {"ansible_host": "192.0.2.1"}}, "children": groups}})
    (tmp_path / "inventory.yml").write_text(host)
    (tmp_path / "new.yml").write_text(host.replace("serveur", "relais"))
    return tmp_path


@pytest.fixture
def known() -> MemoryStore:
    """A keyring that knows the password already."""
    store = MemoryStore()
    store.set("lauze-4f2a/backup/repository", Secret("kept one"))
    return store


@pytest.fixture
def call(folder) -> Callable[..., Called]:
    def run(machines: Machines, *words: str, store=None, interactive=False, typed="", environ=()) -> Called:
        session = Session(
            environ={"LANG": "en_GB.UTF-8", "DEGOOG_SECRETS_FILE": str(folder / "conf/secrets.json"), **dict(environ)},
            interactive=interactive, keyring=lambda: store, ansible=machines,
        )  # fmt: skip
        result = CliRunner().invoke(program, ["--workspace", str(folder), *words], input=typed, obj=session)
        return Called(result.exit_code, result.stdout, result.stderr)

    return run


def test_the_first_time_a_password_is_drawn_kept_and_shown_once(call):
    store, machines = MemoryStore(), Machines(backup=GOOD)
    first = call(machines, "backup", store=store)
    second = call(machines, "backup", store=store)
    kept = store.known["lauze-4f2a/backup/repository"].reveal()
    given = [backing(order) for order in machines.orders]
    assert (first.code, second.code) == (0, 0)
    assert kept in first.err
    assert "second place" in first.err
    assert kept not in first.out + second.out + second.err
    assert [(one["password"], one["drawn"]) for one in given] == [(kept, True), (kept, False)]
    assert "1,204 files" in first.out.replace("\u00a0", ",").replace("\u202f", ",")


def test_a_password_that_the_machine_has_is_not_replaced_by_one_drawn(call):
    store = MemoryStore()
    machines = Machines(troubles=(Trouble("serveur", "backup", "Keep the password", "BACKUP_TROUBLE known"),))
    ended = call(machines, "backup", store=store)
    assert ended.code == 2
    assert "serveur already has a password" in ended.out
    assert store.known == {}


def test_without_a_keyring_it_says_how_to_go_on(call, folder):
    refused = call(Machines(backup=GOOD), "backup")
    in_file = call(Machines(backup=GOOD), "backup", "--store", "file")
    given = call(machines := Machines(backup=GOOD), "backup", environ={"DEGOOG_BACKUP_PASSWORD": "mine"}.items())
    assert refused.code == 2
    assert "degoog backup --store file" in " ".join(refused.err.split())
    assert in_file.code == 0
    assert (folder / "conf/secrets.json").stat().st_mode & 0o777 == 0o600
    assert given.code == 0
    assert backing(machines.orders[0])["password"] == "mine"


@pytest.mark.parametrize(
    ("why", "code", "said"),
    [("unreachable", 4, "does not reach"), ("password", 2, "does not open"), ("full", 4, "no room"), ("x", 2, "work")],
)
def test_a_backup_that_did_not_work_says_why_and_what_to_do(call, known, why, code, said):
    ended = call(Machines(backup={**GOOD, "ok": False, "why": why}), "backup", store=known)
    assert ended.code == code
    assert said in " ".join(ended.out.split())
    assert "To do:" in ended.out


def test_the_key_is_shown_where_it_was_refused(call, known):
    ended = call(Machines(backup={**GOOD, "ok": False, "why": "refused"}), "backup", store=known)
    assert ended.code == 2
    assert KEY in ended.out
    assert "authorized_keys" in ended.out


def test_a_test_that_finds_damage_ends_with_3(call, known):
    bad = {**GOOD, "ok": False, "why": "damaged"}
    ended = call(machines := Machines(backup=GOOD, restore_test=bad), "backup", "--test", "--json", store=known)
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 3
    assert machines.orders[0].variables["degoog_act"] == "test"
    assert lines[0] == {"event": "backup", "host": "serveur", "act": "test", **bad}
    assert lines[-1] == {"event": "summary", "act": "test", "exit": 3}


def test_the_list_names_each_backup_with_its_moment(call, known):
    ended = call(Machines(), "backup", "--list", store=known)
    assert ended.code == 0
    assert [line.split()[0] for line in ended.out.splitlines()] == ["77c0d2f1", "4bba301e"]
    assert "Nextcloud, Mattermost" in ended.out
    assert "no backup yet" in call(Machines(backups=[]), "backup", "--list", store=known).out


def test_backups_on_the_server_itself_are_warned_of(call, known, folder):
    (folder / "workspace.yml").write_text(TEXT.replace("sftp:garde@depot.example:/lauze", "/mnt/disque"))
    assert "they go when the server goes" in " ".join(call(Machines(backup=GOOD), "backup", store=known).err.split())


def test_a_workspace_that_says_nothing_of_backups_is_told_what_to_write(call, folder):
    (folder / "workspace.yml").write_text(TEXT.rsplit("  backup:", 1)[0])
    for command in ("backup", "restore"):
        ended = call(Machines(), command)
        assert ended.code == 2
        assert "repository:" in ended.err


LOST = {"lost_files": 2, "lost_messages": 1}
RESTORED = {**GOOD, **LOST, "of": "2026-11-25T02:31:00Z", "services": ["nextcloud", "mattermost"]}


def test_a_restore_asks_before_it_replaces_anything(call, known):
    machines = Machines(restore=RESTORED)
    refused = call(machines, "restore", store=known, interactive=True, typed="n\n")
    assert refused.code == 0
    assert [order.playbook for order in machines.orders] == ["backup.yml"], "only looked"
    assert "4bba301e" in refused.out, "the newest"
    unasked = call(machines, "restore", store=known)
    assert unasked.code == 2
    assert "--yes" in unasked.err


def test_a_restore_says_what_is_back_and_what_is_lost(call, known):
    machines = Machines(restore=RESTORED)
    ended = call(machines, "restore", "--yes", store=known)
    assert ended.code == 0
    assert machines.orders[-1].playbook == "restore.yml"
    assert machines.orders[-1].variables["degoog_snapshot"] == "newest"
    assert "Nextcloud, Mattermost answer" in " ".join(ended.out.split())
    assert "lost: 2 files, 1 message." in ended.out


def test_a_restore_that_did_not_work_is_not_said_to_be_done(call, known):
    ended = call(Machines(restore={**GOOD, "ok": False, "why": "service"}), "restore", "--yes", store=known)
    assert ended.code == 2
    assert "what was there before is back" in " ".join(ended.out.split())
    assert "answer." not in ended.out


def test_another_machine_is_named_by_its_inventory(call, known, folder):
    machines = Machines(restore=RESTORED)
    ended = call(machines, "restore", "--to", str(folder / "new.yml"), "relais", "--yes", store=known)
    assert ended.code == 0
    assert {(order.inventory.name, order.limit) for order in machines.orders} == {("new.yml", "relais")}
    wrong = call(machines, "restore", "--to", str(folder / "new.yml"), "relay", "--yes", store=known)
    assert wrong.code == 2
    assert "relais" in wrong.err


def test_a_backup_that_is_not_there_is_refused_before_anything_is_touched(call, known):
    machines = Machines(restore=RESTORED)
    ended = call(machines, "restore", "--snapshot", "00000000", "--yes", store=known)
    assert ended.code == 2
    assert "4bba301e" in ended.err
    assert len(machines.orders) == 1


def test_without_the_password_a_restore_says_where_to_give_it(call):
    ended = call(Machines(), "restore", "--yes", store=MemoryStore())
    assert ended.code == 2
    assert "DEGOOG_BACKUP_PASSWORD" in ended.err


def test_french_is_spoken(call, known):
    ended = call(Machines(restore=RESTORED), "restore", "--yes", "--lang", "fr", store=known)
    assert "Fait depuis, et perdu\u202f: 2 fichiers, 1 message." in ended.out
