"""Guests out of a table: what is in it, told before it is done, and the deed."""
