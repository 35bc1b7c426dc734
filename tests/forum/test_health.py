"""What load balancers ask."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings
from pytest_django import DjangoAssertNumQueries


@pytest.mark.django_db
def test_a_living_process_answers_without_asking_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.content == b"ok"


@pytest.mark.django_db
def test_a_process_is_ready_when_all_that_it_needs_is_there(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.json() == {"ready": True, "missing": []}
    assert answer.status_code == 200


@pytest.mark.django_db
@override_settings(
    CACHES={
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        }
    }
)
def test_a_process_that_lacks_something_says_what_but_not_why(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "missing": ["cache"]}
    assert b"127.0.0.1" not in answer.content
