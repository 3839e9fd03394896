"""The command line: parse, call one function, print, exit code (the only package that knows click)."""

from degoog.cli.program import main

__all__ = ["main"]
