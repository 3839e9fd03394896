"""HTML as calendars use it for descriptions, turned into plain text that keeps every link."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_MARKUP = re.compile(
    r"</?(?:a|b|br|div|em|h[1-6]|html-blob|i|li|ol|p|s|span|strong|table|td|tr|u|ul)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_BLOCKS = frozenset({"p", "div", "ul", "ol", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"})
_HIDDEN = frozenset({"script", "style", "head", "title"})
_SPACES = re.compile(r"[ \t\r\n\f]+")
_EMPTY_LINES = re.compile(r"\n{3,}")


def is_html(text: str) -> bool:
    """Whether text is written in HTML: Google's exports do not say which descriptions are."""
    return "<" in text and _MARKUP.search(text) is not None


def plain(html: str) -> str:
    """Give the text of HTML: lines and lists kept, each link's address behind its words."""
    reader = _Reader()
    reader.feed(html.replace("\r\n", "\n"))
    reader.close()
    lines = [line.strip(" ") for line in "".join(reader.parts).split("\n")]
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._lists: list[int | None] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            number = self._lists[-1] if self._lists else None
            if self._lists and number is not None:
                self._lists[-1] = number + 1
            self._line()
            self.parts.append("- " if number is None else f"{number}. ")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.parts)))
        elif tag in _BLOCKS:
            if tag in {"ul", "ol"}:
                self._lists.append(1 if tag == "ol" else None)
            self._line()
        elif tag in {"td", "th"} and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "a" and self._links:
            address, start = self._links.pop()
            shown = "".join(self.parts[start:]).strip()
            if address and address not in shown and address.removeprefix("mailto:") != shown:
                self.parts.append(f" ({address})" if shown else address)
        elif tag in _BLOCKS:
            if tag in {"ul", "ol"} and self._lists:
                self._lists.pop()
            self._line()
            if tag == "p":
                self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        # Google writes line breaks as they are between its marks, so they are kept.
        if not self._hidden:
            pieces = [_SPACES.sub(" ", piece) for piece in data.split("\n")]
            self.parts.append("\n".join(pieces))

    def close(self) -> None:
        super().close()
        while self._links:  # a link that is never closed keeps its address all the same
            address, _start = self._links.pop()
            if address:
                self.parts.append(f" ({address})")

    def _line(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")
