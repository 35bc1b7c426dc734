"""The pages on which organizers see what is translated, and translate what is missing, one language at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum import cldr
from forum.edition_admin import EditionAdmin
from forum.models import Edition
from forum.site.translating import Sheet
from forum.translated import Tally

RECORDS_A_PAGE = 25


@dataclass(frozen=True)
class Kind:
    """One kind of record with texts, as this user meets it in the back office."""

    admin: EditionAdmin
    records: Any
    may_change: bool

    @property
    def label(self) -> str:
        """Its name: “Sessions”."""
        opts = self.admin.opts
        return capfirst(str(opts.verbose_name if self.is_edition else opts.verbose_name_plural))

    @property
    def name(self) -> str:
        """Its name in addresses: `agenda_session`."""
        return f"{self.admin.opts.app_label}_{self.admin.opts.model_name}"

    @property
    def is_edition(self) -> bool:
        """Whether its only record here is the edition itself."""
        return self.admin.model is Edition

    def lacking(self, language: str, edition: Edition) -> str:
        """The path of what lacks the language."""
        if self.is_edition:
            return reverse("admin:forum_edition_change", args=[edition.pk])
        return reverse(f"admin:{self.name}_changelist", query={"lacks": language})

    def there(self, edition: Edition) -> str:
        """The path of all of its records."""
        return self.lacking("", edition) if self.is_edition else reverse(f"admin:{self.name}_changelist")

    def sheet(self, language: str) -> str:
        """The path of the page that asks for what the language lacks; none for who may only read."""
        return reverse("translate", args=[self.name, language]) if self.may_change else ""


@dataclass(frozen=True)
class Cell:
    """How much of a kind there is in a language, and where to see and to write it."""

    language: str
    tally: Tally
    there: str
    lacking: str
    sheet: str


def kinds(request: Any) -> list[Kind]:
    """What the user may see in the chosen edition, in the order of the menu."""
    admins = [one for one in admin.site._registry.values() if isinstance(one, EditionAdmin) and one.has_texts]
    places = {one["app_label"]: number for number, one in enumerate(admin.site.get_app_list(request))}
    seen = [one for one in admins if one.has_view_permission(request) and one.opts.app_label in places]
    seen.sort(key=lambda one: (places[one.opts.app_label], one.menu_position))
    return [Kind(one, one.translatable(request), one.has_change_permission(request)) for one in seen]


def cells(kind: Kind, edition: Edition) -> list[Cell]:
    """One kind in all languages of the edition."""
    tallies = kind.records.tally(edition.languages, main=edition.main_language)
    return [
        Cell(code, tally, kind.there(edition), kind.lacking(code, edition), kind.sheet(code))
        for code, tally in tallies.items()
    ]


def sums(rows: list[tuple[Kind, list[Cell]]], edition: Edition) -> list[tuple[str, Tally]]:
    """How much there is of everything, by language."""
    return [
        (code, Tally(*(sum(row[number].tally[part] for _kind, row in rows) for part in (0, 1))))
        for number, code in enumerate(edition.languages)
    ]


def summary(request: Any) -> list[tuple[str, Tally]]:
    """What the user's languages lack, in short; nothing where there is one language or nothing to see."""
    edition = request.edition
    if len(edition.languages) < 2:
        return []
    return sums([(kind, cells(kind, edition)) for kind in kinds(request)], edition)


def overview(request: Any) -> HttpResponse:
    """Count, by kind and language, what is there and what is missing."""
    edition = request.edition
    if edition is None:
        raise Http404
    rows = [(kind, cells(kind, edition)) for kind in kinds(request)]
    context = {
        **admin.site.each_context(request),
        "title": _("Translations"),
        "rows": [(kind, row) for kind, row in rows if any(cell.tally.all for cell in row)],
        "sums": sums(rows, edition),
        "may_choose": request.user.has_duty(edition),
    }
    return TemplateResponse(request, "admin/translations.html", context)


def translate(request: Any, kind: str, language: str) -> HttpResponse:
    """Ask for all that one kind lacks in one language, the source beside each box; POST saves what was written."""
    edition = request.edition
    found = next((one for one in kinds(request) if one.name == kind), None) if edition else None
    if found is None or language not in edition.languages:
        raise Http404
    if not found.may_change:
        raise PermissionDenied
    if request.method == "POST":
        return _save(request, found, language)
    lacking = found.records.lacking(language, main=edition.main_language).order_by("pk")
    page = Paginator(lacking, RECORDS_A_PAGE).get_page(request.GET.get("page"))
    return _shown(request, found, Sheet.asking(page, language, edition.main_language), page)


def _save(request: Any, kind: Kind, language: str) -> HttpResponse:
    with transaction.atomic():
        sheet = Sheet.sent(request.POST, kind.records, language, request.edition.main_language)
        for record, labels in sheet.save().items():
            kind.admin.log_change(request, record, [{"changed": {"fields": labels}}])
    if sheet.saved:
        said = ngettext("%(n)s text is saved.", "%(n)s texts are saved.", sheet.saved) % {"n": sheet.saved}
        messages.success(request, said)
    if sheet.gone:
        messages.error(request, _("Something you wrote for has been deleted meanwhile, so it is not saved."))
    return _shown(request, kind, sheet) if sheet.texts else redirect(request.get_full_path())


def _shown(request: Any, kind: Kind, sheet: Sheet, page: Any = None) -> HttpResponse:
    names = {"kind": kind.label, "language": cldr.language_name(sheet.language)}
    context = {
        **admin.site.each_context(request),
        "title": _("%(kind)s: missing in %(language)s") % names,
        "kind": kind,
        "sheet": sheet,
        "page": page,
    }
    return TemplateResponse(request, "admin/translate.html", context)
