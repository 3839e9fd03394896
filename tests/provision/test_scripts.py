"""The playbooks' scripts, each run with programs that only note what they are asked."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

ROLES = Path(__file__).parents[2] / "playbooks" / "roles"


class Machine:
    """A home for Nextcloud, and programs in a folder of their own that write down how they were called."""

    def __init__(self, folder: Path) -> None:
        self.home, self.bin, self.log = folder / "home", folder / "bin", folder / "log"
        (self.home / "config").mkdir(parents=True)
        self.bin.mkdir()
        self.config, self.mark = self.home / "config" / "config.php", self.home / "config" / "installing"
        self.program("psql", 'echo "psql $*" >> "$LOG"')
        self.occ("installed")

    def program(self, name: str, text: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def occ(self, ends: str) -> None:
        """Have occ install: to the end, or cut off in the middle."""
        install = (
            'echo "\'installed\' => true" > "$NEXTCLOUD_CONFIG_DIR/config.php"' if ends == "installed" else "exit 1"
        )
        self.program(
            "php",
            f'cat < /dev/stdin > /dev/null; shift; echo "occ $*" >> "$LOG"\ncase "$*" in *install*) {install};; esac',
        )

    def install(self) -> tuple[int, list[str]]:
        """Run install.sh; gives its exit code and what was called."""
        self.log.write_text("")
        ran = subprocess.run(
            ["sh", ROLES / "nextcloud/files/install.sh", "admin", "nc", self.home, self.bin / "php"],
            env={"PATH": f"{self.bin}:{os.environ['PATH']}", "LOG": str(self.log)},
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
        return ran.returncode, self.log.read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_first_installation_touches_no_table_and_leaves_no_password_that_stood_in_a_command_line(machine):
    code, called = machine.install()

    assert code == 0
    assert [words.split()[2 if "--no-interaction" in words else 1] for words in called] == [
        "maintenance:install", "user:resetpassword",
    ]  # fmt: skip
    assert "pass" not in called[1].replace("resetpassword", "")
    assert not machine.mark.exists()


def test_an_installation_that_was_cut_off_begins_with_empty_tables(machine):
    machine.occ("cut off")
    assert machine.install()[0] == 1
    assert machine.mark.exists()
    machine.occ("installed")
    code, called = machine.install()

    assert code == 0
    assert "DROP SCHEMA public CASCADE" in called[0]
    assert "maintenance:install" in called[1]
    assert not machine.mark.exists()


@pytest.mark.parametrize("config", ["", "'installed' => true"])
def test_tables_that_somebody_uses_are_never_emptied(machine, config):
    machine.config.write_text(config)
    if config:
        machine.mark.write_text("")  # the run died between the installation and this file's end

    assert not any("DROP" in words for words in machine.install()[1])


def test_only_a_site_whose_certificate_is_missing_is_set_aside(tmp_path):
    sites = []
    for name, there in (("old", True), ("new", False)):
        certificate, site = tmp_path / f"{name}.pem", tmp_path / f"{name}.conf"
        if there:
            certificate.write_text("")
        site.write_text(
            f"server {{\n    ssl_certificate {certificate};\n    ssl_certificate_key {certificate}.key;\n}}\n"
        )
        sites.append(site)
    words = ["sh", ROLES / "tls/files/aside.sh", *sites, tmp_path / "none.conf"]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)

    assert ran.stdout.split() == [str(sites[1])]
    assert [site.exists() for site in sites] == [True, False]


def test_a_release_is_readable_for_everybody_and_writable_for_its_owner_whatever_root_is_used_to(tmp_path):
    folder, packed = tmp_path / "33.0.7", tmp_path / "nextcloud.tar.bz2"
    folder.mkdir()
    with tarfile.open(packed, "w:bz2") as tar:
        for name, mode, text in (("nextcloud/index.php", 0o666, b"<?php"), ("nextcloud/bin/tool", 0o775, b"#!/bin/sh")):
            entry = tarfile.TarInfo(name)
            entry.mode, entry.size, entry.uid, entry.gid = mode, len(text), 65534, 65534
            tar.addfile(entry, io.BytesIO(text))

    script = ROLES / "archive/files/unpack.sh"
    subprocess.run(["sh", "-c", 'umask 027; exec "$@"', "sh", script, packed, folder], check=True)

    assert {path.name: oct(path.stat().st_mode & 0o777) for path in folder.rglob("*")} == {
        "index.php": "0o644", "bin": "0o755", "tool": "0o755"
    }  # fmt: skip
    assert {(path.stat().st_uid, path.stat().st_gid) for path in folder.rglob("*")} == {(os.getuid(), os.getgid())}
