"""Names a target accepts: what must hold for every name, and the cases people meet."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from degoog.convert.names import PORTABLE, Names, Rules, cut, split

NEXTCLOUD = Rules(characters="\\/", names=frozenset({".htaccess"}), extensions=(".filepart", ".part"), longest=250)
EVERY = [Names(PORTABLE), Names(NEXTCLOUD), Names(replace(PORTABLE, longest=20, extensions=(".part",)))]
NASTY = st.one_of(
    st.text(),
    st.text(alphabet='. /\\:*?"<>|é\u0301🏽👩\u200d🌾\u202e\ud800a\0', max_size=30),
    st.sampled_from(
        ["CON", "aux.txt", ".htaccess", "x.part", ".part", "a.part.part", "...", " ", "", "nul .txt", "Nul.tar.gz"]
    ),
)


@given(NASTY, st.sampled_from(EVERY))
@example(".part", EVERY[1])
@example(" . ", EVERY[1])
@example("é" * 300 + ".part", EVERY[1])
def test_a_safe_name_obeys_every_rule(name, names):
    safe = names.safe(name)
    rules = names.rules
    assert safe
    assert safe.strip(" ") not in {"", ".", ".."}
    assert len(safe.encode()) <= rules.longest
    assert unicodedata.normalize("NFC", safe) == safe
    assert not set(safe) & set(rules.characters)
    assert safe.lower() not in rules.names
    assert not safe.lower().endswith(rules.extensions or ("\0",))
    if rules.trimmed:
        assert not safe.endswith((" ", "."))
        assert safe.split(".")[0].rstrip().lower() not in rules.basenames


@given(NASTY, st.sampled_from(EVERY))
def test_making_safe_twice_changes_nothing_more(name, names):
    assert names.safe(names.safe(name)) == names.safe(name)


@given(NASTY, st.integers(2, 99999), st.sampled_from(EVERY))
def test_a_numbered_name_is_safe_and_differs_from_the_plain_one(name, number, names):
    numbered = names.numbered(name, number)
    assert names.safe(numbered) == numbered
    assert names.fold(numbered) != names.fold(names.numbered(name, number + 1))


@pytest.mark.parametrize(
    ("name", "portable", "nextcloud"),
    [
        ("Budget.xlsx", "Budget.xlsx", "Budget.xlsx"),
        ("Compte rendu 12/03.docx", "Compte rendu 12_03.docx", "Compte rendu 12_03.docx"),
        ("Qui fait quoi ?.odt", "Qui fait quoi _.odt", "Qui fait quoi ?.odt"),
        ("CON", "_CON", "CON"),
        ("aux.txt", "_aux.txt", "aux.txt"),
        (".htaccess", ".htaccess", "_.htaccess"),
        ("video.part", "video.part", "video_part"),
        ("fin de phrase. ", "fin de phrase", "fin de phrase. "),
        ("e\u0301te\u0301", "été", "été"),
        ("..", "_", "__"),
    ],
)
def test_names_people_meet(name, portable, nextcloud):
    assert Names(PORTABLE).safe(name) == portable
    assert Names(NEXTCLOUD).safe(name) == nextcloud


def test_a_long_name_keeps_its_extension():
    assert Names(PORTABLE).safe("é" * 300 + ".docx").endswith("é.docx")


def test_a_number_goes_before_the_extension():
    assert Names(PORTABLE).numbered("Budget.xlsx", 2) == "Budget (2).xlsx"


def test_case_matters_only_where_the_target_says_so():
    assert Names(PORTABLE).fold("Été.TXT") == Names(PORTABLE).fold("été.txt")
    assert Names(NEXTCLOUD).fold("Été.TXT") != Names(NEXTCLOUD).fold("été.txt")


def test_cutting_leaves_no_joiner_or_mark_hanging():
    assert cut("ab👩\u200d🌾", 2 + 4 + 3) == "ab👩"
    assert cut("ab👋🏽", 2 + 4) == "ab"
    assert cut("abe\u0301", 3) == "ab"


def test_a_leading_dot_is_no_extension():
    assert split(".gitignore") == (".gitignore", "")
    assert split("archive.tar.gz") == ("archive.tar", ".gz")
    assert split("M. Dupont est venu") == ("M. Dupont est venu", "")


@pytest.mark.parametrize("rules", [PORTABLE, Rules()])
def test_degoogs_own_name_is_nobody_elses(rules):
    assert Names(rules).safe(".degoog") == "_.degoog"
    assert Names(rules).safe(".Degoog") == "_.Degoog"
