"""Every template gives a space that is right; a wrong one is told whole, with file, line and cure."""

from __future__ import annotations

import re

import pytest

from degoog import config, i18n
from degoog.beginning import Answers, render
from degoog.errors import Usage
from degoog.problems import Wrong
from degoog.space import Right
from degoog.templates import Library, combine
from degoog.templates.combining import parts, questions, team
from degoog.templates.library import Kind
from degoog.templates.questions import Answer, Question, Type, read

STRUCTURES = ("association", "cae", "esus", "fondation", "insertion", "mutuelle", "reseau", "scic", "scop")
OVERLAYS = ("antennes", "labo", "lieu", "partenaire-public", "promotion")
NASTY = ("Jardin l'été", "Fêtes 'du' #1", "Ça & là {{ 7 }}", "Œuvre", "- {x}", "y" * 40)

HEAD = "kind: structure\ntitle: Essai\nextends: [socle]\n---\n"


@pytest.fixture
def own(tmp_path):
    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.yml.j2").write_text(text, encoding="utf-8")
        return Library(language="fr", own=tmp_path)

    return write


def told(library, *names, **more):
    with pytest.raises(Usage) as error:
        combine(library, names, structure="Lauze", **more)
    return str(error.value)


def answered(library, names, word):
    """The other answers: every yes, every second choice, lists with nasty names."""
    found: dict[str, Answer] = {}
    for key, question in questions(parts(library, names)).items():
        match question.type:
            case Type.YES:
                found[key] = True
            case Type.LIST:
                found[key] = (
                    NASTY if word == "all" else read(question, (question.default or "") if question.must else "")
                )
            case Type.CHOICE:
                found[key] = list(question.choices)[-1 if word == "all" else 0]
            case Type.DATE:
                found[key] = read(question, "2027-06-30")
            case _:
                found[key] = read(question, "x")
    return found


def test_every_kind_of_structure_and_every_overlay_is_there():
    library = Library(language="fr")
    assert tuple(one.name for one in library.all(Kind.STRUCTURE)) == STRUCTURES
    assert tuple(one.name for one in library.all(Kind.OVERLAY)) == OVERLAYS


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("how", ["defaults", "none", "all"])
@pytest.mark.parametrize("name", [*STRUCTURES, *OVERLAYS])
def test_a_template_gives_a_space_that_workspace_yml_holds(name, how, language, tmp_path):
    i18n.use(language)
    library = Library(language=language)
    names = (name,) if name in STRUCTURES else ("association", name)
    answers = {} if how == "defaults" else answered(library, names, how)

    space = combine(library, names, structure="Les Jardins de la Lauze", answers=answers).space

    text = render(Answers("Lauze", language, "Europe/Paris", space=space), identifier="w123456")
    assert config.parse(text.encode(), base=tmp_path).space == space


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_structure_has_what_every_space_has(name):
    space = combine(Library(language="fr"), [name], structure="Les Jardins de la Lauze").space

    assert space.groups["tout-le-monde"].everyone
    assert "referents-numeriques" in space.groups
    assert space.folders["archives"].groups["tout-le-monde"] == Right.READ
    assert {"general", "hors-sujet", "aide-outils"} <= set(space.teams["les-jardins-de-la-lauze"].channels)
    assert space.calendars["agenda-commun"].groups == {"tout-le-monde": True}


@pytest.mark.parametrize("name", [*STRUCTURES, *OVERLAYS])
def test_identifiers_are_the_same_in_both_languages_and_names_are_not(name):
    names = (name,) if name in STRUCTURES else ("association", name)
    answers = answered(Library(language="fr"), names, "all")
    french, english = (
        combine(Library(language=language), names, structure="Lauze", answers=answers).space
        for language in ("fr", "en")
    )

    assert (set(french.groups), set(french.folders)) == (set(english.groups), set(english.folders))
    assert {slug: set(one.channels) for slug, one in french.teams.items()} == {
        slug: set(one.channels) for slug, one in english.teams.items()
    }
    assert french.groups["tout-le-monde"].name != english.groups["tout-le-monde"].name


def test_the_follow_up_of_people_in_integration_is_closed_to_supervisors_and_not_shared():
    space = combine(Library(language="fr"), ["insertion"], structure="Lauze").space

    folder = space.folders["accompagnement"]
    assert folder.confidential
    assert set(folder.groups) == {"accompagnement", "direction"}
    assert not any(right & Right.SHARE for right in folder.groups.values())


