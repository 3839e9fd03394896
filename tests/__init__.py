"""The test suite: unit, contract, crash, cli, page and wheel layers."""
