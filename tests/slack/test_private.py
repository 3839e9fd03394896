"""What is private stays so: who agreed is one person, titles are in no ledger, quotations stay where they are."""

from __future__ import annotations

import pytest

from degoog.convert.slack.lexicon import Lexicon
from degoog.convert.slack.message import thread
from degoog.model import LossKind
from degoog.slack.consent import Consent
from tests.slack.packing import BASE, CHANNELS, USERS, pack, said, talks, walk

CAMILLE = {"id": "U3", "team_id": "T1", "name": "camille", "profile": {"display_name": "Cam"}}
OTHER = {"id": "U4", "team_id": "T1", "name": "c.roux", "profile": {"display_name": "Camille"}}


@pytest.mark.parametrize(("people", "comes"), [(["U3", "U1"], True), (["U4", "U1"], False)])
def test_a_name_that_two_people_go_by_is_nobodys_agreement(tmp_path, people, comes):
    agreed = {"camille", "ann"}
    consent = Consent(direct=True, agreed=lambda _id, names: all(one & agreed for one in names))
    export = {
        **BASE, "users.json": [*USERS, CAMILLE, OTHER], "dms.json": [{"id": "D1", "members": people, "created": 1}],
        "D1/2023-11-14.json": [said(1, "between us")],
    }  # fmt: skip
    _account, found = walk(pack(tmp_path / "export.zip", export), consent=consent)

    assert any(one.item.path == "D1" or "D1" in one.item.ref.id for one in found if one.verdict is None) == comes


@pytest.mark.parametrize("shares", [[{"channel": "G1"}], []])
def test_the_title_of_a_private_canvas_is_nobodys_business(tmp_path, shares):
    canvas = {"id": "F0CANVAS1", "title": "Leaving of Camille", "shares": shares, "user": "U1"}
    export = {
        **BASE, "groups.json": [{"id": "G1", "name": "bureau", "members": ["U1"]}], "canvases.json": [canvas],
        "file_conversations.json": [{"id": "C9", "name": "FC:F0CANVAS1:Leaving of Camille", "members": ["U1"]}],
    }  # fmt: skip
    _account, found = walk(pack(tmp_path / "export.zip", export))

    assert any("F0CANVAS1" in str(one.item) for one in found)
    assert not any("Leaving" in str(one.item) for one in found)


def shared(room: str) -> dict[str, object]:
    return said(
        1, "look", attachments=[{"is_msg_unfurl": True, "channel_id": room, "author_id": "U1", "text": "secret"}]
    )


@pytest.mark.parametrize(("room", "quoted"), [("C1", True), ("C2", True), ("G1", False), ("D7", False)])
def test_a_quotation_comes_only_from_where_everybody_reads(tmp_path, room, quoted):
    (talk,) = talks(pack(tmp_path / "export.zip", {**BASE, "jardin/2023-11-14.json": [shared(room)]}))
    names = Lexicon(usernames={"U1": "ann"}, public=frozenset({"C1"}))  # C2 is where it was said
    post, losses = thread(talk, names)

    assert ("secret" in post.root.text) == quoted
    assert ("private conversation was quoted here" in post.root.text) != quoted
    assert (LossKind.WORDING in {loss.kind for loss in losses}) != quoted


NOBODY = {"type": "message", "subtype": "channel_join", "user": "U7", "ts": "1700000001.000100"}


def test_who_is_in_no_list_and_was_welcomed_has_an_account(tmp_path):
    answer = said(2, "welcome", thread_ts="1700000001.000100")
    export = {"channels.json": CHANNELS, "jardin/2023-11-14.json": [NOBODY, answer]}
    _account, found = walk(pack(tmp_path / "export.zip", export))

    assert "slack-C1/U7" in {one.item.ref.id for one in found if one.verdict is None}


def test_a_reply_that_was_deleted_needs_no_root(tmp_path):
    gone = said(2, "This message was deleted.", subtype="tombstone", thread_ts="1690000000.000100")
    pack(tmp_path / "export.zip", {**BASE, "jardin/2023-11-14.json": [gone, said(3, "hello")]})

    assert [talk.root and talk.root.text for talk in talks(tmp_path / "export.zip")] == ["hello"]
