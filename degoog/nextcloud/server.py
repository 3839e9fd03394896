"""What a Nextcloud says of itself: its version, its rules for names, what it can do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from degoog.convert.names import Rules
from degoog.errors import Unavailable, Usage
from degoog.i18n import _
from degoog.nextcloud.judge import maintenance

# The first release that tells its rules for names (capabilities files.forbidden_filename_*, nextcloud/server#46545).
# Hashes on request are older: X-Hash came with 19 (nextcloud/server#19351), X-Recalculate-Hash with 24 (#29510).
OLDEST = 30
# nextcloud.md §5 (lib/private/Files/FilenameValidator.php).
LONGEST_NAME = 250
# Holds what degoog keeps for itself, so nothing that is migrated may have this name.
OWN_FOLDER = ".degoog"


@dataclass(frozen=True, slots=True)
class Server:
    """What is known of the server and the account once the client is entered."""

    version: str
    user: str  # the account's id, which is not always what it logs in with
    instance: str  # stays the same when the address changes
    rules: Rules
    bulk: bool
    chunk: int | None  # the largest chunk it wants, in bytes
    pretty: bool  # its addresses need no index.php
    trash: bool = False  # deleted files can be had back


def version(url: str, status: object) -> str:
    """Read status.php. Raises `Usage` for what is no usable Nextcloud, `Unavailable` for one in maintenance."""
    match status:
        case {"installed": bool(installed), "versionstring": str(text), **rest}:
            closed = any(rest.get(key) for key in ("maintenance", "needsDbUpgrade"))
        case _other:
            raise Usage(_("There is no Nextcloud at {url}. Check the address.").format(url=url))
    if not installed:
        raise Usage(_("The Nextcloud at {url} has not been set up yet.").format(url=url))
    if closed:
        raise Unavailable(maintenance(url))
    number = re.match(r"\d+", text)
    if number is None or int(number[0]) < OLDEST:
        cure = _("{url} runs Nextcloud {version}; degoog needs {oldest} or later. Have it updated first.")
        raise Usage(cure.format(url=url, version=text, oldest=OLDEST))
    return text


def read(url: str, text: str, user: object, capabilities: object, instance: str) -> Server:
    """Read the answers about the account and the capabilities. Raises `Unavailable` where they lack what is needed."""
    match user, capabilities:
        case {"id": str(name)}, {"capabilities": {"files": dict(files), "dav": dict(dav), **others}}:
            chunks, core = files.get("chunked_upload"), others.get("core")
            return Server(
                version=text,
                user=name,
                instance=instance,
                rules=_rules(files),
                # What a bulk request overwrites can only be given back from the versions.
                bulk="bulkupload" in dav and bool(files.get("versioning")),
                chunk=int(chunks.get("max_size") or 0) or None if isinstance(chunks, dict) else None,
                trash=bool(files.get("undelete")),
                pretty=bool(core.get("mod-rewrite-working", True)) if isinstance(core, dict) else True,
            )
        case _other:
            cure = _("The Nextcloud at {url} does not tell what it can do. Is its app “Files” switched on?")
            raise Unavailable(cure.format(url=url))


def _rules(files: Mapping[str, Any]) -> Rules:
    # nextcloud.md §1, §5. With windows_compatible_filenames the lists grow, and the blank and the dot become
    # forbidden “extensions” (apps/files/lib/Service/SettingsService.php).
    def told(what: str) -> list[str]:
        return [str(name) for name in files.get(f"forbidden_filename{what}") or ()]

    extensions = [extension.lower() for extension in told("_extensions")]
    return Rules(
        characters="".join({*told("_characters"), "/", "\\", "\0"}),
        names=frozenset({*(name.lower() for name in told("s")), OWN_FOLDER}),
        basenames=frozenset(name.lower() for name in told("_basenames")),
        extensions=tuple(e for e in extensions if e not in {" ", "."}),
        longest=LONGEST_NAME,
        trimmed="".join(sorted({" ", "."}.intersection(extensions))),
    )
