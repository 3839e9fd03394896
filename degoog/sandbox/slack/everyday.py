"""What is said every day, as much of it as one likes: cheap to draw, the same each time for a seed."""

from collections.abc import Iterator
from random import Random
from typing import Any

from degoog.sandbox.slack.association import active
from degoog.sandbox.slack.view import ExpectedMessage

_WORDS = (
    "arrosage", "compost", "semis", "bénévoles", "subvention", "facture", "récolte", "chantier", "réunion", "planning",
    "serre", "outils", "camion", "marché", "adhésions", "paillage", "tomates", "poireaux", "budget", "affiche",
)  # fmt: skip
_EMOJI = ("+1", "tada", "heart", "seedling", "eyes", "+1::skin-tone-3")
DAY = 86_400


def say(room: str, number: int, first: int, *, seed: int, a_day: int = 20) -> Iterator[dict[str, Any]]:
    """Give so many messages of a room from a day on; one in five answers an earlier one of the same days."""
    random = Random(f"{seed}/{room}")  # noqa: S311 - drawing, not hiding
    who = active()
    roots: list[str] = []
    for index in range(number):
        day, place = divmod(index, a_day)
        at = first + day * DAY + 8 * 3600 + place * (36_000 // a_day) + random.randrange(max(1, 36_000 // a_day))
        ts = f"{at}.{index % 1_000_000:06}"
        author = who[random.randrange(len(who))]
        token = f"{room.lower()}x{index}"
        text, blocks = _sentence(random, token, who)
        message: dict[str, Any] = {
            "type": "message", "user": author, "text": text, "ts": ts, "team": "T0LAUZE01", "client_msg_id": token,
        }  # fmt: skip
        if blocks:
            message["blocks"] = blocks
        if roots and index % 5 == 4:
            message["thread_ts"] = roots[random.randrange(len(roots))]
            message["parent_user_id"] = who[0]
        else:
            roots.append(ts)
            if len(roots) > 12:
                del roots[0]
        if index % 4 == 1:
            names = random.sample(_EMOJI, 2)
            message["reactions"] = [
                {"name": name, "users": sorted(random.sample(who, 2)), "count": 2} for name in names[: 1 + index % 2]
            ]
        yield message


def expected(room: str, message: dict[str, Any]) -> ExpectedMessage:
    """Give the answer for one of them."""
    return ExpectedMessage(
        room,
        message["ts"],
        message["user"],
        (message["client_msg_id"],),
        root=message.get("thread_ts"),
        reactions=frozenset((user, one["name"]) for one in message.get("reactions", ()) for user in one["users"]),
    )


def _sentence(random: Random, token: str, who: tuple[str, ...]) -> tuple[str, list[dict[str, Any]]]:
    words = random.choices(_WORDS, k=8)
    mention = who[random.randrange(len(who))]
    plain, bold, rest = " ".join(words[:3]), words[3], " ".join(words[4:])
    text = f"{plain} *{bold}* {rest} <@{mention}> &amp; {token}"
    if random.random() < 0.2:
        return text, []
    elements: list[dict[str, Any]] = [
        {"type": "text", "text": f"{plain} "},
        {"type": "text", "text": bold, "style": {"bold": True}},
        {"type": "text", "text": f" {rest} "},
        {"type": "user", "user_id": mention},
        {"type": "text", "text": f" & {token}"},
    ]
    if random.random() < 0.3:
        elements.append({"type": "link", "url": f"https://lauze.example/{words[0]}", "text": words[1]})
    if random.random() < 0.2:
        elements.append({"type": "emoji", "name": "seedling", "unicode": "1f331"})
    section = {"type": "rich_text_section", "elements": elements}
    return text, [{"type": "rich_text", "block_id": token[-5:], "elements": [section]}]
