# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings as they should be against settings as they are: the difference, and how to show it. Pure."""

from __future__ import annotations

import json

HIDDEN = "***"


def differences(wanted, present):
    """Give what of `wanted` is not so in `present`, as a dict of the same shape; lists are compared whole.

    `wanted` is nested dicts of values; what it does not name is left alone. A value of None asks for the key's absence
    and is given as None where the key is there.
    """
    found = {}
    for key, value in wanted.items():
        if isinstance(value, dict) and value and isinstance(present.get(key, {}), dict):
            inner = differences(value, present.get(key, {}))
            if inner:
                found[key] = inner
        elif value is None:
            if key in present:
                found[key] = None
        elif key not in present or present[key] != value:
            found[key] = value
    return found


def narrowed(present, found):
    """Give of `present` only the keys of `found`: what it was before."""
    before = {}
    for key, value in found.items():
        if isinstance(value, dict) and isinstance(present.get(key), dict):
            before[key] = narrowed(present[key], value)
        elif key in present:
            before[key] = present[key]
    return before


def masked(values, secret):
    """Give values with those of the keys in `secret` hidden, at any depth."""
    shown = {}
    for key, value in values.items():
        if key in secret:
            shown[key] = HIDDEN
        else:
            shown[key] = masked(value, secret) if isinstance(value, dict) else value
    return shown


def diff(before, after, secret, header):
    """Give Ansible's diff of two states, secrets hidden."""
    return {
        "before": _text(masked(before, secret)),
        "after": _text(masked(after, secret)),
        "before_header": header,
        "after_header": header,
    }


def _text(values):
    return json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
