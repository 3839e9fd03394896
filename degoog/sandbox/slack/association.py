"""Who is in the Slack of « Les Jardins de la Lauze », and where they talk."""

from typing import Any

TEAM = "T0LAUZE01"
TOKEN = "xoxe-1234567890-drawn-by-the-sandbox"  # noqa: S105 - it opens the sandbox only
DOMAIN = "jardins-lauze"

# id, handle, real name, shown name, e-mail
_PEOPLE = (
    ("U0CAMILLE", "camille", "Camille Roux", "Camille", "camille@lauze.example"),
    ("U0JO", "jo.martin", "Jo Martin", "jo", "jo@lauze.example"),
    ("U0AWA", "awa", "Awa Diallo", "", "awa@lauze.example"),
    ("U0NOEL", "noël", "Noël Pérez", "Noël 🎄", "noel@lauze.example"),
    ("U0MAJ", "MARTINE", "Martine Lebrun", "Martine", "martine@lauze.example"),
    ("W0GRID", "grid.user", "Wassila Ben", "", "wassila@lauze.example"),
    ("U0SANS", "sans.courriel", "Sans Courriel", "", ""),
)
_LEFT = ("U0PARTI", "ancien")
_GUEST = ("U0GUEST", "invitee", "Iris Invitée", "Iris", "iris@ailleurs.example")
_BOT = ("U0BOT", "meteo", "Météo", "Météo", "")
STRANGER = "U0AILLEURS"
BOT_ALONE = "B0WEBHOOK"


def users() -> list[dict[str, Any]]:
    """The rows of users.json: those who left have a name and hardly more, custom fields come in three shapes."""
    rows: list[dict[str, Any]] = []
    for number, (id_, name, real, shown, email) in enumerate(_PEOPLE):
        profile: dict[str, Any] = {
            "real_name": real, "display_name": shown, "avatar_hash": f"abc{number:09}", "title": "bénévole",
            "image_72": f"https://ca.slack-edge.com/{TEAM}-{id_}-abc{number:09}-72",
            "image_512": f"https://ca.slack-edge.com/{TEAM}-{id_}-abc{number:09}-512",
            "fields": (None, [], {"Xf01": {"value": "potager", "alt": ""}})[number % 3],
        }  # fmt: skip
        if email:
            profile["email"] = email
        rows.append(
            {
                "id": id_, "team_id": TEAM, "name": name, "deleted": False, "real_name": real, "tz": "Europe/Paris",
                "profile": profile, "is_admin": number == 0, "is_owner": number == 0, "is_restricted": False,
                "is_ultra_restricted": False, "is_bot": False, "updated": 1_700_000_000 + number,
            }
        )  # fmt: skip
    rows.append({"id": _LEFT[0], "team_id": TEAM, "name": _LEFT[1], "deleted": True, "profile": {}})
    id_, name, real, shown, email = _GUEST
    rows.append(
        {"id": id_, "team_id": TEAM, "name": name, "is_restricted": True, "is_ultra_restricted": True,
         "profile": {"real_name": real, "display_name": shown, "email": email, "avatar_hash": "g0000"}}
    )  # fmt: skip
    id_, name, real, _shown, _email = _BOT
    rows.append(
        {"id": id_, "team_id": TEAM, "name": name, "is_bot": True,
         "profile": {"real_name": real, "bot_id": "B0METEO", "api_app_id": "A01"}}
    )  # fmt: skip
    return rows


def people() -> tuple[str, ...]:
    """The ids of users.json."""
    return tuple(str(row["id"]) for row in users())


def active() -> tuple[str, ...]:
    """Those who talk every day."""
    return tuple(id_ for id_, *_rest in _PEOPLE)


# id, name, list, more
ROOMS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("C0GENERAL", "general", "channels", {"is_general": True}),
    ("C0HASARD", "random", "channels", {}),
    ("C0POTAGER", "potager", "channels", {"topic": "Semis de *mars*", "purpose": "Ce qui pousse & ce qui meurt"}),
    ("C0ETE", "été-à-la-ferme", "channels", {}),
    ("C0A", "a", "channels", {}),
    ("C0CJK", "日本", "channels", {}),
    ("C0VIEUX", "vieux-canal", "channels", {"is_archived": True}),
    ("C0VIDE", "vide", "channels", {}),
    ("C0PIEGES", "pieges", "channels", {}),
    ("G0BUREAU", "bureau", "groups", {}),
    ("G0POTAGER", "potager", "groups", {}),  # the same name as a public one
    ("D0CAMJO", "", "dms", {}),
    ("D0SEULE", "", "dms", {}),
    ("G0MPIM", "mpdm-camille--jo--awa-1", "mpims", {}),
)
MEMBERS = {
    "D0CAMJO": ("U0CAMILLE", "U0JO"),
    "D0SEULE": ("U0AWA",),
    "G0MPIM": ("U0CAMILLE", "U0JO", "U0AWA"),
    "G0BUREAU": ("U0CAMILLE", "U0JO"),
    "G0POTAGER": ("U0CAMILLE", "U0AWA"),
}
# Those where the everyday goes on; the others hold little.
BUSY = ("C0GENERAL", "C0HASARD", "C0POTAGER", "C0ETE", "C0A", "C0CJK", "C0VIEUX")


def members(room: str) -> tuple[str, ...]:
    """Who is in a room."""
    return MEMBERS.get(room, (*active(), "U0GUEST", "U0PARTI"))


def listed(kind: str) -> list[dict[str, Any]]:
    """The rows of channels.json, groups.json, dms.json or mpims.json."""
    rows = []
    for id_, name, list_, more in ROOMS:
        if list_ != kind:
            continue
        row: dict[str, Any] = {"id": id_, "created": 1_600_000_000, "members": list(members(id_))}
        if kind != "dms":
            row |= {
                "name": name, "creator": "U0CAMILLE", "is_archived": bool(more.get("is_archived")),
                "is_general": bool(more.get("is_general")),
                "topic": {"value": more.get("topic", ""), "creator": "", "last_set": 0},
                "purpose": {"value": more.get("purpose", ""), "creator": "", "last_set": 0},
            }  # fmt: skip
        rows.append(row)
    return rows
