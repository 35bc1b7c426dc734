"""What a file may do to somebody who is here already: not rename them, and not agree for them."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from agenda.imports.schedule_import import ScheduleImport
from forum.models import Edition
from speakers.models import Consent, Speaker
from tests import make
from tests.agenda import schedules
from tests.agenda.schedules import bring, event, json_1, json_event, told, xml

pytestmark = pytest.mark.django_db
MEI = xml(event(persons=[(1, "Mei Lin")]))


@pytest.fixture
def edition() -> Edition:
    return schedules.edition()


@pytest.mark.parametrize(
    "data",
    [
        MEI,
        json_1(json_event(persons=["Mei Lin"])),
        json_1(json_event(persons=[{"guid": schedules.GUID.format("90"), "name": "Mei Lin"}])),
        json_1(
            json_event(persons=[{"code": "QWERTY", "public_name": "Mei Lin", "url": "/speakers/mei-lin"}])
        ),
    ],
    ids=["number", "name", "guid", "code"],
)
def test_who_took_another_name_here_keeps_it_whatever_a_file_calls_them(
    edition: Edition, data: bytes
) -> None:
    bring(edition, data)
    speaker = Speaker.objects.get()
    slug, speaker.name = speaker.slug, "River Stone"
    speaker.save()
    again = data.replace(b"Session 1", b"Renamed")

    seen, done = ScheduleImport(edition, again).plan(), bring(edition, again)

    speaker = Speaker.objects.get()
    assert (speaker.name, speaker.slug) == ("River Stone", slug)
    assert "mei" not in speaker.search_text
    for plan in (seen, done):
        assert "“Mei Lin” in the file is called “River Stone” here; that stays so." in told(plan)
    assert bring(edition, again).is_idle


def test_who_comes_under_a_number_that_another_name_has_here_is_said(edition: Edition) -> None:
    bring(edition, MEI)
    Speaker.objects.update(name="River Stone")

    plan = bring(edition, MEI.replace(b"Invented", b"Another"))

    assert Speaker.objects.count() == 2
    assert "“Mei Lin” has the number of “River Stone” here" in told(plan)


@pytest.mark.parametrize("scope", list(Consent.Scope))
def test_who_took_an_agreement_back_does_not_agree_by_a_file(edition: Edition, scope: str) -> None:
    bring(edition, MEI)
    speaker = Speaker.objects.get()
    speaker.agree(scope)
    speaker.withdraw(scope)

    plan = bring(edition, MEI, speakers_agreed=True)

    assert not speaker.is_listed
    assert (plan.named, speaker.consents.count()) == (0, 1)
    assert "that stays so" in told(plan)


def test_who_has_a_profile_of_their_own_and_did_not_agree_does_not_agree_by_a_file(edition: Edition) -> None:
    bring(edition, MEI)
    Speaker.objects.update(user=make.user())

    plan = bring(edition, MEI, speakers_agreed=True)

    assert not Consent.objects.exists()
    assert "1 person has a profile here and did not agree to be named in public; that stays so." in told(plan)


def test_of_whom_nobody_has_ever_been_asked_here_a_file_may_say_that_they_agreed(edition: Edition) -> None:
    bring(edition, MEI)

    plan = bring(edition, MEI, speakers_agreed=True)

    assert Speaker.objects.get().is_listed
    assert (plan.named, plan.is_idle) == (1, False)


def test_nobody_can_try_out_whose_name_the_guid_of_a_pseudonym_was_made_from(
    settings: Any,
) -> None:
    data = json_1(json_event(persons=["Mei Lin"]))

    def guid_of_a_new_one() -> Any:
        edition = schedules.edition()
        bring(edition, data)
        assert bring(edition, data).is_idle
        return edition.speakers.get().guid

    here, again = guid_of_a_new_one(), guid_of_a_new_one()
    settings.SECRET_KEY = "another installation" * 3
    elsewhere = guid_of_a_new_one()

    assert here == again != elsewhere
    assert here != uuid5(NAMESPACE_URL, "Invented/person/Mei Lin")
