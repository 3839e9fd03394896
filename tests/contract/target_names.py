"""Names that every target must be able to hold, once its own naming has made them safe."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from degoog.ports import Blob, Target
from tests.contract.site import (
    Desk,
    all_settled,
    beside,
    closed,
    make,
    write,
)

NASTY = [
    "Compta / 2024: bilan?.xlsx", 'a\\b*c"<>|', "CON", "aux.txt", "com¹.log", "nul", "fin.", "fin ", " début", "...",
    ".", "..", "  ", ". ", "", " ", ".htaccess", ".degoog", "brouillon.part", "film.filepart", "Été.txt", "été.TXT",
    "e\u0301te\u0301.txt", "🌻🏽👩‍🌾.jpg", "ملف عربي.pdf", "\u202egnp.exe", "zéro\0octet", "ligne\nsuivante",
    "tab\there", "\ud800 seul", "100 %.txt", "50%25.txt", "#1 & 2+3;=,.txt", "~$brouillon.docx", "x" * 300 + ".odt",
    "é" * 200, "👩‍🌾" * 60 + ".png", ".ocdata", "fichier.", "a" * 12 + "." + "b" * 260,
]  # fmt: skip


class Naming:
    """Any name at all."""

    names_examples = 25

    def test_nasty_names_become_names_it_takes(self, desk):
        store_and_list(desk, NASTY, holders=False)

    def test_nasty_names_of_holders_become_names_it_takes(self, desk):
        store_and_list(desk, NASTY, holders=True)

    def test_any_name_becomes_one_it_takes(self, desk):
        text = st.text(st.characters(codec=None), max_size=40) | st.text(" .eé\u0301~(2)ab", max_size=8)
        texts = st.lists(text, min_size=1, max_size=12)
        place = Places()

        @settings(
            max_examples=self.names_examples, deadline=None, database=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        )  # fmt: skip
        @given(texts, st.booleans())
        def check(names: list[str], holders: bool) -> None:
            store_and_list(desk, names, holders=holders, under=place.next())

        check()

    @pytest.mark.parametrize("name", ["Budget.xlsx", "x" * 250 + ".odt", "sans extension", "🌻" * 60 + ".png"])
    def test_a_numbered_name_is_one_it_takes_too(self, desk, name):
        async def go(target: Target[Blob]) -> list[str]:
            names = [target.naming.numbered(target.naming.safe(name), number) for number in (2, 10, 1234)]
            await closed(target, *(write(one, b"x") for one in names))
            return names

        names = desk.run(go)
        assert set(desk.listing()) == set(names)
        assert len(set(names)) == 3


class Places:
    """Folders for one example after the other."""

    def __init__(self) -> None:
        self._number = 0

    def next(self) -> str:
        self._number += 1
        return f"example {self._number}"


def store_and_list(desk: Desk, names: list[str], *, holders: bool, under: str = "") -> None:
    """Have names made safe as the ledger does, store them all, and see that exactly these lie there."""

    async def go(target: Target[Blob]) -> set[str]:
        naming = target.naming
        safe = {naming.fold(one): one for one in map(naming.safe, names)}
        for one in safe.values():
            assert naming.safe(one) == one
        if under:
            all_settled(await closed(target, make(under)))
        prefix = f"{under}/" if under else ""
        items = [(prefix + one, f"{number}") for number, one in enumerate(safe.values())]
        tasks = [make(at, id_=id_) if holders else write(at, id_.encode(), id_=id_) for at, id_ in items]
        results = all_settled(await closed(target, *tasks))
        assert [beside(result) for result in results] == [[] for _ in results]
        return set(safe.values())

    wanted = desk.run(go)
    listed = desk.listing(under)
    assert set(listed) == wanted
    assert all(seen.holder is holders for seen in listed.values())
