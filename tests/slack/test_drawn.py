"""A drawn export, read and converted, holds what its drawer says: nothing lost, nothing twice, nothing invented."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from degoog import i18n
from degoog.convert.slack.conversion import Conversion
from degoog.convert.talk import Channel, Person, Post, Thread
from degoog.model import FailReason, Found, Kind, Loss, LossKind, SkipReason
from degoog.sandbox.slack import DrawnExport, draw_export
from degoog.slack import SlackSource
from degoog.slack.consent import Consent

ALL = Consent(frozenset({"bureau", "potager"}), direct=True, agreed=lambda _id, _people: True)


@dataclass
class Moved:
    founds: list[Found]
    threads: list[Thread]
    people: dict[str, Person]
    channels: dict[str, Channel]
    losses: list[Loss]

    def posts(self) -> dict[str, list[Post]]:
        """Every message's posts, by its ref."""
        out: dict[str, list[Post]] = {}
        for thread in self.threads:
            for post in (thread.root, *thread.replies):
                out.setdefault(post.ref.id.partition("#")[0], []).append(post)
        return out


def move(*paths: Path, consent: Consent = ALL) -> Moved:
    """Walk, read and convert everything."""

    async def go() -> Moved:
        moved = Moved([], [], {}, {}, [])
        async with SlackSource(paths, consent=consent, zone=ZoneInfo("Europe/Paris")) as source:
            convert = Conversion(lambda: source.everyone, zone=ZoneInfo("Europe/Paris"))
            async for found in source.walk():
                moved.founds.append(found)
                if found.verdict is not None or found.item.unit is not None:
                    continue
                made, losses = convert(found.item, await source.read(found.item))
                moved.losses += losses
                match made:
                    case Thread():
                        moved.threads.append(made)
                    case Person():
                        moved.people[found.item.ref.id] = made
                    case Channel():
                        moved.channels[found.item.ref.id] = made
        return moved

    i18n.use("en")
    return asyncio.run(go())


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> DrawnExport:
    return draw_export(tmp_path_factory.mktemp("slack") / "export.zip", messages=400)


@pytest.fixture(scope="module")
def moved(drawn) -> Moved:
    return move(drawn.path)


def test_every_message_is_found_once_and_those_whose_root_is_gone_have_one(drawn, moved):
    found = Counter(found.item.ref.id for found in moved.founds if found.item.kind is Kind.MESSAGE)
    expected = {f"T0LAUZE01/{message.room}/{message.ts}" for message in drawn.messages}
    extra = set(found) - expected

    assert not expected - set(found)
    assert set(found.values()) == {1}
    # The root that is gone, and the two canvases that hang on no message.
    assert len(extra) == 3


def test_every_word_arrives_and_nothing_that_must_not(drawn, moved):
    posts = moved.posts()
    for message in drawn.messages:
        if message.notice:
            continue
        made = posts[f"T0LAUZE01/{message.room}/{message.ts}"]
        text = "\n".join(post.text + repr(post.cards) for post in made)
        assert [word for word in message.words if word not in text] == [], message
        assert [word for word in message.never if word in text] == [], message


def test_who_wrote_what_answers_what_and_reacted_how(drawn, moved):
    names = {ref.rpartition("/")[2]: person.username for ref, person in moved.people.items()}
    roots = {post.ref.id: thread.root.ref.id for thread in moved.threads for post in (thread.root, *thread.replies)}
    posts = moved.posts()
    for message in drawn.messages:
        if message.notice:
            continue
        id_ = f"T0LAUZE01/{message.room}/{message.ts}"
        post = posts[id_][0]
        assert post.username == names[message.author]
        assert roots[id_].rpartition("/")[2] == (message.root or message.ts)
        assert {reaction.username for reaction in post.reactions} == {names[who] for who, _name in message.reactions}
        assert (post.edited is not None, post.pinned) == (message.edited, message.pinned)


def test_notices_are_left_out_with_their_reason(drawn, moved):
    left = {found.item.ref.id for found in moved.founds if found.verdict is SkipReason.NOTICE}

    assert left == {f"T0LAUZE01/{message.room}/{message.ts}" for message in drawn.messages if message.notice}


def test_no_two_posts_of_a_channel_share_a_millisecond_and_answers_come_later(moved):
    for channel in moved.channels:
        threads = [thread for thread in moved.threads if thread.channel.id == channel]
        times = [post.at for thread in threads for post in (thread.root, *thread.replies) if "#" not in post.ref.id]
        assert len(set(times)) == len(times)
        assert all(reply.at > thread.root.at for thread in threads for reply in thread.replies)
        assert all(time.microsecond % 1000 == 0 for time in times)


