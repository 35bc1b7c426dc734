"""Quotas in the back office: for which groups, what is set aside, and of which group somebody is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.models import Edition, StakeholderGroup
from registration.models import Quota, TicketType
from tests import make, staff
from tests.registration.test_admin import deed, listed, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def suppliers(edition: Edition) -> StakeholderGroup:
    return make.group(edition, name="Suppliers")


@pytest.fixture
def kind(edition: Edition) -> TicketType:
    return make.ticket_type(edition, name="Main forum")


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("registration", edition)


def setting_aside(quota: Quota) -> str:
    return reverse("admin:registration_quota_set_aside", args=[quota.pk])


# --- which groups ---


def test_a_quota_is_made_for_some_groups(
    kind: TicketType, suppliers: StakeholderGroup, organizer: Client
) -> None:
    make.ticket(ticket_type=kind, group=suppliers, order=make.order(ticket_type=kind))
    sent = {"name": "Suppliers", "size": 40, "ticket_types": [kind.pk], "groups": [suppliers.pk]}

    organizer.post(reverse("admin:registration_quota_add"), sent)

    quota = Quota.objects.get()
    assert (quota.counts, list(quota.groups.all()), quota.taken) == ("only", [suppliers], 1)


def test_the_list_says_in_a_sentence_what_each_quota_does(
    kind: TicketType, suppliers: StakeholderGroup, organizer: Client
) -> None:
    make.quota(kind, size=40, groups=[suppliers])
    make.set_aside(make.quota(kind, size=100), 20, suppliers)
    make.quota(kind, size=None)

    page = organizer.get(listed("quota")).content.decode()

    assert "At most 40 of Suppliers; others are not counted." in page
    assert "At most 100, of all groups together." in page
    assert "20 are set aside for Suppliers; of the other 80, others have 0." in page
    assert "As many as want to come." in page
    assert page.count('class="field-said"') == 3  # what keeps places is no quota of its own here


def test_a_quota_offers_no_group_that_is_shown_as_another(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup, organizer: Client
) -> None:
    hidden = make.group(edition, name="Hidden ones", shown_as=suppliers)
    quota = make.quota(kind)

    for address in (opened(quota), setting_aside(quota)):
        page = organizer.get(address).content.decode()
        assert "Suppliers" in page
        assert "Hidden ones" not in page
    organizer.post(setting_aside(quota), {"number": 1, "groups": [hidden.pk], "until": ""})
    assert Quota.objects.count() == 1


def test_a_group_that_a_quota_counts_is_not_deleted(
    kind: TicketType, suppliers: StakeholderGroup, organizer: Client
) -> None:
    make.quota(kind, groups=[suppliers])

    organizer.post(reverse("admin:forum_stakeholdergroup_delete", args=[suppliers.pk]), {"post": "yes"})

    assert StakeholderGroup.objects.filter(pk=suppliers.pk).exists()


# --- set aside ---


def test_an_organizer_sets_places_aside_and_changes_it_again(
    kind: TicketType, suppliers: StakeholderGroup, organizer: Client
) -> None:
    quota = make.quota(kind, size=100)
    until = timezone.localtime(timezone.now() + timedelta(days=9), kind.edition.zone)
    sent = {"number": 20, "groups": [suppliers.pk], "until": until.strftime("%Y-%m-%dT%H:%M")}

    organizer.post(setting_aside(quota), sent)

    aside = Quota.objects.get(kept_from=quota)
    assert (aside.size, aside.kept_until) == (80, until.replace(second=0, microsecond=0))
    assert 'value="20"' in organizer.get(setting_aside(quota)).content.decode()
    organizer.post(setting_aside(quota), {**sent, "number": 30, "until": ""})
    aside.refresh_from_db()
    assert (aside.size, aside.kept_until) == (70, None)


def test_what_cannot_be_set_aside_is_said_at_its_field(
    kind: TicketType, suppliers: StakeholderGroup, organizer: Client
) -> None:
    quota = make.quota(kind, size=10)

    too_many = organizer.post(setting_aside(quota), {"number": 11, "groups": [suppliers.pk]})
    passed = {"number": 1, "groups": [suppliers.pk], "until": "2020-01-01T10:00"}
    too_late = organizer.post(setting_aside(quota), passed)

    assert "Choose a number between 1 and that." in too_many.context["form"].errors["number"][0]
    assert list(too_late.context["form"].errors) == ["until"]


def test_an_organizer_releases_what_is_set_aside(
    kind: TicketType, suppliers: StakeholderGroup, organizer: Client
) -> None:
    quota = make.quota(kind, size=10)
    aside = make.set_aside(quota, 2, suppliers)

    organizer.post(deed(quota, "release"), {"confirmed": "yes"})

    aside.refresh_from_db()
    assert aside.is_released
    assert "now all groups share them" in organizer.get(listed("quota")).content.decode()


def test_what_keeps_places_is_changed_where_it_is_set_aside(
    kind: TicketType, suppliers: StakeholderGroup, organizer: Client
) -> None:
    quota = make.quota(kind, size=10)
    aside = make.set_aside(quota, 2, suppliers)

    answer = organizer.get(opened(aside))

    assert answer["Location"] == opened(quota)
    assert organizer.get(setting_aside(aside)).status_code == 404


@pytest.mark.parametrize("duty", ["finance", "protection", "programme", "door"])
def test_only_those_who_answer_for_registration_set_places_aside(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup, duty: str
) -> None:
    quota, other = make.quota(kind, size=10), staff.at_work(duty, edition)

    answers = [
        other.get(setting_aside(quota)).status_code,
        other.post(setting_aside(quota), {"number": 1, "groups": [suppliers.pk]}).status_code,
    ]

    assert answers == [404, 404]
    assert Quota.objects.count() == 1


def test_a_quota_of_another_edition_does_not_exist(suppliers: StakeholderGroup, organizer: Client) -> None:
    quota = make.quota(make.ticket_type(make.edition(phase="past")), size=10)

    assert organizer.get(setting_aside(quota)).status_code == 404


# --- of which group somebody is ---


def changing_group(pk: int) -> str:
    return reverse("admin:registration_ticket_group", args=[pk])


def test_an_organizer_puts_a_group_right(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup, organizer: Client
) -> None:
    quota, brands = make.quota(kind, groups=[suppliers]), make.group(edition)
    ticket = make.ticket(ticket_type=kind, group=brands, order=make.order(tickets=0, ticket_type=kind))

    organizer.post(changing_group(ticket.pk), {"group": suppliers.pk})

    ticket.refresh_from_db()
    quota.refresh_from_db()
    assert (ticket.group, quota.taken) == (suppliers, 1)


def test_who_does_not_see_real_groups_leaves_them_as_they_are(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup, organizer: Client
) -> None:
    hidden = make.group(edition, name="Hidden ones", shown_as=suppliers)
    ticket = make.ticket(ticket_type=kind, group=hidden, order=make.order(tickets=0, ticket_type=kind))

    page = organizer.get(changing_group(ticket.pk))
    organizer.post(changing_group(ticket.pk), {"group": suppliers.pk})

    ticket.refresh_from_db()
    assert ticket.group == hidden
    assert "Hidden ones" not in page.content.decode()
    assert page.context["form"]["group"].value() == suppliers.pk


def test_a_group_that_is_full_is_said_at_the_field(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup, organizer: Client
) -> None:
    make.quota(kind, size=0, groups=[suppliers])
    ticket = make.ticket(
        ticket_type=kind, group=make.group(edition), order=make.order(tickets=0, ticket_type=kind)
    )

    answer = organizer.post(changing_group(ticket.pk), {"group": suppliers.pk})

    said = "The places of “Main forum” for Suppliers are taken. Choose another ticket."
    assert answer.context["form"].errors["group"] == [said]


@pytest.mark.parametrize("duty", ["finance", "protection", "programme", "door"])
def test_only_those_who_answer_for_registration_change_groups(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup, duty: str
) -> None:
    ticket, other = make.ticket(order=make.order(edition=edition, tickets=0)), staff.at_work(duty, edition)
    was = ticket.group

    answers = [
        other.get(changing_group(ticket.pk)).status_code,
        other.post(changing_group(ticket.pk), {"group": suppliers.pk}).status_code,
    ]

    ticket.refresh_from_db()
    assert (answers, ticket.group) == ([404, 404], was)
