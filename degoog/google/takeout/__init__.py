"""A Google Takeout as a source: zip and tgz parts read as the one tree they were cut from."""

from degoog.google.takeout.source import TakeoutSource

__all__ = ["TakeoutSource"]
