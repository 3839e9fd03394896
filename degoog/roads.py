"""The composition root: which source, which target and which conversion a road is made of."""

from __future__ import annotations

import glob
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from degoog import access
from degoog.config_schema import FilesRoad, Workspace
from degoog.ends import Destination, Origin, SourceKind, TargetKind
from degoog.errors import Usage
from degoog.i18n import _
from degoog.model import Item, Loss
from degoog.ports import Blob, Observer, Source, Target
from degoog.secrets import Secrets

if TYPE_CHECKING:
    import httpx

    from degoog.http import Time

FILES = "files"


@dataclass(frozen=True, slots=True)
class Outside:
    """What reaches the world: the environment, the secrets; for tests, a transport and a time that need not pass."""

    environ: Mapping[str, str]
    workspace: Workspace | None
    secrets: Callable[[], Secrets]
    observer: Observer
    transport: httpx.AsyncBaseTransport | None = None
    time: Time | None = None


def sources_of(road: FilesRoad, given: Sequence[Origin]) -> tuple[Origin, ...]:
    """Give where files come from: what was given for this run, else the workspace. Raises `Usage` for neither."""
    if not (given or road.source):
        raise Usage(
            _(
                "Where do the files come from? To do: add --source takeout:FILE for each part of the archive, "
                "or write roads: files: source: in workspace.yml."
            )
        )
    return tuple(given) or road.source


def target_of(road: FilesRoad, given: Destination | None) -> Destination:
    """Give where files go: what was given for this run, else the workspace. Raises `Usage`: there is no default."""
    destination = given or road.to
    if destination is None:
        raise Usage(
            _(
                "Where do the files go? To do: add --to nextcloud or --to folder:DIR, "
                "or write roads: files: to: in workspace.yml."
            )
        )
    return destination


def file_source(origins: Sequence[Origin]) -> Source[Blob]:
    """Open nothing yet: give the source of files. Raises `Usage` for one that degoog cannot read."""
    from degoog.google.takeout import TakeoutSource

    kinds = {origin.kind for origin in origins}
    if kinds == {SourceKind.TAKEOUT}:
        return TakeoutSource([path for origin in origins for path in _parts(origin.path)])
    if SourceKind.TAKEOUT in kinds:
        raise Usage(_("A Google archive and another source cannot be mixed in one run. Run the command once for each."))
    raise Usage(
        _("degoog cannot read files from “{source}” yet. To do: use --source takeout:FILE.").format(source=origins[0])
    )


def file_target(to: Destination, outside: Outside, *, into: str) -> Target[Blob]:
    """Open nothing yet: give the target of files. Raises `Usage` where it is not connected."""
    match to.kind:
        case TargetKind.FOLDER:
            from degoog.folder import Folder

            return Folder(to.path)
        case TargetKind.NEXTCLOUD:
            from degoog.http import Pacing, Time
            from degoog.nextcloud.client import Client
            from degoog.nextcloud.files import NextcloudFiles

            given = access.nextcloud(outside.workspace, outside.secrets(), outside.environ)
            client = Client(
                given.url,
                given.login,
                given.password,
                pacing=Pacing(outside.time or Time()),
                observer=outside.observer,
                transport=outside.transport,
            )
            return NextcloudFiles(client, into=into)
        case TargetKind.MATTERMOST:
            raise Usage(_("Mattermost takes channels, not files. To do: use --to nextcloud or --to folder:DIR."))


def again(address: str) -> list[str]:
    """Give the options that name a target again, from the address that the ledger keeps."""
    if address.startswith(f"{TargetKind.FOLDER}:"):
        return ["--to", str(Destination(TargetKind.FOLDER, address.partition(":")[2]).near())]
    into = address.rpartition("), ")[2]
    return ["--to", str(TargetKind.NEXTCLOUD), *(["--into", into] if into != FilesRoad().into else [])]


def as_it_is(_item: Item, value: Any) -> tuple[Any, tuple[Loss, ...]]:  # noqa: ANN401 - whatever it is, it stays
    """Give the conversion of files: none."""
    return value, ()


def _parts(path: Path) -> list[Path]:
    """Give the archives a source names: a file, every part in a folder, or a pattern a shell did not expand."""
    if path.is_dir():
        found = sorted(part for part in path.iterdir() if part.name.lower().endswith((".zip", ".tgz", ".tar.gz")))
        if not found:
            raise Usage(_("There is no Google archive (.zip or .tgz) in the folder {path}.").format(path=path))
        return found
    if not path.exists() and (matched := sorted(glob.glob(str(path)))):  # noqa: PTH207 - the path is absolute
        return [Path(name) for name in matched]
    return [path]
