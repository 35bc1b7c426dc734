"""Editions: which is the current one, in which phase each is, and what belongs to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from forum.models import Edition, Phase, StakeholderGroup
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("phase", list(Phase))
def test_the_phase_follows_from_the_dates(phase: str) -> None:
    assert make.edition(phase=phase).phase == phase


def test_an_edition_runs_from_the_first_midnight_to_the_last_in_its_own_time_zone() -> None:
    edition = make.edition(starts_on=datetime(2031, 3, 4).date(), days=2, time_zone="Asia/Bangkok")
    bangkok = ZoneInfo("Asia/Bangkok")

    phases = {}
    for moment in (
        datetime(2031, 3, 3, 23, 59, 59, tzinfo=bangkok),
        datetime(2031, 3, 4, 0, 0, 0, tzinfo=bangkok),
        datetime(2031, 3, 5, 23, 59, 59, tzinfo=bangkok),
        datetime(2031, 3, 6, 0, 0, 0, tzinfo=bangkok),
    ):
        with time_machine.travel(moment, tick=False):
            phases[moment.isoformat()[:16]] = edition.phase

    assert list(phases.values()) == [Phase.OPEN, Phase.RUNNING, Phase.RUNNING, Phase.PAST]


def test_registration_opens_and_closes_at_its_very_moments() -> None:
    opens, closes = datetime(2031, 1, 1, 9, tzinfo=UTC), datetime(2031, 2, 1, 9, tzinfo=UTC)
    edition = make.edition(
        starts_on=datetime(2031, 3, 4).date(),
        published_at=opens - timedelta(days=1),
        registration_opens_at=opens,
        registration_closes_at=closes,
    )

    def takes(moment: datetime) -> bool:
        with time_machine.travel(moment, tick=False):
            return edition.takes_registrations

    second = timedelta(seconds=1)
    assert [takes(opens - second), takes(opens), takes(closes - second), takes(closes)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_pause_and_a_cancellation_end_registration_and_not_the_edition() -> None:
    now = timezone.now()

    paused, cancelled = make.edition(registration_paused_at=now), make.edition(cancelled_at=now)

    assert [edition.phase for edition in (paused, cancelled)] == [Phase.CLOSED, Phase.CLOSED]


def test_one_can_register_at_the_door_while_the_forum_runs() -> None:
    assert make.edition(phase="running").takes_registrations


def test_the_next_edition_to_end_is_the_current_one() -> None:
    make.edition(phase="past")
    soon = make.edition()
    make.edition(starts_on=timezone.now().date() + timedelta(days=400))

    assert Edition.objects.current() == soon
    assert soon.is_current


def test_without_a_coming_edition_the_last_one_is_current() -> None:
    make.edition(phase="past", starts_on=timezone.now().date() - timedelta(days=800))
    last = make.edition(phase="past")
    make.edition(phase="draft")

    assert Edition.objects.current() == last


def test_the_current_editions_pages_have_short_addresses_and_others_their_slug() -> None:
    current, past = make.edition(), make.edition(phase="past", slug="2017")

    assert current.path("register") == "/en/register/"
    assert past.path("register") == "/en/2017/register/"


def test_an_unpublished_edition_does_not_exist_for_visitors(client: Client) -> None:
    make.edition()
    draft = make.edition(phase="draft")

    assert client.get(f"/en/{draft.slug}/").status_code == 404


@pytest.mark.parametrize("slug", ["forum-2017", "Forum", "2017/18", "2017 "])
def test_an_editions_address_begins_with_a_digit(slug: str) -> None:
    edition = make.edition()
    edition.slug = slug

    with pytest.raises(ValidationError) as wrong:
        edition.full_clean()

    assert "slug" in wrong.value.message_dict


def test_an_edition_cannot_end_before_it_starts() -> None:
    edition = make.edition()

    with pytest.raises(IntegrityError):
        Edition.objects.filter(pk=edition.pk).update(ends_on=edition.starts_on - timedelta(days=1))


def test_a_group_is_shown_as_another_of_its_own_edition_only() -> None:
    edition = make.edition()
    advocates, survivors = make.group(edition), make.group(edition)
    survivors.shown_as = advocates
    survivors.full_clean()
    survivors.save()

    stranger = StakeholderGroup(edition=make.edition(), slug="x", name="X", shown_as=advocates)
    chain = StakeholderGroup(edition=edition, slug="y", name="Y", shown_as=survivors)

    assert survivors.public == advocates
    for wrong in (stranger, chain):
        with pytest.raises(ValidationError) as error:
            wrong.full_clean()
        assert "shown_as" in error.value.message_dict
