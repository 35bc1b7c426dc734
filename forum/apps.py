from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ForumConfig(AppConfig):
    name = "forum"
    verbose_name = _("Forum")

    def ready(self) -> None:
        # Letters and jobs are registered by the app that owns them, the roof's included.
        autodiscover_modules("letters", "tasks")
        # Whatever process changes something that the public reads notes it, a command's too.
        import_module("forum.last_known")
