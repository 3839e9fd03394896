"""A structure, what it builds on and what is laid over it → one space; everything that is wrong, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from degoog import document
from degoog.document import Loc
from degoog.errors import Usage
from degoog.i18n import _
from degoog.problems import Problem, Problems, Wrong, instead, together
from degoog.space import Space, rules, spelling
from degoog.templates.library import Kind, Library, Template
from degoog.templates.questions import Answer, Question, example
from degoog.templates.rendering import rendered

_LISTS = {"groups", "tree"}  # lists of several templates are joined


@dataclass(frozen=True, slots=True)
class Made:
    """What templates gave."""

    space: Space
    parts: tuple[Template, ...]


@dataclass(slots=True)
class _Sheet:
    """What has been put together so far, and from which file and line each thing came."""

    data: dict[str, Any] = field(default_factory=dict)
    origin: dict[Loc, tuple[str, int]] = field(default_factory=dict)
    problems: dict[str, set[Problem]] = field(default_factory=dict)

    def wrong(self, file: str, problem: Problem) -> None:
        self.problems.setdefault(file, set()).add(problem)

    def where(self, at: Loc) -> tuple[str, int]:
        known: Loc = ()
        for step in at:
            if (*known, step) in self.origin:
                known = (*known, step)
        return self.origin.get(known, ("", 0))


def parts(library: Library, names: Sequence[str]) -> tuple[Template, ...]:
    """Give the templates that these names need, in the order in which they are laid.

    Raises `Problems` for a template that is built on itself, `Usage` for an unknown one.
    """
    laid: dict[str, Template] = {}

    def lay(name: str, above: tuple[str, ...]) -> None:
        if name in laid:
            return
        template = _based(library, name, above)
        for under in template.head.extends:
            if under in (*above, name):
                way = " → ".join([*above[above.index(under) if under in above else len(above) :], name, under])
                line = template.lines.get(("extends",), 1)
                what = _("“{name}” is built on itself: {way}.").format(name=under, way=way)
                cure = _("take “{name}” out of “extends:”.").format(name=under)
                raise Problems(template.path.name, [Problem(line, what, cure)])
            lay(under, (*above, name))
        laid[name] = template

    for name in names:
        lay(name, ())
    if not any(template.head.kind is Kind.STRUCTURE for template in laid.values()):
        raise Usage(_("{names}: choose a structure first; the others are laid over it.").format(names=", ".join(names)))
    return tuple(laid.values())


def questions(chosen: Sequence[Template]) -> dict[str, Question]:
    """Give what these templates ask, structures first and the common ground last."""
    ordered = sorted(chosen, key=lambda template: template.head.kind is Kind.GROUND)
    return {key: question for template in ordered for key, question in template.head.questions.items()}


def combine(
    library: Library, names: Sequence[str], *, structure: str, answers: Mapping[str, Answer] | None = None
) -> Made:
    """Make the space of a structure; what is not answered is as its question proposes.

    Raises `Usage` that lists everything that is wrong in the templates: file, line, what, cure.
    """
    chosen = parts(library, names)
    values = {key: example(question) for key, question in questions(chosen).items()} | dict(answers or {})
    given = values | {"structure": structure, "team": team(structure), "language": library.language}
    sheet = _Sheet()
    for template in chosen:
        _lay(sheet, template, library.language, given, chosen)
    if not sheet.problems:
        sheet.data["template"] = list(names)
        space, faults = document.validated(sheet.data, model=Space, name="space", rules=rules.faults)
        for fault in faults:
            file, line = sheet.where(fault.at)
            sheet.wrong(file, Problem(line, fault.what, fault.cure))
        if space is not None and not faults:
            return Made(space, chosen)
    raise together([Problems(file, found) for file, found in sheet.problems.items()])


def team(structure: str) -> str:
    """Give the name a structure's team has in addresses."""
    name = spelling.slug(structure)[:50].strip("-")
    try:
        return spelling.team(name)
    except Wrong:
        return spelling.team(f"equipe-{name}".strip("-"))


def _based(library: Library, name: str, above: tuple[str, ...]) -> Template:
    try:
        return library.get(name)
    except Problems:
        raise
    except Usage:
        if not above:
            raise
        from_ = library.get(above[-1])
        what = _("there is no template “{name}”.").format(name=name)
        line = from_.lines.get(("extends",), 1)
        raise Problems(from_.path.name, [Problem(line, what, instead(name, list(library.names())))]) from None


def _lay(
    sheet: _Sheet, template: Template, language: str, values: Mapping[str, object], chosen: Sequence[Template]
) -> None:
    file, offset = template.path.name, template.offset
    numbers: list[int] = []
    try:
        text, numbers = rendered(template.body, name=file, language=language, values=values)
        found = document.parse(text.encode(), name=file)
    except Problems as problems:
        for one in problems.problems:
            line = numbers[one.line - 1] if numbers and one.line else one.line
            sheet.wrong(file, Problem(line + offset, one.what, one.cure))
        return
    lines = {at: numbers[line - 1] + offset for at, line in found.lines.items()}
    for one in found.problems:
        sheet.wrong(file, Problem(numbers[one.line - 1] + offset, one.what, one.cure))
    if not isinstance(found.data, dict):
        cure = _("write “groups:”, “folders:”, “calendars:” and “teams:” with their keys.")
        sheet.wrong(file, Problem(1 + offset, _("the body of the template holds no keys."), cure))
        return
    under = {file, *(one.path.name for one in _under(template, chosen))}
    _Laying(sheet, file, lines, under).merge(sheet.data, found.data, ())


def _under(template: Template, chosen: Sequence[Template]) -> Iterator[Template]:
    for one in chosen:
        if one.name in template.head.extends:
            yield one
            yield from _under(one, chosen)


@dataclass(frozen=True, slots=True)
class _Laying:
    """One template on its way onto the sheet; `under` are the files whose things it may rename."""

    sheet: _Sheet
    file: str
    lines: Mapping[Loc, int]
    under: set[str]

    def merge(self, into: dict[str, Any], more: Mapping[str, Any], at: Loc) -> None:
        for key, value in more.items():
            here = (*at, key)
            before = into.get(key)
            if isinstance(value, dict) and isinstance(before, dict):
                self.merge(before, value, here)
                continue
            if key == "name" and before not in {None, value} and self.sheet.origin[here][0] not in self.under:
                self._twice(here, str(before))
                continue
            if isinstance(value, list) and isinstance(before, list) and key in _LISTS:
                into[key] = [*before, *(one for one in value if one not in before)]
            else:
                into[key] = value
            for place, number in self.lines.items():
                if place[: len(here)] == here:
                    self.sheet.origin[place] = (self.file, number)

    def _twice(self, here: Loc, name: str) -> None:
        file, line = self.sheet.origin[here]
        what = _("“{key}” is already there as “{name}”, from line {line} of {file}.").format(
            key=here[-2], name=name, line=line, file=file
        )
        cure = _("give it another key, or leave its name out to add to it.")
        self.sheet.wrong(self.file, Problem(self.lines.get(here, 1), what, cure))
