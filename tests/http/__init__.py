"""Patience, pacing and logging, without waiting."""
