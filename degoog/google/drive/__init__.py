"""A live Google Drive: listed by its API, read file by file, followed by its changes."""

from degoog.google.drive.documents import Format
from degoog.google.drive.reading import Flagged
from degoog.google.drive.source import DriveSource
from degoog.google.drive.tree import Owners
from degoog.google.drive.view import OneDrive, Personal, SharedDrives, View, Whole

__all__ = ["DriveSource", "Flagged", "Format", "OneDrive", "Owners", "Personal", "SharedDrives", "View", "Whole"]
