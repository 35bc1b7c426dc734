"""Whether this process lives, and whether it can do its work: for load balancers and supervisors."""

from __future__ import annotations

from collections.abc import Callable

from celery import current_app
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum import pdf


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _migrations_are_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _cache_keeps() -> bool:
    cache.set("readyz", "yes", 10)
    return cache.get("readyz") == "yes"


def _queue_takes() -> bool:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return True


NEEDED: dict[str, Callable[[], bool]] = {
    "database": _database_answers,
    "migrations": _migrations_are_applied,
    "cache": _cache_keeps,
    "queue": _queue_takes,
    "PDF libraries": lambda: not pdf.missing_libraries(),
}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether all that this process needs is there, and if not, what is missing; why is told to nobody."""
    missing = [name for name, is_there in NEEDED.items() if not _holds(is_there)]
    return JsonResponse({"ready": not missing, "missing": missing}, status=503 if missing else 200)


def _holds(is_there: Callable[[], bool]) -> bool:
    try:
        return is_there()
    except Exception:  # each client has errors of its own, and all mean the same here
        return False
