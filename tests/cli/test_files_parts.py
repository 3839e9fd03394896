"""Parts of a Takeout that come one after the other, or are left out again: nothing arrives twice, nothing is gone."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from degoog.ledger import Ledger
from degoog.sandbox.takeout.drawing import draw_takeout
from degoog.sandbox.takeout.view import DrawnTakeout
from tests.cli.files import summary

TO = ("--to", "folder:archive", "--json")
LEDGER = Path(".degoog/ledger.db")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> DrawnTakeout:
    """A Takeout in three parts, of which one tells the owner."""
    return draw_takeout(tmp_path_factory.mktemp("whole"), seed=4, files=75, parts=3, other_products=False)


def migrate(call, parts) -> dict[str, Any]:
    ended = call("migrate", "files", *(word for part in parts for word in ("--source", f"takeout:{part}")), *TO)
    return summary(ended.out)


def lying() -> tuple[Counter[str], int]:
    """The bytes of every file, counted, and the number of folders."""
    entries = [path for path in Path("archive").rglob("*") if ".degoog" not in path.parts]
    digests = Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in entries if path.is_file())
    return digests, sum(path.is_dir() for path in entries)


@pytest.fixture
def at_once(call, whole) -> tuple[Counter[str], int]:
    """What lies in the folder when all parts come at once; the workspace is empty again."""
    migrate(call, whole.parts)
    lies = lying()
    for path in (Path("archive"), Path(".degoog")):
        path.rename(path.with_suffix(".before"))
    return lies


@pytest.mark.parametrize("late", [0, 1, 2])
def test_a_part_that_comes_later_changes_nothing_of_what_lies_there_in_the_end(call, whole, at_once, late):
    early = [part for number, part in enumerate(whole.parts) if number != late]
    migrate(call, early)
    told = migrate(call, whole.parts)

    assert lying() == at_once
    assert (told["gone"], told["balanced"]) == (0, True)
    with Ledger(LEDGER) as ledger:
        assert [lane.source for lane in ledger.lanes("files")] == [whole.owner]


@pytest.mark.parametrize("lacking", [0, 1, 2])
def test_a_part_that_is_left_out_again_takes_nothing_away(call, whole, lacking):
    migrate(call, whole.parts)
    before = lying()
    told = migrate(call, [part for number, part in enumerate(whole.parts) if number != lacking])

    assert (told["moved"], told["gone"], told["balanced"]) == (0, 0, True)
    assert lying() == before


def test_parts_one_by_one_end_where_all_at_once_end(call, whole, at_once):
    for part in whole.parts:
        migrate(call, [part])
    migrate(call, whole.parts)

    assert lying() == at_once
