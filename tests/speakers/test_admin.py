"""Speakers in the back office."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum.models import Edition
from speakers.models import Speaker
from tests import make, staff

pytestmark = pytest.mark.django_db
LIST = "admin:speakers_speaker_changelist"


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("programme", edition)


def opened(speaker: Speaker) -> str:
    return reverse("admin:speakers_speaker_change", args=[speaker.pk])


def found(page: object) -> set[str]:
    return {speaker.name for speaker in page.context["cl"].result_list}  # type: ignore[attr-defined]


@pytest.mark.parametrize("duty", ["registration", "finance", "door"])
def test_a_speakers_address_is_for_the_programme_and_protection_only(duty: str, edition: Edition) -> None:
    speaker = make.speaker(edition, email="mei@example.org")
    other = staff.at_work(duty, edition)

    assert [other.get(opened(speaker)).status_code, other.get(reverse(LIST)).status_code] == [403, 403]


def test_an_agreement_is_given_and_withdrawn_by_verbs(edition: Edition, organizer: Client) -> None:
    speaker = make.speaker(edition, listed=False)
    agree, withdraw = (
        reverse(f"admin:speakers_speaker_{verb}-listed", args=[speaker.pk]) for verb in ("agree", "withdraw")
    )

    organizer.post(agree)
    agreed = Speaker.objects.consenting().exists()
    organizer.post(withdraw, {"confirmed": "yes"})
    withdrawn = not Speaker.objects.consenting().exists()

    assert (agreed, withdrawn) == (True, True)
    assert speaker.consents.count() == 1


def test_an_agreement_is_not_edited(edition: Edition, organizer: Client) -> None:
    speaker = make.speaker(edition)
    given_at = speaker.consents.get().given_at
    sent = staff.fields(
        organizer.get(opened(speaker)),
        **{"consents-0-given_at": "2001-01-01T10:00", "consents-0-DELETE": "on"},
    )

    organizer.post(opened(speaker), {**sent, "consents-0-id": speaker.consents.get().pk})

    assert speaker.consents.get().given_at == given_at


@pytest.mark.parametrize(("missing", "expected"), [("bio", "Ana"), ("photo", "Ben"), ("agreement", "Chai")])
def test_a_filter_finds_those_who_lack_something(
    missing: str, expected: str, edition: Edition, organizer: Client
) -> None:
    make.speaker(edition, name="Ana", bio={}, photo_key="a")
    make.speaker(edition, name="Ben")
    make.speaker(edition, name="Chai", photo_key="c", listed=False)

    assert found(organizer.get(reverse(LIST), {"missing": missing})) == {expected}


def test_the_list_shows_and_filters_the_group_that_others_see(edition: Edition, organizer: Client) -> None:
    civil = make.group(edition, name="Civil society")
    survivors = make.group(edition, name="Survivors", shown_as=civil)
    make.speaker(edition, name="Ana", group=survivors)
    make.speaker(edition, name="Ben", group=civil)

    page = organizer.get(reverse(LIST))
    asked = organizer.get(reverse(LIST), {"shown-group": civil.pk})
    felt = organizer.get(reverse(LIST), {"group__id__exact": survivors.pk})

    assert "Survivors" not in page.content.decode()
    assert found(asked) == {"Ana", "Ben"}
    assert felt.status_code == 400


def test_the_programme_cannot_tell_who_has_a_group_that_is_not_shown(
    edition: Edition, organizer: Client
) -> None:
    civil = make.group(edition, name="Civil society")
    survivors = make.group(edition, name="Survivors", shown_as=civil)
    ana = make.speaker(edition, name="Ana", group=survivors)
    page = organizer.get(opened(ana))
    sent = staff.fields(page, organisation="Lake Union")

    organizer.post(opened(ana), sent)
    after_saving = Speaker.objects.get().group
    organizer.post(opened(ana), {**sent, "group": survivors.pk})

    assert "Survivors" not in page.content.decode()
    assert sent["group"] == str(civil.pk)
    assert after_saving == Speaker.objects.get().group == survivors
    assert Speaker.objects.get().organisation == "Lake Union"


def test_the_programme_gives_an_ordinary_group(edition: Edition, organizer: Client) -> None:
    civil, brands = make.group(edition), make.group(edition)
    survivors = make.group(edition, shown_as=civil)
    speakers = [make.speaker(edition, group=group) for group in (None, civil, survivors)]

    for speaker in speakers:
        page = organizer.get(opened(speaker))
        organizer.post(opened(speaker), staff.fields(page, group=brands.pk))

    assert [speaker.group for speaker in Speaker.objects.all()] == [brands] * 3


def test_the_programme_cannot_give_a_group_that_is_not_shown(edition: Edition, organizer: Client) -> None:
    survivors = make.group(edition, shown_as=make.group(edition))
    speaker = make.speaker(edition)

    answer = organizer.post(opened(speaker), staff.fields(organizer.get(opened(speaker)), group=survivors.pk))

    assert "group" in answer.context["adminform"].form.errors


def test_protection_sees_the_group_and_an_owner_changes_it(edition: Edition) -> None:
    civil = make.group(edition, name="Civil society")
    survivors = make.group(edition, name="Survivors", shown_as=civil)
    speaker = make.speaker(edition, group=survivors)
    protection, owner = staff.at_work("protection", edition), staff.at_work("owner", edition)

    seen = protection.get(opened(speaker)).content.decode()
    sent = staff.fields(owner.get(opened(speaker)))
    owner.post(opened(speaker), {**sent, "group": civil.pk})

    speaker.refresh_from_db()
    assert "Survivors" in seen
    assert sent["group"] == str(survivors.pk)
    assert speaker.group == civil


def test_sorting_by_group_sorts_by_the_one_that_others_see(edition: Edition, organizer: Client) -> None:
    civil = make.group(edition, position=1)
    survivors = make.group(edition, position=3, shown_as=civil)
    brands = make.group(edition, position=2)
    for name, group in (("Ana", survivors), ("Ben", brands), ("Chai", civil)):
        make.speaker(edition, name=name, group=group)

    rows = organizer.get(reverse(LIST), {"o": "3"}).context["cl"].result_list

    assert [speaker.name for speaker in rows][-1] == "Ben"


def test_a_corrected_address_takes_the_profile_from_whoever_had_it(
    edition: Edition, organizer: Client
) -> None:
    stranger = make.user("wrong@example.org")
    speaker = make.speaker(edition, email="wrong@example.org", user=stranger)

    page = organizer.get(opened(speaker))
    organizer.post(opened(speaker), staff.fields(page, email="right@example.org"))

    speaker.refresh_from_db()
    assert "wrong@example.org</div>" in page.content.decode()
    assert (speaker.email, speaker.user) == ("right@example.org", None)


def test_a_profile_stays_with_its_person_when_something_else_is_changed(
    edition: Edition, organizer: Client
) -> None:
    person = make.user("mei@example.org")
    speaker = make.speaker(edition, email="mei@example.org", user=person)

    organizer.post(opened(speaker), staff.fields(organizer.get(opened(speaker)), organisation="Lake Union"))

    speaker.refresh_from_db()
    assert (speaker.organisation, speaker.user) == ("Lake Union", person)


def test_links_are_written_one_a_line(edition: Edition, organizer: Client) -> None:
    speaker = make.speaker(edition)
    sent = staff.fields(organizer.get(opened(speaker)))

    organizer.post(opened(speaker), {**sent, "links": "https://a.example.org/\n\n https://b.example.org/x "})
    wrong = organizer.post(opened(speaker), {**sent, "links": "javascript:alert(1)"})

    speaker.refresh_from_db()
    assert speaker.links == ["https://a.example.org/", "https://b.example.org/x"]
    assert "links" in wrong.context["adminform"].form.errors


def test_a_speaker_in_a_release_is_kept_and_the_page_says_what_to_do(
    edition: Edition, organizer: Client
) -> None:
    speaker = make.speaker(edition)
    make.slot(make.session(edition, speakers=[speaker]))
    make.release(edition)

    answer = organizer.post(reverse("admin:speakers_speaker_delete", args=[speaker.pk]), {"post": "yes"})

    assert "Withdraw their agreement" in answer.content.decode()
    assert Speaker.objects.exists()


def test_saving_a_speaker_leaves_the_photo_to_those_who_changed_it_meanwhile() -> None:
    speaker = make.speaker(photo_key="former")
    Speaker.objects.filter(pk=speaker.pk).update(photo_key="newer")

    speaker.name = "Mei Lin"
    speaker.save_but_photo()

    speaker.refresh_from_db()
    assert speaker.photo_key == "newer"
    assert speaker.name == "Mei Lin"
    assert "mei lin" in speaker.search_text
