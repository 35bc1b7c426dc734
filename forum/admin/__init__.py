"""The back office of the floor."""

from forum.admin import content, editions, outbox, people

__all__ = ["content", "editions", "outbox", "people"]
