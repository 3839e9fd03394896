"""The commands of the documentation are run as they stand, page by page, each page in a workspace of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from degoog.sandbox.nextcloud import NextcloudSandbox
from degoog.sandbox.takeout import draw_takeout
from tests.docs.pages import FRENCH, PAGES, ROOT, Command, steps

PROGRAMS = Path(sys.executable).parent


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Give a folder that holds `takeout-001.zip`."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    drawn = draw_takeout(folder, seed=11, files=40, parts=1)
    drawn.parts[0].rename(folder / "takeout-001.zip")
    return folder


@pytest.fixture
def environment(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Give what a person's terminal has, and a Nextcloud."""
    home = tmp_path / "home"
    home.mkdir()
    with NextcloudSandbox(tmp_path / "cloud") as cloud:
        cloud.add_user("camille", "a long password of hers")
        yield {
            "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "LANG": "en_GB.UTF-8",
            "DEGOOG_NEXTCLOUD_URL": cloud.url,
            "DEGOOG_NEXTCLOUD_USER": "camille",
            "DEGOOG_NEXTCLOUD_PASSWORD": cloud.app_password("camille"),
        }


def fits(said: str, printed: str) -> bool:
    """Whether what was printed is what the page says, `…` standing for anything; where lines break is no matter."""
    said, printed = (re.sub(r"\s+", " ", text) for text in (said, printed))
    return re.search(r" ?.*? ?".join(re.escape(part.strip()) for part in said.split("…")), printed) is not None


def run(command: Command, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command.line],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("page", [page for page in PAGES if steps(page)], ids=lambda page: page.name)
def test_the_commands_of_a_page_do_what_it_says(page, workspace, environment):
    if page.name in FRENCH:
        environment |= {"LANG": "fr_FR.UTF-8"}
    for block in steps(page):
        for command in block.commands:
            done = run(command, workspace, environment)
            expected = block.exit if command == block.commands[-1] else 0
            told = f"{page.name}, line {block.line}: {command.line}\n{done.stdout}"
            assert done.returncode == expected, told
            assert fits(command.prints, done.stdout), told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_target_of_make_that_is_named_exists(page):
    code = re.findall(
        r"`make ([a-z-]+)[^`]*`|^\s*\$ (?:\S+=\S+ )*make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE
    )
    for target in {inline or typed for inline, typed in code}:
        made = subprocess.run(["make", "-n", "-C", str(ROOT), target], capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
