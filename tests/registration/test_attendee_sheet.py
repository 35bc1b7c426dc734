"""All attendees as a sheet: who may have it, with which columns, and what becomes of the file."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from forum.models import Duty, Edition, Job, User
from forum.tasks import run_job, sweep_results
from registration.attendee_list import COLUMNS
from registration.models import Ticket
from tests import make, staff

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

ASK = "/admin/registration/ticket/all/"


@pytest.fixture
def edition() -> Edition:
    return make.edition()


def ticket(edition: Edition, name: str = "Khin Hnin", **fields: Any) -> Ticket:
    return make.ticket(order=make.order(tickets=0, edition=edition), name=name, **fields)


def asked(client: Client) -> Job:
    client.post(ASK)
    return Job.objects.latest("pk")


def done(job: Job) -> Job:
    run_job(job.pk)
    job.refresh_from_db()
    return job


def address(job: Job, what: str) -> str:
    return reverse(f"admin:registration_attendee_list_{what}", args=[job.pk])


def status_of_file(client: Client, job: Job) -> int:
    answer = client.get(address(job, "file"))
    if answer.streaming:
        b"".join(answer.streaming_content)  # type: ignore[arg-type]  # read to its end, it is closed
    return answer.status_code


def cells(client: Client, job: Job) -> list[list[Any]]:
    """All rows, the headings first, each cell as it is in the file."""
    content = b"".join(client.get(address(job, "file")).streaming_content)  # type: ignore[arg-type]
    return [list(row) for row in load_workbook(io.BytesIO(content)).active.iter_rows()]


def rows(client: Client, job: Job) -> list[dict[str, Any]]:
    headings, *others = [[cell.value for cell in row] for row in cells(client, job)]
    return [dict(zip(headings, row, strict=True)) for row in others]


# --- what is in it ---------------------------------------------------------------------------------------------


def test_everybody_of_the_edition_is_in_it_whatever_became_of_the_ticket(edition: Edition) -> None:
    for name, status in (("Anna", "confirmed"), ("Boris", "cancelled"), ("Chit", "requested")):
        ticket(edition, name, status=status)
    ticket(make.edition(), "Somebody else")
    client = staff.at_work("registration", edition)

    job = done(asked(client))

    assert (job.status, job.progress, job.total) == ("done", 3, 3)
    assert [(row["Name"], row["State"]) for row in rows(client, job)] == [
        ("Anna", "Confirmed"),
        ("Boris", "Cancelled"),
        ("Chit", "Requested"),
    ]


def test_a_row_says_what_the_pages_say(edition: Edition) -> None:
    kind = make.ticket_type(edition, name="Full pass", price=25050)
    voucher = make.voucher(edition, code="FRIENDS")
    made = ticket(
        edition,
        "สมชาย ใจดี",
        ticket_type=kind,
        group=make.group(edition, name="Workers"),
        badge_name="Chai",
        organisation="River Union",
        country="TH",
        diet="vegan",
        access_needs="ramp",
        interpretation="th",
        photo_consent="no",
    )
    Ticket.objects.filter(pk=made.pk).update(voucher=voucher)
    client = staff.at_work("owner", edition)

    [row] = rows(client, done(asked(client)))

    placed_at = made.order.placed_at.astimezone(edition.zone).replace(tzinfo=None, microsecond=0)
    assert list(row) == [str(column.title) for column in COLUMNS]
    assert row["Ordered at"] == placed_at
    assert {title: row[title] for title in list(row)[:-2]} == {
        "Order": made.order.code,
        "Name": "สมชาย ใจดี",
        "Name on the badge": "Chai",
        "E-mail": made.order.email,
        "Organisation": "River Union",
        "Country": "Thailand",
        "Ticket": "Full pass",
        "State": "Confirmed",
        "Group, as shown": "Workers",
        "Group": "Workers",
        "Price": 250.5,
        "Currency": "USD",
        "Voucher": "FRIENDS",
        "Photos": "No photos of me",
        "Food": "vegan",
        "Access": "ramp",
        "Interpretation into": "Thai",
    }


@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", "=1", "+66 2 123", "-1", "@SUM(A1)", "\t=1", "#N/A", "#REF!", "="]
)
def test_no_cell_is_a_formula(text: str, edition: Edition) -> None:
    ticket(edition, text, organisation=text)
    client = staff.at_work("registration", edition)

    [_headings, row] = cells(client, done(asked(client)))

    assert {cell.data_type for cell in row if cell.value in {text, text.strip()}} <= {"s", "inlineStr"}
    assert not [cell for cell in row if cell.data_type in {"f", "e"}]
    assert [cell.value for cell in row if cell.column in {2, 5}] == [text, text]


def test_signs_that_no_sheet_may_hold_are_left_out(edition: Edition) -> None:
    ticket(edition, "An\x07na")
    client = staff.at_work("registration", edition)

    [row] = rows(client, done(asked(client)))

    assert row["Name"] == "Anna"


# --- who sees what ---------------------------------------------------------------------------------------------

COMMON = {str(column.title) for column in COLUMNS if not column.duties}
SEEN = {
    "registration": {"Food", "Access", "Interpretation into", "Voucher"},
    "finance": {"Voucher"},
    "protection": {"Food", "Access", "Interpretation into", "Group"},
    "owner": {"Food", "Access", "Interpretation into", "Group", "Voucher"},
}


@pytest.mark.parametrize("duty", SEEN)
def test_a_sheet_has_the_columns_that_the_duties_of_who_asked_show(duty: str, edition: Edition) -> None:
    civil = make.group(edition, name="Civil society")
    hidden = make.group(edition, name="Survivors", shown_as=civil)
    ticket(edition, group=hidden, diet="halal")
    client = staff.at_work(duty, edition)

    [row] = rows(client, done(asked(client)))

    assert set(row) == COMMON | SEEN[duty]
    assert row["Group, as shown"] == "Civil society"
    assert ("Survivors" in row.values()) == ("Group" in SEEN[duty])
    assert ("halal" in row.values()) == ("Food" in SEEN[duty])


@pytest.mark.parametrize("duty", ["programme", "door"])
def test_who_may_not_see_the_tickets_gets_no_sheet(duty: str, edition: Edition) -> None:
    ticket(edition)
    job = done(asked(staff.at_work("owner", edition)))
    client = staff.at_work(duty, edition)

    answers = [
        client.get(ASK),
        client.post(ASK),
        client.get(address(job, "standing")),
        client.get(address(job, "file")),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert Job.objects.count() == 1


def test_a_sheet_is_for_who_asked_for_it_and_for_owners(edition: Edition) -> None:
    ticket(edition)
    asker, colleague, owner = (
        staff.at_work(duty, edition) for duty in ("registration", "registration", "owner")
    )
    job = done(asked(asker))

    statuses = {
        client: [client.get(address(job, "standing")).status_code, status_of_file(client, job)]
        for client in (asker, colleague, owner)
    }

    assert statuses == {asker: [200] * 2, colleague: [404] * 2, owner: [200] * 2}
    assert address(job, "standing") in asker.get(ASK).content.decode()
    assert address(job, "standing") not in colleague.get(ASK).content.decode()


def test_a_sheet_of_another_edition_does_not_exist(edition: Edition) -> None:
    theirs = make.edition()
    ticket(theirs)
    job = done(asked(staff.at_work("owner", theirs)))

    answer = staff.at_work("owner", edition).get(address(job, "file"))

    assert answer.status_code == 404


def test_who_loses_a_duty_loses_the_columns_that_were_seen_by_it(edition: Edition) -> None:
    ticket(edition)
    client = staff.at_work("protection", edition)
    person = User.objects.get(duties__edition=edition)
    Duty.objects.create(user=person, edition=edition, role="finance")
    job = done(asked(client))

    before = status_of_file(client, job)
    person.duties.filter(role="protection").delete()
    after = status_of_file(client, job)

    assert (before, after) == (200, 404)


def test_who_loses_every_duty_before_the_worker_comes_gets_nothing(edition: Edition) -> None:
    ticket(edition)
    job = asked(staff.at_work("registration", edition))
    Duty.objects.all().delete()

    done(job)

    assert job.status == "failed"
    assert not job.has_result


# --- the job ---------------------------------------------------------------------------------------------------


def test_the_jobs_row_holds_no_name(edition: Edition) -> None:
    ticket(edition, "Khin Hnin")

    job = done(asked(staff.at_work("registration", edition)))

    assert set(job.options) == {"by", "columns", "questions"}


def test_the_file_is_deleted_after_a_day_and_the_page_says_so(edition: Edition) -> None:
    ticket(edition)
    client = staff.at_work("registration", edition)
    job = done(asked(client))
    name = job.result.name
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=1, minutes=1))

    sweep_results()

    assert not storages["private"].exists(name)
    assert client.get(address(job, "file")).status_code == 404
    assert "has been deleted" in client.get(address(job, "standing")).content.decode()


def test_the_page_says_how_far_it_is(edition: Edition) -> None:
    ticket(edition)
    client = staff.at_work("registration", edition)
    job = asked(client)

    waiting = client.get(address(job, "standing")).content.decode()
    Job.objects.filter(pk=job.pk).update(status="running", progress=500, total=2000)
    running = client.get(address(job, "standing")).content.decode()

    assert "about to be made" in waiting
    assert "500 of 2000 rows are written." in running


def test_nobody_is_said_and_no_job_is_made(edition: Edition) -> None:
    client = staff.at_work("registration", edition)

    answer = client.post(ASK)

    assert "Nobody has registered yet." in answer.content.decode()
    assert not Job.objects.exists()


def test_the_list_of_tickets_leads_to_the_sheet(edition: Edition) -> None:
    page = staff.at_work("finance", edition).get(reverse("admin:registration_ticket_changelist"))

    assert f'href="{ASK}"' in page.content.decode()


def test_the_worker_asks_as_often_for_three_attendees_as_for_one(edition: Edition) -> None:
    def queries() -> int:
        job = asked(client)
        with CaptureQueriesContext(connection) as asks:
            done(job)
        return len(asks)

    client = staff.at_work("owner", edition)
    ticket(edition)

    for_one = queries()
    for _ in range(2):
        ticket(edition)

    assert queries() == for_one


def test_the_page_asks_as_often_with_three_sheets_as_with_one(edition: Edition, queries: Any) -> None:
    ticket(edition)
    client = staff.at_work("owner", edition)
    asked(client)
    client.get(ASK)

    with queries() as for_one:
        client.get(ASK)
    asked(client)
    asked(staff.at_work("registration", edition))
    with queries() as for_three:
        page = client.get(ASK)

    assert len(page.context["lists"]) == 3
    assert len(for_three) == len(for_one), for_three


# --- answers to the edition's questions ---


def test_answers_are_columns_of_their_own_for_those_who_may_read_them_and_protected_ones_for_nobody(
    edition: Edition,
) -> None:
    answer = make.answer(make.question(edition, label="Working groups?"), "Wages")
    legal = make.question(edition, label="Legal name?", is_protected=True)
    make.answer(legal, "Very Legal Name", attendee=answer.attendee)
    client = staff.at_work("owner", edition)

    [row] = rows(client, done(asked(client)))

    assert row["Working groups?"] == "Wages"
    assert "Legal name?" not in row
    assert "Very Legal Name" not in row.values()


def test_a_sheet_with_answers_is_for_those_alone_who_may_read_them(edition: Edition) -> None:
    make.answer(make.question(edition, label="Working groups?"), "Wages")
    by = make.user(duty="registration", edition=edition)
    client = staff.enter(Client(), by)
    job = done(asked(client))
    assert status_of_file(client, job) == 200

    Duty.objects.filter(user=by).update(role="finance")

    assert status_of_file(client, job) == 404
