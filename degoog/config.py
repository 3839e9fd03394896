"""workspace.yml → frozen typed values; all problems at once, each with its line and its cure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.reader import ReaderError

from degoog.config_schema import RuleSection, Workspace
from degoog.errors import Usage
from degoog.i18n import _
from degoog.problems import Problem, Problems, Wrong, instead, nearest

FILE = "workspace.yml"

Loc = tuple[str | int, ...]


def load(folder: Path) -> Workspace:
    """Read `workspace.yml` of a folder.

    Raises `Usage` where there is none, and `Problems` that names everything there is to mend in it.
    """
    path = folder / FILE
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise Usage(
            _("There is no {file} in {folder}. Run “degoog init” to write one, or give --workspace DIR.").format(
                file=FILE, folder=folder
            )
        ) from None
    except OSError as error:
        raise Usage(_("{path} cannot be read: {why}.").format(path=path, why=error.strerror)) from error
    return parse(raw, base=folder, name=FILE)


def parse(raw: bytes, *, base: Path, name: str = FILE) -> Workspace:
    """Read the bytes of a workspace file; relative paths in it start at `base`. Raises `Problems`."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Problems(name, [_not_utf8(line)]) from error
    tree = _Tree()
    try:
        node = _compose(text)
    except _Alias as error:
        raise Problems(name, [_no_alias(error.line)]) from error
    except YAMLError as error:
        raise Problems(name, _syntax(text, error)) from error
    if node is None:
        raise Problems(name, [Problem(1, _("the file is empty."), _("run “degoog init” in an empty folder."))])
    data = tree.value(node, ())
    problems = tree.problems
    try:
        workspace = Workspace.model_validate(data, context={"base": base.absolute()})
    except ValidationError as error:
        problems += _translate(error, tree)
        workspace = None
    if problems or workspace is None:
        raise Problems(name, set(problems))
    return workspace


class _Alias(YAMLError):
    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


def _compose(text: str) -> Node | None:
    for event in YAML(typ="safe", pure=True).parse(text):
        if isinstance(event, AliasEvent):
            raise _Alias(event.start_mark.line + 1)
    node: Node | None = YAML(typ="safe", pure=True).compose(text)
    return node


