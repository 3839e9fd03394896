"""One message of every kind that has ever stopped an importer, each with what must be read in it afterwards."""

from collections.abc import Iterator
from typing import Any

from degoog.sandbox.slack.association import BOT_ALONE, DOMAIN, STRANGER, TEAM, TOKEN
from degoog.sandbox.slack.view import ExpectedMessage

ROOM = "C0PIEGES"
FIRST = 1_706_774_400  # 1 February 2024, 8:00 UTC
Trap = tuple[dict[str, Any], ExpectedMessage]

NOTICES = (
    "channel_join", "channel_leave", "group_join", "bot_add", "bot_remove", "pinned_item",
    "channel_posting_permissions", "channel_convert_to_private",
)  # fmt: skip


def traps() -> Iterator[Trap]:
    """Give them all, in order of time."""
    for number, trap in enumerate((*_texts(), *_kinds(), *_threads(), *_files(), *_oddities())):
        message, told = trap
        ts = message.get("ts") or f"{FIRST + 60 * number}.{number:06}"
        given = {"type": "message", "user": "U0CAMILLE", "text": "", "ts": ts, **message}
        given = {key: value for key, value in given.items() if value is not None}
        author = told.pop("author", given.get("user"))
        yield given, ExpectedMessage(ROOM, ts, author, **told)


Draft = tuple[dict[str, Any], dict[str, Any]]


def _rich(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "block_id": "b", "elements": list(elements)}]


def _section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def _text(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def _texts() -> Iterator[Draft]:
    yield (
        {"text": "*gras* _italique_ ~barré~ `code *x*` mot001"},
        {"words": ("**gras**", "*italique*", "~~barré~~", "`code *x*`", "mot001")},
    )
    yield (
        {"text": "1 &lt; 2 &amp;&amp; 3 &gt; 2 mot002"},
        {"words": ("&lt; 2 && 3 > 2", "mot002"), "never": ("&amp;&amp;",)},
    )
    yield {"text": "```\nif a &lt; b:\n    *non*\n``` mot003"}, {"words": ("if a < b:", "    *non*", "mot003")}
    yield {"text": "&gt; cité\nsuite mot004"}, {"words": ("> cité\n\nsuite mot004",)}
    yield (
        {"text": "<https://lauze.example/a?b=1&amp;c=2|le *site*> mot005"},
        {"words": ("(https://lauze.example/a?b=1&c=2)", "mot005")},
    )
    yield {"text": "<@U0JO> <#C0POTAGER|ancien> <!here> <@U0INCONNU> mot006"}, {
        "words": ("@jo.martin", "~potager", "@here", "mot006"), "never": ("<@", "<#"),
    }  # fmt: skip
    yield {"text": "texte appauvri", "blocks": _rich(
        _section(_text("riche "), _text("gras ", bold=True), _text("deux", bold=True, italic=True), _text(" mot007")),
        {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": [_section(_text("un"))]},
        {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [_section(_text("deux"))]},
        {"type": "rich_text_preformatted", "elements": [_text("<brut> & *brut*")]},
    )}, {"words": ("**gras *deux***", "- un", "    1. deux", "<brut> & *brut*", "mot007"),
        "never": ("appauvri",)}  # fmt: skip
    yield (
        {"text": "le repli mot008", "blocks": _rich({"type": "rich_text_hologram", "elements": []})},
        {"words": ("le repli mot008",)},
    )
    yield {"text": "a\x00b \u2028 mot009 \U0001f331"}, {"words": ("ab", "mot009 \U0001f331"), "never": ("\x00",)}
    yield {"text": "mot010 " + "très long " * 3000 + "fin010"}, {"words": ("mot010", "fin010")}
    yield (
        {"text": ":tada::+1::skin-tone-2: :melting_face: :logo.lauze: mot011"},
        {"words": (":tada:", ":+1_light_skin_tone:", "\U0001fae0", "mot011")},
    )
    yield {"text": "تجربة من اليمين mot012"}, {"words": ("تجربة من اليمين mot012",)}


def _kinds() -> Iterator[Draft]:
    for number, kind in enumerate(NOTICES):
        yield (
            {"subtype": kind, "text": f"<@U0JO> {kind}", "user": "U0JO", "inviter": "U0CAMILLE"},
            {"notice": number >= 0},
        )
    yield {"subtype": "channel_topic", "topic": "Sujet mot020", "text": "set"}, {"words": ("Sujet mot020",)}
    yield (
        {"subtype": "channel_name", "old_name": "trappes", "name": "mot021", "text": "x"},
        {"words": ("trappes", "mot021")},
    )
    yield {"subtype": "me_message", "text": "salue mot022"}, {"words": ("salue mot022",)}
    yield {"subtype": "bot_message", "user": None, "bot_id": BOT_ALONE, "username": "Crochet", "text": "mot023"}, {
        "author": BOT_ALONE, "words": ("mot023",),
    }  # fmt: skip
    yield {"user": "U0BOT", "bot_id": "B0METEO", "text": "", "bot_profile": {"name": "Météo"}, "attachments": [
        {"fallback": "pluie", "title": "Pluie mot024", "color": "36a64f", "fields": [{"title": "mm", "value": "*12*"}]}
    ]}, {"words": ("Pluie mot024", "**12**")}  # fmt: skip
    yield {"subtype": "huddle_thread", "user": "USLACKBOT", "text": "A huddle started", "room": {
        "created_by": "U0AWA", "date_start": FIRST, "date_end": FIRST + 1020, "participant_history": ["U0AWA", "U0JO"]
    }}, {"author": "U0AWA", "words": ("17 min", "@awa", "@jo.martin")}  # fmt: skip
    yield {"subtype": "reminder_add", "text": "rappel mot025"}, {"words": ("rappel mot025",)}
    yield {"subtype": "slackbot_response", "user": "USLACKBOT", "text": "mot026"}, {"words": ("mot026",)}
    yield {"subtype": "invention_de_2031", "text": "mot027"}, {"words": ("mot027",)}
    yield {"text": "", "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Quand ?* mot028"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "lundi `█` 100% <@U0JO>"}]},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Lundi"}}]},
    ], "bot_id": "B0METEO", "user": "U0BOT"}, {
        "words": ("**Quand ?** mot028", "lundi `█` 100% @jo.martin")}  # fmt: skip


