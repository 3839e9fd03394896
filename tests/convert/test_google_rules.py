"""Every row about what Google's interfaces give, in docs/conversions.md, run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import icalendar
import pytest
import vobject

from degoog.convert.calendar_object import RawObject, calendar_object
from degoog.convert.google_contacts import person
from degoog.convert.google_events import component
from degoog.convert.google_tasks import task
from degoog.convert.vcards import contact_card
from degoog.model import Loss, LossKind
from tests.convert.rules import Rule, rules
from tests.convert.test_calendar_rules import MOVED, name, unfolded

EVENT: dict[str, Any] = {
    "id": "r", "iCalUID": "rule@google.com", "summary": "Réunion", "status": "confirmed",
    "start": {"dateTime": "2026-03-12T17:00:00Z"}, "end": {"dateTime": "2026-03-12T18:00:00Z"},
}  # fmt: skip
REMINDERS = [{"method": "popup", "minutes": 30}]


def compare(rule: Rule, data: bytes, losses: Sequence[Loss]) -> None:
    lines = unfolded(data)
    own = lines[lines.index("END:VTIMEZONE") :] if "END:VTIMEZONE" in lines else lines
    for wanted in rule.wanted:
        if wanted.startswith("no "):
            assert not [line for line in own if name(line) == wanted[3:]]
        else:
            assert wanted in own, data.decode()
    told = [f"{loss.kind}: {loss.detail}" if loss.detail else str(loss.kind) for loss in losses]
    assert told == ([rule.loss] if rule.loss else [])


@pytest.mark.parametrize("rule", rules("Google's events"), ids=str)
def test_a_row_about_events_is_true(rule: Rule):
    raw = EVENT | json.loads(rule.given[0])
    omitted = (Loss(LossKind.GUESTS),) if raw.get("attendeesOmitted") else ()

    one = component(raw, zone="Europe/Paris", reminders=REMINDERS)
    data, losses = calendar_object(RawObject((one,), zone="Europe/Paris", losses=omitted), resolve=MOVED.get)

    compare(rule, data, losses)
    icalendar.Calendar.from_ical(data)


@pytest.mark.parametrize("rule", rules("Google's contacts"), ids=str)
def test_a_row_about_contacts_is_true(rule: Rule):
    raw = {"resourceName": "people/c7", **json.loads(rule.given[0])}

    data, losses = contact_card(person(raw, groups={"contactGroups/2a": "Bénévoles"}))

    compare(rule, data, losses)
    assert vobject.readOne(data.decode()).fn.value


@pytest.mark.parametrize("rule", rules("Google's tasks"), ids=str)
def test_a_row_about_tasks_is_true(rule: Rule):
    data, losses = calendar_object(RawObject((task({"id": "t7", **json.loads(rule.given[0])}),)))

    compare(rule, data, losses)
    icalendar.Calendar.from_ical(data)
