"""Servers from nothing, and what they hold: first installed over SSH, then filled over HTTP."""
