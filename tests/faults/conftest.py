"""Faults of the machine and of clients; `make test-faults`."""
