"""A part of a Takeout that cannot be read."""

from __future__ import annotations


class Broken(Exception):
    """Why a part cannot be read: the middle of a sentence that begins with its name."""
