"""The back office of the floor."""

from forum.admin import content, editions, groups, outbox, people

__all__ = ["content", "editions", "groups", "outbox", "people"]
