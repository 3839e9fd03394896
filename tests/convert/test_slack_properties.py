"""Whatever people wrote: nothing is lost, nothing becomes what it was not, nothing is too long for the server."""

from __future__ import annotations

import contextlib
import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from degoog.convert.people import LONGEST, Nobody, Wanted, name_people, sanitised
from degoog.convert.slack import pages, rich
from degoog.convert.slack.cut import pieces
from degoog.convert.slack.emoji import custom
from degoog.convert.slack.lexicon import Lexicon, Speech
from degoog.convert.slack.marks import markdown
from degoog.convert.slack.rooms import channel_name, team_name
from degoog.convert.slack.runs import BOLD, CODE, ITALIC, STRIKE, Run, code, escape, fence, line
from degoog.model import Ref

READER = MarkdownIt("commonmark").enable("strikethrough")
MEAN = "*_~`[]()<>&|#+-.!\\: \n1a é🌱=@"
texts = st.text(st.sampled_from(MEAN), max_size=60) | st.text(max_size=60)
lines = texts.map(lambda text: re.sub(r"\s", " ", text)).map(
    lambda text: "".join(letter for letter in text if letter.isprintable())
)


def shown(text: str) -> str:
    """Give what a reader of Markdown shows, without its styles; a line is a paragraph."""
    page = READER.render(text)
    return html.unescape(re.sub(r"</?(?:p|strong|em|s|code|br ?/?)>", "", page)).strip("\n")


def bare(text: str) -> str:
    """Give a text without blanks, of which Markdown and degoog may move or take some, hair spaces above all."""
    return re.sub(r"[\s\u200b\u200a]+", "", text)


@given(lines.filter(lambda text: "://" not in text))
def test_escaped_text_shows_as_it_was_written(text):
    assert bare(shown(escape(text, start=True))) == bare(text)


@given(st.lists(st.tuples(lines, st.integers(0, 7)), max_size=6))
def test_styles_cost_no_letter_and_leave_no_mark(given_runs):
    runs = [Run(text, style) for text, style in given_runs if "://" not in text]
    assert bare(shown(line(runs))) == bare("".join(run.text for run in runs))


@given(st.lists(st.tuples(st.text("ab é.", min_size=1, max_size=5), st.integers(0, 15)), min_size=1, max_size=6))
def test_each_style_reaches_the_letters_it_had(given_runs):
    page = READER.render(line([Run(text, style) for text, style in given_runs]))
    letters = [(letter, style) for text, style in given_runs for letter in text if letter in "abé"]
    found, open_ = [], 0
    tags = {"strong": BOLD, "em": ITALIC, "s": STRIKE, "code": CODE}
    for end, tag, letter in re.findall(r"<(/?)(strong|em|s|code|p)>|([abé])", page):
        if letter:
            found.append((letter, open_))
        elif tag in tags:
            open_ = open_ & ~tags[tag] if end else open_ | tags[tag]
    assert found == letters


@given(lines.filter(lambda text: text.strip()))
def test_code_shows_as_it_was_written(text):
    page = READER.render(f"x{code(text)}x")
    assert bare(html.unescape(re.sub(r"</?(?:p|code)>", "", page))) == bare(f"x{text}x")


@given(st.text(st.sampled_from("`ab\n "), max_size=40), st.sampled_from(["", "python", "c++", "a`b"]))
def test_a_fence_ends_where_its_block_ends(text, language):
    page = READER.render(f"{fence(text, language)}\naprès")
    assert page.count("<pre>") == 1
    assert page.endswith("<p>après</p>\n")


@given(texts)
def test_any_text_of_slack_converts_and_says_the_same_twice(text):
    assert markdown(text, Speech(Lexicon())) == markdown(text, Speech(Lexicon()))


@given(st.text(st.sampled_from("ab *_~`<>@#|!&;:\n"), max_size=80))
def test_no_letter_of_slacks_markup_is_lost(text):
    plain = re.sub(r"<[^<>\n]*>", "", text)
    made = html.unescape(markdown(text, Speech(Lexicon())))
    assert [letter for letter in plain if letter in "ab"] == [
        letter for letter in re.sub(r"<[^<>\n]*>", "", made) if letter in "ab"
    ] or "<" in text


@given(st.recursive(
    st.dictionaries(st.sampled_from(["type", "text", "elements", "style", "indent", "url", "name"]),
                    st.none() | st.sampled_from(["rich_text_list", "text", "link", "user", "emoji", "x"]), max_size=4),
    lambda inner: st.fixed_dictionaries({"type": st.sampled_from(["rich_text_section", "rich_text_list"]),
                                         "elements": st.lists(inner, max_size=3)}), max_leaves=8))  # fmt: skip
def test_blocks_of_any_shape_convert_or_are_said_to_be_unknown(block):
    with contextlib.suppress(rich.Unknown):
        assert isinstance(rich.markdown({"elements": [block]}, Speech(Lexicon())), str)


@given(st.integers(100, 400), st.lists(st.sampled_from(["```", "mot", "un peu plus long", "", "x" * 150]), max_size=60))
def test_pieces_are_short_hold_everything_and_each_closes_what_it_opens(longest, given_lines):
    text = "\n".join(given_lines)
    parts = pieces(text, longest)

    assert all(len(part) <= longest for part in parts)
    assert bare("".join(parts)).replace("`", "") == bare(text).replace("`", "")
    if text.count("```") % 2 == 0 and len(parts) > 1:
        assert all(part.count("```") % 2 == 0 for part in parts)


def test_a_long_text_is_cut_between_words():
    parts = pieces("mot " * 10_000)

    assert len(parts) > 1
    assert {word for part in parts for word in part.split()} == {"mot"}


@given(st.text(max_size=80))
def test_names_become_valid_and_stay_so(name):
    username = sanitised(name)
    assert sanitised(username) == username
    assert re.fullmatch(r"[a-z0-9._-]{0,64}", username)
    channel = channel_name(name)
    assert channel_name(channel) == channel
    assert not channel or re.fullmatch(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])", channel)
    emoji = custom(name)
    assert custom(emoji) == emoji
    assert not name or re.fullmatch(r"[a-zA-Z0-9+_-]{1,64}", emoji)
    team = team_name(name, "T0")
    assert re.fullmatch(r"[a-z0-9]+([a-z0-9-]*[a-z0-9])", team)
    assert 2 <= len(team) <= 64


@given(st.lists(st.tuples(st.text(max_size=8), st.sampled_from(["", "a@b.example", "c@d.example"])), max_size=12))
def test_everybody_has_a_name_of_their_own_whatever_the_order(given_people):
    wanted = [
        Wanted(Ref("slack", f"T1/U{n}"), f"U{n}", handle, handle, email)
        for n, (handle, email) in enumerate(given_people)
    ]
    named = name_people(wanted, Nobody())

    assert named == name_people(list(reversed(wanted)), Nobody())
    apart = {one.id: named[one.id].username for one in wanted if not one.email}
    assert len(set(apart.values())) == len(apart)
    assert all(0 < len(one.username) <= LONGEST for one in named.values())


@pytest.mark.parametrize("text", ["<h1>a<b>b", "<table><tr><td>", "<a href='x'>", "<ul><li><ul><li>", "\x00<p>"])
def test_broken_pages_still_give_their_text(text):
    assert isinstance(pages.markdown(text), str)


@given(st.text(st.sampled_from("<>/abpultrdhi1=\"' \n"), max_size=120))
def test_no_page_stops_the_reader(text):
    assert isinstance(pages.markdown(text), str)
