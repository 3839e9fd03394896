"""The ledgers most tests read, made once: nobody writes into them."""

import pytest

from degoog import i18n
from degoog.ledger.checking import Verdict
from tests import lauze


@pytest.fixture(scope="session")
def lively(tmp_path_factory) -> lauze.Book:
    """A migration as they are, seen since by `verify`."""
    book = lauze.lively(tmp_path_factory.mktemp("lively") / "ledger.db")
    book.verify({"D2": Verdict.CHANGED, "D5": Verdict.MISSING})
    return book


@pytest.fixture(scope="session")
def quiet(tmp_path_factory) -> lauze.Book:
    """Everything arrived, nothing verified yet."""
    return lauze.quiet(tmp_path_factory.mktemp("quiet") / "ledger.db")


@pytest.fixture(autouse=True)
def english():
    """Tests speak English unless they say otherwise."""
    i18n.use("en")
    yield
    i18n.use("en")
