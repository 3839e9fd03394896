"""Click's own words, listed so that they are translated with ours, and how click is made to speak our language.

Click asks the standard library's gettext for each of them; pointing that at our catalogue is the documented way to
translate it. `python -m tools.translations` reads this list; sentences of other click versions stay English.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

from degoog import i18n
from degoog.i18n import N_, Nn_

CLICK = (
    N_("Usage:"),
    N_("Options"),
    N_("Commands"),
    N_("Positional arguments"),
    N_("Show this message and exit."),
    N_("Show the version and exit."),
    N_("%(prog)s, version %(version)s"),
    N_("Try '{command} {option}' for help."),
    N_("Error: {message}"),
    N_("Aborted!"),
    N_("Missing command."),
    N_("Missing argument"),
    N_("Missing option"),
    N_("Missing parameter"),
    N_("Missing {param_type}"),
    N_("Missing parameter: {param_name}"),
    N_("No such option {name!r}."),
    N_("No such option: {name}"),
    N_("No such command {name!r}."),
    N_("Invalid value: {message}"),
    N_("Invalid value for {param_hint}: {message}"),
    N_("Option {name!r} does not take a value."),
    N_("Choose from:\n\t{choices}"),
    N_("default: {default}"),
    N_("required"),
    N_("env var: {var}"),
    N_("file"),
    N_("directory"),
    N_("path"),
    N_("{name} {filename!r} does not exist."),
    N_("{name} {filename!r} is a file."),
    N_("{name} {filename!r} is a directory."),
    N_("{name} {filename!r} is not readable."),
    N_("{name} {filename!r} is not writable."),
    N_("{value!r} is not a valid {number_type}."),
    N_("{value} is not in the range {range}."),
    N_("Could not open file {filename!r}: {message}"),
    N_("Error: invalid input"),
    N_("unknown error"),
    Nn_("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    Nn_("(Possible options: {possibilities})", "(Possible options: {possibilities})"),
    Nn_("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    Nn_("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    Nn_("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Make ours and click's words come in one language; afterwards everything is as before."""
    domain, known = gettext.textdomain(), os.environ.get("LANGUAGE")
    before = i18n.language()
    i18n.use(language)
    os.environ["LANGUAGE"] = i18n.language()
    gettext.bindtextdomain("degoog", str(files("degoog") / "locale"))
    gettext.textdomain("degoog")
    try:
        yield
    finally:
        i18n.use(before)
        gettext.textdomain(domain)
        if known is None:
            os.environ.pop("LANGUAGE", None)
        else:
            os.environ["LANGUAGE"] = known
