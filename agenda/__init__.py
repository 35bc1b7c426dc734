"""What happens, when, where, and who speaks in it."""