@dataclass(slots=True)
class _Tree:
    """A document as plain values, and where each of them stands."""

    lines: dict[Loc, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def value(self, node: Node, at: Loc) -> object:
        self.lines.setdefault(at, node.start_mark.line + 1)
        match node:
            case MappingNode():
                return self._mapping(node, at)
            case SequenceNode():
                return [self.value(child, (*at, number)) for number, child in enumerate(node.value)]
            case _:
                return _scalar(str(node.tag), str(node.value))

    def _mapping(self, node: MappingNode, at: Loc) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, child in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in found:
                first = self.lines[*at, name]
                what = _("“{key}” is already written on line {line}.").format(key=name, line=first)
                self.problems.append(Problem(line, what, _("keep only one of the two.")))
                continue
            self.lines[*at, name] = line
            found[name] = self.value(child, (*at, name))
        return found

    def line(self, at: Loc) -> int:
        """Give the line of the nearest thing that stands in the file; pydantic's own steps are left out."""
        known: Loc = ()
        for step in at:
            if (*known, step) in self.lines:
                known = (*known, step)
        return self.lines.get(known, 1)


def _scalar(tag: str, text: str) -> object:
    match tag.rsplit(":", 1)[-1]:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int" if re.fullmatch(r"[-+]?\d+", text):
            return int(text)
        case "float" if re.fullmatch(r"[-+]?\d*\.\d+", text):
            return float(text)
        case _:
            return text


def _not_utf8(line: int) -> Problem:
    return Problem(
        line,
        _("these letters are not written in UTF-8."),
        _("in your editor, choose “Save with encoding” and UTF-8."),
    )


def _no_alias(line: int) -> Problem:
    return Problem(line, _("a reference (*name) is not read here."), _("write the value itself."))


def _syntax(text: str, error: YAMLError) -> list[Problem]:
    tabs = [
        Problem(
            number,
            _("the line begins with a tab, which YAML does not allow."),
            _("replace it with spaces."),
        )
        for number, line in enumerate(text.splitlines(), 1)
        if re.match(r" *\t", line) and line.strip()
    ]
    if tabs:
        return tabs
    if isinstance(error, ReaderError):
        line = text[: error.position].count("\n") + 1
        return [Problem(line, _("an invisible character stands here."), _("delete the line and type it again."))]
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return [Problem(0, _("this is not YAML."), _("compare it with one that “degoog init” writes."))]
    begun = error.context and ("quoted" in error.context or "simple key" in error.context)
    mark = error.context_mark if begun else error.problem_mark
    line = (mark or error.problem_mark).line + 1
    said = f"{error.context or ''} {error.problem or ''}"
    for words, what, cure in (
        ("quoted scalar", _("a quotation mark is opened and never closed."), _("close it on the same line.")),
        (
            "mapping values are not allowed",
            _("a second “:” on the line, or a line that is too far to the right."),
            _("put the value between quotation marks, or line it up with the one above."),
        ),
        (
            "cannot start any token",
            _("a value begins with a sign that means something else in YAML."),
            _("put the value between quotation marks."),
        ),
        ("could not find expected ':'", _("“:” is missing after a key."), _("write “key: value”.")),
        ("but found another document", _("a second document begins with “---”."), _("keep only one.")),
    ):
        if words in said:
            return [Problem(line, what, cure)]
    what = _("the line does not fit the ones above it.")
    return [Problem(line, what, _("line it up with the keys of the same group, with spaces; “key: value”."))]


def _translate(error: ValidationError, tree: _Tree) -> Iterator[Problem]:
    errors = error.errors(include_url=False)
    misspelt = {(*one["loc"][:-1], _meant(one["loc"])) for one in errors if one["type"] == "extra_forbidden"}
    for one in errors:
        if one["type"] == "missing" and one["loc"] in misspelt:
            continue
        at, line, given = one["loc"], tree.line(one["loc"]), one["input"]
        name = str(at[-1]) if at else FILE
        cause = one.get("ctx", {}).get("error")
        match one["type"]:
            case _ if isinstance(cause, Wrong):
                yield Problem(line, cause.what, cause.cure)
            case "extra_forbidden":
                what = _("“{key}” is not a key that degoog knows here.").format(key=name)
                yield Problem(line, what, instead(name, _known_keys(at[:-1])))
            case "missing":
                yield Problem(line, _("“{key}” is missing.").format(key=name), _("add “{key}: …”.").format(key=name))
            case "literal_error":
                expected = re.findall(r"'([^']*)'", str(one["ctx"]["expected"]))
                what = _("“{value}” is not possible for “{key}”.").format(value=given, key=name)
                yield Problem(line, what, instead(str(given), expected))
            case kind:
                yield Problem(line, *_wrong_type(kind, name, given))


def _wrong_type(kind: str, name: str, given: object) -> tuple[str, str]:
    if given is None or given == "":
        return (
            _("“{key}” has no value.").format(key=name),
            _("write one after “{key}:”, or delete the line.").format(key=name),
        )
    if kind in {"model_type", "model_attributes_type", "mapping_type", "dict_type"}:
        return (
            _("“{key}” should hold keys of its own.").format(key=name),
            _("write them beneath it, indented by two spaces."),
        )
    if kind in {"tuple_type", "list_type"}:
        return _("“{key}” should be a list.").format(key=name), _("write each value on its own line after “- ”.")
    if kind == "string_type":
        shown = given if isinstance(given, int | float) else "…"
        return (
            _("“{key}” should be a text.").format(key=name),
            _('put it between quotation marks: "{value}".').format(value=shown),
        )
    return _("the value of “{key}” cannot be used.").format(key=name), _("compare it with the documentation.")


def _meant(at: Loc) -> str:
    return nearest(str(at[-1]), _known_keys(at[:-1]))


def _known_keys(at: Loc) -> list[str]:
    return list(_model(at).model_fields)


def _model(at: Loc) -> type[BaseModel]:
    model: type[BaseModel] = Workspace
    for step in at:
        if step in {"include", "exclude"}:
            return RuleSection
        if isinstance(step, int) or step not in model.model_fields:
            continue
        for candidate in _models(model.model_fields[step].annotation):
            model = candidate
    return model


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]
