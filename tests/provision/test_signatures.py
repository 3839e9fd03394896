"""A signature is good where it is of the one key that is known, whatever the key file claims."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.provision.maker import Maker
from tests.repo.test_home import ROOT

SCRIPT = ROOT / "playbooks/files/signature.sh"


@pytest.fixture(scope="module")
def makers(tmp_path_factory):
    # gpg's agent wants a short path.
    folder = tmp_path_factory.mktemp("g")
    both = Maker(folder / "a"), Maker(folder / "b")
    yield both
    for one in both:
        one.end()


@pytest.fixture
def archive(tmp_path) -> Path:
    file: Path = tmp_path / "nextcloud-33.0.7.tar.bz2"
    file.write_bytes(b"\x00\xffcontent" * 1000)
    return file


def checked(fingerprint: str, key: Path, signature: Path, file: Path) -> tuple[int, str]:
    words = [SCRIPT, fingerprint, key, signature, file]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False, env=dict(os.environ))
    return done.returncode, done.stderr.strip()


def test_the_known_makers_signature_is_good(makers, archive):
    maker, _other = makers
    assert checked(maker.fingerprint, maker.key, maker.sign(archive), archive) == (0, "")


def test_an_archive_that_was_altered_is_refused(makers, archive):
    maker, _other = makers
    signature = maker.sign(archive)
    archive.write_bytes(b"other")
    assert checked(maker.fingerprint, maker.key, signature, archive) == (1, f"SIGNATURE_DIFFERS {archive.name}")


def test_a_good_signature_of_somebody_else_is_refused_even_with_their_key_at_hand(makers, archive):
    maker, other = makers
    assert checked(maker.fingerprint, other.key, other.sign(archive), archive)[0] == 1


def test_a_key_file_that_holds_no_key_is_refused(makers, archive, tmp_path):
    maker, _other = makers
    (tmp_path / "empty.asc").write_text("")
    assert checked(maker.fingerprint, tmp_path / "empty.asc", maker.sign(archive), archive)[0] == 1
