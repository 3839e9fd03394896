"""Processes killed by the kernel."""
