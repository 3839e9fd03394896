"""`degoog demo`: another archive for each seed, the whole road, and nobody's folder touched."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.files import told


def demo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the demonstration in a process of its own: its commands write to the terminal it has."""
    return subprocess.run(
        [sys.executable, "-m", "degoog", "demo", *words], cwd=folder, capture_output=True, text=True, check=False
    )


@dataclass(frozen=True)
class Played:
    """How a demonstration ended, and what it left."""

    ended: subprocess.CompletedProcess[str]
    page: str
    report: dict[str, Any]
    parts: list[bytes]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Played]:
    """Two demonstrations of two seeds, one in each language, the second in the folder of the first."""
    folder, done = tmp_path_factory.mktemp("demo"), {}
    for language, seed in (("en", "3"), ("fr", "4")):
        ended = demo(folder, "--seed", seed, "--lang", language)
        left = folder / "demo"
        assert ended.returncode == 0, ended.stdout + ended.stderr
        done[language] = Played(
            ended,
            (left / "report" / "report.html").read_text(),
            json.loads((left / "report" / "report.json").read_text()),
            [path.read_bytes() for path in sorted((left / "takeout").iterdir())],
        )
    return done


@pytest.mark.parametrize("language", ["en", "fr"])
def test_everything_drawn_is_accounted_for_and_compared(played, language):
    report = played[language].report

    assert (report["balanced"], report["failed"], report["pending"]) == (True, 0, 0)
    assert report["proof"]["proven"] == report["proof"]["arrived"] > 100


def test_two_seeds_draw_two_archives(played):
    assert played["en"].parts != played["fr"].parts


def test_the_second_time_nothing_is_left_to_move(played):
    assert "Nothing to do: the new place is up to date." in told(played["en"].ended.stderr)


def test_it_shows_the_commands_a_person_would_type(played):
    said = told(played["en"].ended.stderr)

    for command in ("init", "migrate files --source takeout:takeout --to nextcloud", "verify files", "find", "report"):
        assert f"$ degoog {command}" in said


def test_a_live_drive_is_read_too_and_only_what_changed_in_it_is_asked_for(played):
    said = told(played["en"].ended.stderr)

    assert said.count("$ degoog migrate files --source google --to nextcloud") == 2
    assert "Will follow to its new name or folder: 1 item." in said


def test_it_names_its_report_and_what_to_try_next(played):
    ended = played["en"].ended

    assert "demo/report/report.html" in ended.stdout
    assert "degoog demo --seed 4" in ended.stderr


def test_it_speaks_french_with_its_commands_and_its_report(played):
    ended = played["fr"].ended

    assert "est une association fictive" in told(ended.stderr)
    assert "éléments trouvés" in told(ended.stdout)
    assert '<html lang="fr">' in played["fr"].page


def test_a_folder_that_is_somebodys_is_not_touched(call):
    (mine := Path("mine")).mkdir()
    (mine / "letter.txt").write_text("dear")
    ended = call("demo", "--into", "mine")

    assert ended.code == 2
    assert "name another one with --into" in told(ended.err)
    assert [path.name for path in mine.iterdir()] == ["letter.txt"]
