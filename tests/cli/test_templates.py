"""degoog templates, and degoog init with one."""

import json
from datetime import date

import pytest

from degoog import config


def test_the_list_names_every_template_and_what_it_is(call):
    ended = call("templates", "--lang", "fr")

    assert ended.code == 0
    assert "association       Association loi 1901" in ended.out
    assert "Laboratoire" in ended.out
    assert "socle" not in ended.out


def test_one_is_shown_as_a_tree_in_plain_words(call):
    ended = call("templates", "association", "--lang", "fr", "--answer", "governance=collegial")

    assert ended.code == 0
    assert "├─ 03 Collège (confidentiel)" in ended.out
    assert "Référent·es numériques" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


def test_a_wrong_answer_and_an_unknown_question_are_told_together(call):
    ended = call("templates", "association", "--answer", "employees=maybe", "--answer", "employes=yes")

    assert ended.code == 2
    assert "neither yes nor no" in ended.err
    assert "write “employees”" in ended.err


def test_a_conversation_describes_the_space(call, tmp_path):
    answers = ("Les Jardins de la Lauze", "", "1", "2", "2", "peut-être", "oui", "Jardin", "Mobilité, Habitat")
    typed = "\n".join([*answers, "30/06/2027", "2027-06-30", "n", "o"])

    ended = call("init", "--lang", "fr", typed=typed + "\n", interactive=True)

    space = config.load(tmp_path / "workspace").space
    assert ended.code == 0
    assert space is not None
    assert "college" in space.groups
    assert "salaries" in space.groups
    assert space.groups["labo-habitat"].ends == date(2027, 6, 30)
    assert "Commission Jardin" in ended.err


def test_flags_and_a_file_of_answers_do_the_same(call, tmp_path):
    (tmp_path / "answers.yml").write_text("employees: true\ncommittees: [Jardin, Fêtes]\n", encoding="utf-8")

    ended = call("init", "--name", "Lauze", "--template", "association", "--overlay", "lieu",
                 "--answers", str(tmp_path / "answers.yml"), "--answer", "rooms=Cuisine", "--yes")  # fmt: skip

    space = config.load(tmp_path / "workspace").space
    assert ended.code == 0
    assert space is not None
    assert {"commission-jardin", "commission-fetes", "salaries", "accueil-lieu"} <= set(space.groups)
    assert "salle-cuisine" in space.calendars
    assert "├─ " in ended.err


def test_a_promise_that_is_asked_for_is_not_taken_for_given(call, tmp_path):
    ended = call("init", "--name", "Lauze", "--template", "mutuelle", "--yes")

    assert ended.code == 2
    assert "no_health_data" in ended.err
    assert not list((tmp_path / "workspace").iterdir())


@pytest.mark.parametrize("words", [("--answer", "a=b"), ("--template", "ascociation")])
def test_what_cannot_be_used_writes_nothing(call, tmp_path, words):
    assert call("init", "--name", "Lauze", *words, "--yes").code == 2
    assert not list((tmp_path / "workspace").iterdir())


def test_a_program_gets_the_space(call):
    *_more, line = map(json.loads, call("templates", "scop", "--json").out.splitlines())

    assert line["event"] == "summary"
    assert line["space"]["folders"]["rh"]["confidential"] is True
