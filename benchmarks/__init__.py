"""Measures of speed and memory that anyone can repeat: `python -m benchmarks`."""
