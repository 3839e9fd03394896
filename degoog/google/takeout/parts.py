"""The files a Takeout was downloaded as: which are archives, in what order, and which numbers are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from degoog.errors import Usage
from degoog.i18n import _, trouble
from degoog.zips.broken import Broken

# takeout-20250206T053943Z-016.zip, since 2025 takeout-20250206T053943Z-16-001.zip; a browser may add " (1)".
_NUMBERED = re.compile(
    r"(?P<before>.*?-)(?:(?P<group>\d{1,4})-)?(?P<number>\d{3,})(?: ?\(\d+\))?(?P<after>\.(?:zip|tgz|tar\.gz|tar))",
    re.IGNORECASE,
)
_MOST_PARTS = 10_000
_USTAR = slice(257, 262)


class Container(StrEnum):
    """How a part is packed."""

    ZIP = "zip"
    TAR = "tar"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a Takeout. `index` is its place in the order of the names, which is the order of the export."""

    index: int
    path: Path

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.path.name

    @property
    def key(self) -> str:
        """What stays of its name when the browser renames it."""
        return key_of(self.name)


def key_of(name: str) -> str:
    """Give a part's number, else its name."""
    match = _NUMBERED.fullmatch(name)
    if match is None:
        return name
    return f"{match['group']}-{match['number']}" if match["group"] else match["number"]


def in_order(paths: Iterable[Path]) -> tuple[Part, ...]:
    """Sort the parts by name, each file once. Raises `Usage` where one is not a file that can be read."""
    unique = {path.resolve(): path for path in paths}
    ordered = sorted(unique.values(), key=lambda path: (path.name, str(path)))
    if not ordered:
        raise Usage(_("No Takeout archive was named. Give at least one, for example --source takeout:FILE.zip."))
    for path in ordered:
        if path.is_dir():
            raise Usage(
                _(
                    "{path} is a folder. Name the archives in it one by one (zip or tgz), without unpacking them."
                ).format(path=path)
            )
        if not path.exists():
            raise Usage(_("{path} does not exist. Check the name, or download this part again.").format(path=path))
        try:
            path.open("rb").close()
        except OSError as error:
            raise Usage(
                _("{path} cannot be opened: {reason}. Check that you may read it.").format(
                    path=path, reason=trouble(error)
                )
            ) from error
    return tuple(Part(index, path) for index, path in enumerate(ordered))


def container(part: Part) -> Container:
    """Tell how a part is packed, from its first bytes. Raises `Broken` where it is no archive."""
    with part.path.open("rb") as file:
        head = file.read(512)
    if not head:
        raise Broken(_("it is empty"))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Container.ZIP
    if head.startswith(b"\x1f\x8b") or head[_USTAR] == b"ustar":
        return Container.TAR
    if head.lstrip()[:1] == b"<":
        raise Broken(_("it is a web page: the browser saved Google's sign-in page in place of the archive"))
    if part.path.suffix.lower() == ".zip":
        return Container.ZIP  # something may precede the archive
    raise Broken(_("it is not a zip or tgz archive"))


def missing_names(parts: Sequence[Part]) -> tuple[str, ...]:
    """Give the names that the numbering of the parts leaves out, up to the highest number given."""
    series: dict[tuple[str, str], tuple[int, str, set[int]]] = {}
    for part in parts:
        match = _NUMBERED.fullmatch(part.name)
        if match is None:
            continue
        before, group, number, after = match["before"], match["group"], match["number"], match["after"]
        if group is not None:
            series.setdefault((before, "group"), (0, f"-001{after}", set()))[2].add(int(group))
            before = f"{before}{group}-"
        series.setdefault((before, ""), (len(number), after, set()))[2].add(int(number))
    return tuple(
        f"{before}{number:0{width}d}{after}"
        for (before, _kind), (width, after, seen) in sorted(series.items())
        for number in range(1, min(max(seen), _MOST_PARTS))
        if number not in seen
    )
