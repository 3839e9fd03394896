"""The archives that are installed: official ones where the environment names them, else stand-ins of both programs."""

from __future__ import annotations

import hashlib
import os
import tarfile
from pathlib import Path

STAND_INS = Path(__file__).parent / "stand_ins"
REAL = bool(os.environ.get("DEGOOG_NEXTCLOUD_ARCHIVE")) and bool(os.environ.get("DEGOOG_MATTERMOST_ARCHIVE"))
KIND = "official-archives" if REAL else "stand-ins"


def gather(folder: Path) -> Path:
    """Put both archives and a file of pins into a folder; gives the pins."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for program, usual in (("nextcloud", "33.0.7"), ("mattermost", "11.7.9")):
        version = os.environ.get(f"DEGOOG_{program.upper()}_VERSION", usual)
        given = os.environ.get(f"DEGOOG_{program.upper()}_ARCHIVE") if REAL else None
        if given:
            packed = folder / Path(given).name
            if not packed.exists():
                packed.symlink_to(Path(given).resolve())
        else:
            packed = folder / f"{program}-{version}.tar.gz"
            if not packed.exists():
                with tarfile.open(packed, "w:gz") as tar:
                    tar.add(STAND_INS / program, arcname=program)
        digest = hashlib.sha256(packed.read_bytes()).hexdigest()
        lines.append(
            f'{program}:\n  "{version}":\n    file: {packed.name}\n    url: https://archives.example/{packed.name}\n'
            f'    sha256: {digest}\n    edition: team\n    end_of_life: "2099-01"\n'
        )
    pins = folder / "pins.yml"
    pins.write_text("".join(lines))
    return pins
