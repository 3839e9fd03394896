"""`degoog plan files` and `degoog migrate files`: what they do, what they show, how they end."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from filelock import FileLock

from degoog.ledger import Ledger
from degoog.sandbox.takeout.nasty import Nasty, draw_nasty
from tests.cli.files import LOGIN, MIGRATE, files_in, lines, offered, summary, told

HERE = (*MIGRATE, "--to", "folder:archive")
THERE = (*MIGRATE, "--to", "nextcloud")
ARCHIVE, LEDGER = Path("archive"), Path(".degoog/ledger.db")


def archive_of(**members: str) -> Path:
    """A Takeout with these files in Drive; `__` in a key stands for a slash and a key ends in its content's name."""
    path = Path("small.zip")
    with zipfile.ZipFile(path, "w") as out:
        for name, content in members.items():
            out.writestr(f"Takeout/Drive/{name.replace('__', '/')}.txt", content)
    return path


def test_a_takeout_becomes_a_folder(call, takeout):
    ended = call(*HERE)

    assert ended.code == 0
    assert len(files_in(ARCHIVE)) >= len(takeout.names)
    assert "All 13 files that arrived are proven identical to what was sent." in told(ended.out)


def test_a_takeout_becomes_files_in_nextcloud(call, takeout, cloud):
    ended = call(*THERE, environ=cloud.environ)

    assert ended.code == 0
    assert any(path.startswith("Google Drive/00 - Gouvernance/") for path in cloud.files())


def test_they_arrive_in_the_folder_one_names(call, takeout, cloud):
    call(*THERE, "--into", "/Archives/Google", environ=cloud.environ)

    assert "Archives/Google" in cloud.files()
    assert "Google Drive" not in cloud.files()


@pytest.mark.parametrize("way", [("--jobs", "1"), ("--jobs", "8"), ("--limit-rate", "50MB")])
def test_the_pace_changes_nothing_of_what_arrives(call, takeout, way):
    assert call(*HERE, *way).code == 0
    assert len(files_in(ARCHIVE)) == 13


def test_nothing_moves_twice_into_a_folder(call, takeout):
    call(*HERE)
    before = {path: path.stat().st_mtime_ns for path in ARCHIVE.rglob("*") if path.is_file()}
    again = summary(call(*HERE, "--json").out)

    assert (again["moved"], again["unchanged"]) == (0, 22)
    assert {path: path.stat().st_mtime_ns for path in ARCHIVE.rglob("*") if path.is_file()} == before


def test_nothing_moves_twice_into_nextcloud(call, takeout, cloud):
    call(*THERE, environ=cloud.environ)
    written = cloud.requests.writes
    again = summary(call(*THERE, "--json", environ=cloud.environ).out)

    assert again["moved"] == 0
    assert cloud.requests.writes == written


def test_what_was_told_when_it_moved_is_not_told_again(call, takeout):
    first, second = call(*HERE).out, call(*HERE).out

    assert "Changed on the way" in first
    assert "Changed on the way" not in second


def test_the_closing_screen_ends_with_a_command_that_works(call, takeout):
    ended = call(*HERE)

    assert call(*offered(ended.out, "verify")).code == 0


# Before it begins


def test_the_plan_is_shown_before_anything_moves(call, takeout):
    ended = call(*HERE)

    assert "Will be moved: 13 files" in told(ended.err)
    assert "Nothing is changed or deleted at the source." in told(ended.err)


def test_planning_moves_nothing_and_offers_the_command_that_does(call, takeout):
    ended = call("plan", *HERE[1:])

    assert ended.code == 0
    assert "Will be moved: 13 files" in told(ended.out)
    assert not ARCHIVE.exists()
    assert call(*offered(ended.out, "migrate")).code == 0
    assert ARCHIVE.exists()


def test_a_plan_writes_nothing_at_the_server(call, takeout, cloud):
    call("plan", *THERE[1:], environ=cloud.environ)

    assert cloud.requests.writes == 0


def test_a_name_that_is_used_twice_is_not_said_to_be_forbidden(call, takeout):
    assert "because they are not allowed there or are used twice" in told(call("plan", *HERE[1:]).out)


def test_a_rehearsal_leaves_nothing_at_the_target(call, takeout):
    ended = call(*HERE, "--dry-run")

    assert ended.code == 0
    assert not ARCHIVE.exists()
    assert "This was a rehearsal: nothing was moved, nothing was changed." in told(ended.out)


def test_a_rehearsal_makes_no_ledger(call, takeout):
    call(*HERE, "--dry-run")

    assert not LEDGER.exists()


def test_a_rehearsal_leaves_the_ledger_as_it_was(call, takeout):
    call("plan", *HERE[1:])
    before = LEDGER.read_bytes()
    call(*HERE, "--dry-run")

    assert LEDGER.read_bytes() == before
    with Ledger(LEDGER) as ledger:
        assert [run.command for run in ledger.runs()] == ["plan"]


