"""The options that several commands share: a road's two ends, filters, pace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

import click

from degoog import ends, filters
from degoog.cli.kit import option
from degoog.i18n import N_, _
from degoog.problems import Wrong


class EndsGiven(TypedDict, total=False):
    """What `ends_and_filters` hands to a command."""

    sources: tuple[ends.Origin, ...]
    to: ends.Destination | None
    into: str | None
    include: tuple[filters.Rule, ...]
    exclude: tuple[filters.Rule, ...]


class _Text(click.ParamType[Any]):
    """A text that one of our functions reads; what it says of a wrong one is told as click tells such things."""

    def __init__(self, name: str, read: Callable[[str], object]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Read a text; a value that was read already stays."""
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except Wrong as wrong:
            self.fail(_("{what} To do: {cure}").format(what=wrong.what, cure=wrong.cure), param, ctx)


def _percent(text: str) -> float:
    try:
        share = float(text.strip().rstrip("%").strip().replace(",", ".")) / 100
    except ValueError:
        share = 0.0
    if 0 < share <= 1:
        return share
    raise Wrong(_("“{text}” is not a share.").format(text=text), _("write for example “5%”."))


SOURCE = _Text("source", lambda text: ends.source(text, base=Path.cwd()))
TARGET = _Text("target", lambda text: ends.target(text, base=Path.cwd()))
RULE = _Text("rule", filters.rule)
SIZE = _Text("size", filters.size)
SHARE = _Text("share", _percent)

# Each gives its function: --source → sources: tuple[Origin, ...]; --to → to: Destination | None; and so on.
source = option(
    "--source",
    "sources",
    type=SOURCE,
    multiple=True,
    metavar=N_("SOURCE"),
    help=N_("Where things come from: google, takeout:FILE (once for each part), slack:ZIP, ics:FILE, vcf:FILE."),
)
to = option(
    "--to",
    type=TARGET,
    metavar=N_("TARGET"),
    help=N_("Where things go: nextcloud, mattermost or folder:DIR."),
)
into = option("--into", metavar=N_("FOLDER"), help=N_("The folder at the target in which everything arrives."))
include = option(
    "--include",
    type=RULE,
    multiple=True,
    metavar=N_("RULE"),
    help=N_("Only these: path=Photos/**, type=video, larger=2GB, owner=…, modified<2015-01-01; a comma means “and”."),
)
exclude = option(
    "--exclude", type=RULE, multiple=True, metavar=N_("RULE"), help=N_("Not these; rules as for --include.")
)
dry_run = option("--dry-run", is_flag=True, help=N_("A rehearsal: shows what would happen and changes nothing."))
jobs = option(
    "--jobs", type=click.IntRange(1, 64), metavar=N_("N"), help=N_("How many at once (default: what the target likes).")
)
limit_rate = option(
    "--limit-rate", type=SIZE, metavar=N_("SIZE"), help=N_("At most so many bytes a second: 2MB, 500kB.")
)
ask = option(
    "--ask/--yes", "ask", default=None, help=N_("Wait for your answer after the plan, or never (default: never).")
)
follow_deletions = option(
    "--follow-deletions",
    is_flag=True,
    help=N_("What is gone at the source also goes to the trash of the new place, where nobody has changed it."),
)
full = option("--full", is_flag=True, help=N_("Have the server read every file again."))
sample = option("--sample", type=SHARE, metavar=N_("SHARE"), help=N_("Download a share of the files, such as 5%."))


def ends_and_filters(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Give a command --source, --to, --into, --include and --exclude."""
    for declare in (exclude, include, into, to, source):
        function = declare(function)
    return function
