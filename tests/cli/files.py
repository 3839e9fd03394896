"""What the tests of moving files share: a small Takeout, a Nextcloud, a time that does not pass, lines of JSON."""

from __future__ import annotations

import asyncio
import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from degoog.http import Time
from degoog.sandbox.nextcloud import NextcloudSandbox
from degoog.sandbox.takeout import ItemKind, draw_takeout

MIGRATE = ("migrate", "files", "--source", "takeout:takeout")
LOGIN = "camille"


@dataclass(frozen=True)
class Parts:
    """The parts of an archive, and the names of the files in it."""

    parts: tuple[Path, ...]
    names: tuple[str, ...]


def drawn(folder: Path, seed: int = 5) -> Parts:
    """Draw a small Takeout: a dozen files, two parts."""
    takeout = draw_takeout(folder, seed=seed, files=12, parts=2, other_products=False)
    return Parts(takeout.parts, tuple(item.path[-1] for item in takeout.items if item.kind is not ItemKind.FOLDER))


class Cloud(NextcloudSandbox):
    """A Nextcloud with one account; `environ` is what a person would export."""

    def __init__(self, root: Path, *, quota: int | None = None) -> None:
        super().__init__(root)
        self.add_user(LOGIN, "never used here", quota=quota)
        self.environ = {
            "DEGOOG_NEXTCLOUD_URL": self.url,
            "DEGOOG_NEXTCLOUD_USER": LOGIN,
            "DEGOOG_NEXTCLOUD_PASSWORD": self.app_password(LOGIN),
        }

    def files(self) -> dict[str, int | None]:
        """What a person sees there: paths and sizes, without degoog's own map."""
        return {path.strip("/"): size for path, size in self.paths(LOGIN).items() if "/.degoog" not in path}


class Hurried:
    """A clock that waiting moves on at once."""

    def __init__(self) -> None:
        self._now = 0.0
        self.time = Time(clock=lambda: self._now, sleep=self._sleep, random=lambda: 0.5)

    async def _sleep(self, seconds: float) -> None:
        self._now += seconds
        await asyncio.sleep(0)


def told(out: str) -> str:
    """Give a screen as one line of text with plain blanks: where it is folded is no business of a test."""
    return " ".join(out.replace("\u202f", " ").replace("\u00a0", " ").split())


def offered(out: str, name: str) -> list[str]:
    """Give the words of the last command of this name that a screen offers to paste."""
    commands = [line.strip() for line in out.splitlines() if line.strip().startswith(f"degoog {name}")]
    return shlex.split(commands[-1])[1:]


def files_in(folder: Path) -> dict[str, bytes]:
    """Give every file of a folder, but for what degoog keeps there for itself."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(".degoog")
    }


def lines(out: str) -> list[dict[str, Any]]:
    """Read what `--json` printed; every line must be an object."""
    read = [json.loads(line) for line in out.splitlines()]
    assert all(isinstance(line, dict) for line in read)
    return read


def summary(out: str) -> dict[str, Any]:
    """Give the last line."""
    last = lines(out)[-1]
    assert last["event"] == "summary"
    return last
