"""The back office: one edition at a time, rights by duty, nothing that the content policy would refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from forum.models import Duty, Edition, Interest, Message, Page, User
from tests import make, staff

pytestmark = pytest.mark.django_db

INLINE = re.compile(rb"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)[^>]*>")


@pytest.fixture
def edition() -> Edition:
    return make.edition(languages=["en", "th"])


def listed(model: str) -> str:
    return reverse(f"admin:{model}_changelist")


def opened(record: Any) -> str:
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])


# --- one edition at a time ---


def test_a_list_shows_the_chosen_edition_only(edition: Edition) -> None:
    earlier = make.edition("past")
    make.page(edition, "about-now")
    make.page(earlier, "about-then")
    organizer = staff.at_work("superuser", edition)

    now = organizer.get(listed("forum_page")).content.decode()
    organizer.post(reverse("admin:choose-edition"), {"edition": earlier.pk})
    then = organizer.get(listed("forum_page")).content.decode()

    assert "about-now" in now
    assert "about-then" not in now
    assert "about-then" in then
    assert "about-now" not in then


def test_nobody_works_in_an_edition_without_a_duty_there(edition: Edition) -> None:
    other = make.edition("past")
    make.page(other, "about-then")
    organizer = staff.at_work("programme", edition)

    organizer.post(reverse("admin:choose-edition"), {"edition": other.pk})
    page = organizer.get(listed("forum_page"))

    assert page.context["edition"] == edition
    assert b"about-then" not in page.content


def test_an_edition_is_not_chosen_by_following_a_link(edition: Edition) -> None:
    organizer = staff.at_work("superuser", edition)

    answer = organizer.get(reverse("admin:choose-edition"), {"edition": edition.pk})

    assert answer.status_code == 405


def test_choosing_an_edition_leads_to_no_other_site(edition: Edition) -> None:
    organizer = staff.at_work("superuser", edition)

    answer = organizer.post(
        reverse("admin:choose-edition"),
        {"edition": edition.pk, "next": "https://elsewhere.example.org/admin/"},
    )

    assert answer["Location"] == reverse("admin:index")


def test_a_record_of_another_edition_does_not_exist(edition: Edition) -> None:
    theirs = make.page(make.edition("past"), "about-then")
    organizer = staff.at_work("superuser", edition)

    answers = [
        organizer.get(opened(theirs)),
        organizer.post(opened(theirs), {"title_en": "Taken over", "body_en": "", "position": 0}),
        organizer.post(reverse("admin:forum_page_delete", args=[theirs.pk]), {"post": "yes"}),
    ]

    theirs.refresh_from_db()
    assert [answer["Location"] for answer in answers] == [reverse("admin:index")] * 3
    assert str(theirs.title) == "About-then".replace("-", " ")


def test_a_field_offers_records_of_the_chosen_edition_only(edition: Edition) -> None:
    make.group(edition, name="Ours")
    theirs = make.group(make.edition("past"), name="Theirs")
    organizer = staff.at_work("protection", edition)
    address = reverse("admin:forum_stakeholdergroup_add")

    form = organizer.get(address)
    sent = staff.fields(form, name_en="New", slug="new", shown_as=theirs.pk)
    answer = organizer.post(address, sent)

    assert "Ours" in form.content.decode()
    assert "Theirs" not in form.content.decode()
    assert "shown_as" in answer.context["adminform"].form.errors


def test_a_new_record_gets_the_chosen_edition(edition: Edition) -> None:
    organizer = staff.at_work("programme", edition)
    address = reverse("admin:forum_page_add")

    organizer.post(address, staff.fields(organizer.get(address), title_en="Visa", slug="visa"))

    assert Page.objects.get(slug="visa").edition == edition


def test_an_address_that_is_taken_is_said_in_the_form(edition: Edition) -> None:
    make.page(edition, "visa")
    organizer = staff.at_work("programme", edition)
    address = reverse("admin:forum_page_add")

    answer = organizer.post(address, staff.fields(organizer.get(address), title_en="Visa", slug="visa"))

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert Page.objects.count() == 1


def test_an_address_does_not_change(edition: Edition) -> None:
    page = make.page(edition, "visa")
    organizer = staff.at_work("programme", edition)

    organizer.post(opened(page), staff.fields(organizer.get(opened(page)), slug="visas", title_en="Visas"))

    page.refresh_from_db()
    assert (page.slug, page.title["en"]) == ("visa", "Visas")


def test_a_text_has_a_box_for_each_language_and_keeps_the_others(edition: Edition) -> None:
    page = make.page(edition, title={"en": "Visa", "my": "ဗီဇာ"})
    organizer = staff.at_work("programme", edition)

    form = organizer.get(opened(page))
    organizer.post(opened(page), staff.fields(form, title_th="วีซ่า"))

    page.refresh_from_db()
    assert 'name="title_my"' not in form.content.decode()
    assert page.title == {"en": "Visa", "th": "วีซ่า", "my": "ဗီဇာ"}


def test_times_are_those_of_the_edition_with_its_zone_named(edition: Edition) -> None:
    organizer = staff.at_work("owner", edition)

    form = organizer.get(opened(edition))
    organizer.post(opened(edition), staff.fields(form, registration_opens_at="2020-03-09T10:00"))

    edition.refresh_from_db()
    assert "Bangkok time (UTC+7)" in form.content.decode()
    assert edition.registration_opens_at is not None
    assert edition.registration_opens_at.isoformat() == "2020-03-09T03:00:00+00:00"


def test_the_main_language_of_an_edition_comes_first(edition: Edition) -> None:
    organizer = staff.at_work("owner", edition)
    sent = staff.fields(organizer.get(opened(edition)), main_language="th", all_languages=["en", "th"])

    organizer.post(opened(edition), {**sent, "name_th": "เวที"})

    edition.refresh_from_db()
    assert edition.languages == ["th", "en"]


def test_on_a_fresh_installation_a_superuser_makes_the_first_edition() -> None:
    organizer = staff.enter(Client(), make.user(is_superuser=True))
    sent = {
        "name_en": "First",
        "slug": "2027",
        "accent": "#8a3b12",
        "contact_email": "hello@example.org",
        "starts_on": "2027-03-09",
        "ends_on": "2027-03-11",
        "time_zone": "Asia/Bangkok",
        "currency": "USD",
        "main_language": "en",
    }

    first = organizer.get(reverse("admin:index"))
    form = organizer.get(reverse("admin:forum_edition_add"))
    organizer.post(reverse("admin:forum_edition_add"), sent)

    assert reverse("admin:forum_edition_add") in first.content.decode()
    assert 'name="main_language"' in form.content.decode()
    assert Edition.objects.get().slug == "2027"


def test_an_edition_that_has_prices_keeps_its_currency(edition: Edition) -> None:
    owner = staff.at_work("owner", edition)

    before = "currency" in staff.fields(owner.get(opened(edition)))
    make.ticket_type(edition)
    owner.post(opened(edition), staff.fields(owner.get(opened(edition)), currency="JPY"))

    edition.refresh_from_db()
    assert before
    assert edition.currency == "USD"


@pytest.mark.parametrize("address", ["/admin/forum/edition/{}/change/", "/admin/forum/edition/0{}/change/"])
def test_a_duty_in_one_edition_changes_no_other(address: str, edition: Edition) -> None:
    person = make.user(duty="owner", edition=edition)
    other = make.edition("past")
    Duty.objects.create(user=person, edition=other, role="door")
    organizer = staff.enter(Client(), person)
    sent = staff.fields(organizer.get(opened(edition)), name_en="Taken over")

    answer = organizer.post(address.format(other.pk), sent)

    other.refresh_from_db()
    assert answer.status_code == 403
    assert str(other.name) == "Forum on Responsible Sourcing"


def test_an_edition_is_opened_in_its_own_time_zone_however_its_number_is_written(edition: Edition) -> None:
    other = make.edition("past", time_zone="Africa/Nairobi")
    superuser = staff.at_work("superuser", edition)

    page = superuser.get(f"/admin/forum/edition/0{other.pk}/change/").content.decode()

    assert "UTC+3" in page


def test_staff_at_work_see_the_drafts_of_their_editions_only(edition: Edition) -> None:
    ours, theirs = make.edition("draft"), make.edition("draft")
    organizer = staff.at_work("programme", ours)

    answers = [organizer.get(f"/en/{draft.slug}/") for draft in (ours, theirs)]

    assert [answer.status_code for answer in answers] == [200, 404]


# --- rights by duty ---

MODELS = {
    "forum_edition": "all",
    "forum_page": "programme registration protection",
    "forum_partner": "programme",
    "forum_stakeholdergroup": "programme registration protection finance",
    "forum_interest": "registration",
    "forum_message": "registration",
    "forum_job": "programme registration",
    "forum_duty": "",
    "forum_user": None,
    "speakers_speaker": "programme protection",
    "agenda_day": "programme registration door protection",
    "agenda_room": "programme registration door protection",
    "agenda_track": "programme",
    "agenda_format": "programme",
    "agenda_session": "programme protection",
    "agenda_slot": "programme protection",
    "agenda_release": "programme",
    "registration_tickettype": "registration finance protection",
    "registration_quota": "registration finance protection",
    "registration_voucher": "registration finance",
    "registration_waitingentry": "registration finance protection",
    "registration_order": "registration finance protection",
    "registration_ticket": "registration finance protection",
    "registration_attendee": "registration finance protection",
    "registration_payment": "registration finance",
    "registration_refund": "registration finance",
    "registration_notice": "registration finance",
    "registration_refundrule": "registration finance",
    "registration_bankstatement": "finance",
    "registration_dispute": "registration finance",
    "registration_bulkrefund": "registration finance",
    "registration_announcement": "registration",
    "registration_invoice": "finance",
    "registration_guest": "registration protection",
    "registration_question": "registration finance protection",
    "registration_questionoption": "registration finance protection",
}


def test_the_table_of_rights_names_every_admin() -> None:
    registered = {f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry}

    assert registered == set(MODELS)


@pytest.mark.parametrize("duty", Duty.Role.values)
def test_each_duty_opens_the_lists_that_it_is_about(duty: str, edition: Edition) -> None:
    organizer = staff.at_work(duty, edition)

    open_to_them = {model for model in MODELS if organizer.get(listed(model)).status_code == 200}

    expected = {
        model
        for model, duties in MODELS.items()
        if duties is not None and (duty == "owner" or duties == "all" or duty in duties.split())
    }
    assert open_to_them == expected


def test_a_duty_in_one_edition_is_none_in_another(edition: Edition) -> None:
    person = make.user(duty="registration", edition=edition)
    other = make.edition("past")
    Duty.objects.create(user=person, edition=other, role="door")
    organizer = staff.enter(Client(), person)

    organizer.post(reverse("admin:choose-edition"), {"edition": other.pk})

    assert organizer.get(listed("registration_attendee")).status_code == 403


def test_who_may_only_read_cannot_change(edition: Edition) -> None:
    page = make.page(edition, "visa")
    reader = staff.at_work("registration", edition)

    shown = reader.get(opened(page))
    answer = reader.post(opened(page), {"title_en": "Changed", "body_en": "", "position": 0})

    page.refresh_from_db()
    assert "Visa" in shown.content.decode()
    assert "{" not in re.sub(r"\s", "", shown.content.decode().split("<main")[1].split("</main")[0])
    assert answer.status_code == 403
    assert str(page.title) == "Visa"


def test_a_user_without_a_duty_is_sent_to_sign_in(edition: Edition) -> None:
    visitor = staff.enter(Client(), make.user())

    assert visitor.get(reverse("admin:index")).status_code == 302


def test_nobody_can_feel_their_way_to_what_a_list_does_not_show(edition: Edition) -> None:
    make.interest(edition, email="somebody@example.org")
    organizer = staff.at_work("registration", edition)

    answer = organizer.get(listed("forum_interest"), {"email__startswith": "some"})

    assert answer.status_code == 400


def test_the_staff_cannot_ask_for_the_address_of_any_record(edition: Edition) -> None:
    order = make.order(edition=edition)
    kind = ContentType.objects.get_for_model(order)
    door = staff.at_work("door", edition)

    answer = door.get(f"/admin/r/{kind.pk}/{order.pk}/")

    assert order.secret not in answer.get("Location", "")


def test_what_no_database_can_hold_is_not_looked_for(edition: Edition) -> None:
    organizer = staff.at_work("owner", edition)
    asked = {"app_label": "agenda", "model_name": "appearance", "field_name": "speaker", "term": "\x00"}

    answers = [
        organizer.get(reverse("admin:autocomplete"), asked),
        organizer.get(listed("forum_message"), {"status__exact": "\x00"}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]


@pytest.mark.parametrize("wrong", ["²", "abc", "0", "999999"])
@pytest.mark.parametrize(
    ("model", "name"),
    [("speakers_speaker", "shown-group"), ("agenda_slot", "day"), ("agenda_session", "day")],
)
def test_a_filter_takes_only_what_it_offers(model: str, name: str, wrong: str, edition: Edition) -> None:
    make.group(edition)
    make.day(edition)
    MAKERS[model](edition)
    organizer = staff.at_work("owner", edition)

    page = organizer.get(listed(model), {name: wrong})

    assert len(page.context["cl"].result_list) == 1


# --- people and duties ---


def test_an_owner_gives_a_duty_to_an_address(edition: Edition) -> None:
    owner = staff.at_work("owner", edition)

    owner.post(reverse("admin:forum_duty_add"), {"email": "New.Person@example.org", "role": "door"})

    newcomer = User.objects.known_as("new.person@example.org")
    assert newcomer is not None
    assert newcomer.has_duty(edition, "door")
    assert not newcomer.has_usable_password()


def test_a_duty_is_given_once(edition: Edition) -> None:
    owner = staff.at_work("owner", edition)
    make.user("dan@example.org", duty="door", edition=edition)

    answer = owner.post(reverse("admin:forum_duty_add"), {"email": "dan@example.org", "role": "door"})

    assert "email" in answer.context["adminform"].form.errors


@pytest.mark.parametrize("duty", ["programme", "registration", "finance", "door", "protection"])
def test_only_an_owner_gives_duties(duty: str, edition: Edition) -> None:
    organizer = staff.at_work(duty, edition)

    answer = organizer.post(reverse("admin:forum_duty_add"), {"email": "friend@example.org", "role": "owner"})

    assert answer.status_code == 403
    assert User.objects.known_as("friend@example.org") is None


def test_the_only_owner_stays(edition: Edition) -> None:
    owner = staff.at_work("owner", edition)
    duty = Duty.objects.get()

    answer = owner.post(reverse("admin:forum_duty_delete", args=[duty.pk]), {"post": "yes"})

    assert "only owner" in answer.content.decode()
    assert Duty.objects.exists()


def test_an_address_is_kept_in_small_letters(edition: Edition) -> None:
    make.user("taken@example.org")
    superuser = staff.at_work("superuser", edition)
    address = reverse("admin:forum_user_add")
    form = superuser.get(address)

    superuser.post(address, staff.fields(form, email="New.Person@Example.org"))
    answer = superuser.post(address, staff.fields(form, email="Taken@Example.org"))

    assert User.objects.known_as("new.person@example.org") is not None
    assert "email" in answer.context["adminform"].form.errors


def test_no_page_shows_a_password(edition: Edition) -> None:
    person = make.user(password="a long and secret sentence")
    organizer = staff.at_work("superuser", edition)

    page = organizer.get(opened(person)).content.decode()

    assert person.password not in page
    assert "scrypt" not in page


# --- what was sent ---


def test_a_failed_mail_is_sent_again(edition: Edition) -> None:
    message = make.message(about=make.interest(edition))
    make.failed(message, "550 5.1.1 No such mailbox here")
    organizer = staff.at_work("registration", edition)

    shown = organizer.get(listed("forum_message"), {"status__exact": "failed"})
    organizer.post(reverse("admin:forum_message_again", args=[message.pk]))

    message.refresh_from_db()
    assert "No such mailbox" in shown.content.decode()
    assert (message.status, message.error) == ("queued", "")


def test_a_mail_that_went_is_not_sent_again(edition: Edition) -> None:
    message = make.message(about=make.interest(edition))
    message.claim()
    message.claim()
    message.finish()
    organizer = staff.at_work("registration", edition)
    chosen = {"action": "again", "_selected_action": [message.pk]}

    answer = organizer.post(listed("forum_message"), chosen, follow=True)

    message.refresh_from_db()
    assert message.status == "sent"
    assert "“Send again” does not apply any more" in staff.said(answer)


def test_nothing_in_the_outbox_is_changed_or_deleted(edition: Edition) -> None:
    message = make.message(about=make.interest(edition))
    organizer = staff.at_work("superuser", edition)

    answers = [
        organizer.post(opened(message), {"to": "me@example.org"}),
        organizer.post(reverse("admin:forum_message_delete", args=[message.pk]), {"post": "yes"}),
        organizer.get(reverse("admin:forum_message_add")),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert Message.objects.get().to == message.to


def test_the_preview_of_a_mail_holds_no_secret(edition: Edition) -> None:
    ticket = make.ticket(order=make.order(tickets=0, edition=edition))
    message = make.message("ticket-confirmed", about=ticket, edition=edition, to=ticket.order.email)
    organizer = staff.at_work("registration", edition)

    page = organizer.get(opened(message)).content.decode()

    assert ticket.order.code in page, page[page.index("would be sent") :][:800]
    assert ticket.order.secret not in page
    assert ticket.secret not in page


def test_the_links_of_another_editions_orders_are_not_in_a_preview(edition: Edition) -> None:
    order = make.order(edition=make.edition("past"), email="buyer@example.org")
    Message.queue("order-links", to=order.email, edition=edition)
    organizer = staff.at_work("registration", edition)

    page = organizer.get(opened(Message.objects.get())).content.decode()

    assert "only its reader may see" in page
    assert order.code not in page


# --- deleting ---


def test_an_address_is_forgotten_on_request(edition: Edition) -> None:
    interest = make.interest(edition)
    organizer = staff.at_work("registration", edition)

    organizer.post(reverse("admin:forum_interest_delete", args=[interest.pk]), {"post": "yes"})

    assert not Interest.objects.exists()


def test_a_text_that_people_agreed_to_is_kept_and_the_page_says_why(edition: Edition) -> None:
    page = make.page(edition, "privacy")
    page.version()
    organizer = staff.at_work("programme", edition)

    answer = organizer.post(reverse("admin:forum_page_delete", args=[page.pk]), {"post": "yes"})

    assert answer.status_code == 200
    assert "have agreed to" in answer.content.decode()
    assert Page.objects.exists()


def test_a_group_in_use_is_kept_and_the_page_says_so(edition: Edition) -> None:
    group = make.group(edition)
    make.speaker(edition, group=group)
    organizer = staff.at_work("owner", edition)
    chosen = {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"}

    answer = organizer.post(listed("forum_stakeholdergroup"), chosen)

    assert "none was deleted" in answer.content.decode()
    assert edition.groups.exists()


HOLDERS: dict[str, Callable[[Any], Any]] = {
    "speaker": lambda group: make.speaker(group.edition, name="Ana", group=group),
    "ticket": lambda group: make.ticket(
        order=make.order(tickets=0, edition=group.edition, code="K7QX2M4P"), group=group, name="Ana"
    ),
    "waiting entry": lambda group: make.waiting_entry(
        make.ticket_type(group.edition), group, email="Ana@example.org"
    ),
    "ticket type": lambda group: make.ticket_type(group.edition, groups=[group], name="Ana"),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_group_in_use_is_kept_and_nobody_in_it_is_named(holder: str, edition: Edition) -> None:
    group = make.group(edition, name="Survivors")
    HOLDERS[holder](group)
    organizer = staff.at_work("registration", edition)
    chosen = {"action": "delete_selected", "_selected_action": [group.pk]}

    pages = [
        organizer.get(reverse("admin:forum_stakeholdergroup_delete", args=[group.pk])),
        organizer.post(reverse("admin:forum_stakeholdergroup_delete", args=[group.pk]), {"post": "yes"}),
        organizer.post(listed("forum_stakeholdergroup"), chosen),
        organizer.post(listed("forum_stakeholdergroup"), {**chosen, "post": "yes"}),
    ]

    assert all("“Survivors” is in use" in page.content.decode() for page in pages)
    assert not any("Ana" in page.content.decode() for page in pages)
    assert not any("K7QX2M4P" in page.content.decode() for page in pages)
    assert edition.groups.exists()


@pytest.mark.parametrize(
    ("duty", "may"), [("registration", False), ("protection", True), ("owner", True), ("superuser", True)]
)
def test_what_a_group_is_shown_as_is_decided_by_protection(duty: str, may: bool, edition: Edition) -> None:
    civil, brands = make.group(edition), make.group(edition)
    survivors = make.group(edition, shown_as=civil)
    organizer = staff.at_work(duty, edition)

    form = organizer.get(opened(survivors))
    organizer.post(opened(survivors), staff.fields(form, shown_as=brands.pk, name_en="Renamed"))

    survivors.refresh_from_db()
    assert str(survivors.name) == "Renamed"
    assert survivors.shown_as == (brands if may else civil)


# --- every page ---


def _to_be_billed(edition: Edition) -> Any:
    edition.issuer_name = "Forum Foundation"
    edition.save()
    return make.order(edition=edition, price=25000, tickets=2)


MAKERS: dict[str, Callable[[Edition], Any]] = {
    "forum_page": make.page,
    "forum_partner": make.partner,
    "forum_stakeholdergroup": lambda edition: make.group(edition, shown_as=make.group(edition)),
    "forum_interest": make.interest,
    "forum_message": lambda edition: make.message(about=make.interest(edition)),
    "forum_job": lambda edition: make.job(about=make.speaker(edition)),
    "forum_duty": lambda edition: make.user(duty="door", edition=edition).duties.get(),
    "forum_user": lambda edition: make.user(duty="door", edition=edition),
    "speakers_speaker": lambda edition: make.speaker(edition, group=make.group(edition)),
    "agenda_day": lambda edition: make.day(edition, edition.days.count() + 1),
    "agenda_room": make.room,
    "agenda_track": make.track,
    "agenda_format": make.format,
    "agenda_session": lambda edition: (
        make.slot(make.session(edition, track=make.track(edition)), day=1 + edition.sessions.count()).session
    ),
    "agenda_slot": lambda edition: make.slot(make.session(edition), day=1 + edition.sessions.count()),
    "agenda_release": make.release,
    "registration_tickettype": lambda edition: (
        make.price_step(make.ticket_type(edition, size=5, groups=[make.group(edition)])).ticket_type
    ),
    "registration_quota": lambda edition: (
        make.set_aside(make.quota(make.ticket_type(edition)), 1, make.group(edition)).kept_from
    ),
    "registration_voucher": lambda edition: make.voucher(edition),
    "registration_waitingentry": lambda edition: (
        make.place_offer(make.waiting_entry(make.ticket_type(edition, size=1))).entry
    ),
    "registration_order": lambda edition: make.payment(make.order(edition=edition, tickets=2)).order,
    "registration_ticket": lambda edition: make.ticket(order=make.order(tickets=0, edition=edition)),
    "registration_attendee": lambda edition: (
        make.ticket(order=make.order(tickets=0, edition=edition)).attendee
    ),
    "registration_payment": lambda edition: make.payment(make.order(edition=edition)),
    "registration_refund": lambda edition: make.refund(make.payment(make.order(edition=edition))),
    "registration_notice": lambda edition: make.notice(make.order(edition=edition)),
    "registration_bankstatement": make.statement,
    "registration_dispute": lambda edition: make.dispute(
        make.payment(make.order(edition=edition), provider="stripe")
    ),
    "registration_bulkrefund": lambda edition: make.bulk_refund(edition, make.order(edition=edition)),
    "registration_announcement": make.announcement,
    "registration_invoice": lambda edition: make.invoice(_to_be_billed(edition)),
    "registration_guest": lambda edition: make.guest(edition, group=make.group(edition)),
    "registration_refundrule": make.refund_rule,
    "registration_question": lambda edition: make.question(
        edition,
        options=["Wages", "Remedy"],
        groups=[make.group(edition)],
        depends_on=make.question(edition, kind="yes-no"),
        depends_answer="yes",
    ),
    "registration_questionoption": lambda edition: make.question(edition, options=["Wages"]).options.get(),
}


def test_every_list_but_that_of_editions_is_counted() -> None:
    assert set(MAKERS) == set(MODELS) - {"forum_edition"}


@pytest.mark.parametrize("model", MAKERS)
def test_a_list_asks_as_often_for_three_records_as_for_one(
    model: str, edition: Edition, queries: Any
) -> None:
    organizer = staff.at_work("superuser", edition)
    MAKERS[model](edition)
    organizer.get(listed(model))

    with queries() as for_one:
        organizer.get(listed(model))
    MAKERS[model](edition)
    MAKERS[model](edition)
    with queries() as for_three:
        page = organizer.get(listed(model))

    assert len(page.context["cl"].result_list) >= 3
    assert len(for_three) == len(for_one), for_three


@pytest.mark.parametrize("model", MAKERS)
def test_no_page_holds_an_inline_style_or_script(model: str, edition: Edition) -> None:
    record = MAKERS[model](edition)
    organizer = staff.at_work("superuser", edition)
    addresses = [
        listed(model),
        *(reverse(f"admin:{model}_{what}", args=[record.pk]) for what in ("change", "history", "delete")),
        reverse(f"admin:{model}_add"),
    ]

    for address in addresses:
        page = organizer.get(address)

        assert page.status_code in {200, 403}, address
        assert not INLINE.findall(page.content), address


# --- the first page ---


def test_the_first_page_says_no_number_under_five(edition: Edition) -> None:
    many, few = make.group(edition, name="Brands"), make.group(edition, name="Donors")
    hidden = make.group(edition, name="Survivors", shown_as=few)
    kind = make.ticket_type(edition)
    for group, number in ((many, 5), (few, 1), (hidden, 2)):
        for _ in range(number):
            make.ticket(order=make.order(tickets=0, edition=edition), ticket_type=kind, group=group)
    organizer = staff.at_work("registration", edition)

    rows = {row.name: row.number for row in organizer.get(reverse("admin:index")).context["groups"]}

    assert rows == {"Brands": "5", "Donors": "fewer than 5"}


def test_the_first_page_tells_what_needs_somebody(edition: Edition) -> None:
    make.failed(make.message(about=make.interest(edition)))
    make.ticket(order=make.order(tickets=0, edition=edition), status="requested")
    make.slot(make.session(edition, speakers=[make.speaker(edition, bio={})]))
    owner = staff.at_work("owner", edition)

    matters = owner.get(reverse("admin:index")).context["matters"]

    assert [matter.text for matter in matters if matter.kind != "step"] == [
        "1 change of the agenda is not public yet",
        "1 speaker has no photo",
        "1 speaker has no bio",
        "1 mail could not be sent",
        "1 request waits for your answer",
    ]
    assert {owner.get(matter.address).status_code for matter in matters} == {200}


def test_the_first_page_tells_of_money_that_came_too_late(edition: Edition) -> None:
    order = make.order(edition=edition, status="expired", price=25000)
    make.payment(order, 25000)
    owner = staff.at_work("owner", edition)

    matters = owner.get(reverse("admin:index")).context["matters"]

    [matter] = [matter for matter in matters if order.code in matter.text]
    assert "give it back" in matter.text
    assert owner.get(matter.address).status_code == 200


def test_the_first_page_of_a_young_edition_says_what_to_do_next() -> None:
    edition = make.edition("draft")
    owner, registration = staff.at_work("owner", edition), staff.at_work("registration", edition)

    steps = [matter.text for matter in owner.get(reverse("admin:index")).context["matters"]]
    theirs = [matter.text for matter in registration.get(reverse("admin:index")).context["matters"]]

    assert steps == [
        "Make the days of the forum",
        "Make the rooms",
        "Make the stakeholder groups",
        "Make the ticket types",
        "Write the first pages",
        "Decide when the edition is published",
    ]
    assert theirs == ["Make the stakeholder groups", "Make the ticket types"]


def test_door_staff_are_told_nothing_about_who_comes(edition: Edition) -> None:
    make.ticket(order=make.order(tickets=0, edition=edition), status="requested")
    make.failed(make.message(about=make.interest(edition)))
    door = staff.at_work("door", edition)

    page = door.get(reverse("admin:index"))

    assert page.context["matters"] == page.context["states"] == page.context["groups"] == []
    assert "Attendees" not in page.content.decode()
