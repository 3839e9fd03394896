# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can go wrong with a backup: one word for each; degoog/provision/backups.py makes sentences of them."""

from __future__ import annotations

import re
import subprocess


class Trouble(Exception):
    """It did not work. `why` is one of the words below; `detail` is for the journal, without a password."""

    def __init__(self, why, detail=""):
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why = why
        self.detail = detail


NO_WAY = "unable to start the sftp session"
# What restic, ssh and its servers say (restic 0.14 and 0.18), the most telling first.
_SAID = (
    ("password", r"wrong password or no key found"),
    ("host_key", r"host key verification failed|host identification has changed"),
    ("refused", r"permission denied|access denied|\b40[13]\b|accessdenied|invalidaccesskey|signaturedoesnotmatch"),
    ("full", r"no space left|disk quota|quota exceeded|SSH_FX_FAILURE|sftp: \"failure\"|\b507\b"),
    ("locked", r"already locked|unable to create lock"),
    ("absent", r"is there a repository at|repository does not exist|unable to open config file"),
    # Where ssh does not come about, restic ends with an “unexpected EOF”, which says nothing of what is kept there.
    ("unreachable", NO_WAY),
    ("damaged", r"ciphertext verification failed|hash mismatch|does not match id|invalid data returned|damaged"),
    ("damaged", r"load\(<(data|index|snapshot)|repository contains errors|not found in (the )?(repository|index)"),
    (
        "damaged",
        r"invalid (blob|pack)|blob .* not found|pack .* (truncated|not found)|wrong (hash|size)|unexpected eof",
    ),
    ("unreachable", r"connection (refused|reset|timed out|closed)|no route|network is unreachable|could not resolve"),
    ("unreachable", r"no such host|i/o timeout|connection lost|broken pipe|ssh command exited|\b50[234]\b"),
)


def of(text, otherwise="other"):
    """Give the trouble that a program's complaint tells of."""
    why = next((word for word, pattern in _SAID if re.search(pattern, text, re.IGNORECASE)), otherwise)
    return Trouble(why, redacted(text.strip())[-1500:])


def redacted(text):
    """Give a text without the passwords that addresses may hold."""
    return re.sub(r"//[^/\s@]+@", "//***@", text)


def run(*words, otherwise="other", **more):
    """Run a program to its end; gives what it printed, or raises `Trouble`."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        raise of(f"{words[0]}: {done.stderr or done.stdout}", otherwise)
    return done.stdout
