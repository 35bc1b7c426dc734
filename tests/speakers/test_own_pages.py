"""The pages on which speakers look after their own profiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from forum import images, uploads
from forum.actor import Actor
from forum.models import Job
from forum.tasks import run_job
from speakers.models import PhotoState, Speaker
from tests import make, pictures
from tests.speakers.conftest import somebody

pytestmark = pytest.mark.django_db

PAGES = ["", "about/", "bio/", "photo/", "photo/preview/", "photo/removal/", "consent/"]
ABOUT = {
    "name": "Amara N. Okafor",
    "role_en": "Organiser",
    "role_th": "",
    "organisation": "",
    "country": "KE",
    "links": "",
}


def anew(speaker: Speaker) -> Speaker:
    return Speaker.objects.get(pk=speaker.pk)


def upload(content: bytes, name: str = "me.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


# --- whose profile it is ---------------------------------------------------------------------------------------


def test_who_is_not_signed_in_is_asked_to(client: Client, speaker: Speaker) -> None:
    for page in ("/en/speaker/", f"/en/speaker/{speaker.edition.slug}/{speaker.slug}/bio/"):
        answer = client.get(page)

        assert answer.status_code == 302
        assert answer["Location"].startswith("/en/account/login/code/")


@pytest.mark.parametrize("page", PAGES)
def test_the_profile_of_somebody_else_does_not_exist(
    client: Client, own: str, speaker: Speaker, page: str
) -> None:
    other = make.speaker(speaker.edition, name="Somebody Else", user=somebody("else@example.org"))
    address = f"/en/speaker/{speaker.edition.slug}/{other.slug}/{page}"
    before = anew(other).updated_at

    answers = [
        client.get(address),
        client.post(address, {**ABOUT, "bio_en": "Taken over", "photo": upload(pictures.jpeg())}),
    ]

    assert {answer.status_code for answer in answers} <= {404, 405}
    assert anew(other).updated_at == before


@pytest.mark.parametrize("page", PAGES)
def test_a_profile_does_not_exist_in_an_edition_it_is_not_in(
    client: Client, own: str, speaker: Speaker, page: str
) -> None:
    elsewhere = make.edition()

    answer = client.get(f"/en/speaker/{elsewhere.slug}/{speaker.slug}/{page}")

    assert answer.status_code == (405 if page == "photo/removal/" else 404)


def test_the_profile_in_a_draft_of_an_edition_does_not_exist_yet(
    client: Client, own: str, speaker: Speaker
) -> None:
    draft = make.edition("draft")
    profile = make.speaker(draft, user=speaker.user)

    assert client.get(f"/en/speaker/{draft.slug}/{profile.slug}/").status_code == 404
    assert client.get("/en/speaker/").status_code == 302, "the only one there is"


def test_a_proved_address_opens_the_profile_that_carries_it(client: Client) -> None:
    speaker = make.speaker(email="Amara@Example.org")
    client.force_login(somebody("amara@example.org"))

    assert client.get("/en/speaker/", follow=True).context["speaker"] == speaker


def test_an_address_that_was_not_proved_opens_nothing(client: Client) -> None:
    speaker = make.speaker(email="amara@example.org")
    client.force_login(somebody("amara@example.org", verified=False))

    assert client.get(f"/en/speaker/{speaker.edition.slug}/{speaker.slug}/").status_code == 404
    assert anew(speaker).user is None


@pytest.mark.parametrize("address", ["a_ara@example.org", "%@example.org", ""])
def test_an_address_is_no_pattern(client: Client, address: str) -> None:
    make.speaker(email=address)
    client.force_login(somebody("amara@example.org"))

    assert client.get("/en/speaker/").context["profiles"] == []


def test_the_first_sign_in_links_the_profile_to_the_person(client: Client) -> None:
    speaker = make.speaker(email="amara@example.org")
    person = somebody("amara@example.org")

    client.force_login(person)
    Speaker.objects.update(email="mistyped@example.org")

    assert anew(speaker).user == person
    assert client.get(f"/en/speaker/{speaker.edition.slug}/{speaker.slug}/").status_code == 200


def test_a_profile_that_is_linked_is_not_taken_over_by_its_address(client: Client, speaker: Speaker) -> None:
    Speaker.objects.update(email="new-owner@example.org")
    person = somebody("new-owner@example.org")

    client.force_login(person)

    assert anew(speaker).user == speaker.user
    assert not speaker.claim(person)
    assert client.get("/en/speaker/").context["profiles"] == []


def test_somebody_with_several_profiles_chooses(client: Client, own: str, speaker: Speaker) -> None:
    earlier = make.speaker(make.edition("past"), name="Amara O.", user=speaker.user)

    answer = client.get("/en/speaker/")

    assert answer.context["profiles"] == [speaker, earlier]
    assert f"/en/speaker/{earlier.edition.slug}/{earlier.slug}/" in answer.text


def test_somebody_without_a_profile_is_told_so_and_what_to_do(client: Client) -> None:
    edition = make.edition()
    client.force_login(somebody("guest@example.org"))

    answer = client.get("/en/speaker/")

    assert "guest@example.org" in answer.text
    assert edition.contact_email in answer.text


@pytest.mark.parametrize("page", ["", "about/", "bio/", "photo/", "consent/"])
def test_the_pages_are_kept_by_no_cache_and_found_by_no_search(client: Client, own: str, page: str) -> None:
    answer = client.get(own + page)

    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}


# --- what they see ---------------------------------------------------------------------------------------------


def test_the_page_says_what_is_missing(client: Client) -> None:
    speaker = make.speaker(bio="", listed=False, user=somebody("amara@example.org"))
    assert speaker.user
    client.force_login(speaker.user)

    page = client.get("/en/speaker/", follow=True).text

    assert speaker.missing == ["consent", "bio", "photo"]
    assert "Nobody sees your profile" in page
    assert "Your agreement to be shown" in page


def test_the_page_says_when_visitors_see_the_profile(client: Client, own: str, speaker: Speaker) -> None:
    before = client.get(own).text
    make.slot(make.session(speaker.edition, speakers=[speaker]))
    make.release(speaker.edition)
    after = client.get(own).text

    assert "becomes public with the agenda" in before
    assert "Visitors see your profile" in after
    assert f"/en/speakers/{speaker.slug}/" in after


def test_their_sessions_stand_with_time_zone_room_role_and_company(
    client: Client, own: str, speaker: Speaker
) -> None:
    other = make.speaker(speaker.edition, name="Daw Khin Mar")
    session = make.session(speaker.edition, title="What wages buy", speakers=[speaker, other])
    make.slot(session, at="14:30", room=make.room(speaker.edition, name="Hall of Mirrors"))
    make.release(speaker.edition)

    page = client.get(own).text

    for words in (
        "What wages buy",
        "14:30",
        "Bangkok time (UTC+7)",
        "Hall of Mirrors",
        "Speaker",
        "With Daw Khin Mar",
    ):
        assert words in page


def test_a_closed_session_is_seen_by_those_who_speak_in_it_and_links_nowhere(
    client: Client, own: str, speaker: Speaker
) -> None:
    make.slot(make.session(speaker.edition, title="Behind doors", access="closed", speakers=[speaker]))
    make.release(speaker.edition)

    [appearance] = client.get(own).context["appearances"]

    assert str(appearance.session) == "Behind doors"
    assert appearance.slot
    assert not appearance.is_public


def test_who_did_not_agree_to_be_listed_is_not_named_beside_them(
    client: Client, own: str, speaker: Speaker
) -> None:
    hidden = make.speaker(speaker.edition, name="Somebody At Risk", listed=False)
    make.slot(make.session(speaker.edition, speakers=[speaker, hidden]))
    make.session(speaker.edition, speakers=[hidden, speaker])
    make.release(speaker.edition)

    page = client.get(own).text

    assert "Somebody At Risk" not in page
    assert page.count("one other person") == 2


def test_a_time_is_shown_only_once_it_is_released(client: Client, own: str, speaker: Speaker) -> None:
    session = make.session(speaker.edition, speakers=[speaker])
    make.slot(session, at="14:30")

    before = client.get(own).text
    make.release(speaker.edition)
    after = client.get(own).text

    assert "Time and room follow" in before
    assert "14:30" not in before
    assert "14:30" in after


def test_a_session_that_was_cancelled_says_so(client: Client, own: str, speaker: Speaker) -> None:
    session = make.session(speaker.edition, speakers=[speaker])
    make.slot(session)
    session.cancel(by=Actor.system())
    make.release(speaker.edition)

    assert "Cancelled" in client.get(own).text


def test_the_page_costs_the_same_for_one_session_and_for_three(
    client: Client, own: str, speaker: Speaker, queries: Callable[[], Any]
) -> None:
    def another(at: str) -> None:
        others = [make.speaker(speaker.edition) for _ in range(2)]
        make.slot(make.session(speaker.edition, speakers=[speaker, *others]), at=at)
        make.session(speaker.edition, speakers=[speaker, *others])
        make.release(speaker.edition)

    another("10:00")
    client.get(own)
    with queries() as with_one:
        client.get(own)
    another("12:00")
    another("14:00")
    with queries() as with_three:
        client.get(own)

    assert len(with_three) == len(with_one), with_three


# --- what they write -------------------------------------------------------------------------------------------


def test_what_they_change_about_themselves_is_public_at_once(
    client: Client, own: str, speaker: Speaker
) -> None:
    make.slot(make.session(speaker.edition, speakers=[speaker]))
    make.release(speaker.edition)

    answer = client.post(own + "about/", {**ABOUT, "links": "example.org/amara\nhttps://union.example/"})

    assert answer.status_code == 302
    page = client.get(f"/en/speakers/{speaker.slug}/").text
    for words in (
        "Amara N. Okafor",
        "Organiser",
        "Kenya",
        'href="https://example.org/amara"',
        "https://union.example/",
    ):
        assert words in page
    assert list(Speaker.objects.about("organiser")) == [speaker]


def test_a_name_is_needed(client: Client, own: str, speaker: Speaker) -> None:
    answer = client.post(own + "about/", {**ABOUT, "name": "  ", "organisation": "River Union"})

    assert answer.context["form"].errors["name"] == ["Write the name by which you want to be called."]
    assert 'value="River Union"' in answer.text, "what was typed is kept"
    assert anew(speaker).name == "Amara Okafor"


@pytest.mark.parametrize(
    "link",
    [
        "http://example.org",
        "javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "ftp://example.org",
        "https://",
    ],
)
def test_a_link_leads_to_a_secure_page(client: Client, own: str, speaker: Speaker, link: str) -> None:
    answer = client.post(own + "about/", {**ABOUT, "links": link})

    assert "has to begin with https://" in answer.context["form"].errors["links"][0]
    assert anew(speaker).links == []


def test_a_bio_is_written_in_each_language_of_the_edition(client: Client, own: str, speaker: Speaker) -> None:
    client.post(own + "bio/", {"bio_en": "I *bargain*.", "bio_th": "ฉันต่อรอง"})

    assert anew(speaker).bio == {"en": "I *bargain*.", "th": "ฉันต่อรอง"}


def test_a_bio_in_a_language_that_the_edition_does_not_offer_stays(
    client: Client, own: str, speaker: Speaker
) -> None:
    Speaker.objects.update(bio={"en": "Old", "my": "မြန်မာ"})

    client.post(own + "bio/", {"bio_en": "New", "bio_th": ""})

    assert anew(speaker).bio == {"en": "New", "my": "မြန်မာ"}


def test_a_bio_can_be_looked_at_before_it_is_saved(client: Client, own: str, speaker: Speaker) -> None:
    before = anew(speaker).bio

    page = client.post(
        own + "bio/", {"bio_en": "I **bargain**.<script>alert(1)</script>", "preview": "yes"}
    ).text

    assert "<strong>bargain</strong>" in page
    assert "<script>alert(1)" not in page
    assert "2 words" in page
    assert anew(speaker).bio == before


def test_a_bio_is_not_a_book(client: Client, own: str, speaker: Speaker) -> None:
    answer = client.post(own + "bio/", {"bio_en": "word " * 2000, "bio_th": ""})

    assert "9999" in answer.context["form"].errors["bio"][0]


def test_saving_a_part_never_undoes_what_a_worker_did_meanwhile(
    client: Client, own: str, speaker: Speaker, django_capture_on_commit_callbacks: Any
) -> None:
    from speakers.forms import BioForm

    form = BioForm({"bio_en": "New", "bio_th": ""}, instance=anew(speaker))
    assert form.is_valid()
    Speaker.objects.update(photo_key="drawn-meanwhile", name="Renamed")

    form.save()

    assert (anew(speaker).photo_key, anew(speaker).name) == ("drawn-meanwhile", "Renamed")


# --- the photo -------------------------------------------------------------------------------------------------


def test_a_photo_is_kept_and_waits_for_a_worker(client: Client, own: str, speaker: Speaker) -> None:
    answer = client.post(own + "photo/", {"photo": upload(pictures.jpeg(400, 800)), "place": "top"})

    assert answer.status_code == 302
    assert "being prepared" in client.get(own + "photo/").text
    assert anew(speaker).photo_crop == {"left": 0, "top": 0, "size": 1}
    assert Job.objects.get().about == speaker


def test_the_square_that_was_drawn_goes_before_the_place_that_was_chosen(
    client: Client, own: str, speaker: Speaker
) -> None:
    square = {"crop_left": "0.1", "crop_top": "0.25", "crop_size": "0.5"}

    client.post(own + "photo/", {"photo": upload(pictures.jpeg()), "place": "bottom", **square})

    assert anew(speaker).photo_crop == {"left": 0.1, "top": 0.25, "size": 0.5}


def test_a_square_that_makes_no_sense_is_none(client: Client, own: str, speaker: Speaker) -> None:
    square = {"crop_left": "NaN", "crop_top": "-1", "crop_size": "1e999"}

    client.post(own + "photo/", {"photo": upload(pictures.jpeg(400, 800)), "place": "top", **square})

    assert anew(speaker).photo_crop == {"left": 0, "top": 0, "size": 1}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<svg onload=alert(1)>", "whatever its name says"),
        (pictures.jpeg()[:3000], "damaged"),
        (pictures.jpeg(200, 200), "at least 240"),
        (pictures.moving("WEBP"), "moves"),
        (pictures.png_that_claims(60_000, 60_000), "60 megapixels"),
        (pictures.jpeg() + b"\0" * images.MAX_BYTES, "larger than 15 MB"),
    ],
    ids=["empty", "disguised", "broken", "small", "moving", "bomb", "huge"],
)
def test_a_file_that_is_no_good_photo_is_refused_beside_the_field(
    client: Client, own: str, speaker: Speaker, content: bytes, words: str
) -> None:
    answer = client.post(own + "photo/", {"photo": upload(content), "place": "left"})

    [error] = answer.context["form"].errors["photo"]
    assert words in error
    assert '<div id="id_photo_error">' in answer.text
    assert answer.text.count(error.split(".")[0]) == 2, "in the summary, and beside the field"
    assert anew(speaker).photo_state == PhotoState.NONE
    assert not Job.objects.exists()


def test_a_file_of_any_size_is_taken_in_only_as_far_as_is_needed(
    client: Client, own: str, speaker: Speaker
) -> None:
    answer = client.post(
        own + "photo/", {"photo": upload(b"\xff\xd8\xff" + b"\0" * 2 * uploads.KEPT), "place": "face"}
    )

    form = answer.context["form"]
    assert "larger than 15 MB" in form.errors["photo"][0]
    assert uploads.KEPT <= form.files["photo"].size < uploads.KEPT + 1024**2


def test_a_photo_has_to_be_chosen_first(client: Client, own: str) -> None:
    answer = client.post(own + "photo/", {"place": "face"})

    assert answer.context["form"].errors["photo"] == ["Choose a photo first."]


def test_only_its_owner_sees_a_photo_that_is_not_public(client: Client, own: str, speaker: Speaker) -> None:
    speaker.withdraw("listed")
    run_job(speaker.keep_photo(ContentFile(pictures.jpeg()), {"left": 0, "top": 0, "size": 1}).pk)
    address = own + "photo/preview/"

    theirs = client.get(address)
    client.force_login(somebody("else@example.org"))
    another = client.get(address)

    assert (theirs.status_code, theirs["Content-Type"]) == (200, "image/jpeg")
    assert theirs.getvalue().startswith(b"\xff\xd8\xff")  # type: ignore[attr-defined]
    assert another.status_code == 404


def test_a_photo_can_be_deleted(
    client: Client, own: str, speaker: Speaker, django_capture_on_commit_callbacks: Any
) -> None:
    client.post(own + "photo/", {"photo": upload(pictures.jpeg()), "place": "face"})

    with django_capture_on_commit_callbacks(execute=True):
        client.post(own + "photo/removal/")

    assert anew(speaker).photo_state == PhotoState.NONE
    assert "You have no photo yet" in client.get(own + "photo/").text


def test_looking_never_deletes(client: Client, own: str) -> None:
    assert client.get(own + "photo/removal/").status_code == 405


# --- what they agree to ----------------------------------------------------------------------------------------


def test_each_agreement_is_given_and_taken_back_by_itself(client: Client, own: str, speaker: Speaker) -> None:
    client.post(own + "consent/", {"listed": "on", "recorded": "on"})
    client.post(own + "consent/", {"recorded": "on", "photographed": "on"})

    in_force = set(speaker.consents.in_force().values_list("scope", flat=True))
    assert in_force == {"recorded", "photographed"}
    assert speaker.consents.count() == 3, "what was taken back stays on record"


def test_who_takes_the_agreement_back_is_gone_from_public_at_once(
    client: Client, own: str, speaker: Speaker
) -> None:
    make.slot(make.session(speaker.edition, speakers=[speaker]))
    make.release(speaker.edition)
    public = f"/en/speakers/{speaker.slug}/"
    before = client.get(public).status_code

    client.post(own + "consent/", {})

    assert before == 200
    assert client.get(public).status_code == 404
    consent = speaker.consents.get(scope="listed")
    assert consent.withdrawn_at
    assert consent.given_at < consent.withdrawn_at <= timezone.now()
