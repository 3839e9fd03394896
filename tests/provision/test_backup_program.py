"""The program that makes backups on a machine: what it understands, counts and notes. tests/servers runs all of it."""

import hashlib
import importlib
import json
import os
import random
import sys
from types import SimpleNamespace

import pytest

from degoog import data

NAMES = (
    *("trouble", "manifest", "record", "repository", "services", "database"),
    *("saving", "bringing", "restoring", "trying"),
)


@pytest.fixture(scope="module")
def program():
    """Its modules, as Python finds them where the program runs."""
    folder = str(data.path("playbooks", "roles", "backup", "files", "backup"))
    sys.path.insert(0, folder)
    try:
        yield {name: importlib.import_module(name) for name in NAMES}
    finally:
        sys.path.remove(folder)
        for name in NAMES:
            sys.modules.pop(name)


# The complaints are restic's and ssh's own, of versions 0.14 (Debian 12) and 0.18 (Debian 13).
@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("Fatal: wrong password or no key found", "password"),
        ("subprocess ssh: garde@depot: Permission denied (publickey).\nFatal: unable to open repository", "refused"),
        ("subprocess ssh: Host key verification failed.\nFatal: unable to open repository", "host_key"),
        ('Fatal: unable to save snapshot: sftp: "Failure" (SSH_FX_FAILURE)', "full"),
        ("Fatal: sftp: no space left on device", "full"),
        ("unable to create lock in backend: repository is already locked by PID 33 on serveur", "locked"),
        ("Fatal: unable to open config file: Lstat: file does not exist\nIs there a repository at …", "absent"),
        ("Fatal: repository does not exist: unable to open config file: stat /x/config", "absent"),
        ("Load(<data/1f2e>, 20, 0) returned error: ciphertext verification failed", "damaged"),
        ("subprocess ssh: connect to host depot port 22: Connection refused", "unreachable"),
        (
            "Fatal: unable to open repository at sftp:…: unable to start the sftp session, error: unexpected EOF",
            "unreachable",
        ),
        ("something nobody has seen yet", "other"),
    ],
)
def test_what_other_programs_complain_of_is_understood(program, said, why):
    assert program["trouble"].of(said).why == why


