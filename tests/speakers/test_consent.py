"""A speaker's agreements: each by itself, with the moments at which it was given and withdrawn."""

from __future__ import annotations

import pytest

from speakers.models import Consent, Speaker
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def test_an_agreement_given_twice_is_one() -> None:
    speaker = make.speaker(listed=False)

    speaker.agree("recorded")
    first = speaker.agreement("recorded")
    speaker.agree("recorded")

    assert speaker.agreement("recorded") == first
    assert speaker.consents.count() == 1


def test_an_agreement_that_was_withdrawn_stays_on_record() -> None:
    speaker = make.speaker(listed=False)
    speaker.agree("recorded")

    speaker.withdraw("recorded")

    [consent] = speaker.consents.all()
    assert speaker.agreement("recorded") is None
    assert consent.withdrawn_at


def test_an_agreement_given_anew_is_a_new_record() -> None:
    speaker = make.speaker(listed=False)

    for _ in range(2):
        speaker.agree("recorded")
        speaker.withdraw("recorded")
    speaker.agree("recorded")

    assert speaker.consents.count() == 3
    assert speaker.consents.in_force().count() == 1


@pytest.mark.parametrize("scope", Consent.Scope.values)
def test_withdrawing_one_agreement_leaves_the_others(scope: str) -> None:
    speaker = make.speaker(listed=False)
    for each in Consent.Scope.values:
        speaker.agree(each)

    speaker.withdraw(scope)

    left = set(speaker.consents.in_force().values_list("scope", flat=True))
    assert left == set(Consent.Scope.values) - {scope}


def test_only_who_agreed_to_be_listed_is_listed() -> None:
    listed, withdrawn, never = make.speaker(), make.speaker(), make.speaker(listed=False)
    withdrawn.withdraw("listed")
    never.agree("recorded")

    assert list(Speaker.objects.consenting()) == [listed]


def test_who_speaks_in_an_open_and_in_a_closed_session_is_public() -> None:
    speaker = make.speaker()
    make.slot(make.session(speaker.edition, speakers=[speaker]), at="10:00")
    make.slot(make.session(speaker.edition, speakers=[speaker], access="closed"), at="14:00")

    make.release(speaker.edition)

    assert speaker.is_public


def test_who_speaks_in_closed_sessions_only_is_not_public() -> None:
    speaker = make.speaker()
    make.slot(make.session(speaker.edition, speakers=[speaker], access="closed"))

    make.release(speaker.edition)

    assert not speaker.is_public
