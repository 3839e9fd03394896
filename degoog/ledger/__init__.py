"""The ledger: everything found at a source, entered once, and what became of it."""

from degoog.ledger.balance import Balance
from degoog.ledger.book import Ledger, Run
from degoog.ledger.lane import Lane
from degoog.ledger.rows import Row

__all__ = ["Balance", "Lane", "Ledger", "Row", "Run"]
