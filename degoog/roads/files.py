"""The road of files: a Google archive, to a Nextcloud or a plain folder."""

from __future__ import annotations

from collections.abc import Sequence

from degoog.config_schema import FilesRoad, Workspace
from degoog.ends import Destination, Origin, SourceKind, TargetKind
from degoog.errors import Usage
from degoog.i18n import _
from degoog.ports import Blob, Leg, Resolve, Source, Target
from degoog.roads import FILES, Given, Outside, no_such_source, sources_of, target_of
from degoog.roads.archives import parts


class Files:
    """Files and folders; nothing of them is converted on the way."""

    name = FILES

    def section(self, workspace: Workspace | None) -> FilesRoad:
        """Give what workspace.yml says of this road."""
        return workspace.roads.files if workspace else FilesRoad()

    def legs(self, given: Given, outside: Outside, resolve: Resolve) -> Sequence[Leg]:  # noqa: ARG002 - a port's
        """Give the lane to run."""
        missing = _(
            "Where do the files come from? To do: add --source takeout:FILE for each part of the archive, "
            "or write roads: files: source: in workspace.yml."
        )
        source = _source(sources_of(self.section(outside.workspace), given, missing=missing))
        return [Leg(source, target) for target in self.targets(given, outside)]

    def targets(self, given: Given, outside: Outside) -> Sequence[Target[Blob]]:
        """Give where files went."""
        section = self.section(outside.workspace)
        missing = _(
            "Where do the files go? To do: add --to nextcloud or --to folder:DIR, "
            "or write roads: files: to: in workspace.yml."
        )
        return [_target(target_of(section, given, missing=missing), outside, into=given.into or section.into)]


def _source(origins: Sequence[Origin]) -> Source[Blob]:
    from degoog.google.takeout import TakeoutSource

    kinds = {origin.kind for origin in origins}
    if kinds == {SourceKind.TAKEOUT}:
        return TakeoutSource([path for origin in origins for path in parts(origin.path)])
    if SourceKind.TAKEOUT in kinds:
        raise Usage(_("A Google archive and another source cannot be mixed in one run. Run the command once for each."))
    raise no_such_source(origins[0], [SourceKind.TAKEOUT])


def _target(to: Destination, outside: Outside, *, into: str) -> Target[Blob]:
    match to.kind:
        case TargetKind.FOLDER:
            from degoog.folder import Folder

            return Folder(to.path)
        case TargetKind.NEXTCLOUD:
            from degoog.nextcloud.files import NextcloudFiles
            from degoog.roads.accounts import nextcloud

            return NextcloudFiles(nextcloud(outside), into=into)
        case TargetKind.MATTERMOST:
            raise Usage(_("Mattermost takes channels, not files. To do: use --to nextcloud or --to folder:DIR."))
