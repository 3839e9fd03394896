"""What of a thread is sent, and what is refused before a byte leaves."""

import string
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degoog.convert.talk import Attachment, Reaction
from degoog.model import FailReason, LossKind, Ref
from tests.mattermost.saying import AT, MS, Desk, census, on_server, post, thread
from tests.memory import blob


def test_a_thread_is_one_line_with_its_replies():
    desk = Desk()
    desk.write(thread(post(1), post(2, "oui", after=5), post(3, "non", after=9, username="bob")))
    (line,) = desk.lines()
    assert (line["team"], line["channel"], line["user"], line["create_at"]) == ("lauze", "semis", "anna", MS)
    assert [(r["user"], r["message"], r["create_at"]) for r in line["replies"]] == [
        ("anna", "oui", MS + 5),
        ("bob", "non", MS + 9),
    ]


def test_each_post_carries_which_message_it_is():
    desk = Desk()
    desk.write(thread(post(1)))
    assert desk.lines()[0]["props"] == {"degoog": "slack:T/C/1", "degoog_name": "1"}


@given(st.lists(st.integers(0, 6), min_size=1, max_size=20), st.sets(st.integers(0, 12)))
def test_no_two_posts_of_a_channel_share_a_millisecond(times, taken):
    desk = Desk()
    desk.shore.taken |= {MS + one for one in taken}
    for number, after in enumerate(times):
        desk.write(thread(post(number, after=after), post(100 + number, after=after)))
    lines = desk.lines()
    said = [one["create_at"] for line in lines for one in (line, *line["replies"])]
    assert len(set(said)) == len(said)
    assert not {MS + one for one in taken} & set(said)
    assert all(reply["create_at"] > line["create_at"] for line in lines for reply in line["replies"])


@given(st.integers(0, 9), st.integers(-5, 5))
def test_no_reaction_is_older_than_its_post(taken, after):
    desk = Desk()
    desk.shore.taken |= {MS + one for one in range(taken)}
    desk.write(thread(post(1, reactions=(Reaction("anna", "+1", AT + timedelta(milliseconds=after)),))))
    (line,) = desk.lines()
    assert line["create_at"] == MS + taken
    assert all(one["create_at"] >= line["create_at"] for one in line["reactions"])


def test_what_is_there_already_is_not_sent_again():
    desk = Desk()
    desk.shore.ours["slack:T/C/1"] = on_server("p1", post(1))
    desk.write(thread(post(1)))
    assert desk.bundle.empty


def test_what_arrived_without_its_file_is_sent_again_under_the_same_time_and_words():
    desk = Desk()
    file = Attachment(Ref("slack", "F1"), "plan.pdf", blob(b"%PDF"))
    desk.shore.ours["slack:T/C/1"] = on_server("p1", post(1, "avant"), at=MS + 7)
    desk.write(thread(post(1, "converti autrement", attachments=(file,))))
    (line,) = desk.lines()
    assert (line["message"], line["create_at"]) == ("avant", MS + 7)
    assert line["attachments"] == [{"path": "files/0/plan.pdf"}]


def test_a_new_reply_comes_under_the_root_exactly_as_the_server_has_it_with_its_files():
    desk = Desk()
    files = {"files": [{"id": "f1", "name": "plan.pdf", "size": 0}]}
    head = on_server("p1", post(1, "tel quel"), at=MS + 3, metadata=files)
    desk.write(thread(post(1, "autre texte"), post(2, "enfin", after=1), moved="p1"), head=head)
    (line,) = desk.lines()
    assert (line["user"], line["message"], line["create_at"]) == ("anna", "tel quel", MS + 3)
    assert "props" not in line
    assert [(r["message"], r["create_at"]) for r in line["replies"]] == [("enfin", MS + 4)]
    assert line["attachments"] == [{"path": "files/0/plan.pdf"}]


def test_a_new_reply_to_a_root_that_somebody_deleted_quotes_it():
    desk = Desk()
    its = desk.write(thread(post(1, "la question"), post(2, "la réponse", after=4), moved="p1"), head=None)
    (line,) = desk.lines()
    assert line["message"] == "> la question\n\nla réponse"
    assert [loss.kind for loss in its.messages[Ref("slack", "T/C/2")].losses] == [LossKind.ROOT]


@pytest.mark.parametrize(
    ("longest", "begins"), [(40, "> la question\n\n"), (30, "")], ids=["with room", "without room"]
)
def test_a_long_reply_to_a_root_that_somebody_deleted_stays_within_what_a_post_may_hold(longest, begins):
    desk = Desk(longest=longest)
    long = post(2, "x" * 25, after=4)
    rest = replace(post(2, "y" * longest, after=5), ref=Ref("slack", f"{long.ref.id}#2"))
    its = desk.write(thread(post(1, "la question"), long, rest, moved="p1", waiting=(long,)), head=None)
    assert [line["message"] for line in desk.lines()] == [begins + long.text, rest.text]
    assert [loss.kind for loss in its.messages[long.ref].losses] == [LossKind.ROOT]


def test_an_unknown_author_fails_the_message_and_those_that_answer_it():
    desk = Desk()
    its = desk.write(thread(post(1, username="personne"), post(2)))
    assert desk.bundle.empty
    reasons = [message.failed.reason for message in its.messages.values() if message.failed]
    assert reasons == [FailReason.REJECTED, FailReason.PARENT_FAILED]


def test_a_reply_that_cannot_be_sent_fails_alone():
    desk = Desk(longest=10)
    its = desk.write(thread(post(1), post(2, "beaucoup trop long", after=1), post(3, "court", after=2)))
    assert [reply["message"] for reply in desk.lines()[0]["replies"]] == ["court"]
    failed = its.messages[Ref("slack", "T/C/2")].failed
    assert failed is not None
    assert failed.reason is FailReason.TOO_LARGE


def test_a_file_larger_than_the_server_takes_is_said_before_a_byte_leaves():
    desk = Desk(largest=3)
    its = desk.write(thread(post(1, attachments=(Attachment(Ref("slack", "F"), "x.bin", blob(b"1234")),))))
    assert desk.bundle.empty
    assert str(its.head.failed) == "x.bin"


def test_a_reaction_of_somebody_unknown_is_a_loss_and_no_error():
    desk = Desk(people=census("anna"))
    its = desk.write(thread(post(1, reactions=(Reaction("anna", "+1", AT), Reaction("zoé", "tada", AT)))))
    (line,) = desk.lines()
    assert [one["user"] for one in line["reactions"]] == ["anna"]
    assert [(loss.kind, loss.who) for loss in its.head.losses] == [(LossKind.REACTION, "zoé")]


@given(st.text(string.printable + "é🎉ع", max_size=60))
def test_any_name_of_a_file_stays_one_name_in_the_import_file(name):
    desk = Desk()
    desk.write(thread(post(1, attachments=(Attachment(Ref("slack", "F"), name, blob(b"x")),))))
    (path,) = [one["path"] for one in desk.lines()[0]["attachments"]]
    assert path.startswith("files/0/")
    assert path.count("/") == 2
    assert path.rpartition("/")[2] not in {"", ".", ".."}
