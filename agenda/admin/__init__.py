"""The organizers' side of the agenda."""

from agenda.admin import frame, releases, sessions

__all__ = ["frame", "releases", "sessions"]
