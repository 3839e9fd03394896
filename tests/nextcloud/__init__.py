"""Nextcloud's client and target, piece by piece."""
