"""docs/json.md names every field of every line, and no other."""

from __future__ import annotations

import ast
import io
import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from degoog.cli.program import program
from degoog.happenings import Begun, Compared, Counted, Done, Transferred, Waiting
from degoog.ledger import Balance, Ledger
from degoog.ledger.counts import Checks
from degoog.ledger.entries import Entry
from degoog.model import Held, Item, Kind, Outcome, Ref, Stage
from degoog.observe import JsonLines
from degoog.report import records, summary
from degoog.report.status import Status
from degoog.report.summary import proof
from tests.docs.pages import ROOT

ITEM = Item(ref=Ref("takeout", "1"), parent=None, kind=Kind.FILE, name="Budget.xlsx", stage=Stage.CONTENT)


def documented(heading: str) -> list[str]:
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    section = re.split(rf"^### (?:\w+, )*{re.escape(heading)}(?:, \w+)*$", page, flags=re.MULTILINE)[1].split("\n#")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


@pytest.mark.parametrize(
    "event",
    [
        Counted(1),
        Begun(Stage.CONTENT, 1, 1),
        Transferred(1),
        Done(ITEM, Stage.CONTENT, Outcome.MOVED),
        Compared("lauze/jardin", Held(1), Held(1)),
        Waiting("cloud.lauze.example", 1.0),
    ],
    ids=lambda event: type(event).__name__,
)
def test_each_event_of_a_run_is_documented(event):
    stream = io.StringIO()
    JsonLines(stream, clock=lambda: 0.0).notify(event)
    line = json.loads(stream.getvalue())

    assert documented(line["event"]) == list(line)


def test_what_a_conversation_holds_is_documented():
    assert documented("held") == [field.name for field in fields(Held)]


def test_the_summary_is_documented(tmp_path: Path):
    with Ledger(tmp_path / "ledger.db") as ledger:
        line = summary(ledger, road="files", seconds=1.0, exit_code=0)

    assert documented("summary") == list(line)
    assert set(Balance.__slots__) <= set(line)


def test_how_sure_one_may_be_is_documented():
    assert documented("proof") == list(proof(Checks()))


def test_an_item_is_documented():
    entry = Entry(
        1, "files", "a", "b", "takeout:1", Kind.FILE, "n", "p", 1, 1, Outcome.MOVED, "", "", "l", "", "", "", "",
        None, None, None, "", "",
    )  # fmt: skip

    assert documented("items.jsonl") == list(records.item(entry))


def test_where_a_workspace_stands_is_documented():
    assert documented("status") == [field.name for field in fields(Status)]


COMMAND = {
    "applying": "provision",
    "handover": "provision",
    "installing": "provision",
    "populating": "provision",
    "upgrading": "upgrade",
}  # where a module has another name than its command


def emitted() -> list[tuple[str, str, set[str]]]:
    """Every line that a command writes: its module, its event, the fields named there."""
    found = []
    for module in sorted((ROOT / "degoog" / "cli").glob("*.py")):
        for call in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "emit":
                (event,) = call.args
                assert isinstance(event, ast.Constant)
                assert isinstance(event.value, str)
                found.append(
                    (
                        COMMAND.get(module.stem, module.stem),
                        event.value,
                        {field.arg for field in call.keywords if field.arg},
                    )
                )
    return found


def test_each_line_of_the_commands_is_documented():
    others = [(event, names) for _module, event, names in emitted() if event != "summary"]

    assert {"found", "status", "check", "open"} <= {event for event, _names in others}
    for event, names in others:
        assert names <= set(documented(event)), event


def test_the_summary_of_each_command_is_documented():
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8").split("### Other summaries")[1].split("\n#")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", page, re.MULTILINE))

    for module, event, names in emitted():
        if event == "summary" and names - {"exit"}:  # those of a run are spelled out above
            assert names - {"exit"} <= set(re.findall(r"`(\w+)`", rows[module])), module


def test_an_error_is_documented(tmp_path: Path):
    said = CliRunner().invoke(program, ["--json", "no-such-command", "--workspace", str(tmp_path)])

    assert documented("error") == list(json.loads(said.stdout.splitlines()[-1]))
