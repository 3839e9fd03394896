"""`--follow-deletions`: what leaves the new place, who is asked before, and what is told."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.files import LOGIN, files_in, lines, summary, told
from tests.cli.test_agendas import agenda, event, stored

EVENTS = [event(f"e{n}", f"Atelier {n}") for n in range(12)]
TO_FOLDER = ("migrate", "calendars", "--source", "ics:agenda.ics", "--to", "folder:out")
THERE = ("migrate", "calendars", "--source", "ics:agenda.ics", "--to", "nextcloud")
FOLLOW = "--follow-deletions"
TRASH = Path("out/.degoog/trash")


def trashed() -> list[str]:
    return sorted(path.name for path in TRASH.rglob("*.ics"))


@pytest.fixture
def moved(call) -> None:
    agenda(*EVENTS)
    assert call(*TO_FOLDER).code == 0
    agenda(*EVENTS[2:])


def test_nothing_leaves_without_the_option(call, moved):
    ended = call(*TO_FOLDER)

    assert (ended.code, trashed(), len(files_in(Path("out")))) == (0, [], 12)


def test_a_few_leave_and_are_told(call, moved):
    ended = call(*TO_FOLDER, FOLLOW)

    assert ended.code == 0
    assert trashed() == ["2026-03-12 Atelier 0.ics", "2026-03-12 Atelier 1.ics"]
    assert "2 items gone at the source left the new place too." in told(ended.out)
    assert "Gone at the source, will go to the trash" in told(ended.err)


def test_run_again_nothing_is_written_and_nothing_told_twice(call, moved):
    call(*TO_FOLDER, FOLLOW)
    before = {path: path.stat().st_mtime_ns for path in Path("out").rglob("*.ics")}

    ended = call(*TO_FOLDER, FOLLOW)

    assert {path: path.stat().st_mtime_ns for path in Path("out").rglob("*.ics")} == before
    assert "left the new place" not in told(ended.out)


def test_plan_and_a_rehearsal_show_what_would_leave_and_leave_it(call, moved):
    plan = call("plan", *TO_FOLDER[1:], FOLLOW)
    assert "will go to the trash of the new place where nobody has changed them: 2 items" in told(plan.out)
    assert ("Nothing new to bring." in told(plan.out), "Nothing to do" in told(plan.out)) == (True, False)
    assert plan.out.rstrip().endswith(FOLLOW)

    rehearsal = call(*TO_FOLDER, FOLLOW, "--dry-run")
    assert "2 items gone at the source will leave the new place too." in told(rehearsal.out)
    assert "left the new place" not in told(rehearsal.out)
    assert trashed() == []


def test_a_rehearsal_knows_what_somebody_changed(call, moved):
    Path("out/Agenda de la Lauze/2026-03-12 Atelier 0.ics").write_bytes("À moi".encode())

    out = told(call(*TO_FOLDER, FOLLOW, "--dry-run").out)

    assert "1 item gone at the source was changed in the new place: it will be kept." in out


def test_programs_are_told(call, moved):
    Path("out/Agenda de la Lauze/2026-03-12 Atelier 0.ics").write_bytes("À moi".encode())

    out = call(*TO_FOLDER, FOLLOW, "--json").out

    assert summary(out)["departed"] == {"edited": 1, "followed": 1}
    assert summary(out)["gone"] == 2
    done = {line["ref"]: line["reason"] for line in lines(out) if line["event"] == "done"}
    assert sorted(done.values()) == ["edited", "followed"]


def test_the_report_names_each(call, moved):
    call(*TO_FOLDER, FOLLOW)
    assert call("report").code == 0

    items = [json.loads(line) for line in Path("report/items.jsonl").read_text().splitlines()]
    gone = {one["name"]: one["reason"] for one in items if one["outcome"] == "gone"}
    assert gone == {"2026-03-12 Atelier 0.ics": "followed", "2026-03-12 Atelier 1.ics": "followed"}
    assert "left the new place too" in Path("report/report.html").read_text()


@pytest.fixture
def emptied(call) -> None:
    agenda(*EVENTS)
    assert call(*TO_FOLDER).code == 0
    agenda()


def test_an_emptied_source_empties_nothing_where_nobody_can_be_asked(call, emptied):
    ended = call(*TO_FOLDER, FOLLOW)

    assert ended.code == 4
    assert len(files_in(Path("out"))) == 12
    assert "12 items that are gone at the source were left in the new place" in told(ended.out)
    assert ended.out.rstrip().endswith(f"{FOLLOW} --yes")


@pytest.mark.parametrize(("answer", "left", "code"), [("y\n", 0, 0), ("n\n", 12, 0), ("\n", 12, 0)])
def test_a_person_is_asked(call, emptied, answer, left, code):
    ended = call(*TO_FOLDER, FOLLOW, interactive=True, typed=answer)

    assert ended.code == code
    assert "Have these 12 items leave the new place?" in told(ended.err)
    assert "That is much: 12 of the 13 items that lie there." in told(ended.err)
    assert len(files_in(Path("out"))) == left


def test_yes_is_an_answer(call, emptied):
    ended = call(*TO_FOLDER, FOLLOW, "--yes")

    assert (ended.code, files_in(Path("out")), len(trashed())) == (0, {}, 12)


def test_one_of_two_is_much_too(call):
    agenda(*EVENTS[:2])
    call(*TO_FOLDER)
    agenda(EVENTS[0])

    assert call(*TO_FOLDER, FOLLOW).code == 4


def test_a_file_that_was_cut_off_makes_nothing_leave(call, moved):
    whole = Path("agenda.ics").read_text()
    Path("agenda.ics").write_text(whole.removesuffix("END:VCALENDAR\n").removesuffix("END:VCALENDAR\r\n"))

    ended = call(*TO_FOLDER, FOLLOW, "--yes")

    assert trashed() == []
    assert "2 items are not gone for sure: they were kept." in told(ended.out)


def test_a_takeout_without_a_manifest_makes_nothing_leave(call):
    def pack(*names: str) -> None:
        with zipfile.ZipFile("small.zip", "w") as out:
            for name in names:
                out.writestr(f"Takeout/Drive/{name}.txt", name)

    words = ("migrate", "files", "--source", "takeout:small.zip", "--to", "folder:out")
    pack("un", "deux", "trois")
    call(*words)
    pack("un")

    ended = call(*words, FOLLOW, "--yes")

    assert len(files_in(Path("out"))) == 3
    assert "2 items are not gone for sure: they were kept." in told(ended.out)


def test_events_leave_a_nextcloud_for_its_trash_and_nobody_is_told(call, cloud):
    guests = ("ORGANIZER:mailto:camille@lauze.example", "ATTENDEE:mailto:zoe@lauze.example")
    agenda(*EVENTS[2:], event("e0", "Atelier 0", *guests), EVENTS[1])
    call(*THERE, environ=cloud.environ)
    agenda(*EVENTS[2:])

    ended = call(*THERE, FOLLOW, environ=cloud.environ)

    assert ended.code == 0
    shelf = cloud.agenda(LOGIN).calendars["Agenda de la Lauze"]
    assert set(shelf.trash) == {"e0@lauze.example", "e1@lauze.example"}
    assert len(stored(cloud)) == 10
    assert cloud.agendas.mails == []


def test_a_whole_calendar_leaves_in_one_piece(call, cloud):
    agenda(*EVENTS, path="a.ics")
    agenda(event("x", "Autre"), path="b.ics")
    two = ("migrate", "calendars", "--source", "ics:agendas", "--to", "nextcloud")
    Path("agendas").mkdir()
    for name in ("a.ics", "b.ics"):
        Path(name).rename(f"agendas/{name}")
    call(*two, environ=cloud.environ)
    Path("agendas/a.ics").unlink()

    ended = call(*two, FOLLOW, "--yes", environ=cloud.environ)

    assert ended.code == 0
    (deleted,) = (shelf for shelf in cloud.agenda(LOGIN).calendars.values() if shelf.deleted_at)
    assert len(deleted.things) == 12
    assert deleted.trash == {}


def contacts(*names: str) -> None:
    cards = (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{name}\r\nFN:{name}\r\nN:;{name};;;\r\nEND:VCARD\r\n" for name in names
    )
    Path("contacts.vcf").write_text("".join(cards), newline="")


def test_contacts_leave_a_nextcloud_once_a_copy_lies_here(call, cloud):
    words = ("migrate", "contacts", "--source", "vcf:contacts.vcf", "--to", "nextcloud")
    contacts("Zoé", "Camille", "Sacha", "Alex", "Noor", "Lou")
    call(*words, environ=cloud.environ)
    contacts("Camille", "Sacha", "Alex", "Noor", "Lou")

    ended = call(*words, FOLLOW, environ=cloud.environ)

    assert ended.code == 0
    assert "a copy is kept here, in the workspace folder, before it goes" in told(ended.err)
    (copy,) = Path(".degoog/deleted").rglob("*.vcf")
    assert b"FN:Zo\xc3\xa9" in copy.read_bytes()
    assert copy.stat().st_mode & 0o077 == 0
    assert "Copies of what left a place that keeps no trash lie in" in told(ended.out)
    names = [thing.uid for shelf in cloud.agenda(LOGIN).books.values() for thing in shelf.things.values()]
    assert len(names) == 5


def test_a_calendar_server_without_a_trash_gives_up_events_once_a_copy_lies_here(call, cloud):
    cloud.agendas.retention = 0
    agenda(*EVENTS)
    call(*THERE, environ=cloud.environ)
    agenda(*EVENTS[1:])

    assert call(*THERE, FOLLOW, environ=cloud.environ).code == 0

    assert [path.name for path in Path(".degoog/deleted").rglob("*.ics")] == ["2026-03-12 Atelier 0.ics"]


def test_what_comes_back_after_it_went_to_a_calendar_s_trash_is_said_to_be_there(call, cloud):
    agenda(*EVENTS)
    call(*THERE, environ=cloud.environ)
    agenda(*EVENTS[1:])
    call(*THERE, FOLLOW, environ=cloud.environ)
    agenda(*EVENTS)

    ended = call(*THERE, FOLLOW, "--json", environ=cloud.environ)

    assert (ended.code, summary(ended.out)["reasons"]) == (3, {"trashed": 1})


def test_channels_do_not_follow_deletions_and_it_is_said_why(call):
    ended = call("migrate", "channels", "--source", "slack:export.zip", "--to", "mattermost", FOLLOW)

    assert ended.code == 2
    assert "is not for channels" in told(ended.err)


def test_in_french(call, emptied):
    ended = call("--lang", "fr", *TO_FOLDER, FOLLOW)

    assert "C’est beaucoup : 12 éléments sur les 13 qui s’y trouvent." in told(ended.err)
    assert "12 éléments disparus de la source ont été laissés dans le nouvel espace" in told(ended.out)
