"""What JSON may hold in place of what it should: taken as far as it goes, so that one odd message stops nothing."""

from __future__ import annotations

from collections.abc import Iterator

from degoog.convert.slack.values import Tree


def trees(value: object) -> Iterator[Tree]:
    """Give the objects of a list; nothing of anything else."""
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def number(value: object) -> int:
    """Give a small whole number, 0 for anything else."""
    return value if isinstance(value, int) and 0 <= value < 1_000_000 else 0
