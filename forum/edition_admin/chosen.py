"""The edition that an organizer works in: chosen in the header, kept in the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import update_wrapper
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from forum.models import Edition
from forum.translated import speaking_mainly

KEY = "admin-edition"
STOREYS = ("agenda", "speakers", "registration", "forum")


def choose(request: Any) -> None:
    """Set `request.editions`, those that the user has a duty in, and `request.edition`, the one they work in now.

    That is the one they chose last, else the current one, else the newest. None when there is none for them.
    """
    request.editions = (
        list(Edition.objects.worked_on_by(request.user)) if request.user.is_authenticated else []
    )
    offered = {edition.pk: edition for edition in request.editions}
    current = getattr(request, "edition", None)
    wanted = (request.session.get(KEY), current.pk if current else None, *offered)
    request.edition = next((offered[pk] for pk in wanted if pk in offered), None)
    if request.edition:
        request.edition.is_current = bool(current and current.pk == request.edition.pk)


@contextmanager
def at_home_in(edition: Edition | None) -> Iterator[None]:
    """Read and show moments in the edition's time zone, and texts in its main language, as long as the block runs."""
    if edition is None:
        yield
        return
    with timezone.override(edition.zone), speaking_mainly(edition.main_language):
        yield


def answered(response: HttpResponse) -> HttpResponse:
    """Render now, while the time zone and the language are those of the edition."""
    return response.render() if isinstance(response, SimpleTemplateResponse) else response


class OneEditionSite(AdminSite):
    """Django's admin, working in one edition at a time."""

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take the product's own models only: what libraries register would go around duties and verbs."""
        models: list[Any] = (
            [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        )
        super().register([one for one in models if one._meta.app_label in STOREYS], admin_class, **options)

    def admin_view(
        self, view: Callable[..., HttpResponse], cacheable: bool = False
    ) -> Callable[..., HttpResponse]:
        inner = super().admin_view(view, cacheable)

        def within_edition(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if any("\x00" in value for _name, values in request.GET.lists() for value in values):
                raise BadRequest("PostgreSQL keeps no NUL, so nothing can be found by one.")
            choose(request)
            with at_home_in(request.edition):
                return answered(inner(request, *args, **kwargs))

        return update_wrapper(within_edition, view)

    def get_urls(self) -> list[Any]:
        # Django's way to a record's page would hand the secret address of any order to anybody on the staff.
        urls = [one for one in super().get_urls() if getattr(one, "name", "") != "view_on_site"]
        return [
            path("edition/", self.admin_view(self.choose_edition), name="choose-edition"),
            *urls,
        ]

    @method_decorator(require_POST)
    def choose_edition(self, request: Any) -> HttpResponse:
        """Work in another edition from now on; those without a duty in it stay where they are."""
        chosen = next(
            (edition for edition in request.editions if str(edition.pk) == request.POST.get("edition")), None
        )
        if chosen:
            request.session[KEY] = chosen.pk
        back = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/admin/")
        return redirect(back if is_ours else reverse("admin:index"))

    def each_context(self, request: Any) -> dict[str, Any]:
        edition = getattr(request, "edition", None)
        return {
            **super().each_context(request),
            "edition": edition,
            "editions": getattr(request, "editions", []),
            "site_url": edition.get_absolute_url() if edition else "/",
        }

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Storey by storey, what is used most first."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda entry: getattr(self._registry[entry["model"]], "menu_position", 50))
            app["models"] = [line for entry in app["models"] for line in self._lines(entry, request)]
        return sorted(apps, key=lambda app: (*STOREYS, app["app_label"]).index(app["app_label"]))

    def _lines(self, entry: dict[str, Any], request: HttpRequest) -> list[dict[str, Any]]:
        """A model in the menu, before it the pages of its admin that have a name of their own there."""
        of_admin: Any = getattr(self._registry[entry["model"]], "menu_pages", None)
        pages: list[tuple[Any, str]] = of_admin(request) if of_admin else []
        named = [
            {
                **entry,
                "name": name,
                "object_name": f"{entry['object_name']}-{number}",
                "admin_url": address,
                "add_url": None,
                "view_only": True,
            }
            for number, (name, address) in enumerate(pages, 1)
        ]
        return [*named, entry]
