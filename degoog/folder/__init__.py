"""A plain folder as a target: a tree that any file manager can read, each file complete before it appears."""

from degoog.folder.target import OURS, Folder

__all__ = ["OURS", "Folder"]
