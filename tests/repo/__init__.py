"""The repository as a home."""
