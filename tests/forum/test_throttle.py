"""How often something may be asked for, with Redis and without."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from forum import patience
from forum.throttle import allows

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.mark.embedded
@pytest.mark.parametrize("is_away", [False, True])
def test_the_first_ones_are_allowed_also_while_redis_is_away(is_away: bool) -> None:
    if is_away:
        patience.redis.lose_some()
    who = f"reader-{uuid4()}@example.org"

    answers = [allows("lost-link-to", who, times=3, within=MINUTE) for _ in range(5)]

    assert answers == [True, True, True, False, False]
    assert allows("lost-link-to", f"another-{who}", times=3, within=MINUTE)
