"""The wheel carries what degoog needs, and works in a new environment, away from the repository."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import degoog

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def members(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel in a new environment and give the `degoog` that a person would run."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder, with_pip=True)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    installed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return folder / "bin" / "degoog"


def run(program: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DEGOOG", "VIRTUAL_ENV"))
    }
    return subprocess.run(
        [program, *arguments],
        cwd=folder,
        env=kept | {"LANG": "fr_FR.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def files_below(folder: Path) -> set[str]:
    tracked = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return {name for name in tracked.split("\0") if name}


def test_every_module_is_in_the_wheel(members):
    modules = {name for name in files_below(ROOT / "degoog") if name.endswith(".py")}

    assert modules - members == set()


def test_both_languages_are_compiled_in_the_wheel(members):
    sources = {name for name in files_below(ROOT / "degoog" / "locale") if name.endswith(".po")}

    assert {f"{name.removesuffix('.po')}.mo" for name in sources} - members == set()


@pytest.mark.parametrize("data", ["templates", "playbooks"])
def test_the_files_beside_the_code_are_in_the_wheel(members, data):
    assert {f"degoog/_data/{name}" for name in files_below(ROOT / data)} - members == set()


def test_nothing_of_the_workshop_is_in_the_wheel(members):
    assert {name for name in members if not name.startswith(("degoog/", "degoog-"))} == set()


def test_the_licence_is_in_the_wheel(members):
    assert any(name.endswith("/licenses/LICENSE") for name in members)


def test_the_installed_program_tells_its_version(program, tmp_path):
    said = run(program, "--version", folder=tmp_path)

    assert (said.returncode, said.stderr) == (0, "")
    assert degoog.__version__ in said.stdout


def test_the_installed_program_speaks_french(program, tmp_path):
    said = run(program, "--help", folder=tmp_path)

    assert said.returncode == 0
    assert "Utilisation" in said.stdout


def test_the_installed_program_runs_the_demo(program, tmp_path):
    shown = run(program, "demo", "--seed", "7", folder=tmp_path)

    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert (tmp_path / "demo" / "report" / "report.html").is_file()
