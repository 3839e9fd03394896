"""Templates of spaces."""
