"""Where templates lie, and what each says of itself before it is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from degoog import data, document
from degoog.errors import Usage
from degoog.i18n import _, trouble
from degoog.problems import Problem, Problems, instead
from degoog.section import Section, Text
from degoog.templates.questions import Question
from degoog.templates.rendering import rendered

ENDING = ".yml.j2"
_RULE = "---\n"


class Kind(StrEnum):
    """What a template is for."""

    STRUCTURE = "structure"  # a whole structure
    OVERLAY = "overlay"  # what may be laid over any structure
    GROUND = "ground"  # only built upon


class Head(Section):
    """What stands above the rule `---`."""

    title: Text
    about: str = ""
    kind: Kind
    extends: tuple[Text, ...] = ()
    questions: Mapping[str, Question] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Template:
    """One template: its head, and its body as it is written."""

    name: str
    path: Path
    head: Head
    body: str
    offset: int  # lines above the body
    lines: Mapping[document.Loc, int]  # where things of the head stand


class Library:
    """degoog's own templates, and before them a person's own, of the same form."""

    def __init__(self, *, language: str, own: Path | None = None) -> None:
        self.language = language
        self._folders = [*([own] if own else []), data.path("templates", "spaces")]
        if own is not None and not any(own.glob(f"*{ENDING}")):
            raise Usage(_("{folder} is not a folder of templates.").format(folder=own))

    def names(self) -> tuple[str, ...]:
        """Name every template."""
        found = {path.name.removesuffix(ENDING) for folder in self._folders for path in folder.glob(f"*{ENDING}")}
        return tuple(sorted(found))

    def get(self, name: str) -> Template:
        """Read one. Raises `Usage` where there is none of that name, `Problems` where its head is wrong."""
        for folder in self._folders:
            path = folder / f"{name}{ENDING}"
            if name in self.names() and path.is_file():
                return _read(name, path, self.language)
        cure = instead(name, [name for name in self.names() if name != "socle"])
        raise Usage(_("There is no template “{name}”. To do: {cure}").format(name=name, cure=cure))

    def all(self, kind: Kind) -> Iterable[Template]:
        """Give every template of a kind."""
        return [found for name in self.names() if (found := self.get(name)).head.kind is kind]


def _read(name: str, path: Path, language: str) -> Template:
    file = path.name
    try:
        text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        cure = _("in your editor, choose “Save with encoding” and UTF-8.")
        raise Problems(file, [Problem(0, _("these letters are not written in UTF-8."), cure)]) from error
    except OSError as error:
        raise Usage(_("{path} cannot be read: {why}.").format(path=path, why=trouble(error))) from error
    above, rule, body = text.partition(f"\n{_RULE}")
    if not rule:
        what = _("the template has no line “---” between its head and its body.")
        raise Problems(file, [Problem(0, what, _("compare it with one of degoog's own: “degoog templates”."))])
    told, numbers = rendered(above, name=file, language=language, values={})
    raw = told.encode()
    lines: dict[document.Loc, int] = {}
    try:
        values = document.parse(raw, name=file)
        lines = {at: numbers[line - 1] for at, line in values.lines.items()}
        head = document.read(raw, model=Head, name=file)
    except Problems as problems:
        moved = {Problem(numbers[one.line - 1] if one.line else 0, one.what, one.cure) for one in problems.problems}
        raise Problems(file, moved) from None
    return Template(name, path, head, body, above.count("\n") + 2, lines)