def test_ssh_is_asked_itself_where_restic_ends_before_its_words_come(program, tmp_path, monkeypatch):
    programs = {
        "restic": "echo 'unable to start the sftp session, error: unexpected EOF' >&2; exit 1",
        "ssh": "echo 'garde@depot: Permission denied (publickey).' >&2; exit 255",
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    settings = {"repository": "sftp:garde@depot:/lauze", "id": "lauze", "state": tmp_path, "place": tmp_path}
    repository = program["repository"].Repository(settings)
    environment = {"PATH": f"{tmp_path}:{os.defpath}"}
    monkeypatch.setattr(repository, "_environment", lambda: environment)
    monkeypatch.setenv("PATH", environment["PATH"])

    with pytest.raises(program["trouble"].Trouble) as told:
        repository.snapshots()
    assert told.value.why == "refused"


def test_a_password_in_an_address_is_not_repeated(program):
    told = program["trouble"].of("Fatal: rest:https://lauze:s3cret@garde.example/x: connection refused")
    assert "s3cret" not in told.detail
    assert told.why == "unreachable"


@pytest.mark.parametrize(
    ("where", "address"),
    [
        ("sftp:garde@depot.example:/lauze", ("depot.example", 22)),
        ("sftp://garde@depot.example:2222//lauze", ("depot.example", 2222)),
        ("rest:https://garde.example/lauze", ("garde.example", 443)),
        ("rest:http://garde.example:8000/lauze", ("garde.example", 8000)),
        ("s3:s3.example/lauze", ("s3.example", 443)),
        ("/mnt/disque", None),
    ],
)
def test_the_door_to_knock_at_is_read_from_the_repository(program, where, address):
    assert program["repository"]._address(where) == address


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "data" / "été 🎉"
    folder.mkdir(parents=True)
    for name, text in (("budget ?.ods", "first"), ("vide", "")):
        (folder / name).write_text(text)
        os.utime(folder / name, (1e9, 1e9))
    (folder / "now").write_text("still being written")
    (folder / "link").symlink_to("vide")
    return tmp_path


def described(program, home):
    return program["manifest"].describe(home, ["data"], chance=random.Random(1))


def test_files_are_counted_and_those_that_lie_still_are_sampled(program, home):
    told = described(program, home)
    assert (told["files"], told["bytes"]) == (3, 24)
    assert told["sample"]["data/été 🎉/budget ?.ods"] == hashlib.sha256(b"first").hexdigest()
    assert len(told["sample"]) == 2, "what is being written may differ the next moment"


def test_a_file_too_few_another_one_or_one_that_differs_is_found(program, home):
    manifest, told = program["manifest"], described(program, home)
    manifest.compare_files(home, ["data"], told, saved=3)
    with pytest.raises(program["trouble"].Trouble, match="3 files came back, 4 were saved"):
        manifest.compare_files(home, ["data"], told, saved=4)
    (home / "data/été 🎉/budget ?.ods").write_text("other")
    with pytest.raises(program["trouble"].Trouble, match="is not what it was"):
        manifest.compare_files(home, ["data"], told, saved=3)


@pytest.mark.parametrize("found", [{"public.posts": 2}, {}, {"public.posts": 3, "public.more": 0}])
def test_rows_too_few_or_too_many_are_found(program, found):
    with pytest.raises(program["trouble"].Trouble, match="differs"):
        program["manifest"].compare_rows({"public.posts": 3}, found)
    program["manifest"].compare_rows({"public.posts": 3}, {"public.posts": 3})


@pytest.fixture
def machine(tmp_path):
    """The settings of a machine that holds a Nextcloud of 33.0.7."""
    current = tmp_path / "nextcloud" / "current"
    current.mkdir(parents=True)
    (current / "version.php").write_text("<?php\n$OC_Version = [33, 0, 7, 1];\n$OC_VersionString = '33.0.7';\n")
    return {
        "id": "lauze-4f2a", "home": str(tmp_path), "state": str(tmp_path), "nextcloud": "cloud.lauze.example",
        "mattermost": "",
    }  # fmt: skip


def saved(**more):
    return {"id": "lauze-4f2a", "structure": "Les Jardins", "services": {"nextcloud": {"version": "33.0.7"} | more}}


class Shelf:
    """A repository that holds one manifest."""

    def __init__(self, told) -> None:
        self.told = told

    def content(self, snapshot, path):
        return json.dumps(self.told)


def test_a_backup_of_another_structure_is_refused(program, machine):
    bringing, other = program["bringing"], saved() | {"id": "ressourcerie-1b2c"}
    assert bringing.described(machine, Shelf(saved()), "4bba301e") == saved()
    with pytest.raises(program["trouble"].Trouble, match="structure"):
        bringing.described(machine, Shelf(other), "4bba301e")


def test_without_room_nothing_is_begun(program, machine, tmp_path):
    told = saved(bytes=10**18, database=0)
    with pytest.raises(program["trouble"].Trouble, match="no_room"):
        program["bringing"].bring(machine, None, "4bba301e", told, into=tmp_path / "into", ending="test")
    assert not (tmp_path / "into").exists()


@pytest.mark.parametrize("then", ["33.0.8", "34.0.0", "31.0.9"])
def test_what_this_machines_programs_could_not_read_is_refused(program, machine, then):
    program["restoring"]._fits(machine, saved(version="33.0.7"))
    program["restoring"]._fits(machine, saved(version="32.0.9"))
    with pytest.raises(program["trouble"].Trouble, match=then):
        program["restoring"]._fits(machine, saved(version=then))


def test_what_is_noted_is_for_everybody_and_leaves_the_rest(program, tmp_path):
    record, settings = program["record"], {"state": str(tmp_path)}
    record.note(settings, "backup", ok=True, snapshot="4bba301e", files=3, bytes=24)
    record.note(settings, "restore_test", why="damaged")
    noted = json.loads((tmp_path / "backup.json").read_text())
    assert noted["backup"].keys() == {"at", "ok", "snapshot", "bytes", "files", "why"}
    assert (noted["backup"]["ok"], noted["restore_test"]["why"]) == (True, "damaged")
    assert (tmp_path / "backup.json").stat().st_mode & 0o777 == 0o644


def test_what_was_roots_stays_roots_and_the_rest_is_given_to_the_account(program, tmp_path, monkeypatch):
    bringing, given = program["bringing"], {}
    (tmp_path / "apps/notes").mkdir(parents=True)
    (tmp_path / "apps/notes/info.xml").write_text("<info/>")
    owners = {tmp_path / "apps": 994, tmp_path / "apps/notes": 994, tmp_path / "apps/notes/info.xml": 0}
    account = SimpleNamespace(pw_uid=4242, pw_gid=4243)
    monkeypatch.setattr(bringing.pwd, "getpwnam", lambda _user: account)
    monkeypatch.setattr(
        bringing.Path,
        "stat",
        lambda path, *, follow_symlinks: SimpleNamespace(st_uid=owners[path], st_gid=owners[path]),
    )
    monkeypatch.setattr(bringing.os, "lchown", lambda path, uid, gid: given.update({path: (uid, gid)}))
    bringing.give(tmp_path / "apps", "nc-lauze-4f2a")
    assert given == {path: (4242, 4243) if owner else (0, 0) for path, owner in owners.items()}
