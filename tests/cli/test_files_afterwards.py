"""After a migration: `report`, `status`, `find` and `ledger rebuild`."""

from __future__ import annotations

import csv
import json
import re
import shlex
import zipfile
from html import unescape
from pathlib import Path

import pytest

from tests.cli.files import MIGRATE, files_in, lines, offered, summary, told

HERE = (*MIGRATE, "--to", "folder:archive")
AGENDA = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Lauze//Jardin//FR
X-WR-CALNAME:Jardin
BEGIN:VEVENT
UID:semis@lauze.example
DTSTAMP:20260101T000000Z
DTSTART:20260301T090000Z
SUMMARY:Semis
END:VEVENT
END:VCALENDAR
"""
REBUILD = ("ledger", "rebuild", "--source", "takeout:takeout", "--to", "folder:archive")


@pytest.fixture
def moved(call, takeout) -> None:
    """A folder into which everything was moved."""
    assert call(*HERE).code == 0


@pytest.fixture
def online(call, takeout, cloud):
    """A Nextcloud into which everything was moved."""
    assert call(*MIGRATE, "--to", "nextcloud", environ=cloud.environ).code == 0
    return cloud


# report


def test_a_report_is_written_and_its_page_named(call, moved):
    ended = call("report")

    assert ended.code == 0
    page = Path(ended.out.strip())
    assert page == Path.cwd() / "report" / "report.html"
    assert "<html" in page.read_text()
    assert "Open this page in your browser" in told(ended.err)


def test_a_report_has_its_files_for_spreadsheets_and_programs(call, moved):
    call("report", "--into", "for-the-board")
    folder = Path("for-the-board")

    assert {path.name for path in folder.iterdir()} == {
        "report.html", "items.csv", "shares.csv", "links.csv", "report.json", "items.jsonl",
    }  # fmt: skip
    assert json.loads((folder / "report.json").read_text())["found"] == 25
    with (folder / "items.csv").open(newline="", encoding="utf-8-sig") as file:
        assert len(list(csv.reader(file, delimiter=";"))) > 25 or file.seek(0) == 0


def test_a_report_after_a_plan_alone_is_possible(call, takeout):
    call("plan", *HERE[1:])

    assert call("report").code == 0


def test_the_command_a_report_gives_names_the_target(call, moved):
    call("report")

    assert "degoog verify files --to folder:archive" in Path("report/report.html").read_text()


# status


def test_status_says_where_things_stand_and_what_is_next(call, moved):
    ended = call("status")

    assert ended.code == 0
    assert "22 of 25 are in the new place, 3 left out" in told(ended.out)
    assert call(*offered(ended.out, "verify")).code == 0


def test_once_all_is_compared_status_has_nothing_left(call, moved):
    call("verify", "files", "--to", "folder:archive")

    assert "Nothing left to move." in told(call("status").out)


def test_the_command_that_goes_on_names_the_source_and_the_rules_that_were_typed(call, takeout, monkeypatch):
    call("plan", *HERE[1:], "--exclude", "type=image")
    again = offered(call("status").out, "migrate")

    assert again == [*HERE[:4], "--exclude", "type=image", *HERE[4:]]
    name = Path.cwd().name
    monkeypatch.chdir(Path.cwd().parent)
    again = offered(call("status", name).out, "migrate")
    assert again[3] == f"takeout:{name}/takeout"
    assert call(*again).code == 0


@pytest.mark.parametrize("asked", ["verify", "report"])
def test_once_something_failed_the_command_that_tries_again_can_be_pasted(call, takeout, asked):
    with zipfile.ZipFile("other.zip", "w") as archive:
        archive.writestr("Takeout/Drive/good.txt", "good")
        archive.writestr("Takeout/Drive/../../out.txt", "bad")
    source, to = ("--source", "takeout:other.zip"), ("--to", "folder:archive")
    assert call("migrate", "files", *source, *to, "--include", "*.txt").code == 3
    if asked == "verify":
        again = offered(call("verify", "files", *to).out, "migrate")
    else:
        page = unescape(Path(call("report").out.strip()).read_text())
        again = shlex.split(re.findall(r"degoog (migrate [^<]*)<", page)[-1])

    assert again == ["migrate", "files", *source, "--include", "path=*.txt", *to]
    assert call(*again).code == 3


def test_a_secret_address_is_not_kept_to_be_offered_again(call):
    secret = "http://127.0.0.1:9/private-5f3a/basic.ics"
    call("plan", "calendars", "--source", f"ics:{secret}", "--to", "folder:agendas")

    assert b"private-5f3a" not in b"".join(path.read_bytes() for path in Path(".degoog").iterdir() if path.is_file())


def test_status_of_a_nextcloud_names_it_and_its_folder_in_the_next_command(call, takeout, cloud):
    call(*MIGRATE, "--to", "nextcloud", "--into", "/De Google", environ=cloud.environ)
    ended = call("status")

    assert offered(ended.out, "verify") == ["verify", "files", "--to", "nextcloud", "--into", "/De Google"]
    assert call(*offered(ended.out, "verify"), environ=cloud.environ).code == 0


def test_status_of_a_described_workspace_is_next_plain(call, workspace, takeout):
    (workspace / "workspace.yml").write_text(
        "id: wa9c3\nstructure: Lauze\nlanguage: en\nroads:\n  files:\n    to: folder:./archive\n"
    )
    call(*MIGRATE)

    assert offered(call("status").out, "verify") == ["verify", "files"]


def test_status_shows_all_of_an_agencys_workspaces_at_once(call, takeout):
    for name in ("clients/lauze", "clients/le jardin partagé"):
        Path(name).mkdir(parents=True)
        call(*MIGRATE, "--to", f"folder:{name}/archive", "--workspace", name)
    Path("clients/not begun").mkdir()
    ended = call("status", *map(str, sorted(Path("clients").iterdir())))

    assert ended.code == 0
    assert "clients/lauze: Files, last run on" in told(ended.out)
    assert "clients/le jardin partagé: Files" in told(ended.out)
    assert "not begun" not in ended.out
    assert call(*offered(ended.out, "verify")).code == 0


def test_a_workspace_that_is_described_and_not_begun_is_named_among_the_others(call, takeout):
    call(*MIGRATE, "--to", "folder:a/archive", "--workspace", "a")
    Path("b").mkdir()
    Path("b/workspace.yml").write_text("id: wa9c3\nstructure: Lauze\nlanguage: en\n")

    assert "b: no migration has begun here yet." in told(call("status", "a", "b").out)
    assert summary(call("status", "a", "b", "--json").out)["waiting"] == ["b"]


def test_a_folder_that_is_not_there_is_named_in_the_readers_language(call):
    ended = call("status", "ailleurs", "--lang", "fr")

    assert ended.code == 2
    assert "Valeur impossible pour '[DOSSIER]...'\u202f: " in ended.err
    assert "introuvable\u202f: 'ailleurs'." in ended.err


def test_status_of_several_is_a_line_each_for_programs(call, takeout):
    for name in ("a", "b"):
        call(*MIGRATE, "--to", f"folder:{name}/archive", "--workspace", name)
    told = lines(call("status", "a", "b", "--json").out)

    assert [(line["event"], line.get("workspace")) for line in told[:-1]] == [("status", "a"), ("status", "b")]
    assert told[-1]["workspaces"] == 2


def test_status_of_workspaces_where_nothing_began_says_so(call):
    Path("empty").mkdir()

    assert "No migration has begun here yet." in told(call("status", "empty").out)


def test_a_workspace_whose_file_is_broken_is_shown_with_the_others(call, takeout):
    call(*MIGRATE, "--to", "folder:a/archive", "--workspace", "a")
    Path("a/workspace.yml").write_text("nonsense: [")

    assert "a: Files" in told(call("status", "a").out)


# find


@pytest.mark.parametrize("text", ["Reçu fiscal.pdf", "recu", "FISCAL", "01 - comptabilite/recu"])
def test_a_document_is_found_by_its_name_or_a_part_of_it_without_accents(call, moved, text):
    ended = call("find", text)

    assert ended.code == 0
    assert "01 - Comptabilité/Reçu fiscal.pdf" in ended.out


def test_a_document_is_found_by_its_old_link_and_by_its_new_one(call, online):
    (plan,) = (line for line in lines(call("find", "Plan(1)", "--json").out) if line["event"] == "found")
    id_ = plan["ref"].removeprefix("drive:")

    assert plan["new_link"].startswith(online.url)
    for link in (f"https://drive.google.com/file/d/{id_}/view?usp=sharing", id_, plan["new_link"]):
        found = [line["path"] for line in lines(call("find", link, "--json").out) if line["event"] == "found"]
        assert found == ["05 - Jardin/Plan(1).pdf"]


def test_a_document_in_a_plain_folder_is_found_by_its_new_link_too(call, moved):
    (plan,) = (line for line in lines(call("find", "Plan(1)", "--json").out) if line["event"] == "found")

    assert plan["new_link"].startswith("file:///")
    assert "05 - Jardin/Plan(1).pdf" in call("find", plan["new_link"]).out


def test_what_a_terminal_of_another_encoding_sends_finds_nothing(call, moved):
    assert call("find", "caf\udce9").code == 3


def test_an_empty_name_is_no_search(call, moved):
    ended = call("find", " ")

    assert ended.code == 2
    assert "There is nothing to look for." in told(ended.err)


def test_a_document_under_another_name_is_said_to_lie_there(call, moved):
    assert "→ 01 - Comptabilité/Budget (2).xlsx" in call("find", "budget").out


def test_a_document_that_did_not_come_along_is_said_not_to_have(call, moved):
    assert "(left out)" in call("find", "Carte des parcelles").out


def test_nothing_found_ends_with_3_and_an_advice(call, moved):
    ended = call("find", "no such thing")

    assert ended.code == 3
    assert "Try a part of the name." in told(ended.out)


def test_a_name_from_outside_does_not_command_the_terminal(call, moved):
    assert "\x1b" not in call("find", "\x1b[31m").out


# ledger rebuild


@pytest.fixture
def lost(moved) -> None:
    """A workspace whose ledger is gone."""
    for file in Path(".degoog").glob("ledger.db*"):
        file.unlink()


def test_a_lost_ledger_is_restored_and_nothing_moves_again(call, lost):
    ended = call(*REBUILD)

    assert ended.code == 0
    assert "22 items are known again." in told(ended.out)
    again = summary(call(*offered(ended.out, "migrate"), "--json").out)
    assert (again["moved"], again["unchanged"]) == (0, 22)


def test_a_restored_ledger_is_as_good_for_comparing(call, lost):
    call(*REBUILD)

    assert call("verify", "files", "--to", "folder:archive").code == 0


def test_the_ledger_of_every_road_is_restored(call, workspace):
    Path("agenda.ics").write_text(AGENDA)
    ends = ("--source", "ics:agenda.ics", "--to", "folder:agendas")
    assert call("migrate", "calendars", *ends).code == 0
    for file in Path(".degoog").glob("ledger.db*"):
        file.unlink()

    told = summary(call("ledger", "rebuild", "calendars", *ends, "--json").out)

    assert (told["restored"], told["exit"]) == (2, 0)
    assert summary(call("migrate", "calendars", *ends, "--json").out)["unchanged"] == 2


def test_a_ledger_is_restored_from_nextcloud_too(call, online):
    for file in Path(".degoog").glob("ledger.db*"):
        file.unlink()
    told = summary(
        call("ledger", "rebuild", "--source", "takeout:takeout", "--to", "nextcloud", "--json", environ=online.environ)
        .out
    )  # fmt: skip

    assert (told["restored"], told["exit"]) == (22, 0)


def test_without_its_ledger_a_migration_finds_what_is_there_and_doubles_nothing(call, lost):
    before = files_in(Path("archive"))
    call(*HERE)

    assert files_in(Path("archive")) == before


def test_a_ledger_that_is_not_lost_is_left_alone(call, moved):
    ended = call(*REBUILD)

    assert ended.code == 2
    assert "This ledger is not lost" in told(ended.err)


def test_where_no_map_was_kept_it_is_said(call, takeout):
    ended = call(*REBUILD)

    assert ended.code == 2
    assert "keeps no map" in told(ended.err)


def test_where_no_map_was_kept_at_a_server_it_is_said(call, takeout, cloud):
    ended = call("ledger", "rebuild", "--source", "takeout:takeout", "--to", "nextcloud", environ=cloud.environ)

    assert ended.code == 2
    assert "keeps no map" in told(ended.err)
    assert cloud.requests.writes == 0


def test_a_damaged_map_is_said_to_be_such(call, lost):
    (kept,) = Path("archive/.degoog").glob("files-*.jsonl.gz")
    kept.write_bytes(kept.read_bytes()[:100])
    ended = call(*REBUILD)

    assert ended.code == 2
    assert "The map kept at the target is damaged" in told(ended.err)


def test_what_has_no_size_is_counted_without_one(call, workspace):
    Path("agenda.ics").write_text(AGENDA)

    assert "Found: 2 items." in call("plan", "calendars", "--source", "ics:agenda.ics", "--to", "folder:agendas").out
