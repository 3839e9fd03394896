"""Somebody who signs archives, with a key of their own."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Maker:
    """Who has a key. `end` stops what gpg left running."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self.home = folder
        self.gpg("--quick-gen-key", "--passphrase", "", "Maker <maker@lauze.example>", "ed25519", "sign", "never")
        listed = self.gpg("--list-keys", "--with-colons")
        self.fingerprint = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
        self.key = folder / "key.asc"
        self.key.write_text(self.gpg("--armor", "--export"))

    def gpg(self, *words: str) -> str:
        command = ["gpg", "--homedir", str(self.home), "--batch", "--quiet", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def sign(self, file: Path) -> Path:
        signature = file.with_name(f"{file.name}.{self.home.name}.asc")
        self.gpg("--armor", "--output", str(signature), "--detach-sign", str(file))
        return signature

    def end(self) -> None:
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], check=False)
