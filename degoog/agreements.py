"""agreements.csv: who agreed that a private conversation comes along, and who no longer does."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from degoog.errors import Usage
from degoog.i18n import _, trouble
from degoog.problems import Problem, Problems, instead

FILE = "agreements.csv"
_KINDS = ("channel", "direct")
_BETWEEN = re.compile(r"\s*[,+&|/;]\s*")


@dataclass(frozen=True, slots=True)
class Agreement:
    """One line: `kind` is `channel` or `direct`; `withdrawn` the day it ended, None while it holds.

    `about` is a channel's name or id; for a conversation its id, the names of all who are in it, or `*` for every
    conversation of this person. `proof` is for whoever asks later: a mail, a paper.
    """

    kind: str
    about: str
    person: str
    date: datetime.date
    proof: str = ""
    withdrawn: datetime.date | None = None
    line: int = 0


COLUMNS = ("kind", "channel_or_pair", "person", "date", "proof", "withdrawn")


@dataclass(frozen=True, slots=True)
class Agreements:
    """What was agreed."""

    lines: tuple[Agreement, ...] = ()

    @property
    def withdrawn_channels(self) -> frozenset[str]:
        """The channels, as they were written, of which somebody withdrew."""
        return frozenset(one.about for one in self.lines if one.kind == "channel" and one.withdrawn is not None)

    @property
    def channels(self) -> frozenset[str]:
        """The channels, as they were written, of which somebody said something."""
        return frozenset(one.about for one in self.lines if one.kind == "channel")

    def agreed(self, conversation: str, people: Collection[frozenset[str]]) -> bool:
        """Whether each of the people (the names each goes by, without case) agreed to this conversation and still does.

        The last line about a person and a conversation counts.
        """
        return bool(people) and all(self._agrees(conversation, names, people) for names in people)

    def _agrees(self, conversation: str, names: frozenset[str], people: Collection[frozenset[str]]) -> bool:
        said = [
            one
            for one in self.lines
            if one.kind == "direct" and one.person.casefold() in names and _means(one.about, conversation, people)
        ]
        return bool(said) and said[-1].withdrawn is None


def read(folder: Path) -> Agreements:
    """Read agreements.csv of a workspace; nothing is agreed where there is no such file. Raises `Problems`."""
    path = folder / FILE
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Agreements()
    except OSError as error:
        raise Usage(_("{path} cannot be read: {why}.").format(path=path, why=trouble(error))) from error
    return parse(raw)


def parse(raw: bytes) -> Agreements:
    """Read the bytes of the file, as a spreadsheet saves them. Raises `Problems` that names everything."""
    text = raw.decode("utf-8-sig", errors="replace")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    problems: list[Problem] = []
    lines: list[Agreement] = []
    head: list[str] = []
    before = 0
    for cells in reader:
        line, before = before + 1, reader.line_num
        clean = [cell.strip() for cell in cells]
        if not any(clean):
            continue
        if not head:
            head = [cell.lower() for cell in clean]
            problems += _head(head, line)
            if problems:
                break
            continue
        one, wrong = _line(dict(zip(head, clean, strict=False)), line)
        problems += wrong
        if one is not None:
            lines.append(one)
    if problems:
        raise Problems(FILE, problems)
    return Agreements(tuple(lines))


def _head(head: list[str], line: int) -> list[Problem]:
    missing = [column for column in ("kind", "channel_or_pair", "person", "date") if column not in head]
    cure = _("its first line must be: {columns}").format(columns=",".join(COLUMNS))
    problems = [Problem(line, _("the column “{column}” is missing.").format(column=column), cure) for column in missing]
    for column in head:
        if column and column not in COLUMNS:
            what = _("“{column}” is not a column that degoog knows.").format(column=column)
            problems.append(Problem(line, what, instead(column, COLUMNS)))
    return problems


def _line(cells: dict[str, str], line: int) -> tuple[Agreement | None, list[Problem]]:
    problems: list[Problem] = []
    kind = cells.get("kind", "").lower()
    if kind not in _KINDS:
        what = _("“{value}” is not possible for “{key}”.").format(value=kind, key="kind")
        problems.append(Problem(line, what, instead(kind, _KINDS)))
    for column in ("channel_or_pair", "person"):
        if not cells.get(column):
            what = _("“{column}” is empty.").format(column=column)
            problems.append(Problem(line, what, _("write who agreed, and to what.")))
    agreed, wrong = _day(cells.get("date", ""), line)
    withdrawn, wrong_too = _day(cells.get("withdrawn", "") or "-", line)
    problems += [*wrong, *wrong_too]
    if problems or agreed is None:
        return None, problems
    return (
        Agreement(
            kind, cells["channel_or_pair"], cells["person"].lstrip("@"), agreed, cells.get("proof", ""), withdrawn, line
        ),
        [],
    )


def _day(text: str, line: int) -> tuple[datetime.date | None, list[Problem]]:
    """Read a day as one writes it here or as a French spreadsheet does; `-` is none."""
    if text == "-":
        return None, []
    iso = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text, re.ASCII)
    french = re.fullmatch(r"(\d\d?)/(\d\d?)/(\d{4})", text, re.ASCII)
    try:
        if iso:
            return datetime.date(int(iso[1]), int(iso[2]), int(iso[3])), []
        if french:
            return datetime.date(int(french[3]), int(french[2]), int(french[1])), []
    except ValueError:
        iso = french = None
    what = _("“{text}” is not a date.").format(text=text)
    return None, [Problem(line, what, _("write it as year-month-day: 2015-01-31."))]


def _means(about: str, conversation: str, people: Collection[frozenset[str]]) -> bool:
    """Whether what somebody wrote names this conversation: all of its people, and nobody else."""
    if about in {"*", conversation}:
        return True
    named = [one.lstrip("@").casefold() for one in _BETWEEN.split(about.strip()) if one]
    return len(named) == len(people) and all(any(one in names for one in named) for names in people)
