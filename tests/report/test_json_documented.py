"""docs/json.md names every field that programs are given, and every value of the closed sets."""

import json
from pathlib import Path

import pytest

from degoog.model import FailReason, Kind, LossKind, Outcome, SkipReason
from degoog.report import report, summary
from degoog.report.families import Family

DOCUMENT = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")


def fields(value) -> set[str]:
    match value:
        case dict():
            return set(value) | {name for inner in value.values() for name in fields(inner)}
        case [first, *_rest]:
            return fields(first)
    return set()


def test_every_field_of_the_summary_is_documented(quiet):
    told = summary(quiet.ledger, road="files", seconds=1, exit_code=0)
    assert {name for name in fields(told) if f"`{name}`" not in DOCUMENT} == set()


def test_every_field_of_the_files_is_documented(quiet, tmp_path):
    written = report(quiet.ledger, tmp_path, clock=quiet.clock)
    told = fields(json.loads(written.json.read_text(encoding="utf-8")))
    told |= fields(json.loads(written.items_jsonl.read_text(encoding="utf-8").splitlines()[0]))
    assert {name for name in told if f"`{name}`" not in DOCUMENT} == set()


@pytest.mark.parametrize("value", [*SkipReason, *FailReason, *LossKind, *Outcome, *Kind, *Family])
def test_every_value_is_documented(value):
    assert f"`{value}`" in DOCUMENT
