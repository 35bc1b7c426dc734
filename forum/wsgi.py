"""The web's entry: a WSGI application that any number of processes may serve."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")

_django = get_wsgi_application()  # before the import below: it sets up what that needs

from forum.caching import answered_from_memory  # noqa: E402

application = answered_from_memory(_django)
