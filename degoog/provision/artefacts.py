"""What is installed: the releases pinned in playbooks/vars/artefacts.yml, each with its makers' checksum."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from degoog import data
from degoog.errors import Usage
from degoog.i18n import _


@dataclass(frozen=True, slots=True)
class Artefact:
    """One release of one program. `sha256` decides whether an archive is what it should be."""

    program: str
    version: str
    file: str
    url: str
    sha256: str
    end_of_life: str
    edition: str = ""

    def variables(self) -> dict[str, str]:
        """Give what the playbooks need of it."""
        return {
            "version": self.version, "file": self.file, "url": self.url, "sha256": self.sha256, "edition": self.edition
        }  # fmt: skip


def known(program: str, pins: Path | None = None) -> tuple[Artefact, ...]:
    """Give the pinned releases of a program, the one degoog installs by itself first; `pins` in place of our own."""
    try:
        written = YAML(typ="safe", pure=True).load(pins or data.path("playbooks", "vars", "artefacts.yml"))
    except OSError as error:
        raise Usage(_("{path} cannot be read: {why}.").format(path=pins, why=error.strerror)) from error
    return tuple(
        Artefact(
            program=program, version=version, file=one["file"], url=one["url"], sha256=one["sha256"],
            end_of_life=one["end_of_life"], edition=one.get("edition", ""),
        )
        for version, one in written[program].items()
    )  # fmt: skip


def chosen(program: str, version: str | None = None, *, pins: Path | None = None) -> Artefact:
    """Give a release. Raises `Usage` for one that is not pinned: nobody could tell what its archive holds."""
    pinned = known(program, pins)
    if version is None:
        return pinned[0]
    for artefact in pinned:
        if artefact.version == version:
            return artefact
    raise Usage(
        _("degoog has no checksum for {program} {version}. To do: choose one of {known} in workspace.yml.").format(
            program=program.capitalize(), version=version, known=", ".join(one.version for one in pinned)
        )
    )
