"""The page that comes in place of what cannot be moved: what it is, whose, and where the original lies."""

from __future__ import annotations

import html

from degoog.convert.held import held
from degoog.google.drive.describe import leads_to
from degoog.google.drive.file import SHORTCUT
from degoog.i18n import _
from degoog.model import Item
from degoog.ports import Blob

_PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<title>{title}</title>
<h1>{title}</h1>
<p>{what}</p>
<p><a href="{link}">{link}</a></p>
</html>
"""


def pointer(item: Item, *, language: str) -> Blob:
    """Give the page for something that is a pointer (`describe.is_pointer`)."""
    if item.media == SHORTCUT:
        what = _("This was a shortcut in Google Drive. It led to:")
    elif item.owner:
        what = _("Google does not export this. It belongs to {owner} and is still at Google:").format(owner=item.owner)
    else:
        what = _("Google does not export this. It is still at Google:")
    page = _PAGE.format(
        language=language,
        title=html.escape(item.name.removesuffix(".html")),
        what=html.escape(what),
        link=html.escape(leads_to(item)),
    )
    return held(page.encode())
