"""The ledger read again: every item, counts, and finding things."""

import pytest

from degoog.ledger import counts
from degoog.ledger.checking import Verdict
from degoog.ledger.entries import Cause, entries, places, shares
from degoog.ledger.find import find, google_id
from degoog.model import FailReason, Kind, LossKind, Outcome, SkipReason
from tests import lauze
from tests.lauze import Book, document, folder


def named(found) -> list[str]:
    return [entry.name for entry in found]


def by_ref(book: Book):
    return {entry.ref.partition(":")[2]: entry for entry in entries(book.ledger)}


def test_every_item_has_one_outcome_and_the_outcomes_are_those_of_the_balance(lively):
    told = [entry.outcome for entry in entries(lively.ledger)]
    (lane,) = counts.lanes(lively.ledger)
    assert lane.balance.holds
    assert (told.count(Outcome.MOVED), told.count(Outcome.SKIPPED), told.count(Outcome.FAILED)) == (
        lane.balance.moved, lane.balance.skipped, lane.balance.failed,
    )  # fmt: skip
    assert {o: t.items for o, t in counts.outcomes(lively.ledger).items() if t.items} == {
        Outcome.MOVED: lane.balance.moved, Outcome.SKIPPED: lane.balance.skipped, Outcome.FAILED: lane.balance.failed,
    }  # fmt: skip


def test_a_place_is_told_with_the_names_people_gave(lively):
    found = by_ref(lively)
    assert found["D1"].path == "Bureau/Comptabilité/Budget 2026.ods"
    assert found["N0"].path == f"Potager : plans/{lauze.NASTY[0]}"
    assert found["F3"].path == "Potager : plans"


def test_an_item_carries_its_losses_its_place_and_both_links(lively):
    entry = by_ref(lively)["D2"]
    assert [loss.kind for loss in entry.losses] == [LossKind.NAME]
    assert entry.lies == "Bureau/Procès-verbal AG _.odt"
    assert entry.old_link == "https://drive.google.com/file/d/D2/view"
    assert entry.new_link.startswith("https://nuage.lauze.example/f/")


def test_what_a_first_run_moved_is_unchanged_for_a_second_one(tmp_path):
    book = Book(tmp_path / "ledger.db")
    first = [folder("F", "Bureau"), document("A", "a.odt", "F")]
    book.settle(book.walk(first))
    book.settle(book.walk([*first, document("B", "b.odt", "F")]))
    assert {ref: entry.outcome for ref, entry in by_ref(book).items()} == {
        "F": Outcome.UNCHANGED, "A": Outcome.UNCHANGED, "B": Outcome.MOVED,
    }  # fmt: skip


def test_what_vanished_at_the_source_is_gone_and_outside_what_was_found(tmp_path):
    book = Book(tmp_path / "ledger.db")
    book.settle(book.walk([document("A", "a.odt"), document("B", "b.odt")]))
    book.settle(book.walk([document("A", "a.odt")]))
    assert by_ref(book)["B"].outcome is Outcome.GONE
    assert [group.cause for group in counts.reasons(book.ledger)] == [Outcome.GONE]
    assert named(places(book.ledger, limit=10)) == ["a.odt"]


def test_a_walk_that_was_cut_short_counts_for_nothing(tmp_path):
    book = Book(tmp_path / "ledger.db")
    book.settle(book.walk([document("A", "a.odt")]))
    book.lane.walk(lauze.NAMING).enter([document("A", "a.odt"), document("B", "b.odt")])
    assert named(entries(book.ledger)) == ["a.odt"]


def test_causes_are_counted_with_things_and_bytes(lively):
    found = {group.cause: group.tally for group in counts.reasons(lively.ledger)}
    assert found[FailReason.UNREADABLE].items == 1
    assert (found[SkipReason.NOT_SUPPORTED].things, found[SkipReason.NOT_SUPPORTED].bytes) == (18_412, 2_400_000_000)


def test_losses_are_counted_an_item_once_a_kind(lively):
    found = {group.cause: group.tally.items for group in counts.losses(lively.ledger)}
    assert found[LossKind.SHARING] == 2
    assert LossKind.UNPROVEN not in found


def test_verdicts_add_up_to_what_arrived(lively):
    checks = counts.checks(lively.ledger)
    assert (checks.missing, checks.changed, checks.unproven, checks.confirmed) == (1, 1, 1, 0)
    assert checks.proven + checks.missing + checks.changed + checks.unproven == checks.arrived
    assert not checks.sound


