"""Every row of docs/conversions.md that speaks of Slack is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from degoog import i18n
from tests.convert.slack_page import Row, Trap, convert, rows, traps

ROWS = list(rows())
TRAPS = list(traps())
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _english():
    i18n.use("en")


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_row_of_the_page_is_true(row: Row):
    assert convert(row.kind, row.given) == (row.shown, row.lost)


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.what)
def test_what_holds_a_trap_is_there(trap: Trap):
    assert trap.rows or trap.tests
    assert set(trap.rows) <= {row.what for row in ROWS}
    for test in trap.tests:
        path, _colons, name = test.partition("::")
        assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), test


def test_every_row_holds_a_trap():
    assert {row.what for row in ROWS} == {what for trap in TRAPS for what in trap.rows}


def test_the_page_speaks_of_texts_blocks_and_messages():
    assert {kind: sum(row.kind == kind for row in ROWS) for kind in ("text", "blocks", "messages")} == {
        "text": 54,
        "blocks": 20,
        "messages": 28,
    }
