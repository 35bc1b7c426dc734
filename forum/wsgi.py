"""The web's entry: a WSGI application that any number of processes may serve."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")

_django = get_wsgi_application()  # before the import below: it sets up what that needs

from forum.caching import answered_from_memory  # noqa: E402

application = answered_from_memory(_django)

# What is loaded by now stays for good. To look through it for garbage again and again held up one page in thirty for a
# tenth of a second, and a page makes thousands of objects that are no garbage until it is sent.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)
