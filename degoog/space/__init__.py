"""The workspace a structure wants: groups, folders, calendars and channels, as `space:` of workspace.yml says it."""

from degoog.space.schema import Calendar, Channel, Folder, Group, Right, Space, Team

__all__ = ["Calendar", "Channel", "Folder", "Group", "Right", "Space", "Team"]
