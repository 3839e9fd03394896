"""Text for a terminal: paragraphs that fit 80 columns, with whatever is meant to be copied kept whole."""

from __future__ import annotations

import shutil
import textwrap


def wrapped(text: str) -> str:
    """Fold each line at the terminal's width, 80 at most; what follows keeps the line's own margin."""
    width = min(80, max(40, shutil.get_terminal_size((80, 24)).columns))
    return "\n".join(_line(line, width) for line in text.split("\n"))


def _line(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    text = line.lstrip(" ")
    margin = " " * (len(line) - len(text))
    return textwrap.fill(
        text, width, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
