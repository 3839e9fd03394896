"""`degoog demo`: another archive for each seed, the whole road, and nobody's folder touched."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.files import lines, told


def demo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the demonstration in a process of its own: its commands write to the terminal it has."""
    return subprocess.run(
        [sys.executable, "-m", "degoog", "demo", *words], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[Path, subprocess.CompletedProcess[str]]]:
    """Two demonstrations of two seeds, one in each language."""
    folder = tmp_path_factory.mktemp("demo")
    return {
        seed: (folder / f"d{seed}", demo(folder, "--seed", str(seed), "--into", f"d{seed}", "--lang", language))
        for seed, language in ((3, "en"), (4, "fr"))
    }


@pytest.mark.parametrize("seed", [3, 4])
def test_it_ends_well_whatever_the_archive(played, seed):
    _folder, ended = played[seed]

    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("seed", [3, 4])
def test_it_leaves_a_report(played, seed):
    folder, ended = played[seed]

    assert (folder / "report" / "report.html").is_file()
    assert str(folder / "report" / "report.html") in ended.stdout


def test_two_seeds_draw_two_archives(played):
    parts = [[path.read_bytes() for path in sorted((folder / "takeout").iterdir())] for folder, _ in played.values()]

    assert parts[0] != parts[1]


def test_everything_drawn_is_accounted_for_and_moved_once(played):
    folder, ended = played[3]
    report = json.loads((folder / "report" / "report.json").read_text())

    assert report["balanced"] is True
    assert report["failed"] == 0
    assert "Nothing to do: the new place is up to date." in told(ended.stderr)


def test_it_shows_the_commands_a_person_would_type(played):
    said = told(played[3][1].stderr)

    for command in ("init", "migrate files --source takeout:takeout --to nextcloud", "verify files", "find", "report"):
        assert f"$ degoog {command}" in said


def test_it_speaks_french_with_its_commands(played):
    _folder, ended = played[4]

    assert "est une association fictive" in told(ended.stderr)
    assert "éléments trouvés" in told(ended.stdout)
    assert "items" not in told(ended.stdout)


def test_a_folder_that_is_somebodys_is_not_touched(call):
    (mine := Path("mine")).mkdir()
    (mine / "letter.txt").write_text("dear")
    ended = call("demo", "--into", "mine")

    assert ended.code == 2
    assert "name another one with --into" in told(ended.err)
    assert [path.name for path in mine.iterdir()] == ["letter.txt"]


def test_its_own_folder_is_used_again_and_programs_can_watch(played):
    folder, _ended = played[3]
    again = demo(folder.parent, "--seed", "3", "--into", "d3", "--json")

    assert again.returncode == 0, again.stderr
    assert lines(again.stdout)[-1]["report"].endswith("report.html")
