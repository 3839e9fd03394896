"""The engine and the ledger together, on memory."""
