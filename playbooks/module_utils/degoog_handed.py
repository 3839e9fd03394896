# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is handed over: a file that only its owner reads, for the one moment until it is fetched."""

from __future__ import annotations

import json
import os
from pathlib import Path


def keep(path, told):
    """Write what is handed over; the file is there at once with its rights, and replaces an earlier one."""
    Path(path).unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(told, file)
