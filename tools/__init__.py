"""Tools of a checkout; the wheel does not carry them."""
