"""The playbooks, applied to machines that boot: `make test-servers`. It needs root and packages of Debian's."""
