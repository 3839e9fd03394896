"""Failures in what the suites share are told as fully as in the tests themselves."""

import pytest

pytest.register_assert_rewrite(
    "tests.contract.site", "tests.contract.cloud", "tests.contract.target_contract", "tests.contract.source_contract"
)
