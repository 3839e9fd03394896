"""Exports as they come: of a Grid, from slackdump, damaged, hostile, later ones; each is read as far as it goes."""

from __future__ import annotations

import asyncio
import json
import struct
import zipfile
from typing import Any

import pytest

from degoog.convert.slack.lexicon import Lexicon
from degoog.convert.slack.message import thread
from degoog.errors import Refused, Usage
from degoog.model import FailReason, Item, Kind, Ref, Stage
from degoog.ports import Blob
from degoog.slack import SlackSource
from degoog.slack.consent import Consent
from tests.slack.packing import BASE, CHANNELS, USERS, messages, pack, problems, said, talks, texts, walk

DAY = "general/2023-11-14.json"


def test_identity_is_the_exact_digits_of_the_time(tmp_path):
    day = [said(1), said(2) | {"ts": "1700000002.0001000"}, said(3) | {"ts": "1700000003"}]
    path = pack(tmp_path / "a.zip", BASE | {DAY: day})

    assert messages(walk(path)[1]) == [
        "T1/C1/1700000001.000100", "T1/C1/1700000002.0001000", "T1/C1/1700000003",
    ]  # fmt: skip
    assert texts(path) == ["t1", "t2", "t3"]


def test_what_is_read_in_any_order_is_the_same(tmp_path):
    path = pack(tmp_path / "a.zip", BASE | {f"general/2023-11-{d:02}.json": [said(d)] for d in range(1, 29)})

    async def go() -> None:
        async with SlackSource([path]) as source:
            items = [found.item async for found in source.walk() if found.item.kind is Kind.MESSAGE]
            forwards = [await source.read(item) for item in items]
            assert [await source.read(item) for item in reversed(items)] == forwards[::-1]
            with pytest.raises(Refused):
                await source.read(Item(Ref("slack", "T1/C1/1.000000"), None, Kind.MESSAGE, "x", Stage.CONTENT))

    asyncio.run(go())


def test_a_grid_is_its_workspaces_and_what_they_share(tmp_path):
    def people(team: str) -> list[dict[str, object]]:
        return [{**user, "team_id": team, "enterprise_user": {"enterprise_id": "E1"}} for user in USERS]

    path = pack(
        tmp_path / "grid.zip",
        {
            "org_users.json": people("T1"),
            "channels.json": [{"id": "C9", "name": "tous", "shared_team_ids": ["T2"]}],
            "tous/2023-11-14.json": [said(1)],
            "teams/nord/users.json": people("T1"),
            "teams/nord/channels.json": [{"id": "C1", "name": "general", "is_general": True}],
            "teams/nord/general/2023-11-14.json": [said(2)],
            "teams/sud/users.json": people("T2"),
            "teams/sud/channels.json": [{"id": "C2", "name": "general", "is_general": True}],
            "teams/sud/general/2023-11-14.json": [said(3)],
        },
    )
    account, found = walk(path)

    parents = {one.item.ref.id: one.item.parent.id for one in found if one.item.kind is Kind.CHANNEL if one.item.parent}
    assert account == "E1"
    assert {one.item.name for one in found if one.item.kind is Kind.TEAM} == {"nord", "sud"}
    assert parents == {"E1/C9": "T2", "E1/C1": "T1", "E1/C2": "T2"}
    assert sorted(texts(path)) == ["t1", "t2", "t3"]


@pytest.mark.parametrize("name", ["__uploads/F1/plan.png", "general/attachments/F1-plan.png"])
def test_slackdumps_own_files_are_taken_from_the_archive(tmp_path, name):
    content = bytes(range(256)) * 3000
    file = {"id": "F1", "name": "plan.png", "size": len(content), "mode": "hosted"}
    path = pack(tmp_path / "dump.zip", BASE | {DAY: [said(1, files=[file])], name: content})
    (talk,) = talks(path)

    async def taken(blob: Blob) -> bytes:
        async with blob.open() as chunks:
            return b"".join([chunk async for chunk in chunks])

    assert talk.root is not None
    blob = talk.root.files[0].blob
    assert blob is not None
    assert (blob.size, asyncio.run(taken(blob))) == (len(content), content)


