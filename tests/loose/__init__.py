"""Calendars and contacts in files one has in hand."""
