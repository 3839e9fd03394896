"""Every row of "People and names" in docs/conversions.md is true."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from degoog import i18n
from degoog import people as people_csv
from degoog.convert.people import Assigned
from degoog.convert.slack.conversion import Conversion, Everyone
from degoog.convert.slack.events import NOTICES
from degoog.convert.slack.rooms import name_teams
from degoog.convert.slack.values import Room, User, Workspace
from degoog.convert.talk import Channel, Person
from degoog.mattermost import lines
from degoog.model import Item, Kind, LossKind, Ref, SkipReason, Stage
from degoog.roads.channels import assigned
from degoog.slack.consent import Consent
from degoog.slack.lists import stranger
from tests.convert.slack_page import PAGE, convert
from tests.slack.packing import BASE, pack, said, walk

ITEM = Item(Ref("slack", "T1/x"), None, Kind.PERSON, "x", Stage.HOLDERS)
SPACE = Workspace(Ref("slack", "T1"), "T1", "lauze")


def user(id_: str, handle: str, **more) -> User:
    return User(
        Ref("slack", f"T1/{id_}"), id_, handle, handle.title(), email=more.pop("email", f"{id_}@x.example"), **more
    )


def room(id_: str, name: str, *members: str, **more) -> Room:
    return Room(Ref("slack", f"T1/{id_}"), id_, "T1", name, members=members, **more)


class There:
    """A server with an account of `ann`, and a public channel `bureau`."""

    def by_email(self, email: str) -> str | None:
        return "ann.la" if email == "u1@x.example" else None

    def exists(self, username: str) -> bool:
        return username in {"ann.la", "chosen"}

    def has_public_channel(self, _team: str, name: str) -> bool:
        return name == "bureau"


def person(one: User, *others: User, assigned=lambda _one: None) -> tuple[Person, set[LossKind]]:
    made = Conversion(lambda: Everyone((one, *others), (SPACE,)), accounts=There, assigned=assigned)
    value, losses = made(ITEM, one)
    assert isinstance(value, Person)
    return value, {loss.kind for loss in losses}


def channel(one: Room, *others: Room, people: tuple[User, ...] = ()) -> Channel:
    value, _losses = Conversion(lambda: Everyone(people, (SPACE,), (one, *others)), accounts=There)(ITEM, one)
    assert isinstance(value, Channel)
    return value


def in_people_csv() -> None:
    written = [
        people_csv.Person(slack="U2", mattermost="chosen"),
        people_csv.Person(slack="bob", mattermost="chosen"),
        people_csv.Person(slack="@bob", mattermost="chosen"),
        people_csv.Person(email="u2@x.example", mattermost="chosen"),
    ]
    for one in written:
        people = [one]
        made, _losses = person(user("U2", "bob"), assigned=partial(assigned, people))
        assert (made.username, made.known) == ("chosen", True), one


def with_an_account() -> None:
    made, _losses = person(user("u1", "ann"))
    assert (made.username, made.known) == ("ann.la", True)


def somebody_else() -> None:
    made, losses = person(user("U3", "Éloïse"))
    assert (made.username, made.active, losses) == ("eloise", True, {LossKind.NAME})
    second, _losses = person(user("U5", "eloise"), user("U4", "eloise"))
    assert second.username == "eloise-u5"


def without_an_address() -> None:
    made, _losses = person(user("U3", "lou", email=""))
    assert not made.active


def guest() -> None:
    made, losses = person(user("U3", "iris", guest=True))
    assert (made.active, LossKind.GUEST in losses) == (False, True)
    chosen, losses = person(user("U3", "iris", guest=True), assigned=lambda _one: Assigned("", "iris@x.example"))
    assert (chosen.active, losses) == (True, set())


def bots_line() -> None:
    robot, _losses = person(user("B1", "meteo", bot=True, email=""))
    assert (robot.bot, robot.active) == (True, False)
    assert lines.bot(robot)["bot"]["owner"] == lines.BOTS


def only_signs() -> None:
    for one in (user("U3", "lou", deleted=True), stranger("U9", {}, "T1"), stranger("B1", {"username": "Météo"}, "T1")):
        made, _losses = person(one)
        assert not made.active


def public_channel() -> None:
    assert (channel(room("C1", "general", general=True)).name, channel(room("C2", "jardin")).private) == (
        "town-square",
        False,
    )


def private_channel() -> None:
    secret = room("G1", "bureau", private=True)
    assert Consent().verdict(secret, {}) is SkipReason.PRIVATE
    assert Consent(private=frozenset({"bureau"})).verdict(secret, {}) is None
    made = channel(secret)
    assert (made.private, made.name) == (True, "bureau-private")


def few() -> None:
    people = tuple(user(f"U{n}", f"p{n}") for n in range(8))
    pair = room("D1", "", *(one.id for one in people), private=True, direct=True)
    known = {one.id: one for one in people}
    assert Consent(direct=True).verdict(pair, known) is SkipReason.NOT_AGREED
    assert Consent(direct=True, agreed=lambda _id, _people: True).verdict(pair, known) is None
    made = channel(pair, people=people)
    assert (made.team, len(made.members)) == ("", 8)


def many() -> None:
    people = tuple(user(f"U{n}", f"p{n}") for n in range(9))
    made = channel(room("G1", "mpdm-a--b-1", *(one.id for one in people), private=True, direct=True), people=people)
    assert (made.team, made.private, len(made.members)) == ("lauze", True, 9)


def notices() -> None:
    assert {"channel_join", "channel_leave", "pinned_item"} <= NOTICES


def beside_a_canvas(path) -> None:
    listed = {
        "file_conversations.json": [{"id": "C0CANVAS", "name": "FC:F0CANVAS:Charte"}],
        "canvases.json": [{"id": "F0CANVAS", "shares": [{"channel": "C1"}]}],
        "FC:F0CANVAS:Charte/2023-11-14.json": [said(1)],
    }
    _account, found = walk(pack(path / "a.zip", BASE | listed))
    assert "canvas Charte" in {one.item.name for one in found if one.item.kind is Kind.CHANNEL}


def pages() -> None:
    given = (
        '{"text":"x","files":[{"id":"F1","mode":"quip","title":"Charte",'
        '"page":"<div class=\\"quip-canvas-content\\"><h1>A</h1></div>"}]}'
    )
    assert convert("messages", given)[0].endswith("+ Charte.md")


CHECKS: dict[str, Callable[..., None]] = {
    "somebody in people.csv (by id, name or address)": in_people_csv,
    "somebody whose address an account has": with_an_account,
    "somebody else": somebody_else,
    "somebody without an address": without_an_address,
    "a guest": guest,
    "somebody who left, an author in no list": only_signs,
    "a bot": bots_line,
    "a public channel": public_channel,
    "a private channel": private_channel,
    "a conversation among up to eight": few,
    "a conversation among more": many,
    "somebody joined, left, pinned something": notices,
    "the comments beside a canvas": beside_a_canvas,
    "a canvas, a list, a post": pages,
}


def rows() -> Iterator[str]:
    """Read the first cells of the table."""
    section = PAGE.read_text(encoding="utf-8").split("\n### People and names", 1)[1].split("\n### ", 1)[0]
    yield from (cell.strip() for cell in re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE) if cell[0] not in "-S")


@pytest.fixture(autouse=True)
def _english():
    i18n.use("en")


def test_each_row_has_its_check():
    assert list(rows()) == list(CHECKS)


@pytest.mark.parametrize("row", CHECKS)
def test_a_row_is_true(row: str, tmp_path):
    check = CHECKS[row]
    check(tmp_path) if check is beside_a_canvas else check()


def spaces(**named: str) -> list[Workspace]:
    return [Workspace(Ref("slack", id_), id_, name) for id_, name in named.items()]


def test_a_workspace_keeps_its_team_whatever_it_is_called_later():
    before = {"slack:T1": "lauze"}

    named = name_teams(spaces(T1="Lauze et cie", T2="Lauze"), earlier=lambda ref: before.get(str(ref), ""))

    assert named == {"T1": "lauze", "T2": "lauze-t2"}


def test_two_workspaces_of_a_grid_never_share_a_team():
    assert name_teams(spaces(T2="Nord", T1="nord!"), earlier=lambda _ref: "") == {"T1": "nord", "T2": "nord-t2"}
    assert name_teams(spaces(T1="", T2=""), fallback="Lauze", earlier=lambda _ref: "") == {
        "T1": "lauze",
        "T2": "lauze-t2",
    }


def test_one_workspace_takes_the_team_that_workspace_yml_names_until_it_has_one():
    assert name_teams(spaces(T1="Nord"), alone="jardins", earlier=lambda _ref: "") == {"T1": "jardins"}
    assert name_teams(spaces(T1="Nord"), alone="jardins", earlier=lambda _ref: "nord") == {"T1": "nord"}
