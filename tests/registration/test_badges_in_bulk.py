"""Badges in bulk: who may have them printed, who gets one, in which order, and what becomes of the file."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import strip_tags
from pypdf import PdfReader
from pytest_django import DjangoCaptureOnCommitCallbacks

from forum.models import Edition, Job
from forum.models.job import Overtaken
from forum.tasks import run_job, sweep_jobs, sweep_results
from registration.badges import batch as batches
from registration.badges.batch import Batch, Sorting
from registration.forms.choices import countries_by_name
from registration.models import Ticket
from tests import make, staff

pytestmark = pytest.mark.django_db

ASK = "/admin/registration/ticket/badges/"
LIST = "/admin/registration/ticket/"


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("registration", edition)


def ticket(edition: Edition, name: str = "Khin Hnin", **fields: Any) -> Ticket:
    return make.ticket(order=make.order(tickets=0, edition=edition), name=name, **fields)


def keys(*tickets: Ticket) -> str:
    return ",".join(str(one.pk) for one in tickets)


def ask(client: Client, tickets: str = "all", sorting: str = "name") -> Any:
    return client.post(ASK, {"tickets": tickets, "sorting": sorting})


def printed(client: Client, tickets: str = "all", sorting: str = "name") -> Job:
    """The job of what was asked for, done."""
    ask(client, tickets, sorting)
    job = Job.objects.latest("pk")
    run_job(job.pk)
    job.refresh_from_db()
    return job


def page_of(job: Job) -> str:
    return reverse("admin:registration_ticket_batch", args=[job.pk])


def file_of(job: Job) -> str:
    return reverse("admin:registration_ticket_batch_file", args=[job.pk])


def pages(client: Client, job: Job) -> list[str]:
    answer = client.get(file_of(job))
    content = b"".join(answer.streaming_content)  # type: ignore[arg-type]
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def names(texts: list[str], *known: str) -> list[str]:
    return [next(name for name in known if name in text) for text in texts]


def kept_files() -> list[str]:
    private = storages["private"]
    return private.listdir("jobs")[1] if private.exists("jobs") else []


@pytest.fixture(autouse=True)
def _no_files_of_the_test_before() -> None:
    for name in kept_files():
        storages["private"].delete(f"jobs/{name}")


# --- choosing --------------------------------------------------------------------------------------------------


def test_everybody_with_a_confirmed_ticket_gets_a_badge(edition: Edition, organizer: Client) -> None:
    for name, status in (("Anna", "confirmed"), ("Boris", "reserved"), ("Chit", "confirmed")):
        ticket(edition, name, status=status)
    ticket(make.edition(), "Somebody else")

    job = printed(organizer)

    assert (job.status, job.progress, job.total) == ("done", 2, 2)
    assert names(pages(organizer, job), "Anna", "Boris", "Chit", "Somebody") == ["Anna", "Chit"]


def test_the_tickets_chosen_in_the_list_are_printed_and_no_others(
    edition: Edition, organizer: Client
) -> None:
    chosen = [ticket(edition, name) for name in ("Anna", "Boris")]
    ticket(edition, "Chit")
    data = {"action": "print_badges", "_selected_action": [one.pk for one in chosen]}

    asked = organizer.post(LIST, data)
    form = asked.context["form"].initial
    job = printed(organizer, form["tickets"])

    assert "The badges of 2 attendees." in asked.content.decode()
    assert names(pages(organizer, job), "Anna", "Boris", "Chit") == ["Anna", "Boris"]


def test_all_that_a_filter_leaves_are_chosen_also_beyond_the_first_page(
    edition: Edition, organizer: Client
) -> None:
    kind = make.ticket_type(edition)
    for _ in range(52):
        ticket(edition, ticket_type=kind)
    ticket(edition, "Chit")

    listed = organizer.get(LIST, {"ticket_type__id__exact": kind.pk}).content.decode()
    [address] = re.findall(r'href="([^"]+)">Badges of all in this list', listed)
    asked = organizer.get(address)

    assert "The badges of 52 attendees." in asked.content.decode()
    assert len(asked.context["form"].initial["tickets"].split(",")) == 52


def test_who_is_not_confirmed_is_left_out_and_the_page_says_how_many_and_why(
    edition: Edition, organizer: Client
) -> None:
    chosen = [ticket(edition, status=status) for status in ("confirmed", "reserved", "reserved", "cancelled")]

    job = printed(organizer, keys(*chosen))

    told = organizer.get(page_of(job)).content.decode()
    assert "The PDF has 1 badge." in told
    assert "Only a confirmed ticket has a badge." in told
    assert "<li>Reserved: 2</li><li>Cancelled: 1</li>" in told


def test_a_ticket_that_is_cancelled_before_the_worker_comes_gets_no_badge(
    edition: Edition, organizer: Client
) -> None:
    stays, goes = ticket(edition, "Anna"), ticket(edition, "Boris")
    ask(organizer, keys(stays, goes))
    Ticket.objects.filter(pk=goes.pk).update(status="cancelled")

    job = Job.objects.get()
    run_job(job.pk)

    assert names(pages(organizer, job), "Anna", "Boris") == ["Anna"]
    assert "<li>Cancelled: 1</li>" in organizer.get(page_of(job)).content.decode()


def test_tickets_of_another_edition_are_not_printed_whatever_is_sent(
    edition: Edition, organizer: Client
) -> None:
    ours, theirs = ticket(edition, "Anna"), ticket(make.edition(), "Boris")

    job = printed(organizer, keys(ours, theirs))

    assert names(pages(organizer, job), "Anna", "Boris") == ["Anna"]


@pytest.mark.parametrize(
    ("tickets", "words"),
    [
        ("", "No ticket was chosen"),
        (",", "No ticket was chosen"),
        ("1,x", "got lost on the way"),
        ("-1", "got lost on the way"),
        ("٣", "got lost on the way"),
        ("9" * 30, "got lost on the way"),
        ("999999", "None of these tickets is confirmed"),
        ("all", "ticket is confirmed"),
    ],
)
def test_a_choice_of_nobody_is_said_and_nothing_is_printed(
    tickets: str, words: str, organizer: Client
) -> None:
    answer = ask(organizer, tickets)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Job.objects.exists()


def test_an_order_that_does_not_exist_is_said_beside_its_field(edition: Edition, organizer: Client) -> None:
    ticket(edition)

    answer = ask(organizer, sorting="colour")

    assert answer.context["form"].errors["sorting"]
    assert not Job.objects.exists()


def test_filters_that_cannot_be_read_are_said(edition: Edition, organizer: Client) -> None:
    for _ in range(2):
        make.ticket_type(edition)

    answer = organizer.get(ASK, {"ticket_type__id__exact": "x"})

    assert answer.status_code == 200
    assert "cannot be read" in answer.content.decode()


def test_when_nobody_is_confirmed_any_more_the_page_says_so(edition: Edition, organizer: Client) -> None:
    ticket(edition)
    ask(organizer)
    Ticket.objects.update(status="cancelled")

    run_job(Job.objects.get().pk)

    job = Job.objects.get()
    assert job.status == "failed"
    assert "is confirmed any more" in organizer.get(page_of(job)).content.decode()
    assert organizer.get(file_of(job)).status_code == 404


# --- the order -------------------------------------------------------------------------------------------------


def test_by_name_comes_latin_from_a_to_z_and_then_one_script_after_the_other(
    edition: Edition, organizer: Client
) -> None:
    wanted = ["Ädam", "Anna", "łukasz", "Zoe", "Борис", "เกศ", "ขวัญ", "ခင်", "王小明"]
    for name in reversed(wanted):
        ticket(edition, name)

    job = printed(organizer)

    assert names(pages(organizer, job), *wanted) == wanted


def test_badges_speakers_and_countries_stand_in_one_order(edition: Edition, organizer: Client) -> None:
    wanted: list[str] = []
    for language in ("en", "th", "lo", "my"):
        with translation.override(language):
            wanted += [name for code, name in countries_by_name() if code in {"AL", "AX", "GD", "GR"}]
    places = [
        f"Place {at:02}" for at in range(len(wanted))
    ]  # a file's text is not in the order of its letters
    for name, place in reversed([*zip(wanted, places, strict=True)]):
        ticket(edition, name, organisation=place)
        make.speaker(edition, name=name, is_featured=True)

    speakers = [one.name for one in organizer.get("/en/speakers/").context["speakers"]]
    badges = names(pages(organizer, printed(organizer)), *places)

    assert len(set(wanted)) == 4 * 4
    assert speakers == wanted
    assert badges == places


def test_by_group_comes_the_group_that_others_see_and_then_the_name(
    edition: Edition, organizer: Client
) -> None:
    unions = make.group(edition, name="Trade unions", position=1)
    society = make.group(edition, name="Civil society", position=2)
    hidden = make.group(edition, name="Survivors", position=0, shown_as=society)
    for name, group in (("Dao", unions), ("Anna", society), ("Boris", hidden), ("Chit", society)):
        ticket(edition, name, group=group)

    job = printed(organizer, sorting="group")

    texts = pages(organizer, job)
    assert names(texts, "Anna", "Boris", "Chit", "Dao") == ["Dao", "Anna", "Boris", "Chit"]
    assert not any("Survivors" in text for text in texts)
    assert "By stakeholder group, as shown, then by name" in organizer.get(page_of(job)).content.decode()


# --- the job ---------------------------------------------------------------------------------------------------


def test_the_page_shows_how_far_it_is_and_then_the_file(edition: Edition, organizer: Client) -> None:
    ticket(edition)
    page = ask(organizer)["Location"]

    before = organizer.get(page).content.decode()
    job = Job.objects.get()
    assert job.claim()
    job.advance(3, 8)
    amid = organizer.get(page).content.decode()

    assert "about to be made" in before
    assert "See how far it is" in before
    assert "The PDF is being made." in amid
    assert "3 of 8 badges are done." in amid
    assert 'max="8" value="3"' in amid


def test_only_the_sentence_that_says_the_state_is_read_out(edition: Edition, organizer: Client) -> None:
    ticket(edition)
    page = ask(organizer)["Location"]
    said = re.compile(r'<(\w+)[^>]* role="status">(.*?)</\1>', re.DOTALL)

    before = said.findall(organizer.get(page).content.decode())
    run_job(Job.objects.get().pk)
    after = said.findall(organizer.get(page).content.decode())

    assert [(tag, strip_tags(text).strip()) for tag, text in before] == [
        ("p", "The PDF is about to be made.")
    ]
    assert [tag for tag, _text in after] == ["p"]
    assert strip_tags(after[0][1]).split(".")[0] == "The PDF has 1 badge"
    assert "Download" not in after[0][1]


def test_what_makes_a_pdf_does_not_say_that_it_prints(edition: Edition, organizer: Client) -> None:
    one = ticket(edition)
    listed = organizer.get(LIST).content.decode()
    asked = organizer.post(LIST, {"action": "print_badges", "_selected_action": [one.pk]}).content.decode()
    done = organizer.get(page_of(printed(organizer))).content.decode()

    assert "Make a PDF of badges …" in listed
    assert 'value="Make the PDF"' in asked
    assert "Download the PDF" in done
    assert not re.search(r"Print badges|[Pp]rinted lately|were printed|was printed", listed + asked + done)


def test_a_batch_that_a_stopped_worker_left_is_printed_by_the_next_one(
    edition: Edition, organizer: Client
) -> None:
    ticket(edition)
    ask(organizer)
    stopped = Job.objects.get()
    assert stopped.claim()
    stopped.advance(1, 1)
    Job.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

    sweep_jobs()

    assert Job.objects.get().status == "done"
    assert len(kept_files()) == 1


def test_a_worker_that_was_overtaken_keeps_no_file(edition: Edition, organizer: Client) -> None:
    ticket(edition)
    ask(organizer)
    slow = Job.objects.get()
    assert slow.claim()
    Job.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    run_job(slow.pk)
    [theirs] = kept_files()

    with pytest.raises(Overtaken):
        Batch(slow).print()
    with pytest.raises(Overtaken):
        slow.keep(b"%PDF")

    assert kept_files() == [theirs]


def test_printing_the_same_twice_gives_two_files_alike(edition: Edition, organizer: Client) -> None:
    ticket(edition)

    first, second = printed(organizer), printed(organizer)

    assert pages(organizer, first) == pages(organizer, second)
    assert len(kept_files()) == 2


def test_progress_is_told_while_a_batch_is_printed(
    edition: Edition, organizer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "STEP", 2)
    for _ in range(5):
        ticket(edition)
    ask(organizer)
    job = Job.objects.get()
    assert job.claim()

    with CaptureQueriesContext(connection) as queries:
        Batch(job).print()

    assert len([one for one in queries if '"progress" = ' in one["sql"]]) == 4  # 0, 2, 4, 5 of 5


def test_a_batch_asks_the_database_no_more_for_many_tickets_than_for_one(
    edition: Edition, organizer: Client
) -> None:
    asked = []
    for more in (1, 4):
        for _ in range(more):
            ticket(edition)
        ask(organizer)
        job = Job.objects.latest("pk")
        assert job.claim()
        with CaptureQueriesContext(connection) as queries:
            Batch(job).print()
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_the_job_says_who_asked_for_it_and_names_no_attendee(edition: Edition) -> None:
    user = make.user(duty="registration", edition=edition, name="Organizer Ornella")
    one = ticket(edition, "Thiri Aung", badge_name="River", email="thiri@example.org")

    job = printed(staff.enter(Client(), user), keys(one))

    assert job.options == {"tickets": [one.pk], "sorting": Sorting.NAME, "by": user.pk, "left_out": {}}
    assert re.fullmatch(r"jobs/[\w-]{22}", str(job.result))


def test_no_log_names_an_attendee(
    edition: Edition, organizer: Client, caplog: pytest.LogCaptureFixture
) -> None:
    ticket(edition, "Thiri Aung", badge_name="River", email="thiri@example.org")

    with caplog.at_level("INFO"):
        printed(organizer)

    assert not re.search("Thiri|River|thiri", caplog.text)


# --- the file --------------------------------------------------------------------------------------------------


def test_the_file_is_kept_by_no_cache_and_named_after_nobody(edition: Edition, organizer: Client) -> None:
    ticket(edition)
    job = printed(organizer)

    answer = organizer.get(file_of(job))

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="badges.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    answer.close()


def test_a_file_is_deleted_after_a_day_and_the_page_says_so(edition: Edition, organizer: Client) -> None:
    ticket(edition)
    old, young = printed(organizer), printed(organizer)
    Job.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(hours=25))

    sweep_results()

    assert len(kept_files()) == 1
    assert organizer.get(file_of(old)).status_code == 404
    assert "It has been deleted" in organizer.get(page_of(old)).content.decode()
    assert len(pages(organizer, young)) == 1


def test_a_file_goes_with_its_job(
    edition: Edition,
    organizer: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    ticket(edition)
    printed(organizer)
    assert kept_files()

    with django_capture_on_commit_callbacks(execute=True):
        Job.objects.all().delete()

    assert kept_files() == []


def test_a_file_that_no_job_refers_to_is_swept_but_not_one_that_is_just_being_written(
    edition: Edition, organizer: Client
) -> None:
    ticket(edition)
    printed(organizer)
    Job.objects.update(result="")

    sweep_results()
    just_written = kept_files()
    Job.sweep_files(older_than=timedelta(seconds=-1))

    assert len(just_written) == 1
    assert kept_files() == []


# --- who may not -----------------------------------------------------------------------------------------------


def answers(client: Client, job: Job) -> list[int]:
    """What the page of the choice, its form, the page of a batch and its file answer."""
    return [
        client.get(ASK).status_code,
        client.post(ASK, {"tickets": "all", "sorting": "name"}).status_code,
        client.get(page_of(job)).status_code,
        client.get(file_of(job)).status_code,
    ]


@pytest.mark.parametrize("duty", ["finance", "protection", "programme", "door"])
def test_who_has_another_duty_prints_nothing_and_gets_no_file(
    duty: str, edition: Edition, organizer: Client
) -> None:
    ticket(edition)
    job = printed(organizer)
    client = staff.at_work(duty, edition)

    assert answers(client, job) == [403] * 4
    assert Job.objects.count() == 1


def test_who_may_see_the_tickets_but_not_print_is_offered_no_printing(edition: Edition) -> None:
    one = ticket(edition)
    client = staff.at_work("finance", edition)

    listed = client.get(LIST).content.decode()
    home = client.get("/admin/").content.decode()
    acted = client.post(LIST, {"action": "print_badges", "_selected_action": [one.pk]})

    assert "print_badges" not in listed
    assert "Badges of everybody" not in listed + home
    assert "form" not in (acted.context or {})


def test_the_staff_of_another_edition_find_no_such_batch(edition: Edition, organizer: Client) -> None:
    ticket(edition)
    job = printed(organizer)
    client = staff.at_work("registration", make.edition())

    assert client.get(page_of(job)).status_code == 404
    assert client.get(file_of(job)).status_code == 404


def test_a_job_of_another_kind_is_no_batch(edition: Edition, organizer: Client) -> None:
    other = make.job("speaker-photo", edition=edition)

    assert organizer.get(page_of(other)).status_code == 404
    assert organizer.get(file_of(other)).status_code == 404


def test_a_speaker_is_refused_and_a_stranger_has_to_sign_in(edition: Edition, organizer: Client) -> None:
    ticket(edition)
    job = printed(organizer)
    speaker = make.user()
    make.speaker(edition, user=speaker)

    signed_in = staff.enter(Client(), speaker)
    assert answers(signed_in, job) == [302] * 4
    assert signed_in.get(file_of(job), follow=True).status_code == 403
    assert answers(Client(), job) == [302] * 4
    assert "/account/" in Client().get(file_of(job), follow=True).redirect_chain[-1][0]
    assert Job.objects.count() == 1


def test_an_owner_prints_too_and_finds_the_way_on_the_first_page_and_on_the_list(edition: Edition) -> None:
    ticket(edition)
    owner = staff.at_work("owner", edition)

    for page in ("/admin/", LIST):
        assert f'href="{ASK}">Badges of everybody' in owner.get(page).content.decode()
    assert printed(owner).status == "done"


def test_what_was_printed_lately_is_listed_with_who_asked_for_it(edition: Edition) -> None:
    ticket(edition)
    user = make.user(duty="registration", edition=edition, name="Organizer Ornella")
    client = staff.enter(Client(), user)
    for _ in range(2):
        printed(client)
    client.get(ASK)

    with CaptureQueriesContext(connection) as few:
        page = client.get(ASK).content.decode()
    printed(client)
    with CaptureQueriesContext(connection) as more:
        client.get(ASK)

    assert page.count("Organizer Ornella</dt>") == 2
    assert len(few) == len(more)
