"""Failures in what the suites share are told as fully as in the tests themselves."""

import pytest

_SHARED = (
    "site",
    "cloud",
    "source_contract",
    "target_writing",
    "target_keeping",
    "target_moving",
    "target_looking",
    "target_names",
    "target_journeys",
)
pytest.register_assert_rewrite(*(f"tests.contract.{name}" for name in _SHARED))
