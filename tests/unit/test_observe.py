"""Who watches a run, and what they see."""

import io
import json
import re

import pytest

from degoog import i18n, observe
from degoog.happenings import Begun, Counted, Done, Transferred, Waiting
from degoog.model import Item, Kind, Outcome, Ref, Stage


class Screen(io.StringIO):
    """A terminal that remembers what was written."""

    encoding = "utf-8"

    def isatty(self):
        return True

    def lines(self):
        """Everything that was ever drawn, without the marks that move the cursor."""
        return [line.rstrip() for line in re.split(r"[\r\n]|\x1b\[\w", self.getvalue()) if line.strip()]


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def width(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def done(size=1000, outcome=Outcome.MOVED, stage=Stage.CONTENT):
    return Done(Item(Ref("t", "1"), None, Kind.FILE, "é.txt", stage, size=size), stage, outcome)


def work(watcher, clock, *, times, size=1000, seconds=1.0):
    for _ in range(times):
        watcher.notify(Transferred(size))
        watcher.notify(done(size))
        clock.now += seconds


def test_a_program_reads_one_object_a_line(clock):
    out = io.StringIO()
    with observe.JsonLines(out, clock=clock) as watcher:
        watcher.notify(Begun(Stage.CONTENT, 2, 2000))
        watcher.notify(done())
        watcher.notify(Waiting("www.googleapis.com", 40.04, "lent"))

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["begun", "done", "waiting"]
    assert lines[0] == {"event": "begun", "stage": "content", "items": 2, "bytes": 2000}
    assert (lines[1]["ref"], lines[1]["outcome"], lines[1]["path"]) == ("t:1", "moved", "é.txt")
    assert lines[2]["seconds"] == 40.0


def test_bytes_are_told_to_a_program_once_a_second_at_most(clock):
    out = io.StringIO()
    watcher = observe.JsonLines(out, clock=clock)
    for _ in range(100):
        watcher.notify(Transferred(10))
        clock.now += 0.1

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert 9 <= len(lines) <= 11
    assert lines[-1]["bytes"] > 900


def test_a_bar_shows_items_bytes_and_what_remains(clock):
    screen = Screen()
    with observe.Bars(screen, clock=clock) as watcher:
        watcher.notify(Begun(Stage.CONTENT, 100, 100_000))
        work(watcher, clock, times=50)
        text = "\n".join(screen.lines())

    assert re.search(r"49 of 100 files · 50.kB of 100.kB · about 1 min left", text)
    assert re.search(r"Files \|.*\| +4\d %", text)


def test_nothing_is_wider_than_80_columns(clock):
    i18n.use("fr")
    screen = Screen()
    with observe.Bars(screen, clock=clock) as watcher:
        watcher.notify(Counted(8431))
        watcher.notify(Begun(Stage.CONTENT, 8431, 12_400_000_000))
        work(watcher, clock, times=3000, size=1_400_000, seconds=1.5)
        watcher.notify(Waiting("www.googleapis.com", 40))
    i18n.use("en")

    assert max(len(line) for line in screen.lines()) <= 80


def test_a_wait_is_told_at_once_and_goes_away_when_it_is_over(clock):
    screen = Screen()
    with observe.Bars(screen, clock=clock) as watcher:
        watcher.notify(Begun(Stage.CONTENT, 100, 0))
        watcher.notify(Waiting("www.googleapis.com", 40))
        assert any("Google asks to slow down: going on in 40 s" in line for line in screen.lines())
        clock.now += 41
        screen.truncate(0)
        watcher.notify(done())

        assert not any("Google" in line for line in screen.lines())


def test_the_reason_a_service_gives_is_shown(clock):
    screen = Screen()
    with observe.Bars(screen, clock=clock) as watcher:
        watcher.notify(Waiting("cloud.lauze.example", 30, "Nextcloud is in maintenance"))

        assert any("Nextcloud is in maintenance: going on in 30 s" in line for line in screen.lines())


def test_bars_write_no_colour_and_nothing_that_blinks(clock):
    screen = Screen()
    with observe.Bars(screen, clock=clock) as watcher:
        watcher.notify(Begun(Stage.CONTENT, 10, 0))
        work(watcher, clock, times=10)

    assert not re.search(r"\x1b\[[\d;]*m", screen.getvalue())


def test_bars_are_drawn_twice_a_second_at_most(clock):
    screen = Screen()
    with observe.Bars(screen, clock=clock) as watcher:
        watcher.notify(Begun(Stage.CONTENT, 1000, 0))
        work(watcher, clock, times=1000, seconds=0.01)
        drawn = screen.getvalue().count("Files |")

    assert drawn <= 23


def test_without_a_terminal_there_is_a_line_every_thirty_seconds(clock):
    out = io.StringIO()
    with observe.Lines(out, clock=clock) as watcher:
        watcher.notify(Begun(Stage.CONTENT, 1000, 0))
        work(watcher, clock, times=95)

    lines = out.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("Files · 30 of 1,000 files · about 15 min left")


@pytest.mark.parametrize(
    ("terminal", "name", "kind"),
    [
        (True, "xterm", observe.Bars),
        (True, "dumb", observe.Lines),
        (True, "", observe.Lines),
        (False, "xterm", observe.Lines),
    ],
)
def test_bars_need_a_terminal_that_moves_its_cursor(clock, terminal, name, kind):
    stream = Screen() if terminal else io.StringIO()

    with observe.progress(stream, clock=clock, environ={"TERM": name}) as watcher:
        assert isinstance(watcher, kind)


def left(begun, clock, steps):
    progress = observe.Progress(begun, now=clock.now)
    seconds = None
    for items, size in steps:
        for _ in range(items):
            progress.take(done(size // max(1, items)))
        clock.now += 10
        seconds = progress.seconds_left(clock.now)
    return seconds


def test_many_small_files_left_count_although_most_bytes_have_passed(clock):
    assert left(Begun(Stage.CONTENT, 1000, 1000), clock, [(10, 990)]) == pytest.approx(990)


def test_one_large_file_left_counts_although_most_items_are_done(clock):
    assert left(Begun(Stage.CONTENT, 1000, 10_000_000), clock, [(999, 999)]) > 10_000


def test_nothing_is_estimated_before_five_seconds_or_without_progress(clock):
    progress = observe.Progress(Begun(Stage.CONTENT, 10, 10), now=clock.now)
    progress.take(done(1))
    clock.now += 4
    assert progress.seconds_left(clock.now) is None
    assert left(Begun(Stage.CONTENT, 10, 10), clock, [(0, 0), (0, 0)]) is None


def test_the_estimate_follows_a_server_that_slows_down(clock):
    fast = [(100, 100)] * 30
    slow = [(1, 1)] * 20

    assert left(Begun(Stage.CONTENT, 10_000, 10_000), clock, fast + slow) > 20_000


def test_bytes_of_a_transfer_that_is_thrown_away_do_not_count(clock):
    progress = observe.Progress(Begun(Stage.CONTENT, 2, 100), now=clock.now)
    progress.take(Transferred(60))
    progress.take(Transferred(-60))

    assert progress.done_bytes == 0


def test_bytes_never_exceed_what_was_announced(clock):
    progress = observe.Progress(Begun(Stage.CONTENT, 2, 100), now=clock.now)
    progress.take(Transferred(160))

    assert progress.done_bytes == 100
    assert progress.fraction == pytest.approx(0, abs=0.001)


def test_the_bar_and_the_estimate_advance_while_a_first_large_file_travels(clock):
    progress = observe.Progress(Begun(Stage.CONTENT, 3, 4_000_000_000), now=clock.now)
    for _ in range(10):
        progress.take(Transferred(100_000_000))
        clock.now += 1

    assert progress.fraction == pytest.approx(0.25, abs=0.01)
    assert progress.seconds_left(clock.now) == pytest.approx(30)


def test_the_bar_advances_with_items_where_these_are_what_takes_time(clock):
    progress = observe.Progress(Begun(Stage.CONTENT, 1000, 1_000_000), now=clock.now)
    progress.take(Transferred(1_000_000))
    for _ in range(500):
        progress.take(done(1000))

    assert progress.fraction == pytest.approx(0.5, abs=0.01)


def test_a_stage_is_never_shown_as_done_before_it_is(clock):
    progress = observe.Progress(Begun(Stage.CONTENT, 2, 1_000_000_000), now=clock.now)
    progress.take(Transferred(1_000_000_000))

    assert progress.fraction == 0.99


def test_a_stage_with_nothing_to_do_shows_no_bar(clock):
    screen = Screen()
    with observe.Bars(screen, clock=clock) as watcher:
        watcher.notify(Begun(Stage.LAST, 0, 0))

    assert "Last touches" not in screen.getvalue()
