"""Pure code, no network."""
