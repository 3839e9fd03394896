"""The papers in a browser: one printed page a person, nothing wider than its screen."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from degoog import config
from degoog.beginning import Answers, render
from degoog.papers import rgpd, welcome
from degoog.people import Person
from degoog.templates import Library, combine

DAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def papers(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("papers")
    space = combine(Library(language="fr"), ["scic", "labo", "lieu"], structure="Les Jardins de la Lauze").space
    place = welcome.Place("Les Jardins", "https://cloud.lauze.example", "https://salons.lauze.example", ("Camille",))
    guests = [
        welcome.Guest(f"Zoé {n}", f"zoe.{n}", f"zoe.{n}", f"zoe{n}@lauze.example", language, frozenset(space.groups))
        for n, language in enumerate(("fr", "en", "fr"))
    ]
    text = render(Answers("Les Jardins de la Lauze", "fr", "Europe/Paris", space=space), identifier="w123456")
    workspace = config.parse(text.encode(), base=folder)
    facts = rgpd.facts(workspace, [Person("Camille", groups=("referents-numeriques",))], today=DAY, notice=15)
    written = {"welcome.html": welcome.sheets(space, guests, place), **rgpd.papers(facts)}
    for name, content in written.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in written}


def test_each_person_has_one_printed_page_and_no_more(browser, papers):
    page = browser.new_page()
    page.goto(papers["welcome.html"].as_uri())

    counts = [int(found) for found in re.findall(rb"/Count (\d+)", page.pdf(prefer_css_page_size=True))]

    assert max(counts) == 3


@pytest.mark.parametrize("wide", [360, 1200])
def test_no_paper_is_wider_than_its_screen_and_none_asks_the_network(browser, papers, wide):
    for path in papers.values():
        page = browser.new_page(viewport={"width": wide, "height": 900})
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(path.as_uri())

        assert page.evaluate("document.documentElement.scrollWidth") <= wide, path.name
        assert asked == [path.as_uri()]
