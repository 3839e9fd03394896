"""docs/configuration.md says of each key what the code does with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from degoog import agreements, config, filters, people
from degoog.config_schema import Workspace
from tests.docs.pages import ROOT, blocks

PAGE = ROOT / "docs" / "configuration.md"


def table(head: str) -> dict[str, list[str]]:
    """Give the rows of the table that begins with a column, by their first cell."""
    rows: dict[str, list[str]] = {}
    (body,) = re.findall(rf"^\| {head} \|.*\n\| ---.*\n((?:\|.*\n)+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    for line in body.splitlines():
        first, *cells = (cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|")))
        rows[first.strip("`")] = cells
    return rows


def models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in models(argument)]


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Give every key that can hold a value, with its default."""
    for name, field in model.model_fields.items():
        at = f"{prefix}{name}"
        inner = models(field.annotation)
        if not inner:
            yield at, field.get_default(call_default_factory=True)
        elif "Mapping" in str(field.annotation):
            yield from keys(inner[0], f"{at}.NAME.")
        else:
            yield from keys(inner[0], f"{at}.")


def test_every_key_of_the_workspace_is_documented_and_no_other():
    assert set(table("Key")) == {name for name, _default in keys(Workspace)}


@pytest.mark.parametrize(("name", "default"), [pytest.param(*key, id=key[0]) for key in keys(Workspace)])
def test_what_an_absent_key_means_is_documented(name, default):
    said = table("Key")[name][1].strip("`")

    if default is PydanticUndefined:
        assert said.startswith("must be there")
    else:
        assert said == ("false" if default is False else str(default or "none"))


def test_the_example_is_a_workspace():
    (example,) = [block.body for block in blocks(PAGE) if block.language == "yaml"]

    assert config.parse(example.encode(), base=Path()).structure == "Les Jardins de la Lauze"


def test_every_condition_of_a_rule_is_documented_and_no_other():
    assert set(table("Condition")) == set(filters.conditions())


def test_every_type_of_file_is_documented():
    assert set(re.findall(r"`(\w+)`", table("Condition")["type"][1])) == {*filters.TYPES, "folder"}


@pytest.mark.parametrize(
    "rule",
    ["path=Photos/**", "type=video", "larger=2GB", "smaller=10MB", "owner=*@lauze.example", "modified<2015-01-31"],
)
def test_a_condition_of_the_command_line_is_documented_as_it_works(rule):
    assert f"`{rule}`" in PAGE.read_text(encoding="utf-8").replace("\n", " ")
    assert filters.rule(rule) != filters.Rule()


def test_every_column_of_the_people_file_is_documented_in_order():
    assert tuple(table("Column")) == people.COLUMNS


def test_every_column_of_the_agreements_is_documented_in_order():
    assert tuple(table("Column of agreements")) == agreements.COLUMNS


def test_the_example_of_a_people_file_is_one():
    (example,) = [block.body for block in blocks(PAGE) if block.language == "csv"]

    assert [person.groups for person in people.parse(example.encode())] == [("bureau", "jardin")]


def test_every_variable_of_the_environment_is_documented_and_no_other():
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "degoog").rglob("*.py"))
    used = set(re.findall(r"\bDEGOOG_(?!TEST_)[A-Z]+(?:_[A-Z]+)+\b", code))

    assert {name for name in table("Variable") if "to come" not in "".join(table("Variable")[name])} <= used
    assert used <= set(table("Variable"))
