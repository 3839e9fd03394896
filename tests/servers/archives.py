"""The archives that are installed: official ones where the environment names them, else stand-ins of both programs."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

STAND_INS = Path(__file__).parent / "stand_ins"
REAL = bool(os.environ.get("DEGOOG_NEXTCLOUD_ARCHIVE")) and bool(os.environ.get("DEGOOG_MATTERMOST_ARCHIVE"))
KIND = "official-archives" if REAL else "stand-ins"
FIRST = {"nextcloud": ("33.0.7",), "mattermost": ("11.7.9",)}
# Applications that are brought beside a release: their versions, each with the majors of Nextcloud it works with.
APPS = {"groupfolders": {"21.0.1": ["33"]}, "notes": {"4.12.0": ["33"]}, "notify_push": {"1.2.0": ["33"]}}


def gather(
    folder: Path,
    releases: Mapping[str, Sequence[str]] = FIRST,
    apps: Mapping[str, Mapping[str, Sequence[str]]] = APPS,
) -> Path:
    """Put archives and a file of pins into a folder, the release wanted first; gives the pins."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for program, versions in releases.items():
        lines.append(f"{program}:")
        for version in versions:
            packed = _official(folder, program) if REAL else _stand_in(folder, program, version)
            number = os.environ.get(f"DEGOOG_{program.upper()}_VERSION", version) if REAL else version
            lines += [
                f'  "{number}":', f"    file: {packed.name}", f"    url: https://archives.example/{packed.name}",
                f"    sha256: {_digest(packed)}", "    edition: team", '    end_of_life: "2099-01"',
            ]  # fmt: skip
    lines.append("mostlymatter:")
    for version in () if REAL else releases["mattermost"]:
        packed = _mostlymatter(folder, version)
        lines += [
            f'  "{version}":', f"    file: {packed.name}", f"    url: https://archives.example/{packed.name}",
            f"    sha256: {_digest(packed)}",
        ]  # fmt: skip
    lines.append("apps:")
    for app, known in () if REAL else apps.items():
        lines.append(f"  {app}:")
        for version, majors in known.items():
            packed = _app(folder, app, version, majors)
            lines += [
                f'    "{version}":', f"      file: {packed.name}", f"      url: https://archives.example/{packed.name}",
                f"      sha256: {_digest(packed)}", f"      nextcloud: {[*majors]}",
            ]  # fmt: skip
    pins = folder / "pins.yml"
    pins.write_text("\n".join(lines) + "\n")
    return pins


def _official(folder: Path, program: str) -> Path:
    given = Path(os.environ[f"DEGOOG_{program.upper()}_ARCHIVE"])
    packed = folder / given.name
    if not packed.exists():
        packed.symlink_to(given.resolve())
    return packed


def _stand_in(folder: Path, program: str, version: str) -> Path:
    packed = folder / f"{program}-{version}.tar.gz"
    if not packed.exists():
        with tarfile.open(packed, "w:gz") as tar:
            tar.add(STAND_INS / program, arcname=program)
            if program == "nextcloud":
                numbers = ", ".join([*version.split("."), "1"])
                text = f"<?php\n$OC_Version = [{numbers}];\n$OC_VersionString = '{version}';\n"
                _add(tar, "nextcloud/version.php", text)
            else:
                _add(tar, "mattermost/version", f"{version}\n")
    return packed


def _mostlymatter(folder: Path, version: str) -> Path:
    """Give the program alone, as Framasoft publishes it."""
    alone = folder / f"mostlymatter-amd64-v{version}"
    if not alone.exists():
        alone.write_bytes((STAND_INS / "mattermost/bin/mattermost").read_bytes() + b"# Framasoft's\n")
    return alone


def _app(folder: Path, app: str, version: str, majors: Sequence[str]) -> Path:
    packed = folder / f"{app}-{version}.tar.gz"
    if not packed.exists():
        with tarfile.open(packed, "w:gz") as tar:
            text = f"<info><id>{app}</id><version>{version}</version><majors>{' '.join(majors)}</majors></info>"
            _add(tar, f"{app}/appinfo/info.xml", f'<?xml version="1.0"?>{text}')
            if (STAND_INS / app).is_dir():
                tar.add(STAND_INS / app, arcname=app)
    return packed


def _add(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(text.encode()), 0o644
    tar.addfile(entry, io.BytesIO(text.encode()))


def _digest(packed: Path) -> str:
    return hashlib.sha256(packed.read_bytes()).hexdigest()
