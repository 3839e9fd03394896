"""Numbers, sizes, durations and dates, in French and in English."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from degoog import i18n, wording


@pytest.fixture
def french():
    i18n.use("fr")
    yield
    i18n.use("en")


@pytest.mark.usefixtures("french")
def test_french_numbers_have_narrow_spaces_that_do_not_break():
    assert wording.count(3412) == "3\u202f412"
    assert wording.size(5_200_000_000) == "5,2\u202fGo"
    assert wording.size(0) == "0\u202fo"


@pytest.mark.usefixtures("french")
def test_french_time_is_said_as_one_says_it():
    assert wording.remaining(4200).replace("\u00a0", " ") == "encore 1 h 10 environ"
    assert wording.remaining(12) == "encore moins d’une minute"
    assert wording.day(date(2026, 11, 22)) == "22 novembre 2026"
    assert wording.day(date(2026, 11, 1)) == "1er novembre 2026"
    moment = datetime(2026, 11, 22, 17, 5, tzinfo=UTC)
    assert wording.moment(moment, ZoneInfo("Europe/Paris")).replace("\u00a0", " ") == "22 novembre 2026 à 18 h 05"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (1540, "1.5 kB"),
        (99_960, "100 kB"),
        (999_960, "1 MB"),
        (123_456_789, "123 MB"),
        (5 * 1024**3, "5.4 GB"),
        (10**15, "1,000 TB"),
    ],
)
def test_sizes_are_decimal_with_three_digits_at_most(size, text):
    assert wording.size(size).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min"), (3599, "1 h"), (4200, "1 h 10"), (90_000, "25 h"), (200_000, "2 days")],
)
def test_durations_are_as_exact_as_one_would_say_them(seconds, text):
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(50, "1 min"), (290, "5 min"), (1000, "15 min"), (4300, "1 h 10"), (40_000, "11 h"), (-5, "less than a minute")],
)
def test_what_remains_is_rounded_as_an_estimate_deserves(seconds, text):
    assert text in wording.remaining(seconds)
