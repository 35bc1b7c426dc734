from __future__ import annotations

from django.contrib.staticfiles.apps import StaticFilesConfig


class ForumStaticFilesConfig(StaticFilesConfig):
    # The fonts are for PDFs, read from the disk; no page asks for them, and collecting them is most of the work.
    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "fonts"]
