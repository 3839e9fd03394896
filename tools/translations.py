"""The translations: `python -m tools.translations update | check | compile`.

`update` writes every sentence of the code and the templates into the catalogues; English gets them as they are.
`check` fails on what is missing, doubtful or no longer used, on placeholders that differ, and on French spacing
and apostrophes.
"""

from __future__ import annotations

import ast
import re
import string
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "degoog" / "locale"
LANGUAGES = ("fr", "en")
# As gettext has always counted: newer releases of Babel give French a third form, for millions.
PLURALS = {"fr": "nplurals=2; plural=(n > 1);", "en": "nplurals=2; plural=(n != 1);"}
KEYWORDS = {"_": None, "N_": None, "n_": (1, 2), "Nn_": (1, 2)}
FOLDERS = (
    ("degoog", [("**.py", "python"), ("**.j2", "jinja2")]),
    ("templates", [("**.j2", "jinja2"), ("**.html", "jinja2")]),
)

# The name of a task is shown where it changed something or failed.
_TASK = re.compile(r"^ *- name: (.+)$", re.MULTILINE)

# Before : ; ? ! » and after « French typography wants a space that is narrow and does not break.
_WRONG_SPACE = re.compile(r"[ \u00a0][:;?!»]|«[ \u00a0]|«\w|\w»")

# Between letters, or before a word put in later, an apostrophe is ’; a straight one is a quotation mark.
_STRAIGHT = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_]|[{«])")


def place(language: str) -> Path:
    """Say where a catalogue lies."""
    return LOCALES / language / "LC_MESSAGES" / "degoog.po"


def template() -> Catalog:
    """Collect every sentence of the code and the templates."""
    catalogue = _empty("en")
    for folder, methods in FOLDERS:
        for file, _line, message, comments, context in extract_from_dir(
            ROOT / folder, methods, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
        ):
            catalogue.add(message, None, [(f"{folder}/{file}", 0)], auto_comments=comments, context=context)
    for book in sorted((ROOT / "playbooks").rglob("*.yml")):
        for name in _TASK.findall(book.read_text(encoding="utf-8")):
            catalogue.add(name, None, [(book.relative_to(ROOT).as_posix(), 0)])
    return catalogue


def read(language: str) -> Catalog:
    """Read a catalogue as it is committed."""
    if not place(language).exists():
        return _empty(language)
    with place(language).open("rb") as file:
        return read_po(file, locale=language)


def update() -> None:
    """Bring the catalogues up to date; what is new in French stays empty, for a person to fill in."""
    fresh = template()
    for language in LANGUAGES:
        catalogue, known = _empty(language), read(language)
        for message in _messages(fresh):
            catalogue.add(
                message.id,
                _kept(known.get(message.id, message.context), message),
                message.locations,
                auto_comments=message.auto_comments,
                context=message.context,
            )
        if language == "en":
            for message in _messages(catalogue):
                message.string = message.id
        place(language).parent.mkdir(parents=True, exist_ok=True)
        with place(language).open("wb") as file:
            write_po(file, catalogue, width=120, sort_output=True, include_lineno=False)


def _kept(before: Message | None, now: Message) -> str | tuple[str, ...] | None:
    """Give what a sentence was translated as; nothing where it got, or lost, its plural since."""
    if before is None or len(_forms(before.id)) != len(_forms(now.id)):
        return None
    forms = _forms(before.string)
    return forms if len(_forms(now.id)) > 1 else forms[0]


def problems() -> Iterator[str]:
    """Say everything that keeps the catalogues from being complete."""
    yield from _hidden()
    wanted = {_key(message) for message in _messages(template())}
    for language in LANGUAGES:
        catalogue = read(language)
        known = {_key(message): message for message in _messages(catalogue)}
        yield from (f"{language}: missing: {key[0]}" for key in sorted(wanted - set(known)))
        yield from (f"{language}: no longer used: {key[0]}" for key in sorted(set(known) - wanted))
        for key, message in known.items():
            yield from (f"{language}: {what}: {key[0]}" for what in _faults(language, message))


def _hidden() -> Iterator[str]:
    """Find sentences inside f-strings: not every Python's tokens show them to the extraction."""
    for module in sorted((ROOT / "degoog").rglob("*.py")):
        for text in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(text, ast.JoinedStr):
                calls = (node for node in ast.walk(text) if isinstance(node, ast.Call))
                if any(isinstance(call.func, ast.Name) and call.func.id in KEYWORDS for call in calls):
                    yield f"{module.relative_to(ROOT)}:{text.lineno}: a sentence inside an f-string is not found"


def _faults(language: str, message: Message) -> Iterator[str]:
    originals, translated = _forms(message.id), _forms(message.string)
    if message.fuzzy:
        yield "doubtful"
    if not all(translated) or not translated:
        yield "not translated"
        return
    allowed = set().union(*(_placeholders(text) for text in originals))
    needed = set.intersection(*(_placeholders(text) for text in originals))
    for text in translated:
        if not needed <= _placeholders(text) <= allowed:
            yield "placeholders differ"
        if language == "fr" and _WRONG_SPACE.search(text):
            yield f"French spacing in “{text}”"
        if language == "fr" and _STRAIGHT.search(text):
            yield f"a straight apostrophe in “{text}”"
        if originals[0].startswith(" ") != text.startswith(" ") or originals[0].endswith("\n") != text.endswith("\n"):
            yield "begins or ends differently"


def compile_all() -> None:
    """Compile each catalogue beside itself."""
    for language in LANGUAGES:
        with place(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, read(language))


def _empty(language: str) -> Catalog:
    # A date that never changes: the catalogues change only where sentences do.
    written = datetime(2026, 1, 1, tzinfo=UTC)
    catalogue = Catalog(
        locale=language,
        domain="degoog",
        project="degoog",
        version="",
        header_comment="# What degoog says; see tools/translations.py.",
        copyright_holder="The degoog developers",
        msgid_bugs_address="the project's issues",
        creation_date=written,
        revision_date=written,
        last_translator="The degoog developers",
        language_team="The degoog developers",
        fuzzy=False,
    )
    catalogue.mime_headers = [("Plural-Forms", PLURALS[language])]
    return catalogue


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (str(text or ""),)


def _key(message: Message) -> tuple[str, ...]:
    return _forms(message.id)


def _placeholders(text: str) -> set[str]:
    names = {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}
    return names | set(re.findall(r"%\(\w+\)s", text))


def main(arguments: Iterable[str]) -> int:
    """Run one of the three."""
    match list(arguments):
        case ["update"]:
            update()
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = list(problems())
            print("\n".join(found) or "The translations are complete.")
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
