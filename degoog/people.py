"""people.csv: who is who across Google, Slack, Nextcloud and Mattermost."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from degoog.errors import Usage
from degoog.files import write_atomically
from degoog.i18n import _, trouble
from degoog.problems import Problem, Problems, instead

FILE = "people.csv"
PROPOSED = "people.proposed.csv"


_LEFT = frozenset({"left", "gone", "parti", "partie", "parti·e", "sorti", "sortie", "sorti·e"})


@dataclass(frozen=True, slots=True)
class Person:
    """One person; empty means unknown or none. `line` is where the file says so, 0 when it comes from elsewhere."""

    name: str = ""
    email: str = ""
    google: str = ""
    slack: str = ""
    nextcloud: str = ""
    mattermost: str = ""
    groups: tuple[str, ...] = ()
    role: str = ""
    arrives: date | None = None
    ends: date | None = None
    language: str = ""
    status: str = ""
    line: int = 0

    @property
    def has_left(self) -> bool:
        """Whether the column of status says that somebody is no longer there."""
        return self.status.casefold() in _LEFT


COLUMNS = tuple(field.name for field in fields(Person) if field.name != "line")

_ADDRESSES = ("email", "google")
_UNIQUE = ("email", "google", "slack", "nextcloud", "mattermost")
_SPACES = re.compile(r"[\s\u00a0\u202f\u200b]+")

# What a column is called by somebody who writes it without having read anything.
_OTHER_NAMES = {
    "nom": "name",
    "prenom nom": "name",
    "nom complet": "name",
    "courriel": "email",
    "e-mail": "email",
    "mail": "email",
    "adresse": "email",
    "groupes": "groups",
    "groupe": "groups",
    "role": "role",
    "fonction": "role",
    "arrivee": "arrives",
    "depart": "ends",
    "fin": "ends",
    "langue": "language",
    "statut": "status",
    "etat": "status",
}


def read(folder: Path) -> tuple[Person, ...]:
    """Read people.csv of a workspace; nobody where there is no such file. Raises `Problems` that names everything."""
    path = folder / FILE
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise Usage(_("{path} cannot be read: {why}.").format(path=path, why=trouble(error))) from error
    return parse(raw, name=FILE)


def parse(raw: bytes, *, name: str = FILE) -> tuple[Person, ...]:
    """Read the bytes of a people file, as a spreadsheet saves them: `,` `;` or tab, with or without BOM."""
    text = _decoded(raw, name)
    rows = list(_rows(text))
    if not rows:
        cure = _("its first line must be: {columns}").format(columns=",".join(COLUMNS))
        raise Problems(name, [Problem(1, _("the file is empty."), cure)])
    (head_line, head), *body = rows
    columns, problems = _columns(head, head_line)
    understood = not problems
    people: list[Person] = []
    for line, cells in body:
        spare = [cell for cell in cells[len(columns) :] if cell]
        if spare:
            what = _("the line has more cells than there are columns: “{cell}” is left over.").format(cell=spare[0])
            problems.append(Problem(line, what, _("put cells that contain a comma or “;” between quotation marks.")))
            continue
        person, wrong = _person(dict(zip(columns, cells, strict=False)), line)
        problems += wrong
        if understood and not person.name and not person.email:
            what = _("the line has neither a name nor an e-mail address.")
            problems.append(Problem(line, what, _("write one of them, or delete the line.")))
        people.append(person)
    problems += _repeated(people)
    if problems:
        raise Problems(name, set(problems))
    return tuple(people)


def write(path: Path, people: Iterable[Person]) -> None:
    """Write a people file that spreadsheets open well (UTF-8 with BOM, `,`), replacing it in one step."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for person in people:
        writer.writerow([_cell(getattr(person, column)) for column in COLUMNS])
    write_atomically(path, out.getvalue().encode("utf-8-sig"))


def find(people: Iterable[Person], service: str, account: str) -> Person | None:
    """Find who has this account: `service` is a column (`google`, `nextcloud`…); an address fits `email` too."""
    wanted = account.casefold()
    if not wanted:
        return None
    for person in people:
        known = [getattr(person, service)] + ([person.email] if service == "google" and not person.google else [])
        if wanted in (one.casefold() for one in known):
            return person
    return None


