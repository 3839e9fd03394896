"""An archive, or a part of one, that cannot be read."""

from __future__ import annotations


class Broken(Exception):
    """Why an archive cannot be read: the middle of a sentence that begins with its name."""
