"""Every row of docs/conversions.md that speaks of Slack is true."""

from __future__ import annotations

import pytest

from degoog import i18n
from tests.convert.slack_page import Row, convert, rows

ROWS = list(rows())


@pytest.fixture(autouse=True)
def _english():
    i18n.use("en")


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_row_of_the_page_is_true(row: Row):
    assert convert(row.kind, row.given) == (row.shown, row.lost)


def test_the_page_speaks_of_texts_blocks_and_messages():
    assert {kind: sum(row.kind == kind for row in ROWS) for kind in ("text", "blocks", "messages")} == {
        "text": 51,
        "blocks": 20,
        "messages": 22,
    }
