"""French and English: what the commands say is said in one language from the first line to the last."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from degoog.sandbox.takeout.nasty import Nasty, draw_nasty
from tests.cli.files import MIGRATE, told
from tools.translations import read

HERE = (*MIGRATE, "--to", "folder:archive")


def passages(language: str, other: str) -> Iterator[str]:
    """Every run of at least three words that one catalogue has and the other has not, placeholders left out."""
    for message in read("fr"):
        if not message.id:
            continue
        forms = {"en": message.id, "fr": message.string}
        mine, theirs = (
            value if isinstance(value, list | tuple) else (value,) for value in (forms[language], forms[other])
        )
        for text in mine:
            for passage in re.split(r"\{[^}]*\}|%\([^)]*\)s", told(str(text))):
                if len(passage.split()) >= 3 and not any(passage in told(str(one)) for one in theirs):
                    yield passage.strip()


ENGLISH, FRENCH = set(passages("en", "fr")), set(passages("fr", "en"))

SCREENS = {
    "plan": ("plan", *HERE[1:]),
    "rehearsal": (*HERE, "--dry-run"),
    "migration": HERE,
    "again": HERE,
    "asked in vain": (*HERE, "--ask"),
    "damaged": ("migrate", "files", "--source", "takeout:nasty", "--to", "folder:other"),
    "unfinished archive": ("migrate", "files", "--source", "takeout:cut", "--to", "folder:other"),
    "missing archive": ("migrate", "files", "--source", "takeout:none.zip", "--to", "folder:other"),
    "unknown source": ("migrate", "files", "--source", "dropbox", "--to", "folder:other"),
    "no target": MIGRATE,
    "not connected": (*MIGRATE, "--to", "nextcloud"),
    "comparison": ("verify", "files", "--to", "folder:archive"),
    "comparison elsewhere": ("verify", "files", "--to", "folder:other"),
    "report": ("report",),
    "status": ("status",),
    "status of several": ("status", "."),
    "find": ("find", "budget"),
    "find nothing": ("find", "no-such-thing"),
    "not lost": ("ledger", "rebuild", "--source", "takeout:takeout", "--to", "folder:archive"),
    "no map": ("ledger", "rebuild", "--source", "takeout:takeout", "--to", "folder:other"),
    "another workspace": ("status", "--workspace", "elsewhere"),
    "demo in a full folder": ("demo", "--into", "takeout"),
}
BEGUN = {"again", "comparison", "comparison elsewhere", "report", "status", "status of several", "find",
         "find nothing", "not lost"}  # fmt: skip


@pytest.fixture
def nasty(call) -> None:
    """Beside the good archive, one with a damaged file, and one cut short."""
    for name, kind in (("nasty", Nasty.DAMAGED_MEMBER), ("cut", Nasty.TRUNCATED)):
        Path(name).mkdir()
        draw_nasty(Path(name), kind)


@pytest.mark.parametrize(("language", "foreign"), [("fr", ENGLISH), ("en", FRENCH)], ids=["fr", "en"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.usefixtures("nasty")
def test_a_screen_is_in_one_language(call, takeout, screen, language, foreign):
    if screen in BEGUN:
        call(*HERE, "--lang", language)
    ended = call(*SCREENS[screen], "--lang", language)

    said = told(ended.out + " " + ended.err)
    assert said
    assert [passage for passage in foreign if passage in said] == []


@pytest.mark.usefixtures("takeout")
def test_the_language_of_a_line_of_json_is_that_of_people_only_where_people_read(call):
    french, english = (call(*HERE, "--dry-run", "--json", "--lang", language).out for language in ("fr", "en"))

    assert [line for line in french.splitlines() if '"event": "done"' in line and '"failed"' not in line] == [
        line for line in english.splitlines() if '"event": "done"' in line and '"failed"' not in line
    ]


def test_french_screens_have_their_narrow_spaces(call, takeout):
    out = call(*HERE, "--lang", "fr").out

    assert "À faire\u202f:" in out
    assert not re.search(r"\w [:;?!]( |$)", out, re.MULTILINE)


def test_french_sizes_and_numbers_are_french(call, takeout):
    assert "29,5\u202fko" in call("plan", *HERE[1:], "--lang", "fr").out
