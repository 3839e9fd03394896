"""Certificates that somebody supplies, looked at before any machine is touched."""

import subprocess
from pathlib import Path

import pytest

from degoog import config
from degoog.config_servers import Tls
from degoog.errors import Usage
from degoog.provision import certificates, orders

WORKSPACE = """\
id: lauze-4f2a
structure: Les Jardins de la Lauze
nextcloud: {url: "https://cloud.lauze.example"}
mattermost: {url: "https://discussion.lauze.example"}
servers:
  tls: {mode: supplied, certificate: lauze.pem, key: other.key}
"""
INVENTORY = """\
all:
  hosts: {serveur: {ansible_host: 203.0.113.10}}
  children: {nextcloud: {hosts: {serveur: }}, mattermost: {hosts: {serveur: }}}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pairs, one of whose keys is also there encrypted, in both ways of writing one; and two files of text."""
    folder = tmp_path_factory.mktemp("pairs")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    for name in ("lauze", "other"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=cloud.lauze.example",
                "-keyout", f"{name}.key", "-out", f"{name}.pem")  # fmt: skip
    openssl("pkey", "-in", "lauze.key", "-aes256", "-passout", "pass:kestrel", "-out", "encrypted.key")
    openssl("rsa", "-in", "lauze.key", "-aes256", "-passout", "pass:kestrel", "-traditional", "-out", "older.key")
    openssl("req", "-x509", "-newkey", "rsa:512", "-nodes", "-subj", "/CN=cloud.lauze.example",
            "-keyout", "weak.key", "-out", "weak.pem")  # fmt: skip
    (folder / "text.pem").write_text("This is no certificate, and no key.\n")
    (folder / "cut.key").write_text((folder / "lauze.key").read_text()[:400])
    return folder


def tls(certificate: str, key: str) -> Tls:
    return Tls(mode="supplied", certificate=certificate, key=key)


def test_a_pair_that_belongs_together_is_good(made):
    certificates.look(tls("lauze.pem", "lauze.key"), base=made)


@pytest.mark.parametrize(
    ("certificate", "key", "file", "said"),
    [
        ("lauze.pem", "other.key", "other.key", "is not the key of"),
        ("lauze.pem", "encrypted.key", "encrypted.key", "is encrypted"),
        ("lauze.pem", "older.key", "older.key", "is encrypted"),
        ("lauze.pem", "none.key", "none.key", "cannot be read"),
        ("none.pem", "lauze.key", "none.pem", "cannot be read"),
        ("lauze.pem", "text.pem", "text.pem", "holds no key"),
        ("lauze.pem", "cut.key", "cut.key", "holds no key"),
        ("text.pem", "lauze.key", "text.pem", "holds no certificate"),
        ("lauze.key", "lauze.pem", "lauze.key", "holds no certificate"),
        ("weak.pem", "weak.key", "weak.pem", "cannot be used"),
    ],
)
def test_what_nginx_could_not_use_is_refused_by_the_name_of_the_file_with_its_cure(made, certificate, key, file, said):
    with pytest.raises(Usage) as caught:
        certificates.look(tls(certificate, key), base=made)
    assert f"/{file} " in str(caught.value)
    assert said in str(caught.value)
    assert "To do:" in str(caught.value)


@pytest.fixture
def mismatched(made: Path) -> Path:
    """A folder whose workspace.yml, read here, names a pair that does not belong together."""
    (made / "inventory.yml").write_text(INVENTORY)
    return made


@pytest.mark.parametrize("playbook", ["site.yml", "preflight.yml"])
def test_they_are_looked_at_before_they_are_placed_and_by_doctor(mismatched, playbook):
    workspace = config.parse(WORKSPACE.encode(), base=mismatched)
    with pytest.raises(Usage, match="is not the key of"):
        orders.make(workspace, mismatched, {}, playbook=playbook)


def test_what_places_no_certificate_needs_none_here(mismatched):
    workspace = config.parse(WORKSPACE.encode(), base=mismatched)
    assert orders.make(workspace, mismatched, {}, playbook="backup.yml").playbook == "backup.yml"