def _threads() -> Iterator[Draft]:
    root = f"{FIRST + 86_400}.000100"
    yield {"ts": root, "thread_ts": root, "reply_count": 2, "text": "racine mot030"}, {"words": ("racine mot030",)}
    yield {"ts": f"{FIRST + 86_401}.000200", "thread_ts": root, "user": "U0JO", "text": "réponse mot031"}, {
        "root": root, "words": ("réponse mot031",),
    }  # fmt: skip
    yield {"ts": f"{FIRST + 86_402}.000200", "thread_ts": root, "subtype": "thread_broadcast", "text": "mot032",
           "root": {"ts": root}}, {"root": root, "words": ("mot032",)}  # fmt: skip
    dead = f"{FIRST + 90_000}.000000"
    yield {"ts": dead, "thread_ts": dead, "subtype": "tombstone", "user": "USLACKBOT", "hidden": True,
           "text": "This message was deleted.", "reply_count": 1}, {"never": ("This message was deleted",)}  # fmt: skip
    yield {"ts": f"{FIRST + 90_001}.000000", "thread_ts": dead, "text": "mot033"}, {"root": dead, "words": ("mot033",)}
    yield {"ts": f"{FIRST + 90_100}.000000", "thread_ts": f"{FIRST - 999_999}.000042", "parent_user_id": "U0AWA",
           "text": "orpheline mot034"}, {
        "root": f"{FIRST - 999_999}.000042", "words": ("orpheline mot034",)}  # fmt: skip
    # Three in one millisecond, told apart by Slack's microseconds only.
    for step in range(3):
        yield {"ts": f"{FIRST + 90_200}.00010{step}", "text": f"mot035{step}"}, {"words": (f"mot035{step}",)}


