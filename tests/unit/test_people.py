"""people.csv, as people and their spreadsheets write it."""

from datetime import date

import pytest

from degoog import people
from degoog.people import Person
from degoog.problems import Problems


def read(text):
    return people.parse(text.encode() if isinstance(text, str) else text)


def said(text):
    with pytest.raises(Problems) as caught:
        read(text)
    return [(problem.line, f"{problem.what} {problem.cure}") for problem in caught.value.problems]


def test_a_line_becomes_a_person():
    (person,) = read(
        "name,email,google,nextcloud,mattermost,groups,arrives,language\n"
        'Zoé Nakache,zoe@lauze.example,zoe@gmail.example,zoe,@zoe,"CA|Bureau",2026-09-01,FR\n'
    )

    assert person == Person(
        name="Zoé Nakache",
        email="zoe@lauze.example",
        google="zoe@gmail.example",
        nextcloud="zoe",
        mattermost="zoe",
        groups=("CA", "Bureau"),
        arrives=date(2026, 9, 1),
        language="fr",
        line=2,
    )


@pytest.mark.parametrize(
    "text",
    [
        "name;email\r\nZoé;zoe@lauze.example\r\n",
        "name\temail\nZoé\tzoe@lauze.example\n",
        "\ufeffname,email\nZoé,zoe@lauze.example\n",
        "sep=;\nname;email\nZoé;zoe@lauze.example\n",
        "Name , EMAIL \n\n  Zoé\u00a0 ,zoe@lauze.example\n,\n",
        "name,email,,,\nZoé,zoe@lauze.example,,,\n",
        "\ufeffname;email\nZoé;zoe@lauze.example\n".encode("utf-16"),
    ],
)
def test_what_spreadsheets_make_of_a_file_is_read_all_the_same(text):
    (person,) = read(text)

    assert (person.name, person.email) == ("Zoé", "zoe@lauze.example")


def test_a_date_a_french_spreadsheet_rewrote_is_understood():
    assert read("name,ends\nZoé,01/09/2026\n")[0].ends == date(2026, 9, 1)


def test_every_problem_is_told_at_once_with_its_line():
    lines = [
        "name,email,language,arrives",
        "Zoé,zoe@lauze.example,fr,2026-09-01",
        "Alex,alex at lauze.example,,",
        ",,fr,",
        "Noé,ZOE@lauze.example,de,hier",
        "Sam,sam@lauze.example,,,left",
    ]

    assert [line for line, _what in said("\n".join(lines))] == [3, 4, 5, 5, 5, 6]


def test_the_line_of_a_problem_counts_cells_of_several_lines():
    ((line, _what),) = said('name,email\n"Zoé\nNakache",zoe@lauze.example\nAlex,alex\n')

    assert line == 4


@pytest.mark.parametrize(
    ("head", "cure"),
    [
        ("nom,email", "“name”"),
        ("name,e-mail", "“email”"),
        ("name,mattermots", "“mattermost”"),
        ("name,Prénom", "name,"),
    ],
)
def test_an_unknown_column_says_what_to_write(head, cure):
    ((line, what),) = said(f"{head}\nZoé,\n")

    assert line == 1
    assert cure in what.replace(", ", ",")


def test_a_column_that_is_there_twice_is_told():
    assert said("name,name\nZoé,Zoé\n")[0][0] == 1


def test_two_lines_with_one_account_name_each_other():
    ((line, what),) = said("name,nextcloud\nZoé,zoe\nAlex,alex\nZoé N.,Zoe\n")

    assert line == 4
    assert "line 2" in what


def test_another_encoding_is_told_with_its_line():
    ((line, what),) = said("name\nAlex\nZoé\n".encode("cp1252"))

    assert line == 3
    assert "UTF-8" in what


def test_an_empty_file_shows_the_first_line_it_needs():
    ((_line, what),) = said("")

    assert "name,email,google" in what


def test_nobody_is_named_where_there_is_no_file(tmp_path):
    assert people.read(tmp_path) == ()


def test_what_is_written_is_read_again(tmp_path):
    known = (
        Person(name='Zoé "Zou" Nakache', email="zoe@lauze.example", groups=("CA", "Bureau"), ends=date(2027, 1, 31)),
        Person(name="نورة; 🌻", mattermost="noura", language="fr", role="salarié·e, trésor"),
    )

    people.write(tmp_path / people.FILE, known)

    again = people.read(tmp_path)
    assert [(p.name, p.groups, p.ends, p.role) for p in again] == [(p.name, p.groups, p.ends, p.role) for p in known]


def test_a_person_is_found_by_any_spelling_of_an_account():
    zoe = Person(name="Zoé", email="zoe@lauze.example", nextcloud="zoe")

    assert people.find([zoe], "google", "ZOE@lauze.example") is zoe
    assert people.find([zoe], "nextcloud", "Zoe") is zoe
    assert people.find([zoe], "slack", "") is None


@pytest.mark.parametrize(("status", "left"), [("", False), ("actif", False), ("left", True), ("Partie", True)])
def test_a_status_may_say_that_somebody_has_left(status, left):
    assert Person("Zoé", status=status).has_left is left
