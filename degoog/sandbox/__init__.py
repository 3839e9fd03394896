"""Loopback stand-ins of the services, for `degoog demo` and the tests; they share no code with clients."""
