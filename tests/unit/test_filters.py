"""Which items come along."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degoog import filters
from degoog.filters import Filters, Rule
from degoog.model import Item, Kind, Ref, Stage
from degoog.problems import Wrong


def file(name="a.txt", **more):
    return Item(Ref("t", name), None, Kind.FILE, name, Stage.CONTENT, **more)


def folder(name="Dossier", **more):
    return Item(Ref("t", name), None, Kind.FOLDER, name, Stage.HOLDERS, **more)


def excluded(rule, item, path=""):
    return not Filters(exclude=(rule,)).verdict(item, path or item.name)


def included(rule, item, path=""):
    return Filters(include=(rule,)).verdict(item, path or item.name)


def test_without_rules_everything_comes_along():
    assert Filters().verdict(file(), "a/b/a.txt")
    assert Filters().verdict(folder(), "a")


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("Photos", "Photos", True),
        ("Photos", "a/b/Photos/été/x.jpg", True),
        ("/Photos", "a/Photos", False),
        ("/Photos/", "Photos/x.jpg", True),
        ("Photos/**", "Photos/a/b.jpg", True),
        ("Photos/**", "Photos", False),
        ("Photos/*.jpg", "Photos/a.jpg", True),
        ("Photos/*.jpg", "Photos/2019/a.jpg", False),
        ("*.jpg", "Photos/2019/a.JPG", True),
        ("**/brouillon*", "a/b/Brouillon 3.odt", True),
        ("**/brouillon*", "brouillon.odt", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("Budget (2).ods", "Budget (2).ods", True),
        ("[brut]", "[brut]", True),
        ("Été", "E\u0301te\u0301/x", True),
        ("تقارير", "a/تقارير/x", True),
    ],
)
def test_paths_are_matched_as_gitignore_does_without_regard_to_case(pattern, path, fits):
    assert excluded(Rule(path=pattern), file(path.rpartition("/")[2]), path) is fits


def test_a_first_slash_of_a_path_does_not_matter():
    assert excluded(Rule(path="Photos"), file(), "/Photos/a.txt")


@pytest.mark.parametrize(
    ("wanted", "item", "fits"),
    [
        ("video", file("x.MP4"), True),
        ("video", file("x", media="video/quicktime"), True),
        ("video", file("x.jpg", media="image/jpeg"), False),
        ("document", file("CR", media="application/vnd.google-apps.document"), True),
        ("spreadsheet", file("CR", media="application/vnd.google-apps.document"), False),
        (".psd", file("Logo.PSD"), True),
        ("image/*", file("x", media="image/png"), True),
        ("folder", folder(), True),
        ("folder", file(), False),
    ],
)
def test_types_are_what_people_call_them_an_ending_or_a_media_type(wanted, item, fits):
    assert excluded(Rule(type=wanted), item) is fits


def test_sizes_are_beyond_their_bound():
    rule = Rule(larger_than=10)
    assert not excluded(rule, file(size=10))
    assert excluded(rule, file(size=11))
    assert excluded(Rule(smaller_than=1), file(size=0))
    assert excluded(rule, file(size=5 * 1024**3))


def test_a_day_belongs_to_what_came_after_it():
    midnight = datetime(2015, 1, 1, tzinfo=UTC)
    assert not excluded(Rule(modified_before=date(2015, 1, 1)), file(modified=midnight))
    assert excluded(Rule(modified_after=date(2015, 1, 1)), file(modified=midnight))
    assert excluded(Rule(modified_before=date(2015, 1, 1)), file(modified=datetime(1601, 1, 1, tzinfo=UTC)))


def test_owners_may_be_a_whole_domain():
    assert excluded(Rule(owner="*@old.example"), file(owner="Alex@old.example"))
    assert not excluded(Rule(owner="*@old.example"), file(owner="camille@lauze.example"))


def test_a_rule_holds_only_where_all_its_conditions_hold():
    rule = Rule(type="video", larger_than=100)
    assert excluded(rule, file("x.mp4", size=101))
    assert not excluded(rule, file("x.mp4", size=99))
    assert not excluded(rule, file("x.jpg", size=101))


@pytest.mark.parametrize(
    "rule",
    [
        Rule(larger_than=1),
        Rule(smaller_than=10),
        Rule(modified_before=date(2015, 1, 1)),
        Rule(modified_after=date(2015, 1, 1)),
        Rule(owner="a@b.example"),
    ],
)
def test_what_is_unknown_never_leaves_an_item_behind(rule):
    assert not excluded(rule, file())
    assert included(rule, file())


def test_an_item_of_unknown_size_is_excluded_by_a_rule_that_does_not_ask_for_it():
    assert excluded(Rule(type="document"), file("x.docx"))


@pytest.mark.parametrize("rule", [Rule(larger_than=0), Rule(owner="*"), Rule(modified_before=date(2030, 1, 1))])
def test_a_folder_is_not_excluded_for_what_is_said_of_content(rule):
    item = folder(size=5, owner="a@b.example", modified=datetime(2000, 1, 1, tzinfo=UTC))
    assert not excluded(rule, item)


def test_a_folder_is_included_where_a_rule_of_places_names_it_and_not_for_what_may_lie_in_it():
    rule = Rule(path="Bureau/CA/**")
    assert included(rule, folder(), "Bureau/CA/2024")
    assert not included(rule, folder(), "Bureau")  # the walk keeps it, for what is in it
    assert not included(rule, folder(), "Divers")
    assert not included(Rule(type="pdf"), folder(), "Divers")
    assert included(Rule(path="Divers"), folder(), "Divers")


@pytest.mark.parametrize("kind", [Kind.PERSON, Kind.EMOJI])
def test_who_wrote_and_what_they_drew_is_not_filtered(kind):
    assert included(Rule(path="general/**"), replace(folder(), kind=kind), "Camille")


def test_exclude_outranks_include():
    both = Filters(include=(Rule(path="Photos"),), exclude=(Rule(type="video"),))
    assert both.verdict(file("a.jpg"), "Photos/a.jpg")
    assert not both.verdict(file("a.mp4"), "Photos/a.mp4")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Photos/**", Rule(path="Photos/**")),
        ("path=a, b/**", Rule(path="a, b/**")),
        ("type=video,larger=2GB", Rule(type="video", larger_than=2_000_000_000)),
        ("smaller=1,5 Mo", Rule(smaller_than=1_500_000)),
        ("modified<2015-01-01", Rule(modified_before=date(2015, 1, 1))),
        ("modified>=2020-09-01,owner=a@b.example", Rule(modified_after=date(2020, 9, 1), owner="a@b.example")),
        ("size>1GiB", Rule(larger_than=1024**3)),
    ],
)
def test_rules_are_read_from_the_command_line(text, rule):
    assert filters.rule(text) == rule


@pytest.mark.parametrize(
    "text", ["", "/", "type=vidéo", "larger=big", "colour=red", "modified=2015-01-01", "modified<hier", "type="]
)
def test_what_is_no_rule_says_what_to_write(text):
    with pytest.raises(Wrong) as caught:
        filters.rule(text)
    assert caught.value.cure


@given(st.text(min_size=1), st.text(min_size=1))
def test_any_pattern_can_be_held_against_any_path(pattern, path):
    if pattern.strip().strip("/"):
        Filters(include=(Rule(path=pattern),)).verdict(file(), path)
        Filters(include=(Rule(path=pattern),)).verdict(folder(), path)


@given(st.text(alphabet=st.characters(blacklist_characters="*?/", blacklist_categories=["Cs"]), min_size=1))
def test_a_name_without_wildcards_fits_itself(name):
    if name.strip() == name:
        assert excluded(Rule(path=name), file(name), f"a/{name}")
