"""What moving into a Mattermost must do, on the sandbox's stand-in and, where the environment names one, a real one."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest

from degoog.convert.talk import Attachment, Reaction
from degoog.engine import Check, Verified
from degoog.model import FailReason, Held
from degoog.sandbox.mattermost import MattermostSandbox
from tests.contract.chat import AT, Chat, Dying, Mover, post, real, ref, stand_in
from tests.memory import Killed, blob

REAL = os.environ.get("DEGOOG_TEST_MATTERMOST", "")
MS = 1616898600123
EVERYWHERE = pytest.mark.parametrize("server", ["sandbox", *(["real"] if REAL else [])], indirect=True)


@pytest.fixture(scope="module")
def swept() -> None:
    if REAL:
        real(REAL).sweep()


@pytest.fixture
def server(request: pytest.FixtureRequest, swept: None) -> Iterator[Chat]:
    if request.param == "real":
        chat = real(REAL)
        yield chat
        chat.leave()
    else:
        with MattermostSandbox() as running:
            yield stand_in(running)


@pytest.fixture
def chat(server: Chat) -> Chat:
    return server


@pytest.fixture
def mover(chat, tmp_path) -> Mover:
    return Mover(chat, tmp_path / "ledger.db")


@EVERYWHERE
def test_a_conversation_arrives_with_everything_in_it(chat, mover):
    room = chat.room("semis", header="Serre 🌱", purpose="Ce qui pousse")
    thumbs = Reaction(chat.username("bob"), "+1", AT + timedelta(seconds=9))
    plan = Attachment(ref("F1"), "plan d'été.txt", blob(b"tomates"))
    root = post(chat, 1, "**Réunion** @bob 🎉", reactions=(thumbs,), attachments=(plan,), pinned=True)
    replies = (
        post(chat, 2, "oui", "bob", edited=AT + timedelta(minutes=1), reactions=(thumbs,)),
        post(chat, 3, "en route", "zoe", action=True),
    )

    balance = mover.move(chat.things(room), [chat.talk(room, root, *replies)])

    assert (balance.moved, balance.failed, balance.pending, balance.holds) == (8, 0, 0, True)
    first, second, third = chat.posts("semis")
    names = {chat.user(name)["id"]: name for name in ("anna", "bob", "zoe")}
    assert [names[one["user_id"]] for one in (first, second, third)] == ["anna", "bob", "zoe"]
    assert [one["create_at"] for one in (first, second, third)] == [MS + 1000, MS + 2000, MS + 3000]
    assert [one["root_id"] for one in (first, second, third)] == ["", first["id"], first["id"]]
    assert first["is_pinned"]
    assert [(f["name"], f["size"]) for f in first["metadata"]["files"]] == [("plan d'été.txt", 7)]
    assert [one["emoji_name"] for one in second["metadata"]["reactions"]] == ["+1"]
    assert second["edit_at"] == MS + 60_000
    assert (third["message"], third["type"]) == ("*en route*", "me")
    assert (chat.channel("semis")["header"], chat.channel("semis")["purpose"]) == ("Serre 🌱", "Ce qui pousse")


@EVERYWHERE
def test_run_again_nothing_changes_and_everything_is_proven(chat, mover):
    room = chat.room("semis")
    talks = [chat.talk(room, post(chat, n, f"message {n}")) for n in range(4)]
    mover.move(chat.things(room), talks)
    before = chat.posts("semis")

    again = mover.move(chat.things(room), talks)

    assert (again.moved, again.unchanged) == (0, 9)
    assert chat.posts("semis") == before
    assert mover.verify(Check.FULL).sound
    assert mover.verify(Check.SAMPLE).sound


@EVERYWHERE
def test_a_later_export_moves_only_what_is_new_and_the_root_keeps_its_files(chat, mover):
    room = chat.room("semis")
    plan = Attachment(ref("F1"), "plan.txt", blob(b"tomates"))
    root, reply = post(chat, 1, "la question", attachments=(plan,)), post(chat, 2, "une réponse", "bob")
    mover.move(chat.things(room), [chat.talk(room, root, reply)])
    before = chat.posts("semis")
    gone = post(chat, 1, "la question, convertie autrement")  # and the export's link to the file has expired

    later = mover.move(
        chat.things(room),
        [chat.talk(room, gone, reply, post(chat, 5, "enfin", "zoe")), chat.talk(room, post(chat, 6, "et"))],
    )

    assert later.moved == 3  # the two, and the root whose text is another now
    after = chat.posts("semis")
    assert [one["message"] for one in after] == ["la question", "une réponse", "enfin", "et"]
    assert [one["id"] for one in after[:2]] == [one["id"] for one in before]
    assert after[2]["root_id"] == after[0]["id"]
    assert [(f["id"], f["name"]) for f in after[0]["metadata"]["files"]] == [
        (f["id"], f["name"]) for f in before[0]["metadata"]["files"]
    ]
    assert mover.verify().sound


@EVERYWHERE
def test_an_account_that_is_there_keeps_its_password_and_joins_without_a_notice(chat, mover):
    chat.account("anna", password="Ma-phrase-2026")
    room = chat.room("semis")

    mover.move(chat.things(room), [chat.talk(room, post(chat, 1, "bonjour"))])

    assert chat.said("semis") == ["bonjour"]
    for name in ("town-square", "off-topic"):
        assert not [one for one in chat.posts(name) if one["type"].startswith("system_")]
    assert set(chat.seen("semis")) >= {chat.user("anna")["id"], chat.user("bob")["id"]}
    token = chat.enter(chat.username("anna"), "Ma-phrase-2026")
    assert chat.api("GET", "/users/me", token=token)["username"] == chat.username("anna")


@EVERYWHERE
def test_a_private_channel_that_is_refused_brings_nobody_into_the_public_one_of_its_name(chat, mover):
    other, public = chat.room("serre"), chat.room("semis", "bob")
    mover.move(chat.things(public, people=("bob",)), [])

    balance = mover.move(
        chat.things(public, other, replace(chat.room("semis", "anna", "zoe", private=True), ref=ref(f"{chat.name}/p"))),
        [chat.talk(other, post(chat, 1, "bonjour"))],
    )

    assert [row for row, state in mover.rows("ref, state") if state == "failed"] == [f"slack:{chat.name}/p"]
    assert balance.failed == 1
    assert not {chat.user(name)["id"] for name in ("anna", "zoe")} & set(chat.seen("semis"))
    assert chat.user("anna")["id"] in chat.seen("serre")


@EVERYWHERE
def test_who_came_into_a_channel_by_themselves_is_still_said_to_have(chat, mover):
    chat.account("anna")
    bob = chat.account("bob")["id"]
    room = chat.room("semis")
    mover.move(chat.things(replace(room, members=()), people=()), [])
    team, semis = chat.team()["id"], chat.channel("semis")["id"]
    chat.api("POST", f"/teams/{team}/members", json={"team_id": team, "user_id": bob})
    token = chat.enter(chat.username("bob"), "Lauze-2026-x")
    chat.api("POST", f"/channels/{semis}/members", token=token, json={"user_id": bob})

    mover.move(chat.things(room), [chat.talk(room, post(chat, 1, "bonjour"))])

    said = [(one["type"], one["user_id"]) for one in chat.posts("semis") if one["type"] != "system_purpose_change"]
    assert said == [("", chat.user("anna")["id"]), ("system_join_channel", bob)]


@EVERYWHERE
def test_a_channel_that_is_there_is_adopted_with_what_it_says_of_itself(chat, mover):
    mover.move(chat.things(), [])
    team = chat.team()["id"]
    theirs = {"team_id": team, "name": "semis", "display_name": "Nos semis", "type": "O", "header": "À nous"}
    made = chat.api("POST", "/channels", json=theirs)
    chat.api("POST", "/posts", json={"channel_id": made["id"], "message": "d'ici"})
    room = chat.room("semis", header="De Slack", purpose="De Slack")

    mover.move(chat.things(room), [chat.talk(room, post(chat, 1, "de Slack"))])

    after = chat.channel("semis")
    assert (after["id"], after["display_name"], after["header"]) == (made["id"], "Nos semis", "À nous")
    assert after["purpose"] == "De Slack"
    assert [text for text in chat.said("semis") if "admin" not in text] == ["de Slack", "d'ici"]
    assert ("property", "header") in mover.losses()


@EVERYWHERE
def test_what_a_channel_says_of_itself_follows_a_later_export_and_leaves_what_people_changed(chat, mover):
    room = chat.room("semis", header="avant", purpose="Ce qui pousse")
    mover.move(chat.things(room), [chat.talk(room, post(chat, 1, "oui"))])
    made = chat.channel("semis")
    chat.api("PUT", f"/channels/{made['id']}/patch", json={"purpose": "Ce que nous semons"})

    later = replace(room, name="potager", display_name="Potager", header="après", purpose="Ce qui a poussé")
    talks = [chat.talk(room, post(chat, 1, "oui")), chat.talk(room, post(chat, 2, "encore"))]
    people = ("anna", "bob", "zoe", "long")  # somebody new comes into the channel that is there
    mover.move(chat.things(replace(later, members=(*later.members, chat.username("long"))), people=people), talks)

    after = chat.channel("semis")
    assert (after["id"], after["display_name"], after["header"]) == (made["id"], "Potager", "après")
    assert after["purpose"] == "Ce que nous semons"
    assert {one for one in mover.losses() if one[0] == "property"} == {("property", "purpose")}
    said = [one["message"] for one in chat.posts("semis") if one["type"] != "system_purpose_change"]
    assert said == ["oui", "encore"]

    mover.move(chat.things(later, people=people), talks)
    assert chat.channel("semis")["header"] == "après"
    chat.api("PUT", f"/channels/{made['id']}/patch", json={"header": "à nous"})
    mover.move(chat.things(replace(later, header="à eux"), people=people), talks)
    assert chat.channel("semis")["header"] == "à nous"
    assert ("property", "header") in mover.losses()


@EVERYWHERE
def test_a_bot_becomes_a_bot_of_nobodys_that_signs_what_it_said(chat, mover):
    room, robot = chat.room("semis"), chat.person("robot", email="", first_name="Robot météo", bot=True, active=False)
    talks = [chat.talk(room, post(chat, 1, "pluie", who="robot"))]

    for _again in range(2):
        balance = mover.move([*chat.things(room), robot], talks)

    made = chat.user("robot")
    assert (made["is_bot"], made["delete_at"], balance.failed) == (True, 0, 0)
    assert [(one["user_id"], one["message"]) for one in chat.posts("semis")] == [(made["id"], "pluie")]
    assert not [text for _kind, text in mover.losses() if "robot" in text]


@EVERYWHERE
def test_two_people_in_one_millisecond_stay_two(chat, mover):
    mover.move(chat.things(room := chat.room("semis")), [])
    said = {"channel_id": chat.channel("semis")["id"], "message": "pareil", "create_at": MS + 1000}
    chat.api("POST", "/posts", json=said)

    mover.move(chat.things(room), [chat.talk(room, post(chat, 1, "pareil"))])
    mover.move(chat.things(room), [chat.talk(room, post(chat, 1, "pareil"))])

    assert [(p["message"], p["create_at"]) for p in chat.posts("semis")] == [
        ("pareil", MS + 1000),
        ("pareil", MS + 1001),
    ]


@EVERYWHERE
def test_one_account_the_server_refuses_fails_alone_and_is_named(chat, mover):
    room = chat.room("semis")
    things = [*chat.things(room), chat.person("long", position="x" * 200)]

    balance = mover.move(things, [chat.talk(room, post(chat, 1, "bonjour"))])

    assert (balance.moved, balance.failed) == (6, 1)
    assert [r for r, state in mover.rows("ref, state") if state == "failed"] == [f"slack:{chat.name}/long"]
    assert mover.rows("reason")[0] is not FailReason.REJECTED


@EVERYWHERE
def test_history_arrives_read_and_what_was_archived_is_archived_last(chat, mover):
    room = chat.room("ancien", archived=True)

    mover.move(chat.things(room), [chat.talk(room, post(chat, n, f"message {n}")) for n in range(3)])

    assert chat.channel("ancien")["delete_at"]
    seen = chat.seen("ancien")
    assert [seen[chat.user(name)["id"]] for name in ("anna", "bob")] == [3, 3]


@EVERYWHERE
def test_what_somebody_deleted_or_changed_afterwards_is_found_out(chat, mover):
    room = chat.room("semis")
    mover.move(chat.things(room), [chat.talk(room, post(chat, n, f"message {n}")) for n in range(3)])

    chat.api("DELETE", f"/posts/{chat.posts('semis')[0]['id']}")

    assert mover.verify() == Verified(proven=7, missing=1, extra=mover.verify().extra)


@EVERYWHERE
def test_each_conversation_is_counted_as_it_arrived_and_as_it_is(chat, mover):
    def after(seconds: int) -> datetime:
        return AT + timedelta(seconds=seconds)

    room, other = chat.room("semis"), chat.room("serre")
    plan, seeds = (Attachment(ref(f"F{n}"), f"{n}.txt", blob(b"tomates")) for n in (1, 2))
    hearts = tuple(Reaction(chat.username(who), "heart", AT + timedelta(seconds=9)) for who in ("anna", "bob"))
    goes_on = replace(post(chat, 3, "suite", attachments=(seeds,)), ref=ref(f"{chat.name}/m/2#2"))
    long = (post(chat, 2, "début", "bob", attachments=(plan,), reactions=hearts), goes_on)
    talks = [chat.talk(room, post(chat, 1, "la question", reactions=hearts[:1]), *long, post(chat, 4, "merci"))]
    mover.move(chat.things(room, other), [*talks, chat.talk(other, post(chat, 5, "seule"))])

    assert mover.verify().sound
    whole = Held(messages=3, threads=1, reactions=3, files=2, first=after(1), last=after(4))
    alone = Held(messages=1, first=after(5), last=after(5))
    assert mover.compared() == {"semis": (whole, whole), "serre": (alone, alone)}

    said = {one["message"]: one["id"] for one in chat.posts("semis")}
    me = chat.api("GET", "/users/me")["id"]
    chat.api("POST", "/reactions", json={"user_id": me, "post_id": said["la question"], "emoji_name": "+1"})
    chat.api("DELETE", f"/posts/{said['suite']}")
    chat.api("DELETE", f"/posts/{said['merci']}")

    found = mover.verify()
    assert (found.missing, found.changed) == (1, 1)
    assert mover.compared()["semis"] == (whole, replace(whole, messages=2, files=1, last=after(2)))


@EVERYWHERE
def test_the_map_of_what_moved_is_kept_and_read_back(chat, mover):
    async def go() -> bytes:
        async with chat.target() as target:
            await target.save_map("channels-x.jsonl.gz", blob(b"first"))
            await target.save_map("channels-x.jsonl.gz", blob(b"second"))
            out = BytesIO()
            async with target.load_map("channels-x.jsonl.gz") as chunks:
                async for chunk in chunks:
                    out.write(chunk)
            return out.getvalue()

    assert asyncio.run(go()) == b"second"


@EVERYWHERE
def test_conversations_among_a_few_arrive_with_nobody_else_in_them(chat, mover):
    pair, three = chat.room("pair", "anna", "bob", team=""), chat.room("three", "anna", "bob", "zoe", team="")
    myself = chat.room("self", "anna", team="")

    balance = mover.move(
        chat.things(pair, three, myself),
        [chat.talk(room, post(chat, n, f"entre nous {n}")) for n, room in enumerate((pair, three, myself))],
    )

    assert (balance.failed, balance.pending) == (0, 0)
    links = [link for link, kind in mover.rows("lies, kind") if kind == "channel"]
    sizes = [len(chat.api("GET", f"/channels/{lies.rpartition('direct-')[2]}/members")) for lies in links]
    assert sorted(sizes) == [1, 2, 3]


@EVERYWHERE
@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("requests", [9, 16, 24])
def test_killed_and_run_again_nothing_is_lost_and_nothing_is_there_twice(chat, mover, requests, answered):
    room = chat.room("semis", archived=True)
    file = Attachment(ref("F1"), "plan.txt", blob(b"tomates"))
    talks = [chat.talk(room, post(chat, n, f"m {n}", attachments=(file,)), post(chat, 50 + n, "r")) for n in range(4)]

    with contextlib.suppress(Killed):
        mover.move(chat.things(room), talks, wire=Dying(requests, answered=answered))
    balance = mover.move(chat.things(room), talks)

    assert (balance.pending, balance.failed, balance.holds) == (0, 0, True)
    assert sorted(text for text in chat.said("semis") if "archived" not in text) == sorted(
        [f"m {n}" for n in range(4)] + ["r"] * 4
    )
    assert mover.verify().sound


def test_killed_all_along_the_way_it_ends_as_if_it_had_not_been(tmp_path):
    requests, ended = 0, False
    while not ended:
        requests += 3
        with MattermostSandbox() as running:
            running.world.patience = 2
            chat = stand_in(running)
            mover = Mover(chat, tmp_path / f"{requests}.db")
            room = chat.room("semis", "anna", "bob")
            chat.account("anna")
            talks = [chat.talk(room, post(chat, n, f"m {n}"), post(chat, 50 + n, "r")) for n in range(3)]
            try:
                mover.move(chat.things(room), talks, wire=Dying(requests, answered=requests % 2 == 0))
                ended = True
            except Killed:
                pass
            balance = mover.move(chat.things(room), talks)
            assert (balance.pending, balance.failed, balance.touches) == (0, 0, 0), requests
            assert sorted(chat.said("semis")) == ["m 0", "m 1", "m 2", "r", "r", "r"], requests
            assert running.world.settings["TeamSettings"]["MaxUsersPerTeam"] == 50
    assert requests > 20
