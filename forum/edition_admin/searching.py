"""Finding in long lists: to look through all records takes the most, so that they are looked through once a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet

AT_MOST = 1000  # keys; whoever finds more has not begun to find what they look for

if TYPE_CHECKING:
    Admin = ModelAdmin
else:
    Admin = object


def found_once(among: QuerySet[Any], found: QuerySet[Any]) -> QuerySet[Any]:
    """The records of `found`, which are some of those in `among`: by their keys, unless these are too many. The list
    counts what it shows; it need not search for it again."""
    keys = list(
        found.order_by().values_list("pk", flat=True)[: AT_MOST + 1]
    )  # a record may come more than once
    return found if len(keys) > AT_MOST else among.filter(pk__in=keys)


class FindsOnce(Admin):
    """An admin whose lists search once, and then count and show what was found."""

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        found, has_doubles = super().get_search_results(request, queryset, search_term)
        if not search_term:
            return found, has_doubles
        once = found_once(queryset, found)
        return once, has_doubles and once is found
