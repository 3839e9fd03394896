"""What names may look like, service by service; each function gives the text back or raises `Wrong`."""

from __future__ import annotations

import re
import unicodedata

from degoog.i18n import _
from degoog.problems import Wrong

# Mattermost: model/team.go reservedName, mattermost.md §1; what *begins* with one of them is refused.
_RESERVED_TEAMS = (
    *("admin", "api", "channel", "claim", "error", "files", "help", "landing", "login", "mfa", "oauth", "plug"),
    *("plugins", "post", "signup", "boards", "playbooks"),
)
# Nextcloud: lib/private/Files/FilenameValidator.php, nextcloud.md §5; “.degoog” is where the map lies.
_RESERVED_FOLDERS = {".htaccess", ".degoog"}
_LETTERS = 64  # of a group's id (oc_groups.gid), a team's, a channel's, and of their names


def slug(text: str) -> str:
    """Make an identifier of a name: `Pôle jardin` → `pole-jardin`; empty where no letter is left."""
    opened = text.casefold().replace("œ", "oe").replace("æ", "ae").replace("·", "")
    plain = unicodedata.normalize("NFKD", opened).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def key(text: str) -> str:
    """Read the key of a folder or a calendar."""
    if re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", text) and len(text) <= _LETTERS:
        return text
    raise _unfit(text)


def group(text: str) -> str:
    """Read a group's id."""
    if key(text) == "admin":
        raise Wrong(
            _("the group “admin” is the one of those who run the server."),
            _("choose another key: “referents-numeriques” for example."),
        )
    return text


def team(text: str) -> str:
    """Read a team's name in addresses."""
    if len(key(text)) < 2:
        raise _unfit(text)
    if text.startswith(_RESERVED_TEAMS):
        raise Wrong(
            _("Mattermost refuses “{text}” as the name of a team: it begins like one of its own addresses.").format(
                text=text
            ),
            _("put another word first: “equipe-{text}”.").format(text=text),
        )
    return text


def channel(text: str) -> str:
    """Read a channel's name in addresses."""
    if len(key(text)) < 2:
        raise _unfit(text)
    if text in {"town-square", "off-topic"}:
        other = {"town-square": "general", "off-topic": "hors-sujet"}[text]
        raise Wrong(
            _("“{text}” is there in every team.").format(text=text), _("call it “{word}” here.").format(word=other)
        )
    return text


def folder(text: str) -> str:
    """Read a folder's name; the strictest of servers must accept it (they may ask for names that Windows accepts)."""
    name = unicodedata.normalize("NFC", text)
    if name.casefold() in _RESERVED_FOLDERS or set(name) <= {"."}:
        raise Wrong(_("no folder may be called “{text}”.").format(text=text), _("choose another name."))
    if found := re.search(r"[\\/:*?\"<>|\x00-\x1f\x7f]", name):
        raise Wrong(
            _("“{sign}” may not stand in the name of a folder.").format(sign=found[0]), _("leave it out, or write “-”.")
        )
    if name != name.strip() or name.endswith(".") or re.search(r"\.(part|filepart)$", name, re.IGNORECASE):
        raise Wrong(
            _("the name “{text}” begins or ends in a way that Nextcloud refuses.").format(text=text),
            _("leave out the blank, the dot or “.part”."),
        )
    if len(name.encode()) > 200:
        raise Wrong(_("the name “{text}” is too long.").format(text=text), _("use at most 200 letters."))
    return name


def subfolder(text: str) -> str:
    """Read a path in a folder."""
    return "/".join(folder(part) for part in text.strip("/").split("/"))


def label(text: str) -> str:
    """Read a name that people see."""
    if len(text) > _LETTERS or re.search(r"[\x00-\x1f]", text):
        raise Wrong(
            _("the name “{text}” is too long or folded.").format(text=text[:80]),
            _("use at most {number} letters, on one line.").format(number=_LETTERS),
        )
    return text


def purpose(text: str) -> str:
    """Read what a channel is for."""
    return _short(text, 250)


def header(text: str) -> str:
    """Read what stands at the top of a channel."""
    return _short(text, 1024)


def color(text: str) -> str:
    """Read a colour."""
    if re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        return text.lower()
    raise Wrong(
        _("“{text}” is not a colour.").format(text=text), _("write it like “#0082c9”, between quotation marks.")
    )


def login(text: str) -> str:
    """Read a login that both services accept (nextcloud.md §1, mattermost.md §1)."""
    if re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,61}[a-z0-9]", text) and text not in {"all", "channel", "here", "system"}:
        return text
    raise Wrong(
        _("“{text}” cannot be a login.").format(text=text),
        _("use small letters without accents, digits, “.”, “-” or “_”, like “camille.roux”."),
    )


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise Wrong(
            _("this text has {number} letters; Mattermost takes {most}.").format(number=len(text), most=most),
            _("shorten it."),
        )
    return text


def _unfit(text: str) -> Wrong:
    return Wrong(
        _("“{text}” cannot be a key.").format(text=text),
        _("use small letters without accents, digits and “-”: “{word}”.").format(word=slug(text) or "bureau"),
    )
