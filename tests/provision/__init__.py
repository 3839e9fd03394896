"""Servers: what is read, what Ansible is told, and what a person is told of it; no machine needed."""
