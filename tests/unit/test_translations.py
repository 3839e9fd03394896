"""The tool that keeps the catalogues complete (`make` runs its check on the catalogues themselves)."""

import pytest
from babel.messages.catalog import Message

from tools import translations
from tools.schema import PLACE, text


def faults(original, translated, language="fr", **more):
    return list(translations._faults(language, Message(original, translated, **more)))


@pytest.mark.parametrize(
    ("original", "translated"),
    [
        ("{count} files", ""),
        ("{count} files", "fichiers"),
        ("{count} files", "{nombre} fichiers"),
        ("To do: x", "À faire : x"),
        ("“x”", "« x »"),
        ("“x”", "«x»"),
        ("(“a”, “b”)", ("« a »", "")),
        ("today", "aujourd'hui"),
        ("of {name}", "d'{name}"),
        ("a\n", "a"),
        ("  a", "a"),
    ],
)
def test_a_bad_translation_is_found(original, translated):
    assert faults(original, translated)


def test_a_doubtful_translation_is_found():
    assert faults("yes", "oui", flags={"fuzzy"}) == ["doubtful"]


@pytest.mark.parametrize(
    ("original", "translated"),
    [
        ("To do: {cure}", "À faire\u202f: {cure}"),
        (("{n} file in {place}", "{n} files in {place}"), ("{n} fichier dans {place}", "{n} fichiers dans {place}")),
        (("one file in {place}", "{n} files in {place}"), ("un fichier dans {place}", "{n} fichiers dans {place}")),
        ("write --name 'Les Jardins' today", "écrivez --name 'Les Jardins' aujourd’hui"),
        ("write “key: value”.", "écrivez «\u202fclé: valeur\u202f»."),
    ],
)
def test_a_good_translation_passes(original, translated):
    assert not faults(original, translated)


def test_a_translation_is_kept_when_the_catalogues_are_brought_up_to_date():
    known = Message("moved", "transféré")

    assert translations._kept(known, Message("moved")) == "transféré"


def test_a_sentence_that_got_a_plural_is_to_be_translated_again():
    known = Message("moved", "transféré")

    assert translations._kept(known, Message(("moved", "moved"))) is None


def test_the_schema_for_editors_is_the_one_of_the_code():
    assert PLACE.read_text(encoding="utf-8") == text(), "run: python -m tools.schema"


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_plurals_are_counted_in_two_forms_whatever_this_babel_makes_of_it(language):
    assert translations._empty(language).num_plurals == 2
