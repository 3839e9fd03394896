"""Every row about contacts in docs/conversions.md, run."""

from __future__ import annotations

import base64

import pytest
import vobject

from degoog.convert import vcards
from degoog.errors import Refused
from tests.convert.rules import Rule, rules
from tests.convert.test_calendar_rules import name, unfolded

BASE = ["VERSION:3.0", "FN:Awa Diallo", "N:Diallo;Awa;;;"]


def card(lines: list[str]) -> bytes:
    replaced = {line.removeprefix("no ") if line.startswith("no ") else name(line) for line in lines}
    base = [line for line in BASE if name(line) not in replaced]
    given = [line for line in lines if not line.startswith("no ")]
    return "\r\n".join(["BEGIN:VCARD", *base, *given, "END:VCARD", ""]).encode()


STORIES = {
    "a picture of 8 MB": lambda: card(["PHOTO;ENCODING=b;TYPE=JPEG:" + base64.b64encode(bytes(8 << 20)).decode()]),
    "a card that is never closed": lambda: card([]).replace(b"END:VCARD\r\n", b""),
    "“Réné” in Windows-1252": lambda: card(["FN:Réné"]).replace("é".encode(), b"\xe9"),
}
RULES = rules("Contacts")


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_row_of_the_table_is_true(rule: Rule):
    data = STORIES[rule.story]() if rule.story else card(rule.given)
    (piece,) = vcards.pieces([data])

    if rule.outcome.startswith("refused: "):
        with pytest.raises(Refused) as refused:
            vcards.contact_card(vcards.card(piece))
        assert refused.value.reason == rule.outcome.removeprefix("refused: ")
        return
    out, losses = vcards.contact_card(vcards.card(piece))

    lines = unfolded(out)
    for wanted in rule.wanted:
        if wanted.startswith("no "):
            assert not [line for line in lines if name(line) == wanted[3:]]
        else:
            assert wanted in lines, out.decode()
    told = [f"{loss.kind}: {loss.detail}" if loss.detail else str(loss.kind) for loss in losses]
    assert told == ([rule.loss] if rule.loss else [])
    assert vobject.readOne(out.decode()).fn.value  # another program can read it


def test_every_story_is_told_by_a_row():
    assert {rule.story for rule in RULES} == {*STORIES, ""}


def test_a_broken_card_takes_no_other_with_it():
    data = card(["FN:One"]) + card(["FN:Two"]).replace(b"END:VCARD\r\n", b"") + card(["FN:Three"])

    found = list(vcards.pieces([data]))

    assert [(piece.number, piece.problem) for piece in found] == [(1, ""), (6, "unclosed"), (10, "")]


def test_groups_become_categories_beside_those_the_card_has():
    (piece,) = vcards.pieces([card(["CATEGORIES:Bureau"])])
    raw = vcards.card(piece)

    out, _losses = vcards.contact_card(vcards.RawCard(raw.lines, groups=("Bureau", "Maraîchers, AMAP")))

    assert "CATEGORIES:Bureau,Maraîchers\\, AMAP" in unfolded(out)
