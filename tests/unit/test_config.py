"""workspace.yml: what is read, and what is said of one that cannot be."""

from datetime import date
from pathlib import Path

import pytest

from degoog import config
from degoog.ends import Destination, Origin, SourceKind, TargetKind
from degoog.errors import Usage
from degoog.filters import Rule
from degoog.problems import Problems

GOOD = """\
id: wa9c3a364c6
structure: Les Jardins de la Lauze 🌻
nextcloud:
  url: cloud.lauze.example/apps/files
  login: camille
roads:
  files:
    source: [takeout:takeout-001.zip, google]
    to: folder:./archive
    shared_drives:
      Bureau: {folder: /Bureau}
    exclude:
      - Archives/**
      - type: video
        larger_than: 2 Go
      - modified_before: 2015-01-01
"""


def read(text, base=Path("/w")):
    return config.parse(text.encode() if isinstance(text, str) else text, base=base)


def problems(text):
    with pytest.raises(Problems) as caught:
        read(text)
    return {(problem.line, problem.what, problem.cure) for problem in caught.value.problems}


def said(text):
    return [(line, f"{what} {cure}") for line, what, cure in sorted(problems(text))]


def test_a_whole_file_becomes_typed_values():
    workspace = read(GOOD)

    assert workspace.structure == "Les Jardins de la Lauze 🌻"
    assert (workspace.language, workspace.timezone) == ("fr", "Europe/Paris")
    assert workspace.nextcloud is not None
    assert workspace.nextcloud.url == "https://cloud.lauze.example"
    files = workspace.roads.files
    assert files.source == (Origin(SourceKind.TAKEOUT, "/w/takeout-001.zip"), Origin(SourceKind.GOOGLE))
    assert files.to == Destination(TargetKind.FOLDER, "/w/archive")
    assert files.shared_drives["Bureau"].folder == "/Bureau"
    assert files.filters.exclude == (
        Rule(path="Archives/**"),
        Rule(type="video", larger_than=2_000_000_000),
        Rule(modified_before=date(2015, 1, 1)),
    )


def test_values_cannot_be_changed_afterwards():
    with pytest.raises(ValueError, match="frozen"):
        read(GOOD).structure = "Autre"


def test_every_problem_is_told_at_once_each_with_its_line():
    text = "id: wa9c3\nstructre: Lauze\nlanguage: de\ntimezone: Europe/Pari\nroads:\n  files:\n    to: nextcloud:x\n"

    assert [line for line, _what in said(text)] == [2, 3, 4, 7]


def test_an_unknown_key_names_the_nearest_known_one_and_a_missing_one_is_not_told_twice():
    assert said("id: wa9c3\nstructre: Lauze\n") == [
        (2, "“structre” is not a key that degoog knows here. write “structure”.")
    ]


def test_an_unknown_key_of_a_rule_names_the_nearest_condition():
    text = GOOD.replace("larger_than", "larger")

    assert said(text) == [(15, "“larger” is not a key that degoog knows here. write “larger_than”.")]


def test_an_unknown_key_of_a_shared_drive_names_the_nearest_known_one():
    text = GOOD.replace("{folder: /Bureau}", "{foldr: /Bureau}")

    assert said(text) == [(11, "“foldr” is not a key that degoog knows here. write “folder”.")]


def test_each_repeated_key_is_told():
    text = "id: wa9c3\nstructure: A\nstructure: B\nstructure: C\n"

    assert [line for line, _what in said(text)] == [3, 4]


def test_each_tab_is_told():
    assert [line for line, _what in said("a:\n\tb: 1\n\tc: 2\n")] == [2, 3]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("structure: Les Jardins: la Lauze\n", 1, "second “:”"),
        ("id: 'wa9c3\nstructure: A\n", 1, "never closed"),
        ("id: wa9c3\nstructure: @lauze\n", 2, "a sign that means something else"),
        ("id: wa9c3\nfoo\n", 2, "“:” is missing"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("id: wa9c3\nstructure: \x07\n", 2, "invisible character"),
        ("id: &a wa9c3\nstructure: *a\n", 2, "reference"),
        ("", 1, "empty"),
        ("# nothing\n", 1, "empty"),
        ("- a\n", 1, "keys of its own"),
    ],
)
def test_a_file_that_is_no_yaml_is_told_with_its_line(text, line, words):
    ((found, what),) = said(text)

    assert found == line
    assert words in what


def test_a_file_in_another_encoding_is_told_with_its_line():
    ((line, what),) = said("id: wa9c3\nstructure: Les Bénévoles\n".encode("latin-1"))

    assert line == 2
    assert "UTF-8" in what


def test_a_byte_order_mark_does_no_harm():
    assert read(b"\xef\xbb\xbf" + GOOD.encode()) == read(GOOD)


def test_an_id_of_digits_must_be_between_quotation_marks():
    ((line, what),) = said("id: 12345678\nstructure: A\n")

    assert line == 1
    assert '"12345678"' in what


@pytest.mark.parametrize(
    ("given", "cure"),
    [
        ("takout:a.zip", "write “takeout:a.zip”."),
        ("a.zip", "for a Google archive, write “takeout:a.zip”."),
        ("takeout:", "write for example “takeout:takeout-001.zip”."),
        ("slack:a.zip", "takeout"),
    ],
)
def test_a_source_that_is_none_says_what_to_write(given, cure):
    ((_line, what),) = said(GOOD.replace("[takeout:takeout-001.zip, google]", f'"{given}"'))

    assert cure in what


def test_a_password_in_an_address_is_refused_and_not_repeated():
    ((_line, what),) = said(GOOD.replace("cloud.lauze.example", "https://camille:kestrel@cloud.lauze.example"))

    assert "degoog connect" in what
    assert "kestrel" not in what


def test_without_a_file_init_is_named(tmp_path):
    with pytest.raises(Usage, match="degoog init"):
        config.load(tmp_path)
