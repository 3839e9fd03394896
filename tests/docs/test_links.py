"""Links and blocks of the documentation are in order."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, blocks, prose

LANGUAGES = {"console", "text", "yaml", "csv", "json", "python", "sh", "html"}


def page_name(page):
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_a_link_inside_the_repository_leads_somewhere(page):
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"", prose(page)):
        link = "".join(target)
        if re.match(r"https?:|mailto:", link):
            continue
        name, _hash, anchor = link.partition("#")
        found = (page.parent / name).resolve() if name else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            lost.append(link)

    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_a_block_says_what_it_is(page):
    assert [f"line {block.line}" for block in blocks(page) if block.language not in LANGUAGES] == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_commands_stand_in_blocks_that_are_run_or_say_why_not(page):
    hidden = [
        f"line {block.line}"
        for block in blocks(page)
        if block.language in {"text", "sh"} and re.search(r"^\s*\$ (?:degoog|make)\b", block.body, re.MULTILINE)
    ]
    mute = [f"line {block.line}" for block in blocks(page) if block.note.startswith("not run") and not block.reason]
    empty = [f"line {block.line}" for block in blocks(page) if block.language == "console" and not block.commands]

    assert (hidden, mute, empty) == ([], [], [])


def test_a_script_that_is_shown_is_one():
    for block in (block for page in PAGES for block in blocks(page) if block.language == "sh"):
        read = subprocess.run(["bash", "-n"], input=block.body, capture_output=True, text=True, check=False)
        assert read.returncode == 0, read.stderr


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name == "docs"], ids=page_name)
def test_a_page_can_be_reached_from_the_readme(page):
    assert page_name(page) in (ROOT / "README.md").read_text(encoding="utf-8")


FRENCH_PAGES = [page for page in PAGES if page.name.startswith("guide-") or page.name in {"rgpd.md", "templates.md"}]


@pytest.mark.parametrize("page", FRENCH_PAGES, ids=page_name)
def test_french_is_set_as_french_is(page):
    text = re.sub(r"`[^`]*`|\]\([^)]*\)|https?://\S+", "", prose(page))
    wrong = [
        line
        for line in text.splitlines()
        if re.search(r"[^\s\u202f\d|:-][:;?!»](?:\s|$)| [:;?!»](?:\s|$)|«[^\u202f]|[^\u202f]»", line)
        and not re.fullmatch(r"[|: -]+", line)
    ]

    assert wrong == []
