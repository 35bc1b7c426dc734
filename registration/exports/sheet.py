"""What all sheets have in common."""

from __future__ import annotations

BOM = "\ufeff"  # without it Excel takes UTF-8 for something else


def cell(value: object) -> str:
    """A value as a cell that no program takes for a formula. Source: OWASP, CSV injection."""
    text = str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
