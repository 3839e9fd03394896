"""What is said: remedies, the closing statement, the screens around a migration, status and summary."""

import json

import pytest

from degoog import i18n
from degoog.ledger import Balance
from degoog.ledger.checking import Verdict
from degoog.model import Departure, FailReason, Kind, Loss, LossKind, Outcome, SkipReason
from degoog.report import closing, compared, gather, next_step, plan_lines, statement, status, status_lines, summary
from degoog.report.families import Family, family, label
from degoog.report.foretold import foretold
from degoog.report.plain import brief
from degoog.report.remedies import TO_LOOK_AT, remedy
from degoog.report.statement import equation, listing
from degoog.report.words import reason, word
from tests import lauze
from tests.lauze import Book, document, folder

CAUSES = [*SkipReason, *FailReason, *LossKind, *Verdict, Outcome.PENDING, Outcome.GONE]


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: f"{type(cause).__name__}-{cause}")
@pytest.mark.parametrize("number", [1, 3412])
def test_every_cause_says_what_happened_what_it_means_and_what_to_do(cause, number):
    said = remedy(cause, number)
    assert said.happened.startswith(f"{number:,} ")
    for sentence in (said.happened, said.means, said.todo):
        assert sentence.endswith((".", ".)"))
        assert sentence == sentence.strip()
        assert "{" not in sentence


BEFORE = [*SkipReason, *FailReason, *Departure, LossKind.POINTER, LossKind.PLACES, LossKind.DESCRIPTION, LossKind.TIE]


@pytest.mark.parametrize("cause", BEFORE, ids=lambda cause: f"{type(cause).__name__}-{cause}")
@pytest.mark.parametrize("number", [1, 3412])
def test_before_a_migration_every_cause_is_told_too(cause, number):
    said = foretold(cause, number)
    assert said.startswith(f"{number:,} ")
    assert said.endswith((".", ".)"))
    assert "{" not in said


@pytest.mark.parametrize(
    ("cause", "before", "after"),
    [
        (SkipReason.FILTERED, "2 éléments seront laissés de côté", "2 éléments ont été laissés de côté"),
        (LossKind.POINTER, "un lien vers l’original viendra à leur place", "un lien vers l’original est venue"),
        (LossKind.PLACES, "chacun arrivera dans l’un d’eux", "chacun est arrivé dans l’un d’eux"),
        (LossKind.DESCRIPTION, "2 éléments ont une description", "2 éléments avaient une description"),
        (Departure.FOLLOWED, "quitteront aussi le nouvel espace", "ont aussi quitté le nouvel espace"),
        (Departure.EDITED, "ils seront gardés", "ils ont été gardés"),
        (Departure.OCCUPIED, "ils seront gardés", "ils ont été gardés"),
        (Departure.UNSURE, "ils seront gardés", "ils ont été gardés"),
    ],
)
def test_a_plan_tells_what_will_be_and_a_report_what_was_done(cause, before, after):
    i18n.use("fr")
    assert before in foretold(cause, 2)
    assert after in remedy(cause, 2).happened


@pytest.mark.parametrize("cause", FailReason)
def test_every_failure_waits_for_a_person(cause):
    assert cause in TO_LOOK_AT


@pytest.mark.parametrize("value", [*SkipReason, *FailReason, *LossKind, *Verdict, *Outcome, *Kind])
def test_every_value_has_words_for_a_table(value):
    assert word(value)


@pytest.mark.parametrize("value", Family)
def test_every_family_has_a_label(value):
    assert label(value)


@pytest.mark.parametrize(
    ("media", "name", "expected"),
    [
        ("image/png", "sans suffixe", Family.IMAGE),
        ("", "Budget.ODS", Family.SHEET),
        ("application/vnd.google-apps.presentation", "AG", Family.SLIDES),
        ("", "sans suffixe", Family.OTHER),
        ("", "", Family.OTHER),
    ],
)
def test_a_file_belongs_to_the_family_a_person_would_name(media, name, expected):
    assert family(media, name) == expected


def test_a_reason_an_older_degoog_knew_is_told_as_it_is():
    assert (reason(""), reason("unheard_of")) == ("", "unheard_of")


def test_the_statement_of_a_calm_migration_is_three_sentences(quiet):
    assert statement(gather(quiet.ledger)) == [
        "All 7 items that were found are in the new place.",
        "All 4 files that arrived are proven identical to what was sent.",
        "Nothing needs a look.",
    ]


def test_the_statement_hides_nothing_of_a_lively_one(lively):
    accounted, proven, look = statement(gather(lively.ledger))
    assert accounted == (
        "All 27 items that were found are accounted for: 20 are in the new place, 4 were left out for a known reason "
        "and 3 could not be moved."
    )
    assert proven == (
        "Of the 16 files that arrived, 13 are proven identical to what was sent; 1 could not be proven and 2 are "
        "missing or have changed since."
    )
    assert look.startswith("8 items need a look")
    assert "shares.csv" in look


def test_what_is_pending_is_said_and_the_next_command_goes_on(tmp_path):
    book = Book(tmp_path / "ledger.db")
    book.settle(book.walk([document("A", "a.odt"), document("B", "b.odt")]), pending=["B"], exit_code=130)
    facts = gather(book.ledger)
    assert "1 is still to be moved" in statement(facts)[0]
    step = next_step(facts, again="degoog migrate files --source takeout:a.zip --to folder:./b")
    assert step is not None
    assert step.command == "degoog migrate files --source takeout:a.zip --to folder:./b"


def test_a_count_that_does_not_add_up_is_not_hidden(quiet):
    facts = gather(quiet.ledger)
    wrong = type(facts)(**{name: getattr(facts, name) for name in facts.__slots__} | {"balance": Balance(found=9)})
    assert statement(wrong)[0].startswith("The count does not add up: 9 items were found, 0 are accounted for.")


