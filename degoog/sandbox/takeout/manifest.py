"""`archive_browser.html`: the page, in one of the parts, listing what Takeout exported and what it could not.

The ids and classes are those that public readers of real pages rely on: `header_title`, `header_subtext`,
`job-id hidden`, `service-details-<PRODUCT>`, `data-folder-name`, `extracted-folder(-name)`, `file-leaf`,
`extracted-file-name` (its text begins with one blank that is not part of the name) and `failure-message`,
empty where nothing failed. The words around them follow the account's language: no reader may rely on those.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from degoog.sandbox.takeout.view import ExpectedProduct, FailedItem, Language

FAILURE = {
    Language.FRENCH: "Le service n'a pas réussi à récupérer cet élément",
    Language.ENGLISH: "Service failed to retrieve this item",
    Language.GERMAN: "Der Dienst konnte dieses Element nicht abrufen",
}
_ARCHIVE_FOR = {
    Language.FRENCH: "Archive pour {}",
    Language.ENGLISH: "Archive for {}",
    Language.GERMAN: "Archiv für {}",
}
_EXPORTED = {
    Language.FRENCH: "{} fichiers exportés • {}",
    Language.ENGLISH: "{} files exported successfully • {}",
    Language.GERMAN: "{} Dateien erfolgreich exportiert • {}",
}
_LEARN = {
    Language.FRENCH: "En savoir plus",
    Language.ENGLISH: "Learn more",
    Language.GERMAN: "Weitere Informationen",
}


@dataclass(slots=True)
class _Branch:
    """A folder of the listing: folders within, files with their failure (empty where none)."""

    folders: dict[str, "_Branch"] = field(default_factory=dict)
    files: list[tuple[str, str]] = field(default_factory=list)

    def add(self, path: Sequence[str], failure: str) -> None:
        branch = self
        for name in path[:-1]:
            branch = branch.folders.setdefault(name, _Branch())
        branch.files.append((path[-1], failure))


def manifest(
    *,
    language: Language,
    owner: str,
    made: datetime,
    job: str,
    products: Sequence[ExpectedProduct],
    listed: Mapping[str, Sequence[str]],
    failed: Sequence[FailedItem],
) -> bytes:
    """The page. `listed` gives for each product's folder the paths of its files below that folder."""
    total = sum(product.bytes for product in products)
    lines = [
        f'<!DOCTYPE html><html lang="{language}" dir="ltr"><head><meta charset="utf-8">',
        "<title>Google Takeout</title><style>.hidden { display: none; }</style></head><body>",
        f'<div class="job-id hidden">{job}</div>',
        f'<h1 class="header_title">{html.escape(_ARCHIVE_FOR[language].format(owner))}</h1>',
        f'<div class="header_subtext">{_date(made, language)} • {_size(total, language)} • '
        f'<a href="https://support.google.com/accounts/answer/3024190">{_LEARN[language]}</a></div>',
        '<div class="failure-message"></div>',
    ]
    for product in products:
        tree = _Branch()
        for path in listed[product.folder]:
            tree.add(path.split("/"), "")
        for item in failed:
            if item.product is product.product:
                tree.add(item.path, item.message)
        name = html.escape(product.folder)
        count = _EXPORTED[language].format(_number(product.files, language), _size(product.bytes, language))
        lines.append(
            f'<div id="service-details-{product.product}" class="service-detail"><div class="service-header">'
            f'<div class="service_name"><h1 class="data-folder-name" data-folder-name="{name}">{name}</h1>'
            f'</div><div class="service_summary">{count}</div></div><div class="extracted-list">'
        )
        lines.extend(_rows(tree))
        lines.append("</div></div>")
    lines.append("</body></html>\n")
    return "\n".join(lines).encode()


def _rows(branch: _Branch) -> Iterator[str]:
    for name, within in branch.folders.items():
        yield (
            '<div class="table-row"><button class="extracted-folder"><div class="extracted-folder-name">'
            f'{html.escape(name)}</div></button><div class="extracted-child">'
        )
        yield from _rows(within)
        yield "</div></div>"
    for name, failure in branch.files:
        yield (
            f'<div class="file-leaf"><div class="extracted-file-name"> {html.escape(name)}</div>'
            f'<div class="failure-message">{html.escape(failure)}</div></div>'
        )


def _number(number: int, language: Language) -> str:
    separator = {Language.FRENCH: "\u202f", Language.ENGLISH: ",", Language.GERMAN: "."}[language]
    return f"{number:,}".replace(",", separator)


def _size(number: int, language: Language) -> str:
    units = ("o", "Ko", "Mo", "Go") if language is Language.FRENCH else ("B", "KB", "MB", "GB")
    value, unit = float(number), 0
    while value >= 1024 and unit < len(units) - 1:
        value, unit = value / 1024, unit + 1
    written = f"{value:.1f}" if unit else f"{number}"
    return f"{written if language is Language.ENGLISH else written.replace('.', ',')} {units[unit]}"


def _date(made: datetime, language: Language) -> str:
    months = (
        "janv.",
        "févr.",
        "mars",
        "avr.",
        "mai",
        "juin",
        "juil.",
        "août",
        "sept.",
        "oct.",
        "nov.",
        "déc.",
    )
    if language is Language.FRENCH:
        return f"{made.day} {months[made.month - 1]} {made:%Y, %H:%M:%S} UTC"
    if language is Language.GERMAN:
        return f"{made:%d.%m.%Y, %H:%M:%S} UTC"
    return f"{made:%Y-%m-%d, %H:%M:%S} UTC"
