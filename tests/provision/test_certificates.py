"""Certificates that somebody supplies, looked at before any machine is touched."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from degoog import config
from degoog.config_servers import Tls
from degoog.errors import Usage
from degoog.provision import certificates, orders
from tests.provision.signing import Signing

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
NAMES = ("cloud.lauze.example", "discussion.lauze.example")
TODAY = datetime(2026, 11, 26, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pairs, one of whose keys is also there encrypted, in both ways of writing one; and two files of text."""
    folder = tmp_path_factory.mktemp("pairs")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    both = "subjectAltName=DNS:cloud.lauze.example,DNS:discussion.lauze.example"
    for name in ("lauze", "other"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=cloud.lauze.example", "-days", "90",
                "-addext", both, "-keyout", f"{name}.key", "-out", f"{name}.pem")  # fmt: skip
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
    certificates.look(tls("lauze.pem", "lauze.key"), base=made, names=NAMES)


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
        certificates.look(tls(certificate, key), base=made, names=NAMES)
    assert f"/{file} " in str(caught.value)
    assert said in str(caught.value)
    assert "To do:" in str(caught.value)


def signed(folder: Path, *names: str, begins: float = -1, ends: float = 90) -> Tls:
    """Have a pair for some names in a folder, which counts from a day to another, today being the first."""
    pair = Signing(now=TODAY).pair(*names, age=timedelta(-begins), left=timedelta(ends))
    (folder / "given.pem").write_text(pair.chain)
    (folder / "given.key").write_text(pair.key)
    return tls("given.pem", "given.key")


@pytest.mark.parametrize("borne", [NAMES, ("*.lauze.example",), ("CLOUD.lauze.example", NAMES[1], "www.lauze.example")])
def test_names_are_borne_one_by_one_or_all_of_a_domain(tmp_path, borne):
    certificates.look(signed(tmp_path, *borne), base=tmp_path, names=NAMES, now=TODAY)


@pytest.mark.parametrize(
    ("borne", "said"),
    [
        (NAMES[:1], "does not bear discussion.lauze.example, only cloud.lauze.example"),
        (("*.example",), f"does not bear {', '.join(NAMES)}, only *.example"),
        (("lauze.example",), "only lauze.example"),
        ((), "only no name"),
    ],
)
def test_a_certificate_for_other_names_is_refused_with_both_lists(tmp_path, borne, said):
    with pytest.raises(Usage) as caught:
        certificates.look(signed(tmp_path, *borne), base=tmp_path, names=NAMES, now=TODAY)
    assert f"{tmp_path}/given.pem " in str(caught.value)
    assert said in str(caught.value)
    assert f"one certificate for {', '.join(NAMES)}" in str(caught.value)


@pytest.mark.parametrize(
    ("begins", "ends", "said"),
    [
        (-100, -0.01, "is out of date since 26 November 2026"),
        (-100, -10, "is out of date since 16 November 2026"),
        (2, 90, "does not count before 28 November 2026"),
    ],
)
def test_a_certificate_that_does_not_count_today_is_refused_with_its_date(tmp_path, begins, ends, said):
    given = signed(tmp_path, *NAMES, begins=begins, ends=ends)
    with pytest.raises(Usage) as caught:
        certificates.look(given, base=tmp_path, names=NAMES, now=TODAY)
    assert f"{tmp_path}/given.pem " in str(caught.value)
    assert said in str(caught.value)
    assert "To do:" in str(caught.value)


@pytest.mark.parametrize(
    ("left", "said", "soon"),
    [
        (30, "is good until 26 December 2026", False),
        (29.9, "is good for 29 more days only, until 26 December 2026", True),
        (1.5, "is good for 1 more day only, until 27 November 2026", True),
    ],
)
def test_a_certificate_that_ends_within_thirty_days_is_good_and_said_to_end(tmp_path, left, said, soon):
    given = signed(tmp_path, *NAMES, ends=left)
    certificates.look(given, base=tmp_path, names=NAMES, now=TODAY)
    told = certificates.ending(given, base=tmp_path, now=TODAY)
    assert told is not None
    assert said in told.what
    assert bool(told.cure) is soon


def test_where_no_certificate_is_supplied_none_ends():
    assert certificates.ending(Tls(mode="internal"), base=Path(), now=TODAY) is None


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


def test_a_machine_that_holds_one_service_wants_a_certificate_of_that_name_alone(tmp_path):
    tls_of = signed(tmp_path, NAMES[1], begins=-400, ends=400)
    one = "hosts: {serveur: {ansible_host: 203.0.113.10}}\n  children: {mattermost: {hosts: {serveur: }}}"
    (tmp_path / "inventory.yml").write_text(f"all:\n  {one}\n")
    text = WORKSPACE.replace("lauze.pem", str(tls_of.certificate)).replace("other.key", str(tls_of.key))
    workspace = config.parse(text.encode(), base=tmp_path)
    assert orders.make(workspace, tmp_path, {}, playbook="site.yml", now=TODAY).playbook == "site.yml"
    (tmp_path / "inventory.yml").write_text(INVENTORY)
    with pytest.raises(Usage, match=r"does not bear cloud\.lauze\.example, only discussion\.lauze\.example"):
        orders.make(workspace, tmp_path, {}, playbook="site.yml", now=TODAY)
