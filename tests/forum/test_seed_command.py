"""When the demo forum is made, and when it is not."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from forum.models import Edition, User
from tests import make

pytestmark = pytest.mark.django_db


def test_the_demo_forum_is_made_in_a_demo_only(settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("seed_demo")

    assert not Edition.objects.exists()


def test_the_demo_forum_leaves_another_forum_alone(settings: Settings) -> None:
    settings.DEMO = True
    ours = make.edition()

    call_command("seed_demo", verbosity=0)

    assert [edition.pk for edition in Edition.objects.all()] == [ours.pk]
    assert not User.objects.exists()