def file(id_: str, name: str, size: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of JSON
    """Give a file as a message names it, with the export's token in its links."""
    base = f"https://files.slack.com/files-pri/{TEAM}-{id_}"
    return {
        "id": id_, "name": name, "title": name, "mimetype": "image/png", "filetype": "png", "size": size,
        "mode": "hosted", "is_external": False, "url_private": f"{base}/{name}?token={TOKEN}",
        "url_private_download": f"{base}/download/{name}?token={TOKEN}",
        "permalink": f"https://{DOMAIN}.slack.com/files/U0CAMILLE/{id_}/{name}", **more,
    }  # fmt: skip


def _files() -> Iterator[Draft]:
    plan = file("F0PLAN", "plan été.png", 120_000)
    yield {"text": "le plan mot040", "files": [plan]}, {"words": ("le plan mot040",), "files": ("F0PLAN",)}
    yield {"text": "encore mot041", "files": [plan, file("F0VIDE", "vide.txt", 0)]}, {
        "words": ("encore mot041",), "files": ("F0PLAN", "F0VIDE"),
    }  # fmt: skip
    yield (
        {
            "text": "mot042",
            "files": [{"id": "F0MORT", "mode": "tombstone"}, {"id": "F0LIMITE", "mode": "hidden_by_limit"}],
        },
        {"words": ("mot042", "F0LIMITE")},
    )
    yield {"text": "mot043", "files": [{
        "id": "F0GDRIVE", "mode": "external", "is_external": True, "external_type": "gdrive", "title": "Budget 2024",
        "name": "Budget 2024", "filetype": "gsheet", "size": 1024,
        "url_private": "https://docs.google.com/spreadsheets/d/1LauzeBudget2024abcdefghijk/edit?usp=drivesdk",
    }]}, {"words": ("Budget 2024", "mot043")}  # fmt: skip
    yield {"text": "mot044", "files": [file("F0EXPIRE", "expiré.pdf", 5000)]}, {"words": ("mot044", "expiré.pdf")}
    many = [file(f"F0LOT{n:02}", f"lot{n:02}.png", 100 + n) for n in range(12)]
    yield {"text": "douze mot045", "files": many}, {
        "words": ("douze mot045",), "files": tuple(str(one["id"]) for one in many),
    }  # fmt: skip
    old = file("F0VIEUX", "vieux.png", 300) | {"initial_comment": {"comment": "mot046", "user": "U0JO"}}
    yield {"subtype": "file_share", "user": "U0JO", "upload": True, "file": old,
           "text": "<@U0JO|jo> uploaded a file: <https://x|vieux.png> and commented: mot046"}, {
        "words": ("mot046",), "never": ("uploaded a file",), "files": ("F0VIEUX",)}  # fmt: skip
    yield {"subtype": "file_comment", "user": None, "comment": {"user": "U0AWA", "comment": "mot047"},
           "text": "<@U0AWA> commented"}, {"author": "U0AWA", "words": ("mot047",)}  # fmt: skip
    canvas = file("F0CANVAS01", "accueil", 0, mode="quip", filetype="quip", title="Accueil des bénévoles",
                  mimetype="application/vnd.slack-docs")  # fmt: skip
    yield {"text": "voici mot048\nF0CANVAS01", "files": [canvas]}, {
        "words": ("voici mot048", "Accueil des bénévoles"), "files": ("F0CANVAS01",), "never": ("\nF0CANVAS01",),
    }  # fmt: skip


def _oddities() -> Iterator[Draft]:
    yield {"text": "corrigé mot050", "edited": {"user": "U0CAMILLE", "ts": f"{FIRST + 100_000}.000000"}}, {
        "words": ("corrigé mot050",), "edited": True,
    }  # fmt: skip
    yield {"text": "épinglé mot051", "pinned_to": [ROOM]}, {"words": ("épinglé mot051",), "pinned": True}
    yield {"text": "mot052", "reactions": [
        {"name": "+1", "users": ["U0JO", "U0AWA"], "count": 2}, {"name": "tada", "users": ["U0DISPARU"], "count": 1}
    ]}, {"words": ("mot052",), "reactions": frozenset({("U0JO", "+1"), ("U0AWA", "+1")})}  # fmt: skip
    yield {"user": STRANGER, "text": "mot053", "user_team": "T0AUTRE", "user_profile": {
        "real_name": "Voisine d’à côté", "name": "voisine", "team": "T0AUTRE"
    }}, {"words": ("mot053",)}  # fmt: skip
    yield {"user": "U0PARTI", "text": "mot054"}, {"words": ("mot054",)}
    yield {"user": "U0GUEST", "text": "mot055"}, {"words": ("mot055",)}
    yield {"text": "voir", "attachments": [{
        "is_msg_unfurl": True, "is_share": True, "author_id": "U0JO", "channel_id": "C0POTAGER",
        "ts": f"{FIRST}.000000", "text": "*cité* mot056",
    }]}, {"words": ("> **cité** mot056",)}  # fmt: skip
    yield {"text": "<https://lauze.example/page>", "attachments": [
        {"from_url": "https://lauze.example/page", "title": "aperçu", "text": "jamais057"}
    ]}, {"words": ("https://lauze.example/page",), "never": ("jamais057",)}  # fmt: skip
    yield {"text": "", "blocks": None}, {}