def test_overlays_are_laid_together():
    space = combine(Library(language="fr"), ["scic", *OVERLAYS], structure="Lauze").space

    assert {"labo-mobilite", "partenaire-departement", "lieu-nord", "promotion-2026"} <= set(space.groups)
    assert space.teams["partenaires"].groups == ("labo-mobilite", "partenaire-departement")


@pytest.mark.parametrize("name", ["Les Admins", "Association Postale", "API", "été", "日本", "Help!", "x" * 90])
def test_any_name_gives_a_team_that_mattermost_accepts(name):
    made = team(name)
    assert re.fullmatch(r"[a-z0-9]+([a-z\-0-9]+|(__)?)[a-z0-9]+", made)
    assert not made.startswith(("admin", "api", "help", "post"))
    assert len(made) <= 64


def test_a_mutual_does_not_begin_without_the_promise_about_health_data():
    question = questions(parts(Library(language="fr"), ["mutuelle"]))["no_health_data"]

    with pytest.raises(Wrong):
        read(question, "non")


def test_a_template_of_ones_own_takes_the_place_of_ours(own):
    library = own(scop=f"{HEAD}groups:\n  atelier:\n    name: Atelier\n")

    assert "atelier" in combine(library, ["scop"], structure="Lauze").space.groups


# what is wrong


def test_everything_wrong_in_several_templates_is_told_at_once_with_file_line_and_cure(own):
    library = own(
        essai=HEAD
        + "groups:\n  admin:\n    name: X\nfolders:\n  a:\n    name: 'a/b'\n    groups: {tout-le-mond: rw}\n",
        deux="kind: overlay\ntitle: Deux\n---\nteams:\n  api:\n    name: Y\n    colour: z\n",
    )

    text = told(library, "essai", "deux")

    assert "essai.yml.j2" in text
    assert "deux.yml.j2" in text
    assert "line 6: the group “admin”" in text
    assert "line 10: “/” may not stand" in text
    assert "line 11: there is no group “tout-le-mond”" in text
    assert "line 5: Mattermost refuses “api”" in text
    assert "line 7: “colour”" in text
    assert text.count("To do:") == 5


def test_an_unknown_group_is_told_with_the_nearest_one(own):
    library = own(essai=f"{HEAD}folders:\n  a:\n    name: A\n    groups:\n      tout-le-mond: rw\n")

    assert "line 9: there is no group “tout-le-mond”.\n      To do: write “tout-le-monde”." in told(library, "essai")


def test_lines_are_those_of_the_template_behind_its_loops_and_conditions(own):
    body = (
        "groups:\n{% if true %}\n  {# nothing #}\n  a:\n    name: A\n{% endif %}\n{% for x in [1, 2] %}\n"
        "  b{{ x }}:\n    name: {{ t('B {n}', 'B {n}', n=x) }}\n{% endfor %}\nfolders:\n  f:\n    name: F\n"
        "    groups: {nobody: r}\n"
    )
    lines = (HEAD + body).split("\n")

    text = told(own(essai=HEAD + body), "essai")

    assert f"line {lines.index('    groups: {nobody: r}') + 1}: there is no group “nobody”" in text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("groups: {a: {name: A}}\nfolders:\n  x: {name: X, groups: {a: rx}}\n", "“rx” is not a right"),
        ("groups: {a: {name: A}}\nfolders:\n  x: {name: X}\n", "nobody could open"),
        ("groups: {a: {name: A}, b: {name: a}}\n", "has the same name"),
        ("groups: {a: {name: A}, a: {name: C}}\n", "already written on line"),
        ("groups: {Été: {name: A}}\n", "cannot be a key"),
        ("folders:\n  x: {name: .htaccess, groups: {tout-le-monde: r}}\n", "no folder may be called"),
        ("folders:\n  x: {name: X, confidential: true, groups: {tout-le-monde: rwds}}\n", "is confidential"),
        ("folders:\n  x: {name: X, tree: [A, a], groups: {tout-le-monde: r}}\n", "is there twice"),
        ("calendars:\n  c: {name: C, groups: {tout-le-monde: rwds}}\n", "is not a right"),
        ("teams:\n  tt: {name: T, channels: {town-square: {name: X}}}\n", "call it “general” here"),
        ("teams:\n  tt: {name: T, channels: {general: {name: X, private: true}}}\n", "open to all its members"),
        ("teams:\n  tt: {name: T, channels: {cc: {name: X, purpose: " + "x" * 251 + "}}}\n", "takes 250"),
        ("account: Agenda Commun\n", "cannot be a login"),
        ("groups:\n  a: {name: {{ nothing }}}\n", "something that is not there"),
        ("groups:\n  a: {name: {{ t('x' }}}\n", "written wrongly"),
        ("groups: [\n", "line"),
        ("{{ ''.__class__.__mro__ }}\n", "something that is not there"),
    ],
)
def test_what_cannot_be_is_told_in_its_file(own, body, words):
    text = told(own(essai=HEAD + body), "essai")

    assert words in text
    assert "essai.yml.j2" in text
    assert "To do:" in text


