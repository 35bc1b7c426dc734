"""Bringing a programme in by the admin: what is shown first is what is imported, by those who may."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agenda.models import Session
from agenda.tasks import sweep_imports
from forum.models import Edition
from speakers.models import Speaker
from tests import make, staff
from tests.agenda import schedules
from tests.agenda.schedules import event, xml

pytestmark = pytest.mark.django_db
PAGE = "/admin/agenda/session/import/"
DATA = xml(event(1, title="Wages", abstract="Of old.", persons=[(1, "Mei Lin")]), event(2, title=" "))


@pytest.fixture
def edition() -> Edition:
    return schedules.edition()


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("programme", edition)


@pytest.fixture(autouse=True)
def _nothing_is_kept(db: None) -> None:
    sweep_all()


def sweep_all() -> None:
    for name in kept():
        storages["private"].delete(f"imports/{name}")


def kept() -> list[str]:
    folder = settings.PRIVATE_ROOT / "imports"
    return [file.name for file in folder.iterdir()] if folder.is_dir() else []


def look(client: Client, data: bytes | None = DATA, **changed: Any) -> Any:
    file = {} if data is None else {"file": SimpleUploadedFile("schedule.xml", data)}
    return client.post(PAGE, {**file, "language": "en", "dates": "keep", **changed})


def confirm(client: Client, preview: Any, **changed: Any) -> Any:
    """Press “Import this” on a preview."""
    shown, plan = preview.context["form"].cleaned_data, preview.context["plan"]
    sent = {
        "confirm": "Import this",
        "claim": preview.context["kept"].claim,
        "expected": plan.fingerprint,
        "language": shown["language"],
        "dates": shown["dates"],
        **({"speakers_agreed": "on"} if shown["speakers_agreed"] else {}),
    }
    return client.post(PAGE, {**sent, **changed})


def test_the_list_of_sessions_leads_there(organizer: Client) -> None:
    page = organizer.get(reverse("admin:agenda_session_changelist")).content.decode()

    assert PAGE in page
    assert organizer.get(PAGE).status_code == 200


@pytest.mark.parametrize("duty", ["registration", "finance", "door", "protection"])
def test_who_has_another_duty_may_not(edition: Edition, duty: str) -> None:
    client = staff.at_work(duty, edition)

    assert client.get(PAGE).status_code == 403
    assert look(client).status_code == 403
    assert kept() == []
    if duty == "protection":
        assert PAGE not in client.get(reverse("admin:agenda_session_changelist")).content.decode()


@pytest.mark.parametrize("duty", ["programme", "owner"])
def test_who_has_the_duty_may(edition: Edition, duty: str) -> None:
    assert look(staff.at_work(duty, edition)).context["plan"] is not None


def test_somebody_who_is_not_on_the_staff_is_sent_away(edition: Edition, client: Client) -> None:
    assert look(client).status_code == 302
    assert kept() == []


def test_a_preview_tells_what_would_happen_and_writes_nothing(organizer: Client) -> None:
    preview = look(organizer)

    page = preview.content.decode()
    assert "Nothing is written yet" in page
    assert "A session has no title (number 2), and was left out." in page
    assert preview.context["plan"].shares[0].skipped == 1
    assert not Session.objects.exists()
    assert len(kept()) == 1


def test_who_names_people_in_public_is_told_what_they_state(organizer: Client) -> None:
    two = xml(event(1, persons=[(1, "Mei Lin"), (2, "Ana Ruiz")]))

    one_named = look(organizer, speakers_agreed="on").content.decode()
    two_named = look(organizer, two, speakers_agreed="on").content.decode()
    nobody = look(organizer, two).content.decode()

    assert "names 1 more person: you state that they have agreed to it." in one_named
    assert "names 2 more people: you state that they have agreed to it." in two_named
    assert "you state" not in nobody


def test_the_buttons_say_what_they_show(organizer: Client) -> None:
    empty, preview = organizer.get(PAGE).content.decode(), look(organizer).content.decode()

    assert 'value="Preview"' in empty
    assert 'value="Preview with other choices"' in preview


def test_what_was_shown_is_imported_and_the_file_is_forgotten(edition: Edition, organizer: Client) -> None:
    preview = look(organizer, speakers_agreed="on")

    answer = confirm(organizer, preview)

    assert answer.status_code == 302
    assert str(Session.objects.get().title) == "Wages"
    assert Speaker.objects.get().is_listed
    assert kept() == []
    assert "schedule.xml: Imported: 1 new session" in LogEntry.objects.get().change_message
    said = staff.said(organizer.get(answer.url))
    assert "Imported: 1 new session" in said
    assert "changed titles and texts of released sessions are seen at once" in said


def test_confirming_twice_imports_once(organizer: Client) -> None:
    preview = look(organizer)
    confirm(organizer, preview)

    again = confirm(organizer, preview)

    assert Session.objects.count() == 1
    assert "not kept any more" in str(again.context["form"].errors["file"])


def test_what_changed_since_the_preview_is_shown_again_and_not_imported(
    edition: Edition, organizer: Client
) -> None:
    preview = look(organizer)
    make.session(edition, title="Made meanwhile", guid=UUID(schedules.GUID.format("01")))

    answer = confirm(organizer, preview)

    assert str(Session.objects.get().title) == "Made meanwhile"
    assert "was changed a moment ago" in staff.said(answer)
    assert answer.context["plan"].fingerprint != preview.context["plan"].fingerprint
    assert confirm(organizer, answer).status_code == 302
    assert str(Session.objects.get().title) == "Wages"


@pytest.mark.parametrize("meanwhile", ["a text", "a time"])
def test_what_is_overwritten_is_what_was_seen_to_be(organizer: Client, meanwhile: str) -> None:
    confirm(organizer, look(organizer))
    preview = look(
        organizer, xml(event(1, title="Pay", abstract="Of the file.", date="2027-03-09T12:00:00+07:00"))
    )
    session = Session.objects.get()
    if meanwhile == "a text":
        session.abstract = {"en": "Written while somebody looked."}
        session.save()
    else:
        session.slot.starts_at -= timedelta(minutes=15)
        session.slot.save()

    answer = confirm(organizer, preview)

    assert str(Session.objects.get().title) == "Wages"
    assert "was changed a moment ago" in staff.said(answer)
    assert confirm(organizer, answer).status_code == 302
    assert str(Session.objects.get().title) == "Pay"


def test_a_kept_file_that_is_not_the_one_that_was_shown_is_refused(organizer: Client) -> None:
    preview = look(organizer)
    name = preview.context["kept"].name
    storages["private"].delete(name)
    (settings.PRIVATE_ROOT / name).write_bytes(xml(event(1, title="Another")))

    answer = confirm(organizer, preview)

    assert "not the one that was shown" in str(answer.context["form"].errors["file"])
    assert not Session.objects.exists()


@pytest.mark.parametrize("claim", ["", "forged", "eyJuYW1lIjoiLi4vLi4vZXRjL3Bhc3N3ZCJ9:1tA:abc"])
def test_a_forged_claim_opens_nothing(organizer: Client, claim: str) -> None:
    answer = confirm(organizer, look(organizer), claim=claim)

    assert answer.context["form"].errors["file"]
    assert not Session.objects.exists()


def test_a_claim_is_good_for_its_own_edition_only(edition: Edition, organizer: Client) -> None:
    preview = look(organizer)
    other = make.edition(starts_on=schedules.FIRST)
    elsewhere = staff.at_work("programme", other)

    answer = confirm(elsewhere, preview)

    assert "another edition" in str(answer.context["form"].errors["file"])
    assert not Session.objects.exists()


def test_a_preview_is_good_for_a_day_and_its_file_is_then_swept(edition: Edition, organizer: Client) -> None:
    preview = look(organizer)
    claim = preview.context["kept"].claim
    sweep_imports()
    still_kept = len(kept())

    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        answer = confirm(staff.at_work("programme", edition), preview, claim=claim)
        sweep_imports()

    assert still_kept == 1
    assert "too old" in str(answer.context["form"].errors["file"])
    assert kept() == []


def test_a_file_of_other_dates_cannot_be_imported_before_its_days_are_moved(edition: Edition) -> None:
    other = make.edition(starts_on=date(2031, 5, 5))
    organizer = staff.at_work("programme", other)
    preview = look(organizer)
    page = preview.content.decode()
    forced = confirm(organizer, preview)

    moved = look(organizer, None, claim=forced.context["kept"].claim, dates="move")

    assert "Import this" not in page
    assert "9 March 2027" in page
    assert "move the days to this one’s" in page
    assert "--shift" not in page
    assert not Session.objects.exists()
    assert confirm(organizer, moved).status_code == 302
    assert Session.objects.get().slot.starts_at == make.moment(other, 1, "10:00")


def test_a_programme_that_is_here_already_leaves_nothing_to_press(organizer: Client) -> None:
    confirm(organizer, look(organizer))

    page = look(organizer).content.decode()

    assert "there is nothing to import" in page
    assert "Import this" not in page


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"file": ""}, "file"), ({"language": "de"}, "language"), ({"dates": "someday"}, "dates")],
)
def test_what_is_missing_or_wrong_is_said_beside_the_field(
    organizer: Client, changed: dict[str, str], field: str
) -> None:
    answer = look(organizer, **changed)

    assert list(answer.context["form"].errors) == [field]
    assert not Session.objects.exists()


def test_a_language_of_the_edition_can_be_chosen(edition: Edition, organizer: Client) -> None:
    edition.languages = ["en", "th"]
    edition.save()

    confirm(organizer, look(organizer, language="th"))

    assert Session.objects.get().title == {"th": "Wages"}


def test_a_language_that_has_no_name_any_more_is_offered_by_its_code(
    edition: Edition, organizer: Client
) -> None:
    Edition.objects.filter(pk=edition.pk).update(languages=["en", "xx"])

    offered = organizer.get(PAGE).context["form"].fields["language"].choices

    assert offered == [("en", "English"), ("xx", "xx")]
