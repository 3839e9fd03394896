"""What is wrong in a file that a person wrote: every problem at once, each with its line and its cure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from degoog.errors import Usage
from degoog.i18n import _, n_


class Wrong(ValueError):
    """One value that cannot be used: what is wrong with it, and what to write instead; both in the reader's words."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what} {cure}")
        self.what = what
        self.cure = cure


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend. `line` counts from 1; 0 stands for the file as a whole."""

    line: int
    what: str
    cure: str

    def __str__(self) -> str:
        where = _("line {line}").format(line=self.line) if self.line else _("the file")
        return _("  {where}: {what}\n      To do: {cure}").format(where=where, what=self.what, cure=self.cure)


class Problems(Usage):
    """A file with problems; `str()` lists them all, in the order of their lines."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        number = len(self.problems)
        head = n_(
            "{file} has one problem to mend before anything starts:",
            "{file} has {number} problems to mend before anything starts:",
            number,
        ).format(file=file, number=number)
        super().__init__("\n".join([head, "", *map(str, self.problems)]))


def nearest(word: str, known: Iterable[str]) -> str:
    """Give the known word that was probably meant, empty where none is near."""
    folded = {candidate.casefold(): candidate for candidate in known}
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def instead(word: str, known: Sequence[str]) -> str:
    """Give the cure of an unknown word: the nearest known one, else all of them."""
    if found := nearest(word, known):
        return _("write “{word}”.").format(word=found)
    return _("use one of: {words}.").format(words=", ".join(known))


def together(files: Sequence[Problems]) -> Usage:
    """Give one error for the problems of several files."""
    return files[0] if len(files) == 1 else Usage("\n\n".join(map(str, files)))