def test_a_rehearsal_writes_nothing_at_the_server(call, takeout, cloud):
    ended = call(*THERE, "--dry-run", environ=cloud.environ)

    assert ended.code == 0
    assert cloud.requests.writes == 0


def test_a_rehearsal_says_what_a_migration_would_come_to(call, takeout):
    assert "In a migration, 22 items would be moved and 3 would be left out for a known reason." in told(
        call(*HERE, "--dry-run").out
    )


def test_a_rehearsal_tells_what_cannot_be_read(call):
    Path("nasty").mkdir()
    draw_nasty(Path("nasty"), Nasty.ENCRYPTED)
    ended = call("migrate", "files", "--source", "takeout:nasty", "--to", "folder:archive", "--dry-run")

    assert ended.code == 3
    assert "is locked with a password" in told(ended.out)


def test_who_is_asked_and_says_no_moves_nothing(call, takeout):
    ended = call(*HERE, "--ask", typed="n\n", interactive=True)

    assert ended.code == 0
    assert "Nothing was moved, as you wished." in told(ended.out)
    assert not ARCHIVE.exists()


def test_who_is_asked_and_only_presses_enter_moves_nothing(call, takeout):
    assert call(*HERE, "--ask", typed="\n", interactive=True).code == 0
    assert not ARCHIVE.exists()


def test_who_is_asked_and_says_yes_moves(call, takeout):
    assert call(*HERE, "--ask", typed="y\n", interactive=True).code == 0
    assert ARCHIVE.exists()


def test_who_cannot_be_asked_is_told_what_to_write(call, takeout):
    ended = call(*HERE, "--ask")

    assert ended.code == 2
    assert "--yes" in ended.err
    assert not ARCHIVE.exists()


# What comes along


@pytest.mark.parametrize(
    ("rule", "arrives"),
    [
        (("--include", "*.txt"), ["Photos/b.txt", "Photos/c.txt", "a.txt"]),
        (("--include", "Photos/**"), ["Photos/b.txt", "Photos/c.txt"]),
        (("--exclude", "path=Photos"), ["a.txt"]),
        (("--exclude", "larger=10"), ["Photos/b.txt", "a.txt"]),
        (("--include", "Photos", "--exclude", "smaller=10"), ["Photos/c.txt"]),
    ],
    ids=str,
)
def test_rules_on_the_command_line_say_what_comes_along(call, rule, arrives):
    small = archive_of(a="short", Photos__b="short", Photos__c="quite a lot longer")
    ended = call("migrate", "files", "--source", f"takeout:{small}", "--to", "folder:archive", *rule)

    assert ended.code == 0
    assert sorted(files_in(ARCHIVE)) == arrives


def test_what_a_rule_leaves_out_is_accounted_for(call):
    small = archive_of(a="short", Photos__b="short")
    told = summary(
        call(
            "migrate", "files", "--source", f"takeout:{small}", "--to", "folder:x", "--exclude", "Photos/**", "--json"
        ).out
    )

    assert told["reasons"] == {"filtered": 2}  # the file, and the folder of which nothing is left


def test_the_command_to_go_on_keeps_the_rules(call):
    small = archive_of(a="short", Photos__b="short")
    ended = call(
        "plan", "files", "--source", f"takeout:{small}", "--to", "folder:archive",
        "--include", "type=text,modified>=1970-01-02", "--exclude", "Photos/**",
    )  # fmt: skip
    call(*offered(ended.out, "migrate"))

    assert set(files_in(ARCHIVE)) == {"a.txt"}


def test_rules_of_the_workspace_and_of_the_command_line_both_hold(call, workspace):
    small = archive_of(a="short", Photos__b="short", Photos__c="quite a lot longer")
    (workspace / "workspace.yml").write_text(
        "id: wa9c3\nstructure: Lauze\nlanguage: en\n"
        f"roads:\n  files:\n    source: [takeout:{small}]\n    to: folder:./archive\n    exclude:\n      - a.txt\n"
    )
    call("migrate", "files", "--exclude", "larger=10")

    assert set(files_in(ARCHIVE)) == {"Photos/b.txt"}


# Where from and where to


def test_a_workspace_says_where_from_and_where_to(call, workspace, takeout, cloud):
    (workspace / "workspace.yml").write_text(
        "id: wa9c3\nstructure: Lauze\nlanguage: en\n"
        f"nextcloud:\n  url: {cloud.url}\n  login: {LOGIN}\n"
        "roads:\n  files:\n    source: [takeout:takeout]\n    to: nextcloud\n    into: /Depuis Google\n"
    )
    secret = {"DEGOOG_NEXTCLOUD_PASSWORD": cloud.environ["DEGOOG_NEXTCLOUD_PASSWORD"]}

    ended = call("migrate", "files", environ=secret)

    assert ended.code == 0
    assert "Depuis Google" in cloud.files()
    assert offered(ended.out, "verify") == ["verify", "files"]
    assert call("verify", "files", environ=secret).code == 0


