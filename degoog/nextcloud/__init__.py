"""Nextcloud as a target: files, calendars, contacts, accounts, through its own interfaces."""
