"""The tables of docs/conversions.md, as the tests read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "conversions.md"


@dataclass(frozen=True)
class Rule:
    words: str
    given: list[str]  # lines between backquotes
    wanted: list[str]
    story: str  # what the input is where it is no lines, in italics
    outcome: str  # what the output is where it is no lines
    loss: str

    def __str__(self) -> str:
        return self.words[:60]


def rules(section: str) -> list[Rule]:
    """Give the rules of all tables under a heading of the second level."""
    text = PAGE.read_text(encoding="utf-8")
    part = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert part, f"no section “{section}”"
    found = []
    for line in part[1].splitlines():
        if not line.startswith("|") or line.startswith(("| Rule", "| ---")):
            continue
        words, given, wanted, loss = (cell.strip() for cell in f"{line} ".strip("|").split(" |")[:4])
        found.append(Rule(words, _code(given), _code(wanted), _italic(given), _italic(wanted) or _plain(wanted), loss))
    assert found
    return found


def _code(cell: str) -> list[str]:
    return re.findall(r"`([^`]*)`", cell)


def _italic(cell: str) -> str:
    found = re.fullmatch(r"\*(.*)\*", cell)
    return found[1] if found else ""


def _plain(cell: str) -> str:
    return "" if "`" in cell else cell
