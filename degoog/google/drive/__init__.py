"""A live Google Drive: listed by its API, read file by file, followed by its changes."""

from degoog.google.drive.documents import Format
from degoog.google.drive.source import DriveSource, OneDrive, Whole

__all__ = ["DriveSource", "Format", "OneDrive", "Whole"]
