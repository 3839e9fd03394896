"""The reader's language: every sentence a person reads passes through `_` or `n_`.

The language is a context variable, so that a test or a server can speak both at once. Catalogues are compiled
by the build (and by `make translations` in a checkout); without one, the English of the source is shown.
"""

from __future__ import annotations

import errno
import gettext
import os
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

LANGUAGES = ("fr", "en")

_language: ContextVar[str] = ContextVar("language", default="en")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    folder = files("degoog") / "locale"
    return gettext.translation("degoog", localedir=str(folder), languages=[language], fallback=True)


def use(language: str) -> None:
    """Speak `fr` or `en` from now on in this context."""
    _language.set(language if language in LANGUAGES else "en")


def language() -> str:
    """Tell the language in use: `fr` or `en`."""
    return _language.get()


def from_environment(environ: os._Environ[str] | dict[str, str]) -> str:
    """Guess the reader's language as other programs do: LANGUAGE, LC_ALL, LC_MESSAGES, LANG; French by default."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name, "")
        if value and value not in {"C", "POSIX"} and not value.startswith("C."):
            code = value.split(":", 1)[0][:2].lower()
            return code if code in LANGUAGES else "en"
    return "fr"


def _(message: str) -> str:
    """Give a sentence in the language in use."""
    return _catalogue(_language.get()).gettext(message)


def n_(singular: str, plural: str, number: int) -> str:
    """Give the form of a sentence that fits a number (French: 0 and 1 are singular)."""
    return _catalogue(_language.get()).ngettext(singular, plural, number)


def N_(message: str) -> str:  # noqa: N802  # gettext's own name for "translate this later"
    """Mark a sentence for translation where it must stay in English until it is shown."""
    return message


def Nn_(singular: str, plural: str) -> tuple[str, str]:  # noqa: N802
    """Mark both forms of a sentence for translation."""
    return singular, plural


# What the system calls these in the words of its C library, which has one language here: English.
_TROUBLES = {
    errno.ENOENT: N_("there is nothing of that name"),
    errno.EACCES: N_("access to it is not allowed"),
    errno.EPERM: N_("the system does not allow it"),
    errno.EEXIST: N_("something of that name is there already"),
    errno.ENOTDIR: N_("a part of the path is no folder"),
    errno.EISDIR: N_("it is a folder"),
    errno.EINVAL: N_("the disk does not take this name"),
    errno.EILSEQ: N_("the disk does not take this name"),
    errno.EMFILE: N_("too many files are open"),
    errno.ENOSPC: N_("the disk is full"),
    errno.EDQUOT: N_("the space granted on this disk is used up"),
    errno.EROFS: N_("the disk can only be read"),
    errno.EFBIG: N_("the disk does not take so large a file"),
    errno.ENAMETOOLONG: N_("the name is too long"),
    errno.ELOOP: N_("it is a link that leads in circles"),
    errno.EIO: N_("the disk does not answer as it should"),
    errno.ENODEV: N_("the disk is no longer there"),
    errno.ENXIO: N_("the disk is no longer there"),
    errno.ESTALE: N_("the network drive is no longer there"),
}


def trouble(error: OSError) -> str:
    """Say why the system could not do something, for the end of a sentence; its own words where we have none."""
    known = _TROUBLES.get(error.errno or 0)
    return _(known) if known else str(error.strerror or error)