def test_after_a_calm_migration_one_verifies_then_nothing_is_left_to_do(tmp_path):
    book = lauze.quiet(tmp_path / "ledger.db")
    step = next_step(gather(book.ledger), options="--workspace /srv/lauze")
    assert step is not None
    assert step.command == "degoog verify files --workspace /srv/lauze"
    book.verify()
    assert next_step(gather(book.ledger)) is None


def test_nothing_found_is_said_as_such(tmp_path):
    book = Book(tmp_path / "ledger.db")
    book.settle(book.walk([]))
    assert statement(gather(book.ledger)) == ["Nothing was found at the source: there is nothing to move."]


def test_the_balance_is_written_out(lively):
    assert equation(gather(lively.ledger).balance) == (
        "27 found = 20 moved + 0 unchanged + 4 left out + 3 failed + 0 to move"
    )


def test_a_list_is_read_aloud():
    assert [listing([]), listing(["a"]), listing(["a", "b", "c"])] == ["", "a", "a, b and c"]


def test_the_closing_screen_groups_by_cause_and_ends_with_a_command(lively):
    lines = closing(gather(lively.ledger))
    assert "  1 item could not be read: the source would not give it." in lines
    assert lines.index("To look at") < lines.index("Left where it was") < lines.index("Changed on the way")
    assert lines[-1] == "  degoog migrate files"


def test_what_degoog_did_not_put_there_is_told(quiet):
    assert any(
        line.startswith("2 other things are in the new place") for line in compared(gather(quiet.ledger, extra=2))
    )


def test_a_plan_says_what_it_will_do_and_what_stays(tmp_path):
    book = Book(tmp_path / "ledger.db")
    book.walk(
        [
            folder("F", "Bureau", losses=(Loss(LossKind.SHARING, who="jo@lauze.example", role="writer"),)),
            document("A", "bilan ?.odt", "F", 5_000_000), document("B", "\x1b[31mpiège\u202e.txt", "F", 200),
            document("C", "brouillon.txt", "F", verdict=SkipReason.FILTERED),
        ]
    )  # fmt: skip
    assert plan_lines(book.ledger, road="files", free=40_000_000_000, seconds=4200) == [
        "From camille@lauze.example to https://nuage.lauze.example (camille), /Google Drive.",
        "Found: 4 items, 5\u00a0MB.",
        "Will be moved: 2 files (5\u00a0MB) and 1 folder.",
        "Will not come along:",
        "  1 item will be left out by your rules (include, exclude).",
        "2 names will be changed, because they are not allowed there or are used twice: “bilan ?.odt” → “bilan _.odt”, "
        "“\ufffd[31mpiège.txt” → “_[31mpiège.txt”",
        "1 item is shared with people: the report will list its shares, to be given again.",
        "Room in the new place: 40\u00a0GB free, 5\u00a0MB needed.",
        "Estimated time: about 1 h 10.",
        "Nothing is changed or deleted at the source.",
    ]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([document("A", "bilan.odt", size=200)], "Will be moved: 1 file (200\u00a0B)."),
        ([folder("F", "Bureau")], "Will be moved: 1 folder."),
    ],
)
def test_a_plan_does_not_count_what_there_is_none_of(tmp_path, items, expected):
    book = Book(tmp_path / "ledger.db")
    book.walk(items)
    assert expected in plan_lines(book.ledger, road="files")


def test_a_plan_for_a_place_that_is_too_small_says_so(tmp_path):
    book = Book(tmp_path / "ledger.db")
    book.walk([document("A", "film.mp4", size=5_000_000_000)])
    assert any("not enough room" in line for line in plan_lines(book.ledger, road="files", free=1_000_000))


def test_a_plan_with_nothing_to_do_says_so(tmp_path):
    book = lauze.quiet(tmp_path / "ledger.db")
    assert "Nothing to do: the new place is up to date." in plan_lines(book.ledger, road="files", seconds=0)


def test_status_has_a_row_for_each_road_and_what_to_do_next(lively):
    (row,) = status(lively.ledger, workspace="lauze")
    assert (row.workspace, row.road, row.looks, row.exit, row.next) == ("lauze", "files", 8, 3, "degoog migrate files")
    assert status_lines([row])[1] == "  20 of 27 are in the new place, 4 left out, 3 failed"


def test_status_of_a_workspace_where_nothing_began_says_so():
    assert status_lines([]) == ["No migration has begun here yet."]


def test_the_summary_has_what_the_design_promises_and_is_json(lively):
    told = summary(lively.ledger, road="files", seconds=12.3456, exit_code=3)
    assert json.loads(json.dumps(told)) == told
    assert list(told)[:9] == [
        "event", "road", "found", "moved", "unchanged", "skipped", "failed", "pending", "balanced",
    ]  # fmt: skip
    assert (told["found"], told["seconds"], told["exit"]) == (27, 12.346, 3)
    assert told["reasons"] == {
        "damaged": 1, "unreadable": 1, "locked": 1, "not_exported": 1, "filtered": 1, "not_supported": 1,
        "parent_skipped": 1,
    }  # fmt: skip


def test_numbers_are_written_as_the_reader_does(tmp_path):
    book = Book(tmp_path / "ledger.db")
    book.settle(book.walk([document(f"A{n}", f"{n}.txt") for n in range(1200)]), tick=0)
    i18n.use("fr")
    assert "1\u202f200" in statement(gather(book.ledger))[0]


def test_a_long_name_is_shown_by_its_beginning_and_its_end():
    assert brief("Statuts.odt") == "Statuts.odt"
    assert brief("é" * 250 + ".txt") == "é" * 39 + "…" + "é" * 16 + ".txt"
