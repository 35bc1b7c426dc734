"""The floor: edition, people, stakeholder groups, pages, messages, jobs, and the plain tools that know no storey."""

from forum.celery import app as celery_app

__all__ = ["celery_app"]
