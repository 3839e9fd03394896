"""What anyone who clones the repository may count on."""

from __future__ import annotations

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import degoog

ROOT = Path(__file__).parents[2]
HOME = {"README.md", "LICENSE", "CONTRIBUTING.md", "Makefile", "pyproject.toml", ".ci/run", ".editorconfig"}

# Put together here, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(r"(?<![\w./~-])/(?:" + "|".join(("work", "farm", "root", "home/[a-z]")) + r")/\w")
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("deb", "debian", "org"),
        ("npmjs", "org"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
        ("maven", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
    )
]


@cache
def tracked() -> tuple[Path, ...]:
    """Give the files of the repository: tracked, or new and not ignored."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(path for name in names if name and (path := ROOT / name).is_file())


@cache
def texts() -> dict[str, str]:
    """Give the text files of the repository by name."""
    found = {}
    for path in tracked():
        raw = path.read_bytes()
        if b"\0" not in raw:
            found[path.relative_to(ROOT).as_posix()] = raw.decode("utf-8")
    return found


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def where(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_the_files_of_a_home_are_there():
    assert {name for name in HOME if not (ROOT / name).is_file()} == set()


def test_no_path_of_one_machine_is_in_a_file():
    assert where(MACHINE_PATHS) == []


def test_no_package_registry_is_named():
    assert where(re.compile("|".join(map(re.escape, REGISTRIES)))) == []


def test_a_text_ends_with_a_line_and_has_no_stray_blanks():
    wrong = [
        name for name, text in texts().items() if not name.endswith(".po") and re.search(r"(?:[^\n]|\n\n)\Z", text)
    ]
    blank = [line for line in where(re.compile(r"[ \t\r]+$")) if not line.startswith(("LICENSE", "tests/"))]

    assert (wrong, blank) == ([], [])


def test_no_folder_is_kept_empty():
    assert [name for name in texts() if Path(name).name in {".gitkeep", ".keep", ".placeholder"}] == []


def test_a_package_holds_more_than_its_name():
    packages = {path.parent for path in tracked() if path.name == "__init__.py"}
    lonely = [
        package.relative_to(ROOT).as_posix()
        for package in packages
        if not any(path != package / "__init__.py" and package in path.parents for path in tracked())
        and len((package / "__init__.py").read_text(encoding="utf-8").splitlines()) <= 3
    ]

    assert lonely == []


def test_a_module_fits_in_the_head():
    long = {
        name: lines
        for name, text in texts().items()
        if name.startswith("degoog/") and name.endswith(".py") and (lines := len(text.splitlines())) > 400
    }

    assert long == {}


def test_a_module_says_first_what_it_is_for():
    silent = [
        name
        for name, text in texts().items()
        if name.startswith("degoog/")
        and name.endswith(".py")
        and not text.startswith(('"""', '#!/usr/bin/env python3\n"""'))
    ]

    assert silent == []


def test_the_licence_is_the_agpl():
    assert texts()["LICENSE"].lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    assert project()["project"]["license"] == "AGPL-3.0-or-later"


def test_the_version_is_the_same_everywhere():
    assert degoog.__version__ == project()["project"]["version"]


def test_every_script_for_people_can_be_run():
    scripts = [path for path in tracked() if path.read_bytes()[:2] == b"#!"]

    assert [path for path in scripts if not path.stat().st_mode & 0o100] == []


# dependencies


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower() for requirement in requirements}


def test_every_dependency_is_justified_and_nothing_else():
    metadata = project()["project"]
    asked = {
        "degoog needs": names(metadata["dependencies"]),
        "installing servers needs": names(metadata["optional-dependencies"]["servers"]),
        "developers need": names(metadata["optional-dependencies"]["dev"]) - {"degoog"},
        "building needs": names(project()["build-system"]["requires"]),
    }
    justified: dict[str, set[str]] = {}
    for section in re.split(r"^## ", texts()["docs/dependencies.md"], flags=re.MULTILINE)[1:]:
        title, _newline, body = section.partition("\n")
        justified[title.strip()] = set(re.findall(r"^\| `([a-z0-9._-]+)` \| \S", body, re.MULTILINE))

    assert {title: justified.get(title) for title in asked} == asked


# changelog

KINDS = ("Added", "Changed", "Fixed", "Removed", "Security")
ENTRIES = sorted((ROOT / "changelog" / "unreleased").glob("*"))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.name)
def test_a_changelog_entry_is_well_formed(entry):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.md", entry.name)
    first, *rest = entry.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(rf"({'|'.join(KINDS)}): [A-Za-z`].*[^.]", first), "first line: `Added: what a person gets`"
    assert len(first) <= 100
    assert rest[:1] in ([], [""]), "a blank line separates the first line from the text"


def test_there_is_a_changelog_entry():
    assert ENTRIES


# continuous integration


def test_ci_runs_the_readmes_test_command_then_the_servers_tests_and_nothing_else():
    commands = [line for line in texts()[".ci/run"].splitlines() if line and not line.startswith("#")]

    assert [command for command in commands if command.startswith("make ")] == ["make test", "make test-servers"]
    assert commands[-1] == "make test-servers"
    assert "make test" in texts()["README.md"]


def test_every_target_of_the_makefile_is_explained_by_make_alone():
    targets = set(re.findall(r"^([a-z]+):", texts()["Makefile"], re.MULTILINE)) - {"help"}
    helped = subprocess.run(
        ["make", "--no-print-directory", "-C", str(ROOT)], check=True, capture_output=True, text=True
    )

    assert {target for target in targets if f"make {target} " not in helped.stdout} == set()
