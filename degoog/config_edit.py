"""Writing into a workspace.yml that a person also writes: only the lines concerned change, comments stay."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

from ruamel.yaml import YAML

from degoog.config import FILE, parse
from degoog.files import write_atomically
from degoog.problems import Problems


def set_nextcloud(folder: Path, *, url: str, login: str) -> None:
    """Write the Nextcloud's address and account. The file must be one that `config.load` accepts.

    A commented example, as `init` writes it, gives way; without a section one is put at the end.
    """
    _set(folder, "nextcloud", {"url": url, "login": login})


def set_mattermost(folder: Path, *, url: str) -> None:
    """Write the Mattermost's address, likewise."""
    _set(folder, "mattermost", {"url": url})


def set_google(folder: Path, *, mode: str, account: str) -> None:
    """Write whose Google it is, and whether one person or the domain consented; likewise."""
    _set(folder, "google", {"mode": mode, "account": account})


def _set(folder: Path, section: str, values: dict[str, str]) -> None:
    path = folder / FILE
    text = path.read_text(encoding="utf-8-sig")
    known = getattr(parse(text.encode(), base=folder), section)
    if known is not None and all(getattr(known, key) == value for key, value in values.items()):
        return
    edited = _edited(text, section, values).encode()
    try:
        parse(edited, base=folder)
    except Problems:
        edited = _dumped(text, section, values).encode()
        parse(edited, base=folder)
    write_atomically(path, edited)


def _edited(text: str, name: str, values: dict[str, str]) -> str:
    """Edit line by line, as a person would."""
    lines = [f"  {key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items()]
    section = re.compile(rf"^{name}:[ \t]*(#.*)?\n((?:[ \t]+[^\n]*\n)*)", re.MULTILINE)
    example = re.compile(rf"^# {name}:\n(?:#  +\w+:[^\n]*\n)*", re.MULTILINE)
    text = text if text.endswith("\n") else text + "\n"
    if match := section.search(text):
        kept = [
            line for line in match[2].splitlines(keepends=True) if not re.match(rf"\s+({'|'.join(values)})\s*:", line)
        ]
        return text[: match.start(2)] + "".join([*lines, *kept]) + text[match.end() :]
    block = "".join([f"{name}:\n", *lines])
    if match := example.search(text):
        return text[: match.start()] + block + text[match.end() :]
    return f"{text}\n{block}"


def _dumped(text: str, name: str, values: dict[str, str]) -> str:
    """Have the library write the whole file again: for sections in a form that lines do not show."""
    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 4096
    document = editor.load(text)
    document[name].update(values)
    out = io.StringIO()
    editor.dump(document, out)
    return out.getvalue()
