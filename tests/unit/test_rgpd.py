"""What the RGPD papers count."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from degoog import config
from degoog.papers import rgpd
from degoog.people import Person


def test_who_left_no_longer_counts():
    workspace = config.parse(b"id: w123456\nstructure: Les Jardins de la Lauze\n", base=Path())
    people = [Person("Camille"), Person("Sacha", groups=("referents-numeriques",), status="left")]

    facts = rgpd.facts(workspace, people, today=date(2026, 11, 25), notice=15)

    assert (facts.people, facts.contacts) == (1, ())