def test_an_upload_whose_bytes_are_wrong_does_not_keep_its_message_back(tmp_path):
    path = pack(tmp_path / "dump.zip", BASE)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr(DAY, json.dumps([said(1, files=[{"id": "F1", "name": "a", "mode": "hosted"}])]))
        archive.writestr("__uploads/F1/a", b"juste" * 100)
    path.write_bytes(path.read_bytes().replace(b"justejuste", b"fauxxjuste", 1))
    (talk,) = talks(path)

    assert talk.root is not None
    (file,) = talk.root.files
    assert (file.blob, "do not match" in file.lost) == (None, True)


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"channels/general.txt": b"Channel Name: general", "dms/a.txt": b"x"}, "text files"),
        ({"general/2023-11-14.json": [said(1)]}, "does not look like a Slack export"),
        ({"Takeout/archive_browser.html": b"<html>"}, "does not look like a Slack export"),
    ],
)
def test_what_is_no_export_is_said_to_be_none(tmp_path, members, says):
    with pytest.raises(Usage, match=says):
        walk(pack(tmp_path / "a.zip", members))


def test_a_file_that_is_no_zip_or_is_not_there_says_so(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 et puis rien")

    for name in ("a.zip", "absent.zip"):
        with pytest.raises(Usage, match=name):
            walk(tmp_path / name)


def test_two_workspaces_are_two_runs(tmp_path):
    one = pack(tmp_path / "a.zip", BASE)
    other = pack(tmp_path / "b.zip", BASE | {"users.json": [user | {"team_id": "T2"} for user in USERS]})

    with pytest.raises(Usage, match="T1, T2"):
        walk(one, other)


def test_without_a_list_of_people_authors_are_known_by_what_they_wrote(tmp_path):
    profile = {"real_name": "Zoé", "name": "zoe"}
    path = pack(tmp_path / "a.zip", {"channels.json": CHANNELS, DAY: [said(1, user="U9", user_profile=profile)]})
    _account, found = walk(path)

    assert [one.item.name for one in found if one.item.kind is Kind.PERSON] == ["Zoé"]
    assert problems(found) == {"users.json": "missing_part"}


@pytest.mark.parametrize(
    "broken",
    [
        b'[{"ts":"1700000001.000100","user":"U1","text":"t1"},{"ts":',
        b"[" * 100_000,
        b"",
        b"null",
        b"\xff\xfe\x00",
        b"{}",
    ],
)
def test_damaged_json_is_named_and_the_rest_goes_on(tmp_path, broken):
    path = pack(tmp_path / "a.zip", BASE | {DAY: broken, "jardin/2023-11-14.json": [said(5)]})
    _account, found = walk(path)

    assert problems(found) == {f"a.zip/{DAY}": "damaged"}
    assert "t5" in texts(path)


@pytest.mark.parametrize(
    "odd", [5, None, "x", {"text": "sans heure"}, {"ts": 1.5}, {"ts": "1e9"}, {"ts": "١٧٠٠٠٠٠٠٠١"}]
)
def test_one_odd_message_costs_only_itself(tmp_path, odd):
    path = pack(tmp_path / "a.zip", BASE | {DAY: [said(1), odd, said(2)]})
    _account, found = walk(path)

    assert problems(found) == {f"a.zip/{DAY}": "damaged"}
    assert texts(path) == ["t1", "t2"]


def test_what_is_damaged_twice_in_one_place_is_one_line_that_counts_for_both(tmp_path):
    first = pack(tmp_path / "a.zip", BASE | {DAY: [said(1), None, {"ts": 1.5}], "fantome/2023-11-14.json": [said(3)]})
    (tmp_path / "later").mkdir()
    later = pack(tmp_path / "later" / "a.zip", BASE | {DAY: [None], "fantome/2023-11-14.json": [said(3)]})
    _account, found = walk(first, later)

    odd = [one.item for one in found if one.item.kind is Kind.PRODUCT]
    assert {one.path: one.count for one in odd} == {f"a.zip/{DAY}": 3, "fantome/2023-11-14.json": 2}
    assert len({one.ref for one in odd}) == len(odd)


def test_a_workspace_that_nothing_names_is_called_slack(tmp_path):
    _account, found = walk(pack(tmp_path / "a.zip", BASE | {DAY: [said(1)]}))

    assert [one.item.name for one in found if one.item.kind is Kind.TEAM] == ["Slack"]


def test_messages_of_every_odd_shape_are_still_read(tmp_path):
    shapes: list[object] = [None, 5, "x", [], {}, [None], [[]], {"a": [1]}]
    keys = ["blocks", "attachments", "files", "file", "reactions", "edited", "room", "comment", "user_profile", "user"]
    day = [
        said(number % 100) | {key: shape, "ts": f"17000{number:05}.000100"}
        for number, (key, shape) in enumerate((key, shape) for key in keys for shape in shapes)
    ]
    path = pack(tmp_path / "a.zip", BASE | {DAY: day})

    given = talks(path)
    lexicon = Lexicon(usernames=dict.fromkeys(("U1", "USLACKBOT", "UNKNOWN"), "ann"))
    made = [thread(talk, lexicon)[0].root for talk in given]
    assert len(made) == len(keys) * len(shapes)
    assert all(post.text or post.cards or post.attachments for post in made)


def test_a_path_that_climbs_out_and_a_bomb_are_named_and_nothing_is_read_of_them(tmp_path):
    path = pack(
        tmp_path / "a.zip",
        BASE | {"../../etc/2023-11-14.json": [said(1)], "/absolu/2023-11-14.json": [said(2)], DAY: [said(3)]},
    )
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("jardin/2023-11-14.json", b" " * (40 << 20))
    _account, found = walk(path)

    assert sorted(problems(found).values()) == ["bomb", "unsafe_path", "unsafe_path"]
    assert texts(path) == ["t3"]


def test_a_day_that_unpacks_to_more_than_announced_is_named(tmp_path):
    path = pack(tmp_path / "a.zip", BASE | {DAY: [said(1)]})
    raw = path.read_bytes()
    at = raw.rindex(DAY.encode()) - 46 + 24
    path.write_bytes(raw[:at] + struct.pack("<L", 3) + raw[at + 4 :])
    _account, found = walk(path)

    assert list(problems(found).values()) in (["bomb"], ["damaged"])


def test_a_folder_of_no_channel_is_counted_and_not_published(tmp_path):
    path = pack(tmp_path / "a.zip", BASE | {"ailleurs/2023-11-14.json": [said(1), said(2)], DAY: [said(3)]})
    _account, found = walk(path)

    (left,) = [one for one in found if one.item.kind is Kind.PRODUCT]
    assert (left.item.count, str(left.verdict)) == (2, "unreadable")
    assert texts(path) == ["t3"]


def test_comments_beside_a_canvas_of_a_public_channel_are_a_channel(tmp_path):
    path = pack(
        tmp_path / "a.zip",
        BASE
        | {
            "file_conversations.json": [
                {"id": "C0CANVAS", "name": "FC:F0CANVAS:Charte"},
                {"id": "C0X", "name": "FC:F0X:Y"},
            ],
            "canvases.json": [{"id": "F0CANVAS", "shares": [{"channel": "C1"}]}, {"id": "F0X", "shares": []}],
            "FC:F0CANVAS:Charte/2023-11-14.json": [said(1)],
            "FC:F0X:Y/2023-11-14.json": [said(2)],
        },
    )
    _account, found = walk(path)

    verdicts = {one.item.name: str(one.verdict) for one in found if one.item.name.startswith("canvas")}
    assert texts(path) == ["t1"]
    assert verdicts == {"canvas Charte": "None", "canvas F0X": "private"}


def test_of_two_exports_the_later_one_says_how_a_message_reads(tmp_path):
    old = pack(tmp_path / "z.zip", BASE | {DAY: [said(1, "avant"), said(2)]})
    new = pack(
        tmp_path / "a.zip",
        BASE | {DAY: [said(1, "après", edited={"ts": "1700000050.000000"})], "general/2023-11-20.json": [said(9)]},
    )

    assert texts(old, new) == texts(new, old) == ["après", "t2", "t9"]


def test_a_channel_that_takes_the_name_another_one_left_keeps_its_messages_to_itself(tmp_path):
    before = [CHANNELS[0], {"id": "C2", "name": "jardin"}]
    after = [CHANNELS[0], {"id": "C2", "name": "jardin-2025"}, {"id": "C3", "name": "jardin"}]
    first = pack(tmp_path / "1.zip", BASE | {"channels.json": before, "jardin/2023-11-14.json": [said(1)]})
    second = pack(tmp_path / "2.zip", BASE | {"channels.json": after, "jardin/2023-11-15.json": [said(2)]})

    expected = ["T1/C2/1700000001.000100", "T1/C3/1700000002.000100"]
    assert sorted(messages(walk(first, second)[1])) == expected
    assert sorted(messages(walk(second, first)[1])) == expected


def test_what_changes_from_one_export_to_the_next_without_being_said_is_no_change(tmp_path):
    def file(token: str) -> dict[str, object]:
        return {"id": "F1", "mode": "hosted", "url_private": f"https://files.slack.com/a?token=xoxe-{token}"}

    def export(name: str, token: str, **more: Any) -> list[tuple[str, str]]:
        message = said(1, files=[file(token)], attachments=[{"text": "x", "files": [file(token)]}], **more)
        found = walk(pack(tmp_path / name, BASE | {DAY: [message]}))[1]
        return [(one.item.ref.id, one.item.content) for one in found]

    first = export("a.zip", "premier")
    assert export("b.zip", "second", reply_count=0, subscribed=True, last_read="1.0", user_profile={"a": 1}) == first
    assert export("c.zip", "second", reactions=[{"name": "tada", "users": ["U2"]}]) != first


def test_the_counts_of_what_is_private_stay_with_their_channel(tmp_path):
    path = pack(
        tmp_path / "a.zip",
        BASE | {"groups.json": [{"id": "G1", "name": "secret"}], "secret/2023-11-14.json": [said(1), said(2)]},
    )
    before, after = walk(path)[1], walk(path, consent=Consent(frozenset({"secret"})))[1]

    assert [one.item.count for one in before if one.item.ref.id == "T1/G1"] == [3]
    assert [one.item.count for one in after if one.item.ref.id == "T1/G1"] == [1]
    assert sum(one.item.count for one in before) == sum(one.item.count for one in after)


def test_what_the_list_of_channels_says_is_pinned_is_pinned(tmp_path):
    garden = {"id": "C2", "name": "jardin", "pins": [{"id": "1700000002.000100", "type": "C", "user": "U1"}, "odd", {}]}
    pack(
        tmp_path / "a.zip",
        {**BASE, "channels.json": [CHANNELS[0], garden], "jardin/2023-11-14.json": [said(1), said(2)]},
    )

    assert [bool(talk.root and talk.root.raw.get("pinned_to")) for talk in talks(tmp_path / "a.zip")] == [False, True]


def test_what_people_reported_to_slack_is_counted_and_stays(tmp_path):
    pack(tmp_path / "a.zip", {**BASE, "content_flags.json": [{"id": "1"}, {"id": "2"}]})
    _account, found = walk(tmp_path / "a.zip")

    (left,) = [one.item for one in found if one.verdict is not None]
    assert (left.count, "content_flags.json" in left.name) == (2, True)


def test_a_day_that_is_no_utf8_is_read_and_named(tmp_path):
    day = json.dumps([said(1, "été"), said(2)], ensure_ascii=False)
    path = pack(tmp_path / "latin.zip", {**BASE, "jardin/2023-11-14.json": day.encode("latin-1")})

    assert texts(path) == ["\ufffdt\ufffd", "t2"]
    (problem,) = [one for one in walk(path)[1] if one.verdict is FailReason.DAMAGED]
    assert problem.item.path.endswith("jardin/2023-11-14.json")
    assert "UTF-8" in problem.detail


def test_a_day_in_which_somebody_wrote_that_very_sign_is_whole(tmp_path):
    day = json.dumps([said(1, "\ufffd")], ensure_ascii=False)
    path = pack(tmp_path / "sign.zip", {**BASE, "jardin/2023-11-14.json": day.encode()})

    assert not [one for one in walk(path)[1] if one.verdict is FailReason.DAMAGED]