def test_a_template_built_on_itself_is_told_with_the_way_round(own):
    library = own(
        a="kind: structure\ntitle: A\nextends: [b]\n---\ngroups: {}\n",
        b="kind: overlay\ntitle: B\nextends: [c]\n---\ngroups: {}\n",
        c="kind: overlay\ntitle: C\nextends: [b]\n---\ngroups: {}\n",
    )

    text = told(library, "a")

    assert "“b” is built on itself: b → c → b." in text
    assert "c.yml.j2" in text
    assert "line 3" in text


def test_two_overlays_that_name_one_thing_differently_are_told(own):
    library = own(
        x="kind: overlay\ntitle: X\n---\ngroups:\n  radio:\n    name: Radio\n",
        y="kind: overlay\ntitle: Y\n---\ngroups:\n  radio:\n    name: Radio libre\n",
    )

    text = told(library, "association", "x", "y")

    assert "line 6: “radio” is already there as “Radio”, from line 6 of x.yml.j2." in text


def test_an_overlay_may_add_to_what_is_there(own):
    library = own(
        x="kind: overlay\ntitle: X\n---\nfolders:\n  finances:\n    groups: {benevoles: r}\n    tree: [Tombola]\n"
    )

    folder = combine(library, ["association", "x"], structure="Lauze").space.folders["finances"]
    assert folder.groups["benevoles"] == Right.READ
    assert folder.tree[-1] == "Tombola"
    assert "bureau" in folder.groups


def test_an_overlay_alone_is_no_structure():
    assert "choose a structure first" in told(Library(language="fr"), "labo")


def test_an_unknown_template_is_told_with_the_nearest_one():
    assert "“association”" in told(Library(language="fr"), "asociation")


def test_an_unknown_base_is_told_where_it_is_asked_for(own):
    text = told(own(essai=HEAD.replace("socle", "sokle") + "groups: {}\n"), "essai")

    assert "line 3: there is no template “sokle”.\n      To do: write “socle”." in text


# answers


@pytest.mark.parametrize(("text", "value"), [("oui", True), ("N", False), ("yes", True), ("non", False)])
def test_yes_is_read_in_both_languages(text, value):
    assert read(Question(ask="?", type=Type.YES), text) is value


def test_two_names_with_one_address_are_refused():
    with pytest.raises(Wrong, match="one and the same address"):
        read(Question(ask="?", type=Type.LIST), "Fêtes, fetes")


@pytest.mark.parametrize("text", ["a/b", "x: y", "y" * 41, "Fêtes?"])
def test_a_name_that_no_folder_can_have_is_refused_when_it_is_given(text):
    with pytest.raises(Wrong):
        read(Question(ask="?", type=Type.LIST), text)


def test_a_choice_is_made_by_number_key_or_words():
    question = Question(ask="?", type=Type.CHOICE, choices={"a": "un bureau", "b": "un collège"})

    assert [read(question, text) for text in ("2", "b", "un college")] == ["b", "b", "b"]
    with pytest.raises(Wrong):
        read(question, "3")


@pytest.mark.parametrize("body", ["{{ 1 / 0 }}", "{{ 1 + 'a' }}", "{% for x in range(10 ** 9) %}x{% endfor %}"])
def test_what_cannot_be_computed_is_told_with_its_line(own, body):
    assert "essai.yml.j2" in told(own(essai=f"{HEAD}# one\n{body}\n"), "essai")


def test_letters_that_are_not_utf_8_and_a_folder_without_templates_are_told(own, tmp_path):
    with pytest.raises(Usage, match="is not a folder of templates"):
        own()
    (tmp_path / "essai.yml.j2").write_bytes(HEAD.encode() + b"# \xe9")

    with pytest.raises(Usage, match=r"(?s)essai\.yml\.j2.*UTF-8"):
        Library(language="fr", own=tmp_path).get("essai")
