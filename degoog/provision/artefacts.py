"""What is installed: the releases pinned in playbooks/vars/artefacts.yml, each with its makers' checksum."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from degoog import data
from degoog.errors import Usage
from degoog.i18n import _, trouble


@dataclass(frozen=True, slots=True)
class Signature:
    """A detached signature of an archive, and the fingerprint of the only key it may be made with."""

    file: str
    url: str
    fingerprint: str

    def variables(self) -> dict[str, str]:
        """Give what the playbooks, and a file of pins, need of it."""
        return {"file": self.file, "url": self.url, "fingerprint": self.fingerprint}


@dataclass(frozen=True, slots=True)
class Artefact:
    """One release of one program. `sha256` decides whether an archive is what it should be.

    `program` is what takes the place of the program inside, where that is not its makers' own.
    """

    name: str
    version: str
    file: str
    url: str
    sha256: str
    end_of_life: str
    edition: str = ""
    php: tuple[str, ...] = ()
    program: Artefact | None = None
    signature: Signature | None = None

    @property
    def number(self) -> tuple[int, ...]:
        """Give the version as numbers, to compare with others."""
        return number(self.version)

    @property
    def major(self) -> int:
        """Give the first number of the version."""
        return self.number[0]

    def variables(self) -> dict[str, object]:
        """Give what the playbooks need of it."""
        return {
            "version": self.version, "file": self.file, "url": self.url, "sha256": self.sha256, "edition": self.edition,
            "program": self.program.variables() if self.program else {},
            "signature": self.signature.variables() if self.signature else {},
        }  # fmt: skip

    def pin(self) -> dict[str, object]:
        """Give what a file of pins says of it."""
        said: dict[str, object] = {
            "file": self.file, "url": self.url, "sha256": self.sha256, "edition": self.edition, "php": list(self.php),
            "end_of_life": self.end_of_life, "signature": self.signature.variables() if self.signature else {},
        }  # fmt: skip
        return {key: value for key, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class AppRelease:
    """One release of an application of Nextcloud. Without a `sha256` the application store brings it, and checks it."""

    app: str
    version: str
    file: str = ""
    url: str = ""
    sha256: str = ""

    def variables(self) -> dict[str, str]:
        """Give what the playbooks need of it."""
        return {"id": self.app, "version": self.version, "file": self.file, "url": self.url, "sha256": self.sha256}


def number(version: str) -> tuple[int, ...]:
    """Give a version as numbers: `33.0.7` is (33, 0, 7). What follows a hyphen says nothing of its order here."""
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("-")[0])) or (0,)


def known(program: str, pins: Path | None = None) -> tuple[Artefact, ...]:
    """Give the pinned releases of a program, the one degoog installs by itself first; `pins` in place of our own."""
    return tuple(
        Artefact(
            name=program, version=version, file=one["file"], url=one["url"], sha256=one["sha256"],
            end_of_life=one.get("end_of_life", ""), edition=one.get("edition", ""), php=tuple(one.get("php", ())),
            signature=Signature(**one["signature"]) if one.get("signature") else None,
        )
        for version, one in (_written(pins).get(program) or {}).items()
    )  # fmt: skip


def applications(nextcloud: int, pins: Path | None = None) -> dict[str, AppRelease]:
    """Give the newest pinned release of each application that works with a major of Nextcloud, by application."""
    found: dict[str, AppRelease] = {}
    for app, releases in (_written(pins).get("apps") or {}).items():
        for version, one in releases.items():
            release = AppRelease(app, version, one["file"], one["url"], one["sha256"])
            if str(nextcloud) not in map(str, one["nextcloud"]):
                continue
            if app not in found or number(version) > number(found[app].version):
                found[app] = release
    return found


def _written(pins: Path | None) -> dict[str, Any]:
    try:
        read: dict[str, Any] = YAML(typ="safe", pure=True).load(pins or data.path("playbooks", "vars", "artefacts.yml"))
    except OSError as error:
        raise Usage(_("{path} cannot be read: {why}.").format(path=pins, why=trouble(error))) from error
    return read


def mostlymatter(release: Artefact, *, pins: Path | None = None) -> Artefact:
    """Give a release of Mattermost with Framasoft's program in it. Raises `Usage` where that is not pinned."""
    programs = {one.version: one for one in known("mostlymatter", pins)}
    if release.version not in programs:
        both = [one.version for one in known("mattermost", pins) if one.version in programs]
        if not both:
            raise Usage(
                _(
                    "Mostlymatter’s program takes its place in the Team archive of the very same release, and degoog "
                    "knows the checksums of both for none: of Mostlymatter {known}, of Mattermost {version}. To do: "
                    "describe both of one release in a file of pins (docs/servers.md, “Mostlymatter”), or choose "
                    "“mattermost_edition: team”."
                ).format(version=release.version, known=", ".join(programs) or _("none"))
            )
        raise Usage(
            _(
                "degoog has no checksum for Mostlymatter {version}, only for {known}. To do: describe it under "
                "“mostlymatter:” in the file of pins, or name a release of Mattermost for which there is one."
            ).format(version=release.version, known=", ".join(both))
        )
    return replace(release, edition="mostlymatter", program=programs[release.version])


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
