"""Which file names the Nextcloud stand-in refuses.

Follows lib/private/Files/FilenameValidator.php of the server's source.
"""

import unicodedata
from dataclasses import dataclass

MAX_NAME_BYTES = 250
MAX_PATH_BYTES = 4000

_WINDOWS_BASENAMES = (
    *("con", "prn", "aux", "nul"),
    *(f"com{n}" for n in "0123456789¹²³"),
    *(f"lpt{n}" for n in "0123456789¹²³"),
)


@dataclass(frozen=True, slots=True)
class NameRules:
    """What the server's capabilities publish about names, and what it refuses accordingly."""

    filenames: tuple[str, ...] = (".htaccess",)
    basenames: tuple[str, ...] = ()
    characters: tuple[str, ...] = ("\\", "/")
    extensions: tuple[str, ...] = (".filepart", ".part")

    @property
    def windows_compatible(self) -> bool:
        """Whether the administrator asked for names that Windows accepts."""
        return bool(self.basenames)

    def refusal(self, name: str) -> str | None:  # noqa: PLR0911 - one return a rule
        """Why the name is refused, in the server's words; None when it is accepted."""
        lower = name.lower()
        stripped = name.strip(" \t\n\r\0\x0b")
        if not stripped:
            return "Empty filename is not allowed"
        if stripped in {".", ".."}:
            return "Dot files are not allowed"
        if len(name.encode()) > MAX_NAME_BYTES:
            return "Filename is too long"
        if lower in self.filenames:
            return "Filename is a reserved word"
        dot = lower.find(".", 1)
        if (lower if dot < 0 else lower[:dot]) in self.basenames:
            return f'"{lower}" is a forbidden prefix for file or folder names.'
        for extension in self.extensions:
            if lower.endswith(extension):
                if extension.startswith("."):
                    return f'"{extension}" is a forbidden file type.'
                return f'Filenames must not end with "{extension}".'
        if any(character < " " for character in name):
            return "Filename contains at least one invalid character"
        for character in self.characters:
            if character in name:
                return f'"{character}" is not allowed inside a file or folder name.'
        return None


DEFAULT_RULES = NameRules()
WINDOWS_RULES = NameRules(
    basenames=_WINDOWS_BASENAMES,
    characters=("<", ">", ":", '"', "|", "?", "*", "\\", "/"),
    extensions=(" ", ".", ".filepart", ".part"),
)


def segments(path: str) -> list[str]:
    """A path's names, in NFC, which is how Nextcloud stores them; empty and '.' segments fall away."""
    return [unicodedata.normalize("NFC", part) for part in path.split("/") if part not in {"", "."}]


def is_partial(name: str) -> bool:
    """Such names are taken for unfinished uploads: never indexed, yet always said to be there."""
    return name.endswith(".part")
