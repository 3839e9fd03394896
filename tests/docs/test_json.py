"""docs/json.md names every field of every line a command writes while it runs, and no other."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from degoog.cli.program import program
from degoog.model import Item, Kind, Outcome, Ref, Stage
from degoog.observe import JsonLines
from degoog.ports import Begun, Counted, Done, Transferred, Waiting
from tests.docs.pages import ROOT

ITEM = Item(ref=Ref("takeout", "1"), parent=None, kind=Kind.FILE, name="Budget.xlsx", stage=Stage.CONTENT)


def documented() -> dict[str, list[str]]:
    """Give the fields of each event, in order."""
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    event = ""
    for first, second in re.findall(r"^\|([^|]*)\|([^|]*)\|", page.partition("## The summary")[0], re.MULTILINE):
        event = first.strip(" `") or event
        found.setdefault(event, []).extend(re.findall(r"`(\w+)`", second))
    return found


@pytest.mark.parametrize(
    "event",
    [
        Counted(1),
        Begun(Stage.CONTENT, 1, 1),
        Transferred(1),
        Done(ITEM, Stage.CONTENT, Outcome.MOVED),
        Waiting("cloud.lauze.example", 1.0),
    ],
    ids=lambda event: type(event).__name__,
)
def test_each_event_of_a_run_is_documented(event):
    stream = io.StringIO()
    JsonLines(stream, clock=lambda: 0.0).notify(event)
    line = json.loads(stream.getvalue())

    assert ["event", *documented()[line["event"]]] == list(line)


def test_an_error_is_documented(tmp_path: Path):
    said = CliRunner().invoke(program, ["--json", "no-such-command", "--workspace", str(tmp_path)])

    assert ["event", *documented()["error"]] == list(json.loads(said.stdout.splitlines()[-1]))
