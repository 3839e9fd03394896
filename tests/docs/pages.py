"""The pages of the documentation, and the blocks of commands in them.

A block of commands is fenced as `console`; a line that begins with `$ ` is a command, the lines under it are what it
prints, `…` standing for anything. A comment on the line above says what to expect of the block:

    <!-- not run: why -->      what the tests cannot do, and why
    <!-- exit 3 -->            the exit code of its last command, where it is not 0

Where a person would do something by hand, the page holds what the tests do instead: `<!-- run: a command -->`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
FRENCH = {"guide-referent.md", "guide-slack.md", "guide-agences.md", "rgpd.md"}

_FENCE = re.compile(
    r"^(?P<indent> *)(?:<!-- (?P<note>[^\n]*?) -->\n+ *)?```(?P<language>[^\n]*)\n(?P<body>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a block and what the page says it prints, if it says so."""

    line: str
    prints: str


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. `reason` says why it is not run, empty where it is; `exit` is what its last command gives."""

    page: Path
    line: int
    language: str
    note: str
    body: str

    @property
    def reason(self) -> str:
        return self.note.removeprefix("not run:").strip() if self.note.startswith("not run:") else ""

    @property
    def exit(self) -> int:
        return int(self.note.split()[1]) if self.note.startswith("exit ") else 0

    @property
    def commands(self) -> list[Command]:
        found = []
        for part in re.split(r"^\s*\$ ", self.body, flags=re.MULTILINE)[1:]:
            first, *rest = re.sub(r"\\\n\s*", "", part).split("\n")
            found.append(Command(first.strip(), "\n".join(rest).strip()))
        return found


def blocks(page: Path) -> list[Block]:
    """Give the fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page,
            text.count("\n", 0, match.start("body")),
            match["language"].strip(),
            match["note"] or "",
            match["body"],
        )
        for match in _FENCE.finditer(text)
    ]


def steps(page: Path) -> list[Block]:
    """Give what is to be run of a page, in order: its blocks of commands, and what stands in for a person's hand."""
    text = page.read_text(encoding="utf-8")
    by_hand = [
        Block(page, text.count("\n", 0, match.start()) + 1, "console", "", f"$ {match[1]}\n")
        for match in re.finditer(r"^<!-- run: (.+?) -->$", text, re.MULTILINE | re.DOTALL)
    ]
    shown = [block for block in blocks(page) if block.language == "console" and not block.reason]
    return sorted(by_hand + shown, key=lambda block: block.line)


def prose(page: Path) -> str:
    """Give a page without its fenced blocks and comments."""
    return re.sub(r"<!--.*?-->", "", _FENCE.sub("", page.read_text(encoding="utf-8")), flags=re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as code hosts make them."""
    found = set()
    for title in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        plain = re.sub(r"[`*\[\]]|\([^)]*\)", "", title).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found