def test_options_win_over_the_workspace(call, workspace, takeout):
    (workspace / "workspace.yml").write_text(
        "id: wa9c3\nstructure: Lauze\nlanguage: en\n"
        "roads:\n  files:\n    source: [takeout:none.zip]\n    to: nextcloud\n"
    )

    assert call(*HERE).code == 0


def test_a_workspace_elsewhere_keeps_its_ledger_there(call, takeout):
    Path("lauze").mkdir()
    ended = call(*HERE, "--workspace", "lauze")

    assert Path("lauze/.degoog/ledger.db").exists()
    assert not LEDGER.exists()
    assert call(*offered(ended.out, "verify")).code == 0


def test_a_folder_with_blanks_in_its_name_can_be_pasted_again(call, takeout):
    ended = call(*MIGRATE, "--to", "folder:nos archives", "--workspace", "chez nous")

    assert call(*offered(ended.out, "verify")).code == 0


# How it ends


@pytest.fixture
def damaged(call) -> tuple[str, ...]:
    """Words that migrate an archive of which one file is damaged."""
    Path("nasty").mkdir()
    draw_nasty(Path("nasty"), Nasty.DAMAGED_MEMBER)
    return ("migrate", "files", "--source", "takeout:nasty", "--to", "folder:archive")


def test_beside_a_damaged_file_the_good_ones_move(call, damaged):
    ended = call(*damaged)

    assert ended.code == 3
    assert "Statuts.txt" in files_in(ARCHIVE)
    assert "1 file is damaged in the archive." in told(ended.out)
    assert "To do: download this part of the archive again" in told(ended.out)


def test_a_part_that_is_cut_short_does_not_keep_the_others(call, takeout):
    whole = takeout.parts[0]
    (cut := Path("takeout") / whole.name).unlink()
    cut.write_bytes(whole.read_bytes()[:2000])

    ended = call(*HERE, "--json")

    assert ended.code == 3
    assert summary(ended.out)["moved"] > 0
    assert summary(ended.out)["balanced"] is True


def test_once_the_damaged_part_is_there_again_the_rest_arrives(call, takeout):
    whole = takeout.parts[0]
    (cut := Path("takeout") / whole.name).unlink()
    cut.write_bytes(whole.read_bytes()[:2000])
    call(*HERE)
    cut.write_bytes(whole.read_bytes())
    ended = call(*HERE, "--json")

    assert ended.code == 0
    assert summary(ended.out)["proof"]["confirmed"] == 13


def test_what_a_late_part_brings_joins_the_folders_that_are_there(call, takeout):
    whole = takeout.parts[0]
    (late := Path("takeout") / whole.name).unlink()
    call(*HERE)
    late.write_bytes(whole.read_bytes())
    call(*HERE)

    assert "05 - Jardin (2)" not in {path.name for path in ARCHIVE.iterdir()}


def test_a_second_run_at_the_same_time_is_refused(call, takeout):
    call("plan", *HERE[1:])
    with FileLock(next(Path(".degoog").glob("*.lock"))):
        ended = call(*HERE)

    assert ended.code == 2
    assert "Another degoog is already working on this migration" in told(ended.err)
    assert not ARCHIVE.exists()


def test_a_bug_is_told_in_a_paragraph_and_kept_in_the_log(call, takeout, cloud):
    class Broken:
        async def handle_async_request(self, request):
            raise RuntimeError("kestrel detail")

        async def aclose(self):
            return None

    ended = call(*THERE, environ=cloud.environ, transport=Broken())

    assert ended.code == 1
    assert "Traceback" not in ended.out + ended.err
    assert "kestrel detail" not in ended.out + ended.err
    (log,) = Path(".degoog/logs").glob("*.log")
    assert "kestrel detail" in log.read_text()
    assert log.name in ended.err.replace("\n", "")


def test_a_password_never_reaches_the_log(call, takeout, cloud):
    call(*THERE, environ=cloud.environ)

    for log in Path(".degoog/logs").glob("*.log"):
        assert cloud.environ["DEGOOG_NEXTCLOUD_PASSWORD"] not in log.read_text()


def test_a_run_leaves_its_lines_in_the_log(call, takeout):
    call(*HERE)

    (log,) = Path(".degoog/logs").glob("*.log")
    assert "exit 0" in log.read_text()


def test_an_archive_that_changed_sends_only_what_changed(call, takeout):
    call(*HERE)
    changed = Path("takeout") / takeout.parts[1].name
    changed.unlink()
    with zipfile.ZipFile(takeout.parts[1]) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"changed" if name.endswith("Workspaces.json") else old.read(name))
    ended = call(*HERE, "--json")

    done = [line["path"] for line in lines(ended.out) if line["event"] == "done" and line["stage"] == "content"]
    assert done == ["Workspaces.json"]
    assert files_in(ARCHIVE)["Workspaces.json"] == b"changed"
