"""The road of files: a Google archive or a live Drive, to a Nextcloud or a plain folder."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from degoog.config_schema import FilesRoad, Workspace
from degoog.ends import Destination, Origin, SourceKind, TargetKind
from degoog.errors import Usage
from degoog.i18n import _
from degoog.ports import Blob, Earlier, Leg, Source, Target
from degoog.roads import FILES, Given, Outside, no_such_source, sources_of, target_of
from degoog.roads.archives import parts
from degoog.roads.landing import Landing


class Files:
    """Files and folders; nothing of them is converted on the way."""

    name = FILES

    def section(self, workspace: Workspace | None) -> FilesRoad:
        """Give what workspace.yml says of this road."""
        return workspace.roads.files if workspace else FilesRoad()

    def legs(self, given: Given, outside: Outside, earlier: Earlier) -> Sequence[Leg]:  # noqa: ARG002 - a port's
        """Give the lanes to run."""
        missing = _(
            "Where do the files come from? To do: add --source google, or --source takeout:FILE for each part of an "
            "archive, or write roads: files: source: in workspace.yml."
        )
        section = self.section(outside.workspace)
        origins = sources_of(section, given, missing=missing)
        kinds = {origin.kind for origin in origins}
        to, into = self._to(given, outside), given.into or section.into
        if kinds == {SourceKind.GOOGLE}:
            from degoog.roads import drive

            return drive.legs(section, outside, _landing(to, outside, into))
        return [Leg(_archive(origins, kinds), _target(to, outside, into=into))]

    def targets(self, given: Given, outside: Outside) -> Sequence[Target[Blob]]:
        """Give where files went: to everybody's place, where everybody's went."""
        section = self.section(outside.workspace)
        to, into = self._to(given, outside), given.into or section.into
        landing = _landing(to, outside, into)
        found = list(landing.everywhere(outside.people() if section.accounts == "people" else ()))
        found += [landing.at(where.account or "", where.folder) for where in section.shared_drives.values()]
        return found

    def _to(self, given: Given, outside: Outside) -> Destination:
        missing = _(
            "Where do the files go? To do: add --to nextcloud or --to folder:DIR, "
            "or write roads: files: to: in workspace.yml."
        )
        return target_of(self.section(outside.workspace), given, missing=missing)


def _landing(to: Destination, outside: Outside, into: str) -> Landing:
    def target(to: Destination, login: str, folder: str) -> Target[Blob]:
        return _target(to, outside, into=folder or into, login=login)

    return Landing(to, outside, target, within=f", {into}")


def _archive(origins: Sequence[Origin], kinds: Collection[SourceKind]) -> Source[Blob]:
    from degoog.google.takeout import TakeoutSource

    if kinds == {SourceKind.TAKEOUT}:
        return TakeoutSource([path for origin in origins for path in parts(origin.path)])
    if SourceKind.TAKEOUT in kinds:
        raise Usage(_("A Google archive and another source cannot be mixed in one run. Run the command once for each."))
    raise no_such_source(origins[0], [SourceKind.TAKEOUT, SourceKind.GOOGLE])


def _target(to: Destination, outside: Outside, *, into: str, login: str = "") -> Target[Blob]:
    match to.kind:
        case TargetKind.FOLDER:
            from degoog.folder import Folder

            return Folder(to.path)
        case TargetKind.NEXTCLOUD:
            from degoog.nextcloud.files import NextcloudFiles
            from degoog.roads.accounts import nextcloud

            return NextcloudFiles(nextcloud(outside, account=login), into=into)
        case TargetKind.MATTERMOST:
            raise Usage(_("Mattermost takes channels, not files. To do: use --to nextcloud or --to folder:DIR."))
