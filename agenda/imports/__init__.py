"""Bringing a programme from a file into an edition: what would become of each record, and doing it."""
