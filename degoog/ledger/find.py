"""Find things in the ledger again: by name, by old or new link, by the id inside a Google link."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from degoog.ledger.book import Ledger
from degoog.ledger.entries import Entry, matching
from degoog.model import Ref

# Every form in which Google writes the id of a file, a folder or a document into a link.
_GOOGLE = re.compile(
    r"^(?:https?://)?(?:[\w-]+\.)*google\.com/.*?(?:/d/(?:e/)?|/folders/|[?&#](?:id|tid)=)([\w-]{10,})", re.ASCII
)
# https://slack.com/help/articles/203274767: a link to a message is its channel's id and its time without the point.
_SLACK = re.compile(r"^(?:https?://)?[\w-]+\.slack\.com/archives/([A-Z0-9]+)(?:/p(\d{10})(\d{6}))?", re.ASCII)
_BARE_ID = re.compile(r"^[\w-]{19,}$", re.ASCII)
_NEXTCLOUD = re.compile(r"^(.*?)/(?:f/|apps/files/(?:files/|\?(?:.*&)?(?:fileid|openfile)=))(\d+)", re.ASCII)
_LINK = re.compile(r"^(?:https?://)?[\w.-]+\.\w{2,}(?::\d+)?/|^https?://|^file:///", re.ASCII | re.IGNORECASE)


def find(ledger: Ledger, text: str) -> Iterator[Entry]:
    """Give the items a person means by a name, a part of one, a link or an id; accents and case do not matter.

    A text with a slash in it is looked for in whole paths. A link is looked for among old and new ones, also when
    it points at the same document in another form (`/edit`, `/view`, `open?id=`). Nothing for an empty text.
    """
    text = text.strip()
    if not text:
        return
    ledger.connection.create_function("fold", 1, fold, deterministic=True)
    ledger.connection.create_function("bare", 1, _bare, deterministic=True)
    if message := _SLACK.match(text):
        channel, seconds, rest = message.groups()
        end = f"/{channel}/{seconds}.{rest}" if seconds else f"/{channel}"
        yield from matching(ledger, "i.ref LIKE 'slack:%' AND substr(i.ref, -length(:end)) = :end", {"end": end})
        return
    if (id_ := google_id(text)) or _LINK.match(text):
        found = 0
        for entry in matching(
            ledger,
            "(:id <> '' AND (substr(i.ref, instr(i.ref, ':') + 1) = :id OR instr(i.link, :id) > 0))"
            " OR (:link <> '' AND (bare(i.link) = :link OR bare(i.new_link) = :link))",
            {"id": id_, "link": _bare(text) if _LINK.match(text) else ""},
        ):
            found += 1
            yield entry
        if found or id_ or "://" in text:
            return  # else it may be the path of a folder whose name has a point in it: `v1.final/Budget`
    shown = "coalesce(u.source_path || '/', '') || i.name" if "/" in text else "i.name"
    yield from matching(
        ledger,
        f"instr(fold({shown}), :text) > 0 OR (:id <> '' AND (substr(i.ref, instr(i.ref, ':') + 1) = :id"
        " OR instr(i.link, :id) > 0))",
        {"text": fold(text), "id": text if _BARE_ID.match(text) else ""},
    )


def resolve(ledger: Ledger, link: str) -> str | None:
    """Give the new link of what a Google link points at, None where nothing of that id has arrived, on any road."""
    if not (id_ := google_id(link)):
        return None
    found = ledger.connection.execute(
        "SELECT new_link FROM item WHERE lane IN (SELECT id FROM lane) AND ref = ? AND new_link <> ''"
        " AND state = 'done' LIMIT 1",
        (f"drive:{id_}",),
    ).fetchone()
    return found and str(found[0])


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the ledger tells of earlier runs on a road: see `ports.Earlier`."""

    ledger: Ledger
    road: str

    def __call__(self, link: str, /) -> str | None:
        """Give the new link of what a link points at."""
        return resolve(self.ledger, link)

    def name(self, ref: Ref) -> str:
        """Give the last part of where a holder lies; of several lanes, in the one that was run last."""
        found = self.ledger.connection.execute(
            "SELECT lies FROM item JOIN lane ON lane.id = item.lane WHERE road = ? AND ref = ? AND stage = 0"
            " AND lies IS NOT NULL ORDER BY run DESC LIMIT 1",
            (self.road, str(ref)),
        ).fetchone()
        return str(found[0]).rpartition("/")[2] if found else ""


def google_id(text: str) -> str:
    """Give the id inside a Google link of any form, empty where there is none."""
    found = _GOOGLE.match(text)
    return found[1] if found else ""


def fold(text: str) -> str:
    """Give a text without accents and case, for comparison."""
    if text.isascii():
        return text.lower()
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in split if not unicodedata.combining(character))


def _bare(link: str) -> str:
    """Give a link without what varies from one copy of it to the next: scheme, index.php, how Nextcloud shows it."""
    rest = re.sub(r"^https?://", "", link.strip(), flags=re.IGNORECASE).partition("#")[0]
    host, slash, path = rest.partition("/")
    bare = (host.lower() + slash + path.replace("index.php/", "", 1)).rstrip("/")
    return f"{found[1]}/f/{found[2]}" if (found := _NEXTCLOUD.match(bare)) else bare
