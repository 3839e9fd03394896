"""Servers and spaces: what Ansible is told and what a person is told of it; planning, making, remembering."""
