"""Every row about calendars in docs/conversions.md, run."""

from __future__ import annotations

import base64
from collections.abc import Callable

import icalendar
import pytest

from degoog.convert.calendar_object import RawObject, calendar_object
from degoog.convert.components import Component, component, pieces
from degoog.convert.content_lines import Told, unfold
from degoog.convert.masters import split, uid_of
from degoog.errors import Refused
from degoog.model import Loss
from tests.convert.rules import Rule, rules

BASE = [
    "UID:rule@lauze.example", "DTSTAMP:20260101T000000Z", "DTSTART;TZID=Europe/Paris:20260312T180000",
    "SUMMARY:Réunion",
]  # fmt: skip
MOVED = {"https://drive.google.com/open?id=moved": "https://cloud.lauze.example/f/7"}


def name(line: str) -> str:
    return line.partition(":")[0].partition(";")[0]


def event(lines: list[str]) -> list[str]:
    """The event's own lines, but for those that are given another way or taken away."""
    replaced = {line.removeprefix("no ") if line.startswith("no ") else name(line) for line in lines}
    base = [line for line in BASE if name(line) not in replaced]
    return ["BEGIN:VEVENT", *base, *(line for line in lines if not line.startswith("no ")), "END:VEVENT"]


def calendar(lines: list[str]) -> bytes:
    components: list[list[str]] = [[]]
    for line in lines:
        if line == "---":
            components.append([])
        else:
            components[-1].append(line)
    return file([line for one in components for line in event(one)])


def file(lines: list[str]) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""]).encode()


def components(data: bytes) -> list[Component]:
    return [component(piece) for piece in pieces([data]) if piece.kind in {"VEVENT", "VTODO"}]


def convert(data: bytes) -> tuple[bytes, tuple[Loss, ...]]:
    found = [component(piece) for piece in pieces([data]) if piece.kind != "PROPERTY"]
    raw = RawObject(
        tuple(one for one in found if one.kind != "VTIMEZONE"),
        {one.value("TZID"): one.lines for one in found if one.kind == "VTIMEZONE"},
        zone="Europe/Paris",
    )
    return calendar_object(raw, resolve=MOVED.get)


def unfolded(data: bytes) -> list[str]:
    return [told.data.decode() for told in unfold([data])]


STORIES: dict[str, Callable[[], bytes]] = {
    "a task": lambda: file(
        ["BEGIN:VTODO", "UID:task@lauze.example", "DTSTAMP:20260101T000000Z", "SUMMARY:Semer",
         "DUE;VALUE=DATE:20260401",         "STATUS:COMPLETED", "COMPLETED:20260330T100000Z",
         "RELATED-TO:parent@lauze.example", "END:VTODO"]
    ),
    "a zone the file defines": lambda: file(
        ["BEGIN:VTIMEZONE", "TZID:Lauze", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0100",
         "TZOFFSETTO:+0100", "END:STANDARD", "END:VTIMEZONE", *event(["DTSTART;TZID=Lauze:20260312T180000"])]
    ),
    "an event that is never closed": lambda: calendar([]).replace(b"END:VEVENT\r\n", b""),
    "an attachment of 12 MB inside": lambda: calendar(
        ["ATTACH;VALUE=BINARY;ENCODING=BASE64;X-FILENAME=affiche.pdf:" + base64.b64encode(bytes(12 << 20)).decode()]
    ),
    "a description of 12 MB": lambda: calendar(["DESCRIPTION:" + "Réunion " * (12 << 17)]),
    "“Réunion” in Windows-1252": lambda: calendar([]).replace("é".encode(), b"\xe9"),
    "a bell in the title": lambda: calendar(["SUMMARY:Ding\x07 dong"]),
    "a line without a colon": lambda: calendar(["sans deux-points"]),
    "two titles": lambda: calendar(["SUMMARY:Réunion", "SUMMARY:Autre"]),
    "METHOD:REQUEST": lambda: calendar(["METHOD:REQUEST"]),
}  # fmt: skip

