"""Canvases and posts, which Slack keeps as HTML, put into Markdown.

A canvas is `<div class="quip-canvas-content">` with h1-h3, `p.line`, lists in `div[data-section-style]` (5 bullets,
6 numbers, 7 tasks), tables without a head, and `<control>` chips. A page of login is HTML too and is no canvas.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from degoog.convert.slack.blocks import table
from degoog.convert.slack.runs import clean_url, escape, fence

_STYLES = {"b": "**", "strong": "**", "i": "*", "em": "*", "s": "~~", "del": "~~", "strike": "~~", "code": "`"}
_PARAGRAPHS = frozenset({"p", "div", "section", "article", "document"})
_TITLES = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "h5": "##### ", "h6": "###### "}
_NOT_SHOWN = frozenset({"script", "style", "head", "title", "template"})


def is_page(html: str) -> bool:
    """Whether this is a canvas or a post, and not a page that asks to log in."""
    head = html[:20000]
    return "quip-canvas-content" in head or head.lstrip().startswith("<document")


def markdown(html: str) -> str:
    """Give the Markdown of a canvas; never fails, whatever the HTML."""
    page = _Page()
    page.feed(html)
    page.close()
    return page.result()


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[tuple[str, str]] = []
        self._text = ""
        self._prefix = ""
        self._marks: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._lists: list[list[int | str]] = []  # kind ("-", "1", "x") and the next number
        self._section = ""
        self._pre: list[str] | None = None
        self._rows: list[list[str]] | None = None
        self._hidden = 0
        self._quote = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: PLR0912 - a tag a case
        given = {name: value or "" for name, value in attrs}
        if tag in _NOT_SHOWN:
            self._hidden += 1
        elif tag in _TITLES:
            self._end()
            self._prefix = _TITLES[tag]
        elif tag in {"ul", "ol"}:
            self._end()
            kind = {"7": "x", "6": "1", "5": "-"}.get(self._section, "1" if tag == "ol" else "-")
            self._lists.append([kind, 1])
        elif tag == "li":
            self._end()
            self._prefix = self._bullet(given)
        elif tag in _PARAGRAPHS:
            if "data-section-style" in given:
                self._section = given["data-section-style"]
            if not self._prefix or self._text.strip():
                self._end()
        elif tag == "blockquote":
            self._end()
            self._quote += 1
        elif tag == "pre":
            self._end()
            self._pre = []
        elif tag == "table":
            self._end()
            self._rows = []
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag == "br":
            self._text += " " if self._rows is not None else "\n"
        elif tag == "hr":
            self._end()
            self._blocks.append(("p", "---"))
        elif tag == "img":
            self._image(given)
        elif tag == "a":
            self._links.append((clean_url(given.get("href", "")), len(self._text)))
        elif tag in _STYLES and self._pre is None:
            self._open(_STYLES[tag])

    def handle_endtag(self, tag: str) -> None:
        if tag in _NOT_SHOWN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in {"ul", "ol"}:
            self._end()
            if self._lists:
                self._lists.pop()
        elif tag in _TITLES or tag in _PARAGRAPHS or tag == "li":
            if self._rows is None:
                self._end()
        elif tag == "blockquote":
            self._end()
            self._quote = max(0, self._quote - 1)
        elif tag == "pre" and self._pre is not None:
            self._blocks.append(("p", fence("".join(self._pre))))
            self._pre = None
        elif tag in {"td", "th"} and self._rows:
            self._rows[-1].append(self._taken().replace("\n", " "))
        elif tag == "table" and self._rows is not None:
            rows, self._rows = [row for row in self._rows if row], None
            self._blocks.append(("p", table(rows)))
        elif tag == "a" and self._links:
            self._close_link()
        elif tag in _STYLES and self._pre is None:
            self._shut(_STYLES[tag])

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._pre is not None:
            self._pre.append(data)
            return
        text = re.sub(r"[ \t\r\n\u200b]+", " ", data)
        if "`" in self._marks:
            self._text += text.replace("`", "'")
        elif text.strip() or self._text:
            at_start = not self._text.strip()
            self._text += escape(text.lstrip() if at_start else text, start=at_start and not self._prefix)

    def result(self) -> str:
        """Give everything, blank lines between paragraphs and none inside a list."""
        self._end()
        out, before = "", ""
        for kind, text in self._blocks:
            if out:
                out += "\n" if kind == before == "li" else "\n\n"
            out += text
            before = kind
        return out

    def _bullet(self, given: dict[str, str]) -> str:
        if not self._lists:
            return "- "
        kind, number = self._lists[-1]
        self._lists[-1][1] = int(number) + 1
        pad = "    " * (len(self._lists) - 1)
        if kind == "x" or "checked" in given:
            done = "checked" in given.get("class", "").split() or "checked" in given
            return f"{pad}- [{'x' if done else ' '}] "
        return f"{pad}{number}. " if kind == "1" else f"{pad}- "

    def _image(self, given: dict[str, str]) -> None:
        if url := clean_url(given.get("src", "")):
            self._text += f"[{escape(given.get('alt', '') or '📷')}]({url})"

    def _open(self, mark: str) -> None:
        if mark not in self._marks:
            self._marks.append(mark)
            self._text += mark

    def _shut(self, mark: str) -> None:
        """End a style: what it holds nothing of is taken back, blanks at its end go outside."""
        if mark not in self._marks:
            return
        self._marks.remove(mark)
        if self._text.endswith(mark):
            self._text = self._text[: -len(mark)]
            return
        kept = self._text.rstrip(" ")
        self._text = kept + mark + self._text[len(kept) :]

    def _close_link(self) -> None:
        url, start = self._links.pop()
        label = self._text[start:]
        if url and label.strip():
            self._text = f"{self._text[:start]}[{label.strip()}]({url})"

    def _taken(self) -> str:
        for mark in reversed(self._marks):
            self._shut(mark)
        text, self._text = self._text.strip(), ""
        self._links.clear()
        return text

    def _end(self) -> None:
        if self._rows is not None:
            return
        kind = "li" if self._prefix.lstrip()[:1] in {"-", *"0123456789"} and self._prefix else "p"
        text = self._taken()
        if text:
            shown = self._prefix + text.replace("\n", "\n" + " " * len(self._prefix) if kind == "li" else "\n")
            self._blocks.append((kind, "\n".join("> " * bool(self._quote) + one for one in shown.split("\n"))))
            self._prefix = ""
        elif kind == "p":
            self._prefix = ""