def test_before_verify_what_the_target_confirmed_is_sure(quiet):
    checks = counts.checks(quiet.ledger)
    assert (checks.arrived, checks.confirmed, checks.proven, checks.at) == (4, 4, 0, None)


def test_an_item_with_two_causes_is_to_be_looked_at_once(lively):
    causes: list[Cause] = [Verdict.MISSING, LossKind.CREATED]
    assert counts.to_look_at(lively.ledger, causes) == 1


def test_owners_of_a_cause_are_counted(lively):
    assert counts.owners(lively.ledger, cause=FailReason.UNREADABLE)[0][0] == "voisine@ailleurs.example"


def test_progress_begins_at_nothing_and_ends_with_everything(lively):
    line = counts.progress(lively.ledger, steps=10)
    arrived = counts.outcomes(lively.ledger)[Outcome.MOVED]
    assert (line[0].items, line[-1].items, line[-1].bytes) == (0, arrived.items, arrived.bytes)
    assert len(line) <= 11
    assert [step.items for step in line] == sorted(step.items for step in line)


def test_a_ledger_with_nothing_in_it_has_nothing_to_tell(tmp_path):
    book = Book(tmp_path / "ledger.db")
    assert (list(entries(book.ledger)), counts.progress(book.ledger), counts.reasons(book.ledger)) == ([], [], [])


def test_shares_say_who_had_which_right(lively):
    found = [(share.path, share.who, share.role) for share in shares(lively.ledger)]
    assert found[0] == ("Bureau", "jo@lauze.example", "writer")
    assert len(found) == 4


def test_with_more_items_than_lines_folders_come_first(lively):
    assert {entry.kind for entry in places(lively.ledger, limit=4)} == {Kind.FOLDER}


@pytest.mark.parametrize("text", ["PROCES-verbal ag", "procès-verbal", "proce\u0300s", "bureau/proces"])
def test_a_name_is_found_whatever_its_accents_and_case(lively, text):
    assert "Procès-verbal AG ?.odt" in named(find(lively.ledger, text))


LONG = "1AbC_def-GHIjkl0123456789mnopqrstuv"


@pytest.mark.parametrize(
    "link",
    [
        f"https://drive.google.com/file/d/{LONG}/view?usp=sharing",
        f"https://drive.google.com/open?id={LONG}",
        f"https://drive.google.com/uc?export=download&id={LONG}",
        f"drive.google.com/drive/u/0/folders/{LONG}?resourcekey=0-x",
        f"https://docs.google.com/document/d/{LONG}/edit#heading=h.1",
        f"https://docs.google.com/spreadsheets/u/1/d/{LONG}/edit?gid=0",
        f"https://docs.google.com/a/lauze.example/document/d/{LONG}/edit",
        LONG,
    ],
)
def test_an_old_link_is_found_in_any_form_google_writes_it(tmp_path, link):
    book = Book(tmp_path / "ledger.db")
    book.settle(book.walk([document(LONG, "Règlement.odt"), document("other", "Autre.odt")]))
    assert named(find(book.ledger, link)) == ["Règlement.odt"]


@pytest.mark.parametrize("form", ["/f/{}", "/index.php/f/{}", "/apps/files/files/{}?dir=/Bureau", "/f/{}/"])
def test_a_new_link_is_found_as_the_browser_shows_it(lively, form):
    number = by_ref(lively)["D1"].new_link.rpartition("/")[2]
    assert named(find(lively.ledger, lauze.CLOUD + form.format(number))) == ["Budget 2026.ods"]


def test_a_path_that_looks_like_an_address_is_found_all_the_same(tmp_path):
    book = Book(tmp_path / "ledger.db")
    book.settle(book.walk([folder("F", "v1.final"), document("A", "Budget.ods", "F")]))
    assert named(find(book.ledger, "v1.final/Budget")) == ["Budget.ods"]


def test_the_id_inside_a_link_to_somewhere_else_is_none():
    assert google_id("https://mal.example/?u=https://drive.google.com/file/d/1234567890abc/view") == ""


@pytest.mark.parametrize("text", ["", "   ", "%", "https://ailleurs.example/f/1", "_"])
def test_what_means_nothing_finds_nothing_by_accident(quiet, text):
    assert list(find(quiet.ledger, text)) == []
