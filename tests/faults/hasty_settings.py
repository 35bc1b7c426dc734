"""The settings as in production, but with two seconds for the mail server to answer."""

from __future__ import annotations

from forum.settings import *  # noqa: F403

EMAIL_TIMEOUT = 2
