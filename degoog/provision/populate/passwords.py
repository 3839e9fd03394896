"""Passwords that degoog draws for accounts it makes."""

from __future__ import annotations

import secrets as random

from degoog.secrets import Secret


def password() -> Secret:
    """Draw a password that every policy accepts and nobody needs to know."""
    return Secret(random.token_urlsafe(24) + "-aA1")