# Told by tests of their own, below.
ALONE = {
    "10,000 exceptions", "two masters with one UID", "the same master twice", "an event without a UID",
}  # fmt: skip
RULES = rules("Calendars")


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.story not in ALONE], ids=str)
def test_a_row_of_the_table_is_true(rule: Rule):
    data = STORIES[rule.story]() if rule.story else calendar(rule.given)

    if rule.outcome.startswith("refused: "):
        with pytest.raises(Refused) as refused:
            convert(data)
        assert refused.value.reason == rule.outcome.removeprefix("refused: ")
        return
    out, losses = convert(data)

    lines = unfolded(out)
    for wanted in rule.wanted:
        if wanted.startswith("no "):
            own = lines[lines.index("END:VTIMEZONE") :] if "END:VTIMEZONE" in lines else lines
            assert not [line for line in own if wanted[3:] in {line, name(line)}]
        else:
            assert wanted in lines, out.decode()
    assert [f"{loss.kind}: {loss.detail}" if loss.detail else str(loss.kind) for loss in losses] == (
        [rule.loss] if rule.loss else []
    )
    if "less than 10 MB" in rule.outcome:
        assert len(out) < 10_000_000
    icalendar.Calendar.from_ical(out)  # another program can read it


def test_every_story_is_told_by_a_row():
    assert {rule.story for rule in RULES} == {*STORIES, *ALONE, ""}


def test_a_broken_event_is_named_with_its_line():
    data = file([*event([]), *event(["DTSTART:20260230T100000"])])

    first, second = components(data)
    with pytest.raises(Refused, match=r"9.*20260230T100000"):
        calendar_object(RawObject((second,)))
    calendar_object(RawObject((first,)))


def test_ten_thousand_exceptions_are_left_out_dates():
    many = [
        f"---\nRECURRENCE-ID;TZID=Europe/Paris:{2026 + day // 336:04d}{day // 28 % 12 + 1:02d}{day % 28 + 1:02d}T180000"
        "\nSTATUS:CANCELLED"
        for day in range(10_000)
    ]

    out, losses = convert(calendar(["RRULE:FREQ=DAILY", *"\n".join(many).split("\n")]))

    left_out = [
        value for line in unfolded(out) if name(line) == "EXDATE" for value in line.partition(":")[2].split(",")
    ]
    assert len(set(left_out)) == 10_000
    assert not losses


def test_two_masters_with_one_uid_are_two_resources_and_each_has_its_changed_occurrences():
    data = calendar(
        ["RRULE:FREQ=WEEKLY;UNTIL=20260401T000000Z", "---", "RRULE:FREQ=WEEKLY",
         "DTSTART;TZID=Europe/Paris:20260402T180000", "---", "RECURRENCE-ID;TZID=Europe/Paris:20260319T180000", "---",
         "RECURRENCE-ID;TZID=Europe/Paris:20260409T180000"]
    )  # fmt: skip

    first, second = split(components(data))

    assert [one.value("RECURRENCE-ID") for one in first] == ["", "20260319T180000"]
    assert [one.value("RECURRENCE-ID") for one in second] == ["", "20260409T180000"]
    uid = uid_of("rule@lauze.example", second, 1)
    out, losses = calendar_object(RawObject(tuple(second), zone="Europe/Paris", uid=uid))
    assert set(losses) == {Loss(losses[0].kind, "rule@lauze.example")}
    assert losses[0].kind == "uid"
    assert [line for line in unfolded(out) if name(line) == "UID"] == [f"UID:{uid}"] * 2
    assert uid_of("rule@lauze.example", second, 1) == uid != "rule@lauze.example"


def test_the_same_master_twice_is_one():
    assert len(split(components(calendar(["---"])))) == 1


def test_line_ends_and_folds_of_any_kind_read_the_same():
    told = list(unfold([b"\xef\xbb\xbfBEGIN:V\nSUMMARY:R\xc3", b"\xa9\r\n uni\n\ton\r\n\r\nEND:V"]))

    assert told == [Told(1, b"BEGIN:V"), Told(2, "SUMMARY:Réunion".encode()), Told(6, b"END:V")]
