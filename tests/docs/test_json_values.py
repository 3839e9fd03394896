"""docs/json.md names every field of the report's files, and every value of the closed sets."""

import json

import pytest

from degoog.ledger.checking import Verdict
from degoog.model import FailReason, Kind, LossKind, Outcome, SkipReason
from degoog.report import report
from degoog.report.families import Family
from tests import lauze
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
VALUES = [*SkipReason, *FailReason, *LossKind, *Outcome, *Kind, *Family, *(set(Verdict) - {Verdict.ETAG})]


def fields(value) -> set[str]:
    match value:
        case dict():
            return set(value) | {name for inner in value.values() for name in fields(inner)}
        case [first, *_rest]:
            return fields(first)
    return set()


def test_every_field_of_the_report_is_documented(tmp_path):
    book = lauze.quiet(tmp_path / "ledger.db")
    written = report(book.ledger, tmp_path / "report", clock=book.clock)
    told = fields(json.loads(written.json.read_text(encoding="utf-8")))
    assert {name for name in told if f"`{name}`" not in PAGE} == set()


@pytest.mark.parametrize("value", sorted(VALUES, key=lambda value: (type(value).__name__, value)))
def test_every_value_is_documented(value):
    assert f"`{value}`" in PAGE