def test_names_are_valid_and_none_is_there_twice(moved):
    usernames = [person.username for person in moved.people.values()]
    channels = [(channel.team, channel.name) for channel in moved.channels.values() if channel.team]

    assert len(set(usernames)) == len(usernames)
    assert len(set(channels)) == len(channels)
    assert moved.people["T0LAUZE01/U0NOEL"].username == "noel"
    assert moved.channels["T0LAUZE01/C0GENERAL"].name == "town-square"
    assert moved.channels["T0LAUZE01/C0ETE"].name == "ete-a-la-ferme"
    assert moved.channels["T0LAUZE01/C0CJK"].name == "channel-c0cjk"
    assert moved.channels["T0LAUZE01/G0POTAGER"].name == "potager-private"
    assert moved.channels["T0LAUZE01/D0CAMJO"].members == ("camille", "jo.martin")


def test_who_can_log_in_is_who_could(moved):
    active = {ref.rpartition("/")[2] for ref, person in moved.people.items() if person.active}

    assert active == {"U0CAMILLE", "U0JO", "U0AWA", "U0NOEL", "U0MAJ", "W0GRID"}
    assert {loss.kind for loss in moved.losses} >= {LossKind.GUEST, LossKind.AUTHOR, LossKind.ROOT}


def test_who_has_no_address_is_known_before_anything_moves(moved):
    told = {found.item.ref.id.rpartition("/")[2]: found.item.losses for found in moved.founds}

    assert told["U0SANS"] == (Loss(LossKind.EMAIL, "Sans Courriel"),)
    assert [id_ for id_, losses in told.items() if losses] == ["U0SANS"]


def test_by_default_nothing_private_is_more_than_a_line(drawn):
    moved = move(drawn.path, consent=Consent())
    left = {found.item.ref.id.rpartition("/")[2]: found for found in moved.founds if found.item.kind is Kind.CHANNEL}

    private = {"G0BUREAU", "G0POTAGER", "D0CAMJO", "D0SEULE", "G0MPIM"}
    assert {id_ for id_, found in left.items() if found.verdict is SkipReason.PRIVATE} == private
    assert all(left[id_].item.count == 1 + drawn.counts[id_] for id_ in private)
    rooms = {found.item.parent.id for found in moved.founds if found.item.kind is Kind.MESSAGE and found.item.parent}
    assert not rooms & {f"T0LAUZE01/{id_}" for id_ in private}


def test_a_conversation_comes_along_only_when_everybody_in_it_agreed(drawn):
    def agreed(_id: str, people: object) -> bool:
        return all("camille" in names or "jo.martin" in names for names in people)  # type: ignore[attr-defined]

    moved = move(drawn.path, consent=Consent(direct=True, agreed=agreed))
    verdicts = {
        found.item.ref.id.rpartition("/")[2]: found.verdict
        for found in moved.founds
        if found.item.kind is Kind.CHANNEL and found.item.ref.id.rpartition("/")[2][0] in "DG"
    }

    assert verdicts["D0CAMJO"] is None
    assert verdicts["D0SEULE"] is verdicts["G0MPIM"] is SkipReason.NOT_AGREED
    assert verdicts["G0BUREAU"] is SkipReason.PRIVATE


def test_an_export_packed_again_with_a_folder_around_it_is_the_same(drawn, moved, tmp_path):
    again = draw_export(tmp_path / "encore.zip", messages=400, top="Export été/")

    assert [found.item for found in move(again.path).founds] == [found.item for found in moved.founds]


def test_what_is_damaged_is_named_and_the_rest_goes_on(tmp_path):
    drawn = draw_export(tmp_path / "abîmé.zip", messages=70, damaged=True)
    moved = move(drawn.path)
    failed = {found.item.name: found.verdict for found in moved.founds if isinstance(found.verdict, FailReason)}

    assert failed == {"2026-09-21.json": FailReason.DAMAGED, "2024-01-01.json": FailReason.UNREADABLE}
    assert "T0LAUZE01/C0POTAGER/1790000000.000000" in moved.posts()


def test_a_later_export_beside_the_first_changes_nothing_of_what_was_there(drawn, moved, tmp_path):
    later = draw_export(tmp_path / "plus tard.zip", messages=400, later=25)
    both = {found.item.ref: found.item for found in move(drawn.path, later.path).founds}
    swapped = {found.item.ref: found.item for found in move(later.path, drawn.path).founds}

    assert both == swapped
    assert all(both[found.item.ref] == found.item for found in moved.founds if found.item.kind is Kind.MESSAGE)
    assert len(both) - len({found.item.ref for found in moved.founds}) == 25
