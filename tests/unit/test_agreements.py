"""agreements.csv: a private conversation moves only where everybody in it agreed, and still does."""

from __future__ import annotations

import pytest

from degoog import agreements, i18n
from degoog.problems import Problems

ANN = frozenset({"u1", "ann", "ann@lauze.example"})
BOB = frozenset({"u2", "bob"})
EVE = frozenset({"u3", "eve"})
HEAD = "kind,channel_or_pair,person,date,proof,withdrawn\n"


@pytest.fixture(autouse=True)
def _english():
    i18n.use("en")


def parse(*lines: str) -> agreements.Agreements:
    return agreements.parse((HEAD + "\n".join(lines)).encode())


def test_both_agreed():
    given = parse('direct,"ann, bob",Ann@lauze.example,2026-11-01,mail,', "direct,bob + ann,@bob,01/11/2026,,")

    assert given.agreed("D1", [ANN, BOB])


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ['direct,"ann, bob",ann,2026-11-01,,'],
        ['direct,"ann, bob",ann,2026-11-01,,', 'direct,"ann, eve",bob,2026-11-01,,'],
        ["direct,D1,ann,2026-11-01,,", "direct,D2,bob,2026-11-01,,"],
        ["direct,*,ann,2026-11-01,,", "channel,*,bob,2026-11-01,,"],
        ["direct,*,ann,2026-11-01,,", "direct,*,bob,2026-11-01,,2026-11-20"],
    ],
)
def test_one_agreement_that_is_missing_or_ended_keeps_all_where_it_is(lines):
    assert not parse(*lines).agreed("D1", [ANN, BOB])


def test_an_agreement_for_two_is_none_for_three():
    given = parse(*(f'direct,"ann, bob",{who},2026-11-01,,' for who in ("ann", "bob", "eve")))

    assert not given.agreed("G1", [ANN, BOB, EVE])


def test_the_last_line_counts():
    given = parse("direct,*,ann,2026-11-01,,2026-11-02", "direct,*,ann,2026-11-03,,", "direct,*,bob,2026-11-01,,")

    assert given.agreed("D1", [ANN, BOB])


def test_nobody_agreed_to_a_conversation_of_nobody():
    assert not parse("direct,*,ann,2026-11-01,,").agreed("D1", [])


def test_a_channel_that_somebody_withdrew_from_is_named():
    given = parse("channel,bureau,ann,2026-11-01,,2026-11-20", "channel,jardin,ann,2026-11-01,,")

    assert given.withdrawn_channels == {"bureau"}


def test_no_file_agrees_to_nothing(tmp_path):
    assert not agreements.read(tmp_path).agreed("D1", [ANN])


def test_a_french_spreadsheet_is_read(tmp_path):
    (tmp_path / "agreements.csv").write_bytes(
        "\ufeffkind;channel_or_pair;person;date;proof;withdrawn\r\ndirect;*;ann;1/11/2026;;\r\n\r\n".encode()
    )

    assert agreements.read(tmp_path).agreed("D1", [ANN])


def test_every_problem_is_told_at_once_with_its_line():
    with pytest.raises(Problems) as raised:
        parse("diret,x,ann,2026-11-01,,", "direct,,ann,2026-11-01,,", "direct,x,ann,2026-13-01,,", "direct,x,ann,,,")

    assert [problem.line for problem in raised.value.problems] == [2, 3, 4, 5]


def test_a_file_without_its_columns_says_which():
    with pytest.raises(Problems, match="channel_or_pair"):
        agreements.parse(b"kind,person,date\n")
