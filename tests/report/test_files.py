"""The files of a report: spreadsheets, JSON and the page, parsed again."""

import csv
import io
import json
import re
import stat
import tracemalloc
from html.parser import HTMLParser
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from degoog import i18n
from degoog.ledger import Ledger
from degoog.ledger.counts import Tally
from degoog.ledger.entries import entries
from degoog.model import Outcome
from degoog.report import ReportFiles, report
from degoog.report.page import LIMIT
from degoog.report.picture import outcome_parts
from degoog.report.plain import cell, href
from tests.lauze import Book, document

VOID = {"meta", "link", "img", "input", "br", "hr"}
PARIS = ZoneInfo("Europe/Paris")


class Page(HTMLParser):
    """A page read strictly: what is opened is closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert len(attrs) == len(dict(attrs)), f"an attribute twice on {tag}"
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in VOID | {"path", "circle"}, f"<{tag}/> does not close in HTML"
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, name: str) -> list[str]:
        return [attrs[name] for _tag, attrs in self.tags if name in attrs]


def write(book: Book, tmp_path, **more) -> ReportFiles:
    return report(book.ledger, tmp_path / "report", clock=book.clock, zone=PARIS, **more)


def rows(path, delimiter=",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), delimiter=delimiter))


@pytest.fixture(params=["fr", "en"])
def speech(request):
    i18n.use(request.param)
    return request.param


@pytest.fixture(params=["nothing", "one", "quiet", "lively"])
def book(request, tmp_path, lively, quiet):
    match request.param:
        case "lively":
            return lively
        case "quiet":
            return quiet
        case some:
            book = Book(tmp_path / "ledger.db")
            book.settle(book.walk([document("A", "seul.odt")] if some == "one" else []))
            return book


# The page


def test_the_page_is_well_formed_in_both_languages(book, tmp_path, speech):
    page = Page(write(book, tmp_path, structure="Les Jardins <de> la Lauze").html.read_text(encoding="utf-8"))
    assert next(attrs["lang"] for tag, attrs in page.tags if tag == "html") == speech
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    referred = {
        ref for name in ("aria-labelledby", "for") for refs in page.all(name) for ref in refs.split()
    }  # fmt: skip
    inside = {link[1:] for link in page.all("href") if link.startswith("#")}
    assert referred | inside <= set(ids)


def test_the_page_is_whole_in_itself(book, tmp_path, speech):
    page = Page(write(book, tmp_path).html.read_text(encoding="utf-8"))
    assert page.all("src") == []
    assert page.all("action") == []
    links = [attrs["href"] for tag, attrs in page.tags if tag == "link"]
    assert links == ["data:,"]
    policy = next(attrs["content"] for _tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_nothing_in_the_page_runs_but_its_own_script(lively, tmp_path):
    page = Page(write(lively, tmp_path).html.read_text(encoding="utf-8"))
    assert [tag for tag, _attrs in page.tags].count("script") == 1
    assert not [name for _tag, attrs in page.tags for name in attrs if name.startswith("on") or name == "style"]
    assert all(re.match(r"https?://|#|data:,$", link) for link in page.all("href"))


def test_hostile_names_are_shown_and_not_obeyed(lively, tmp_path):
    text = write(lively, tmp_path).html.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "<bdi>Potager : plans/facture \u202efdp.exe</bdi>" in text
    assert "{{ 7*7 }}" in text
    assert "\x1b" not in text


def test_headings_descend_by_one_and_landmarks_are_there(lively, tmp_path):
    page = Page(write(lively, tmp_path).html.read_text(encoding="utf-8"))
    levels = [int(tag[1]) for tag, _attrs in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert {"header", "main", "nav", "footer"} <= {tag for tag, _attrs in page.tags}


def test_every_table_has_headers_and_a_name(lively, tmp_path):
    page = Page(write(lively, tmp_path).html.read_text(encoding="utf-8"))
    tags = [tag for tag, _attrs in page.tags]
    tables = [attrs for tag, attrs in page.tags if tag == "table"]
    assert tags.count("caption") + sum("aria-labelledby" in attrs for attrs in tables) == len(tables)
    assert all(attrs.get("scope") in {"row", "col"} for tag, attrs in page.tags if tag == "th")


def test_what_is_to_look_at_comes_before_what_moved(lively, tmp_path):
    text = write(lively, tmp_path).html.read_text(encoding="utf-8")
    assert text.index('id="statement"') < text.index('id="look"') < text.index('id="moved"') < text.index('id="places"')


def test_a_long_table_stops_and_says_where_the_rest_is(lively, tmp_path):
    page = Page(write(lively, tmp_path, limit=5).html.read_text(encoding="utf-8"))
    assert len(page.all("data-outcome")) == 5
    assert any("This table stops at 5 lines out of 27" in text for text in page.text)
    assert LIMIT == 5000


def test_the_bar_shows_what_is_rare_and_tells_its_true_share(tmp_path):
    counted = {outcome: Tally() for outcome in Outcome} | {Outcome.MOVED: Tally(99_999), Outcome.FAILED: Tally(1)}
    moved, failed = outcome_parts(counted)
    assert failed.width > 0.5
    assert (moved.share, failed.share) == ("> 99.9%", "< 0.1%")
    assert moved.x + moved.width == pytest.approx(failed.x, abs=0.01)


@pytest.mark.parametrize(
    ("link", "clickable"),
    [
        ("https://nuage.lauze.example/f/1", True), ("http://[::1]:8080/f/1", True), ("javascript:alert(1)", False),
        ("data:text/html,x", False), ("https://", False), ("//mal.example/x", False), ("file:///etc/passwd", False),
        ("https://a.example/\nb", False), (" https://a.example/", False), ("memory://x", False), ("", False),
    ],
)  # fmt: skip
def test_only_web_links_can_be_clicked(link, clickable):
    assert href(link) == (link if clickable else "")


# Spreadsheets


def test_every_item_has_a_line_that_reads_back(lively, tmp_path):
    heading, *lines = rows(write(lively, tmp_path).items_csv)
    assert len(lines) == 27
    assert {len(line) for line in lines} == {len(heading)}
    line = next(line for line in lines if line[1] == "Budget 2026.ods")
    told = dict(zip(heading, line, strict=True))
    assert told["Place at the source"] == "Bureau/Comptabilité/Budget 2026.ods"
    assert told["Bytes"] == "48000"
    assert told["Last change"] == "2024-03-01 10:30:00"
    assert told["Changed on the way"].startswith("was shared with: jo@lauze.example (may change)")


def test_a_french_spreadsheet_gets_what_it_expects(lively, tmp_path):
    i18n.use("fr")
    written = write(lively, tmp_path)
    assert written.items_csv.read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(rows(written.items_csv, ";")[0]) == 21


@pytest.mark.parametrize("text", ["=1+1", "+33 1", "-x.txt", "@home", "  =1", "\t=1", "\r=1", "＝1", "\n@x"])
def test_what_a_spreadsheet_would_compute_is_shown_as_text(text):
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["Budget.ods", "", "1-2.txt", "l’été", "a=b", "'x"])
def test_other_names_stay_as_they_are(text):
    assert cell(text) == text


def test_shares_and_links_have_files_of_their_own(lively, tmp_path):
    written = write(lively, tmp_path)
    _heading, *shared = rows(written.shares_csv)
    assert shared[0][:4] == ["Bureau", "folder", "jo@lauze.example", "may change"]
    _heading, *linked = rows(written.links_csv)
    assert linked[0][0] == "https://drive.google.com/file/d/F1/view"
    assert len(linked) == 26


# JSON


def test_every_item_is_a_json_object_a_line(lively, tmp_path):
    lines = write(lively, tmp_path).items_jsonl.read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    assert [one["name"] for one in told] == [entry.name for entry in entries(lively.ledger)]
    assert next(one for one in told if one["ref"] == "drive:F1")["losses"][0] == {
        "kind": "sharing", "detail": "", "who": "jo@lauze.example", "role": "writer",
    }  # fmt: skip


def test_the_report_in_json_adds_up(book, tmp_path):
    told = json.loads(write(book, tmp_path).json.read_text(encoding="utf-8"))
    outcomes = ("moved", "unchanged", "skipped", "failed", "pending")
    assert told["found"] == sum(told[outcome] for outcome in outcomes)
    assert sum(kind["items"] for kind in told["kinds"] if kind["outcome"] != "gone") == told["found"]
    assert told["balanced"] is True


# All of them


def test_the_files_are_for_their_owner_only_and_replaced_whole(quiet, tmp_path):
    write(quiet, tmp_path)
    written = write(quiet, tmp_path)
    for name in written.__slots__:
        assert stat.S_IMODE(getattr(written, name).stat().st_mode) == 0o600
    assert len(list((tmp_path / "report").iterdir())) == len(written.__slots__)


def test_memory_does_not_grow_with_the_number_of_items(tmp_path):
    peaks = []
    for number in (2_000, 20_000):
        book = Book(tmp_path / f"{number}.db")
        book.walk(document(f"A{n}", f"Procès-verbal du conseil n° {n}.odt") for n in range(number))
        tracemalloc.start()
        report(book.ledger, tmp_path / "report", clock=book.clock, limit=200)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        book.ledger.close()
    assert peaks[1] < peaks[0] + 1_000_000


def test_where_several_roads_go_on_each_next_command_says_of_which(tmp_path):
    with Ledger(tmp_path / "ledger.db") as ledger:
        for road in ("files", "calendars"):
            ledger.lane(road=road, source="camille@lauze.example", address="cloud", identity="cloud")
        written = report(ledger, tmp_path / "report", clock=lambda: 0.0)

    page = written.html.read_text(encoding="utf-8")
    assert "<p>Files. To begin:</p>" in page
    assert "<p>Calendars. To begin:</p>" in page
    assert "degoog migrate calendars" in page