def _decoded(raw: bytes, name: str) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        cure = _("in your spreadsheet: Save as, then “CSV UTF-8 (comma delimited)”.")
        raise Problems(name, [Problem(line, _("these letters are not written in UTF-8."), cure)]) from error


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield every line that says something, with its number; quoted cells may span lines."""
    first, _newline, rest = text.partition("\n")
    skipped = 0
    delimiter = ""
    if match := re.fullmatch(r"\"?sep=(.)\"?\s*", first):
        delimiter, text, skipped = match[1], rest, 1
        first = rest.partition("\n")[0]
    delimiter = delimiter or max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = skipped + 1
    for cells in reader:
        clean = [_SPACES.sub(" ", cell).strip() for cell in cells]
        if any(clean):
            yield line, clean
        line = skipped + reader.line_num + 1


def _columns(head: list[str], line: int) -> tuple[list[str], list[Problem]]:
    columns: list[str] = []
    problems: list[Problem] = []
    while head and not head[-1]:
        head.pop()
    for number, cell in enumerate(head, 1):
        plain = unicodedata.normalize("NFD", cell.casefold()).encode("ascii", "ignore").decode()
        name = plain.strip()
        if name in columns:
            what = _("the column “{column}” is there twice.").format(column=name)
            problems.append(Problem(line, what, _("keep only one of the two.")))
        elif name not in COLUMNS:
            what = _("column {number}, “{column}”, is not one that degoog knows.").format(number=number, column=cell)
            other = _OTHER_NAMES.get(name)
            cure = _("write “{word}”.").format(word=other) if other else instead(name, COLUMNS)
            problems.append(Problem(line, what, cure))
        columns.append(name)
    if "name" not in columns and "email" not in columns and not problems:
        what = _("there is neither a column “name” nor a column “email”.")
        cure = _("its first line must be: {columns}").format(columns=",".join(COLUMNS))
        problems.append(Problem(line, what, cure))
    return columns, problems


def _person(cells: dict[str, str], line: int) -> tuple[Person, list[Problem]]:
    problems: list[Problem] = []
    for column in _ADDRESSES:
        value = cells.get(column, "")
        if value and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value):
            what = _("“{value}” is not an e-mail address.").format(value=value)
            problems.append(Problem(line, what, _("write one address, like camille@lauze.example.")))
    dates: dict[str, date | None] = {}
    for column in ("arrives", "ends"):
        dates[column], wrong = _date(cells.get(column, ""), line)
        problems += wrong
    language = cells.get("language", "").lower()
    if language not in {"", "fr", "en"}:
        what = _("“{value}” is not possible for “{key}”.").format(value=language, key="language")
        problems.append(Problem(line, what, instead(language, ["fr", "en"])))
    person = Person(
        name=cells.get("name", ""),
        email=cells.get("email", ""),
        google=cells.get("google", ""),
        slack=cells.get("slack", ""),
        nextcloud=cells.get("nextcloud", ""),
        mattermost=cells.get("mattermost", "").removeprefix("@"),
        groups=tuple(part for group in re.split(r"[|,;]", cells.get("groups", "")) if (part := group.strip())),
        role=cells.get("role", ""),
        arrives=dates["arrives"],
        ends=dates["ends"],
        language=language,
        status=cells.get("status", ""),
        line=line,
    )
    return person, problems


def _date(text: str, line: int) -> tuple[date | None, list[Problem]]:
    """Read `2026-09-01`, or `01/09/2026` as a French spreadsheet rewrites it."""
    if not text:
        return None, []
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    year, month, day = match.groups() if match else ("", "", "")
    if other := re.fullmatch(r"(\d\d?)/(\d\d?)/(\d{4})", text):
        day, month, year = other.groups()
    try:
        return date(int(year), int(month), int(day)), []
    except ValueError:
        what = _("“{text}” is not a date.").format(text=text)
        return None, [Problem(line, what, _("write it as year-month-day: 2015-01-31."))]


def _repeated(people: list[Person]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    for person in people:
        for column in _UNIQUE:
            value = getattr(person, column)
            if not value:
                continue
            first = seen.setdefault((column, value.casefold()), person.line)
            if first != person.line:
                what = _("“{value}” ({column}) is already on line {line}.").format(
                    value=value, column=column, line=first
                )
                yield Problem(person.line, what, _("keep one line for each person."))
                break


def _cell(value: str | tuple[str, ...] | date | None) -> str:
    match value:
        case None:
            return ""
        case date():
            return value.isoformat()
        case tuple():
            return "|".join(value)
        case _:
            return value
