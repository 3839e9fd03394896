"""What programs read: JSON lines on the standard output and nothing else there, every field as docs/json.md says."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.files import LOGIN, MIGRATE, lines, summary
from tests.docs.test_json import documented

HERE = (*MIGRATE, "--to", "folder:archive")
WHOLE = {
    "found",
    "moved",
    "unchanged",
    "skipped",
    "failed",
    "pending",
    "gone",
    "touches",
    "to_look_at",
    "bytes",
    "exit",
}
TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(WHOLE, int),
    "event": str,
    "road": str,
    "balanced": bool,
    "departed": dict,
    "reasons": dict,
    "losses": dict,
    "proof": dict,
    "seconds": (int, float),
}


def checked(line: dict[str, Any]) -> None:
    """Every documented field of a summary is there, of its type, and no other."""
    assert set(line) == set(documented("summary")) == set(TYPES)
    for field, value in line.items():
        assert isinstance(value, TYPES[field]), field
        assert field not in WHOLE or not isinstance(value, bool), field
    assert line["found"] == sum(line[name] for name in ("moved", "unchanged", "skipped", "failed", "pending"))
    assert all(isinstance(number, int) for number in (*line["reasons"].values(), *line["losses"].values()))
    assert set(line["proof"]) == set(documented("proof"))
    assert all(isinstance(value, int) for name, value in line["proof"].items() if name != "verified_at")
    if line["proof"]["verified_at"] is not None:
        assert datetime.fromisoformat(line["proof"]["verified_at"]).utcoffset() is not None


@pytest.fixture
def moved(call, takeout) -> None:
    """A workspace whose files were moved."""
    assert call(*HERE).code == 0


def test_a_migration_ends_with_a_summary(call, takeout):
    told = summary(call(*HERE, "--json").out)

    checked(told)
    assert (told["moved"], told["skipped"], told["exit"]) == (22, 3, 0)
    assert told["reasons"] == {"not_exported": 3}
    assert (told["bytes"], told["proof"]["confirmed"]) == (29482, 13)


def test_a_rehearsal_ends_with_a_summary(call, takeout):
    checked(summary(call(*HERE, "--dry-run", "--json").out))


def test_a_plan_ends_with_a_summary(call, takeout):
    told = summary(call("plan", *HERE[1:], "--json").out)

    checked(told)
    assert (told["pending"], told["moved"], told["exit"]) == (22, 0, 0)


@pytest.mark.usefixtures("moved")
def test_a_comparison_ends_with_a_summary(call):
    told = summary(call("verify", "files", "--to", "folder:archive", "--json").out)

    checked(told)
    assert told["proof"]["proven"] == 13
    assert told["proof"]["verified_at"] is not None


def test_the_exit_code_in_the_summary_is_the_one_of_the_program(call, takeout, cloud):
    cloud.set_quota(LOGIN, 1000)
    ended = call(*MIGRATE, "--to", "nextcloud", "--json", environ=cloud.environ)

    assert (summary(ended.out)["exit"], ended.code) == (4, 4)


def test_each_item_has_a_line(call, takeout):
    done = [line for line in lines(call(*HERE, "--json").out) if line["event"] == "done"]

    assert len([line for line in done if line["stage"] in {"holders", "content"}]) == 22
    assert all(list(line) == documented("done") for line in done)


@pytest.mark.parametrize(
    "words",
    [
        ("plan", *HERE[1:]),
        HERE,
        (*HERE, "--dry-run"),
        ("verify", "files", "--to", "folder:archive"),
        ("report",),
        ("status",),
        ("status", "."),
        ("find", "rapport"),
        ("find", "nothing of the sort"),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("moved")
def test_the_standard_output_is_json_and_talk_goes_elsewhere(call, words):
    ended = call(*words, "--json")

    assert lines(ended.out)[-1]["event"] == "summary"
    assert lines(ended.out)[-1]["exit"] == ended.code
    assert not any(line.startswith("{") for line in ended.err.splitlines())


def test_before_it_moves_a_program_sees_only_json_and_a_person_the_plan(call, takeout):
    ended = call(*HERE, "--json")

    assert lines(ended.out)
    assert "Will be moved" in ended.err


def test_with_quiet_only_results_are_printed(call, takeout):
    ended = call(*HERE, "--quiet")

    assert ended.err == ""
    assert "proven identical" in ended.out


def test_a_plan_is_the_result_of_plan_and_quiet_shows_it(call, takeout):
    ended = call("plan", *HERE[1:], "--quiet")

    assert "Will be moved" in ended.out
    assert ended.err == ""


def test_quiet_does_not_hide_an_error(call, takeout):
    assert "--to nextcloud" in call(*MIGRATE, "--quiet").err


def test_with_json_and_quiet_the_screen_stays_empty(call, takeout):
    ended = call(*HERE, "--json", "--quiet")

    assert ended.err == ""
    assert lines(ended.out)


@pytest.mark.usefixtures("moved")
def test_the_json_of_a_find_names_old_and_new_place(call):
    found = [line for line in lines(call("find", "Plan(1)", "--json").out) if line["event"] == "found"]

    assert [(line["path"], line["lies"]) for line in found] == [("05 - Jardin/Plan(1).pdf", "05 - Jardin/Plan(1).pdf")]
    assert set(documented("items.jsonl")) <= set(found[0])


@pytest.mark.usefixtures("moved")
def test_the_json_of_a_report_names_its_files(call):
    told = summary(call("report", "--json").out)

    assert all(Path(told[name]).is_file() for name in ("html", "items", "shares", "links", "json"))
