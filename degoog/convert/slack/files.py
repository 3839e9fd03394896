"""The files of a message: what hangs on it, and a line for each that does not."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from hashlib import sha256

from degoog.convert.slack import pages
from degoog.convert.slack.lexicon import Speech
from degoog.convert.slack.runs import escape, line
from degoog.convert.slack.values import File
from degoog.convert.talk import Attachment
from degoog.i18n import _
from degoog.ports import Blob


def hang(given: Iterable[File], speech: Speech) -> tuple[list[str], list[Attachment], list[str]]:
    """Give lines of text, what hangs on the post, and for each file that could not be had its name and why."""
    lines: list[str] = []
    attachments: list[Attachment] = []
    lost: list[str] = []
    for file in given:
        title = file.title or file.name or file.id
        if file.page:
            text = pages.markdown(file.page)
            attachments.append(Attachment(file.ref, f"{_safe(title)}.md", _blob(f"# {title}\n\n{text}\n".encode())))
            lines.append(f"📄 {escape(title)}")
        elif file.blob is not None:
            attachments.append(Attachment(file.ref, file.name or _safe(title), file.blob))
        elif file.mode == "tombstone":
            lines.append(_("*(file deleted in Slack)*"))
        elif file.mode == "hidden_by_limit":
            lines.append(_("*(file hidden by Slack's plan limit: {id})*").format(id=file.id))
            lost.append(f"{file.id}: {file.lost}")
        elif file.external and file.url:
            lines.append(line([speech.link(file.url, title)]))
        else:
            lines.append(_("*(file not available: {name})*").format(name=escape(title)))
            lost.append(f"{file.name or title}: {file.lost}")
    return lines, attachments, lost


def _safe(title: str) -> str:
    return re.sub(r'[\x00-\x1f/\\:*?"<>|]+', "_", title).strip(" .")[:120] or "canvas"


def _blob(data: bytes) -> Blob:
    @asynccontextmanager
    async def open_() -> AsyncIterator[AsyncIterator[bytes]]:
        async def chunks() -> AsyncIterator[bytes]:
            for at in range(0, len(data), 1 << 20):
                yield data[at : at + (1 << 20)]

        yield chunks()

    return Blob(len(data), open_, f"sha256:{sha256(data).hexdigest()}")
