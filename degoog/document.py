"""A YAML file that a person wrote → frozen typed values; all problems at once, each with its line and its cure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.reader import ReaderError

from degoog.i18n import _
from degoog.problems import Problem, Problems, Wrong, instead, nearest

Loc = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a value; `at` leads to it. `needs`: what would have to be there, and may be wrong itself."""

    at: Loc
    what: str
    cure: str
    needs: Loc = ()


@dataclass(slots=True)
class Values:
    """A document as plain values, where each of them stands, and what is wrong with it as YAML."""

    data: object = None
    lines: dict[Loc, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, at: Loc) -> int:
        """Give the line of the nearest thing that stands in the file; pydantic's own steps are left out."""
        return self.lines.get(self.nearest(at), 1)

    def nearest(self, at: Loc) -> Loc:
        """Follow a way as far as the file goes along."""
        known: Loc = ()
        for step in at:
            if (*known, step) in self.lines:
                known = (*known, step)
        return known

    def of(self, node: Node, at: Loc) -> object:
        """Take in a part of the document."""
        self.lines.setdefault(at, node.start_mark.line + 1)
        match node:
            case MappingNode():
                return self._mapping(node, at)
            case SequenceNode():
                return [self.of(child, (*at, number)) for number, child in enumerate(node.value)]
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
            found[name] = self.of(child, (*at, name))
        return found


def parse(raw: bytes, *, name: str) -> Values:
    """Read the bytes of a file as values. Raises `Problems` where it is no YAML."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Problems(name, [_not_utf8(line)]) from error
    try:
        node = _compose(text)
    except _Alias as error:
        raise Problems(name, [_no_alias(error.line)]) from error
    except YAMLError as error:
        raise Problems(name, _syntax(text, error)) from error
    if node is None:
        raise Problems(name, [Problem(1, _("the file is empty."), _("run “degoog init” in an empty folder."))])
    found = Values()
    found.data = found.of(node, ())
    return found


def validated(
    data: object,
    *,
    model: type[M],
    name: str,
    context: Mapping[str, Any] | None = None,
    inner: Mapping[str, type[BaseModel]] | None = None,
    rules: Callable[[M], Iterable[Fault]] | None = None,
) -> tuple[M | None, list[Fault]]:
    """Make a `model` of values: give it, None where it cannot be, and everything that is wrong.

    `inner` says which model stands under a key that the annotations hide. `rules` looks at the whole, or at what is
    left of it without the values that are wrong by themselves.
    """
    try:
        value = model.model_validate(data, context=dict(context or {}))
    except ValidationError as error:
        faults = list(_translate(error, _Shape(model, inner or {}), name))
        if rules is None:
            return None, faults
        rest, gone = _rest(data, model, dict(context or {}))
        return None, faults + [one for one in rules(rest) if one.needs not in gone] if rest else faults
    return value, list(rules(value)) if rules else []


def _rest(data: object, model: type[M], context: dict[str, Any]) -> tuple[M | None, set[Loc]]:
    """Make a value of what is right in a document; give it with the places that had to be left out."""
    stand_ins: set[Loc] = set()
    gone: set[Loc] = set()
    for _again in range(6):
        try:
            return model.model_validate(_without(data, stand_ins, gone), context=context), gone
        except ValidationError as error:
            for one in error.errors():
                at = tuple(step for step in one["loc"] if step != "[key]")
                if one["type"] == "value_error" and at == one["loc"] and at not in stand_ins:
                    stand_ins.add(at)
                else:
                    gone.add(at[:-1] if one["type"] == "missing" else at)
    return None, gone


def _without(data: object, stand_ins: set[Loc], gone: set[Loc], at: Loc = ()) -> object:
    match data:
        case dict():
            kept = ((key, (*at, key), one) for key, one in data.items() if (*at, key) not in gone)
            return {key: _without(one, stand_ins, gone, here) for key, here, one in kept}
        case list():
            numbered = (((*at, number), one) for number, one in enumerate(data))
            return [_without(one, stand_ins, gone, here) for here, one in numbered if here not in gone]
        case str() if at in stand_ins:
            return f"x{len(at)}{abs(hash(at))}"  # a text that is right nearly anywhere, and like no other
        case _:
            return data


def read(
    raw: bytes,
    *,
    model: type[M],
    name: str,
    context: Mapping[str, Any] | None = None,
    inner: Mapping[str, type[BaseModel]] | None = None,
    rules: Callable[[M], Iterable[Fault]] | None = None,
) -> M:
    """Read the bytes of a file as a `model`; see `validated`. Raises `Problems` that names everything to mend."""
    found = parse(raw, name=name)
    value, faults = validated(found.data, model=model, name=name, context=context, inner=inner, rules=rules)
    problems = {*found.problems, *(Problem(found.line(fault.at), fault.what, fault.cure) for fault in faults)}
    if problems or value is None:
        raise Problems(name, problems)
    return value


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


def _translate(error: ValidationError, shape: _Shape, file: str) -> Iterator[Fault]:
    errors = error.errors(include_url=False)
    misspelt = {(*one["loc"][:-1], shape.meant(one["loc"])) for one in errors if one["type"] == "extra_forbidden"}
    for one in errors:
        if one["type"] == "missing" and one["loc"] in misspelt:
            continue
        at, given = one["loc"], one["input"]
        name = str(at[-1]) if at else file
        cause = one.get("ctx", {}).get("error")
        match one["type"]:
            case _ if isinstance(cause, Wrong):
                yield Fault(at, cause.what, cause.cure)
            case "extra_forbidden":
                what = _("“{key}” is not a key that degoog knows here.").format(key=name)
                yield Fault(at, what, instead(name, shape.keys(at[:-1])))
            case "missing":
                yield Fault(at, _("“{key}” is missing.").format(key=name), _("add “{key}: …”.").format(key=name))
            case "literal_error":
                expected = re.findall(r"'([^']*)'", str(one["ctx"]["expected"]))
                what = _("“{value}” is not possible for “{key}”.").format(value=given, key=name)
                yield Fault(at, what, instead(str(given), expected))
            case kind:
                yield Fault(at, *_wrong_type(kind, name, given))


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


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which keys a place of the file may have."""

    model: type[BaseModel]
    inner: Mapping[str, type[BaseModel]]

    def meant(self, at: Loc) -> str:
        return nearest(str(at[-1]), self.keys(at[:-1]))

    def keys(self, at: Loc) -> list[str]:
        return list(self._at(at).model_fields)

    def _at(self, at: Loc) -> type[BaseModel]:
        model = self.model
        for step in at:
            if step in self.inner:
                return self.inner[str(step)]
            if isinstance(step, int) or step not in model.model_fields:
                continue
            for candidate in _models(model.model_fields[step].annotation):
                model = candidate
        return model


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]
