"""`python -m degoog` is `degoog`."""

from degoog.cli import main

main()
