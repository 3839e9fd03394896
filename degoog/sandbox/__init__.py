"""Loopback stand-ins of the services, for `degoog demo` and the tests; they import nothing of what they imitate."""
