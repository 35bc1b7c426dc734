"""A personal agenda: who has it, how it moves between browsers and a sign-in, and what it shows of the agenda."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from agenda.models import Bookmark, PersonalAgenda, Session
from agenda.tasks import sweep_personal_agendas
from forum.actor import Actor
from forum.logs import WithoutSecrets
from forum.mail import Pointless, compose
from forum.models import Edition, Message
from tests import make
from tests.forum.test_sign_in import sign_in

pytestmark = pytest.mark.django_db
Queries = Callable[[], Any]

TITLE = "Wages-XYZ"
MINE = "/en/my-agenda/"
MARKS = "/en/my-agenda/marks/"


@pytest.fixture
def edition() -> Edition:
    return make.edition(languages=["en", "th"])


@pytest.fixture
def wages(edition: Edition) -> Session:
    session = make.session(edition, title=TITLE, slug="wages")
    make.slot(session, at="10:00")
    make.release(edition)
    return session


def mark(client: Client, session: Session, marked: str = "yes") -> Any:
    return client.post(f"{MINE}sessions/{session.slug}/", {"marked": marked})


def send(client: Client, **marks: bool) -> Any:
    return client.post(MARKS, json.dumps({"marks": marks}), content_type="application/json")


def text(client: Client, path: str = MINE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def cookie(client: Client, edition: Edition) -> str:
    return client.cookies[f"agenda-{edition.pk}"].value


# --- in a browser, without an account --------------------------------------------------------------------------


def test_the_first_mark_begins_an_agenda_whose_secret_only_the_browser_knows(
    client: Client, edition: Edition, wages: Session
) -> None:
    mark(client, wages)

    kept = client.cookies[f"agenda-{edition.pk}"]
    assert kept.value == PersonalAgenda.objects.get().secret
    assert kept["httponly"]
    assert kept["samesite"] == "Lax"
    assert "Wages" in text(client)
    assert "Wages" not in text(Client())


def test_the_cookie_goes_over_https_only_where_there_is_https(
    client: Client, edition: Edition, wages: Session, settings: Any
) -> None:
    settings.SECURE = True

    mark(client, wages)

    assert client.cookies[f"agenda-{edition.pk}"]["secure"]


def test_looking_changes_nothing(client: Client, edition: Edition, wages: Session) -> None:
    for path in (MINE, MARKS, f"{MINE}sessions/wages/", "/en/sessions/wages/", "/en/agenda/"):
        client.get(path)

    assert not PersonalAgenda.objects.exists()
    assert f"agenda-{edition.pk}" not in client.cookies


def test_a_mark_can_be_taken_off(client: Client, wages: Session) -> None:
    mark(client, wages)
    assert "Take it out of my agenda" in text(client, f"{MINE}sessions/wages/")

    mark(client, wages, "no")

    assert not Bookmark.objects.exists()
    assert "Nothing is marked yet" in text(client)


def test_marking_twice_marks_once(client: Client, wages: Session) -> None:
    mark(client, wages)
    mark(client, wages)
    send(client, wages=True)

    assert Bookmark.objects.count() == 1


def test_a_form_of_another_site_marks_nothing(wages: Session) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert mark(strict, wages).status_code == 403
    assert send(strict, wages=True).status_code == 403
    assert not PersonalAgenda.objects.exists()


def test_a_script_marks_with_the_token_that_it_was_told(wages: Session) -> None:
    strict = Client(enforce_csrf_checks=True)
    token = strict.get(MARKS).json()["token"]

    answer = strict.post(
        MARKS,
        json.dumps({"marks": {"wages": True, "not-there": True}}),
        content_type="application/json",
        headers={"X-CSRFToken": token},
    )

    assert answer.json()["marks"] == ["wages"]
    assert "Wages" in text(strict)


@pytest.mark.parametrize("sent", ["", "[]", "{", '{"marks": 3}', '{"marks": ["wages"]}', '"\\ud800"'])
def test_what_is_no_list_of_marks_is_refused(client: Client, wages: Session, sent: str) -> None:
    assert client.post(MARKS, sent, content_type="application/json").status_code == 400


def test_signs_that_no_address_has_are_passed_over(client: Client, wages: Session) -> None:
    answer = send(client, **{"wa\x00ges": True, "\ud800": True, "wages": True})

    assert answer.json()["marks"] == ["wages"]


def test_an_agenda_belongs_to_one_edition(client: Client, edition: Edition, wages: Session) -> None:
    earlier = make.edition("past", slug="2017")
    old = make.session(earlier, title="Wages in 2017")
    make.slot(old)
    make.release(earlier)
    mark(client, wages)

    client.post(f"/en/2017/my-agenda/sessions/{old.slug}/", {"marked": "yes"})

    assert "Wages in 2017" not in text(client)
    assert "Wages in 2017" in text(client, "/en/2017/my-agenda/")
    assert client.post(f"{MINE}sessions/{old.slug}/", {"marked": "yes"}).status_code == 404


# --- its link --------------------------------------------------------------------------------------------------


def test_the_link_shows_the_agenda_on_another_device_which_cannot_change_it(
    edition: Edition, wages: Session
) -> None:
    personal = make.personal_agenda(edition, sessions=[wages], email="me@example.org")
    other = Client()

    page = text(other, personal.get_absolute_url())

    assert "Wages" in page
    assert "me@example.org" not in page
    assert personal.feed_secret not in page
    assert other.post(f"{MINE}link/").status_code == 404
    assert personal.slugs == ["wages"]


@pytest.mark.parametrize(
    "path", ["{}/", "{}.ics", "{}/device/", "{}/address/xxxxxxxxxxxxxxxxxxxxxx/"], ids=str
)
def test_a_guess_opens_nothing(client: Client, edition: Edition, wages: Session, path: str) -> None:
    make.personal_agenda(edition, sessions=[wages])
    address = MINE + path.format("x" * 22)

    assert client.get(address).status_code in {404, 405}
    assert client.post(address).status_code in {404, 405}


def test_the_secret_of_the_page_is_not_that_of_the_calendar(
    client: Client, edition: Edition, wages: Session
) -> None:
    personal = make.personal_agenda(edition, sessions=[wages])

    assert client.get(f"{MINE}{personal.feed_secret}/").status_code == 404
    assert client.get(f"{MINE}{personal.secret}.ics").status_code == 404


def test_a_device_that_takes_an_agenda_on_brings_what_it_had(edition: Edition, wages: Session) -> None:
    fees = make.session(edition, title="Fees", slug="fees")
    make.slot(fees, at="12:00")
    make.release(edition)
    personal = make.personal_agenda(edition, sessions=[wages])
    phone = Client()
    mark(phone, fees)

    phone.post(f"{personal.get_absolute_url()}device/")

    assert personal.slugs == ["fees", "wages"]
    assert cookie(phone, edition) == personal.secret
    assert PersonalAgenda.objects.get() == personal


def test_who_is_signed_in_copies_the_agenda_of_a_link_and_leaves_it_as_it_is(
    client: Client, edition: Edition, wages: Session
) -> None:
    friends = make.personal_agenda(edition, sessions=[wages])
    client.force_login(make.user("me@example.org"))

    client.post(f"{friends.get_absolute_url()}device/")

    assert friends.slugs == ["wages"]
    assert PersonalAgenda.objects.get(user__email="me@example.org").slugs == ["wages"]


def test_the_link_to_an_agenda_of_somebody_who_signs_in_can_only_be_copied(
    client: Client, edition: Edition, wages: Session
) -> None:
    theirs = make.personal_agenda(edition, sessions=[wages], user=make.user("her@example.org"))

    page = text(client, theirs.get_absolute_url())
    client.post(f"{theirs.get_absolute_url()}device/")
    mark(client, wages, "no")

    assert "her@example.org" not in page
    assert theirs.slugs == ["wages"]
    assert cookie(client, edition) != theirs.secret


def test_a_new_link_ends_the_one_until_now_and_this_browser_goes_on(
    client: Client, edition: Edition, wages: Session
) -> None:
    mark(client, wages)
    before = PersonalAgenda.objects.get()

    client.post(f"{MINE}link/")

    assert Client().get(before.get_absolute_url()).status_code == 404
    assert "Wages" in text(client)
    assert PersonalAgenda.objects.get().feed_secret == before.feed_secret


def test_its_pages_are_kept_by_no_cache_and_in_no_search_engine(
    client: Client, edition: Edition, wages: Session
) -> None:
    personal = make.personal_agenda(edition, sessions=[wages])
    mark(client, wages)

    for path in (
        MINE,
        MARKS,
        f"{MINE}sessions/wages/",
        personal.get_absolute_url(),
        f"{MINE}{personal.feed_secret}.ics",
    ):
        answer = client.get(path)
        assert "no-store" in answer["Cache-Control"], path
        assert "noindex" in answer["X-Robots-Tag"], path
        assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}, path


def test_its_secrets_are_in_no_log(edition: Edition) -> None:
    personal = make.personal_agenda(edition)
    line = f"GET {personal.get_absolute_url()} GET /th/my-agenda/{personal.feed_secret}.ics"

    written = WithoutSecrets().format(logging.LogRecord("", 20, "", 0, line, (), None))

    assert personal.secret not in written
    assert personal.feed_secret not in written


# --- with a sign-in --------------------------------------------------------------------------------------------


def test_at_sign_in_what_the_browser_had_is_put_into_what_the_person_has(
    client: Client, edition: Edition, wages: Session
) -> None:
    fees = make.session(edition, title="Fees", slug="fees")
    make.slot(fees, at="12:00")
    make.release(edition)
    own = make.personal_agenda(edition, user=make.user("me@example.org"), sessions=[wages])
    mark(client, wages)
    mark(client, fees)
    brought = PersonalAgenda.objects.get(user=None)

    sign_in(client, "me@example.org")

    assert own.slugs == ["fees", "wages"]
    assert "Fees" in text(client)
    assert client.get(brought.get_absolute_url()).status_code == 404
    assert PersonalAgenda.objects.get() == own


def test_somebody_sees_their_own_agenda_and_nobody_elses(edition: Edition, wages: Session) -> None:
    a, b = Client(), Client()
    a.force_login(make.user("a@example.org"))
    b.force_login(make.user("b@example.org"))

    mark(a, wages)

    assert "Wages" in text(a)
    assert "Wages" not in text(b)
    assert "a@example.org" not in text(b)
    assert b.get(MARKS).json()["marks"] == []


def test_after_signing_out_the_device_shows_nothing(client: Client, edition: Edition, wages: Session) -> None:
    client.force_login(make.user("me@example.org"))
    mark(client, wages)

    answer = client.post("/en/account/logout/")

    assert answer["Clear-Site-Data"] == '"storage"'
    assert "Wages" not in text(client)


def test_the_cookie_of_an_agenda_that_has_an_owner_opens_nothing(
    client: Client, edition: Edition, wages: Session
) -> None:
    theirs = make.personal_agenda(edition, sessions=[wages], user=make.user())

    client.cookies[f"agenda-{edition.pk}"] = theirs.secret

    assert "Wages" not in text(client)


# --- what it shows ---------------------------------------------------------------------------------------------


def test_sessions_at_the_same_time_are_named_at_each_other(
    client: Client, edition: Edition, wages: Session
) -> None:
    fees = make.session(edition, title="Fees", slug="fees")
    after = make.session(edition, title="Contracts", slug="contracts")
    make.slot(fees, at="10:30")
    make.slot(after, at="11:30")
    make.release(edition)
    send(client, wages=True, fees=True, contracts=True)

    page = text(client)

    assert "Overlaps with “Fees”, 10:30–11:30." in page
    assert "Overlaps with “Wages-XYZ”, 10:00–11:00." in page
    assert "Overlaps with “Contracts”" not in page
    assert "2 sessions are held at the same time" in page


def test_a_cancelled_session_stays_says_so_and_overlaps_with_nothing(
    client: Client, edition: Edition, wages: Session
) -> None:
    fees = make.session(edition, title="Fees", slug="fees")
    make.slot(fees, at="10:30")
    send(client, wages=True)
    wages.cancel(by=Actor.system())
    make.release(edition)
    send(client, fees=True)

    page = text(client)

    assert "Wages" in page
    assert "Cancelled" in page
    assert "Overlaps" not in page


@pytest.mark.parametrize("gone", ["closed", "taken out"])
def test_a_session_that_visitors_may_not_see_any_more_is_in_no_agenda_until_they_may_again(
    client: Client, edition: Edition, wages: Session, gone: str
) -> None:
    mark(client, wages)
    personal = PersonalAgenda.objects.get()
    places = (MINE, MARKS, f"{MINE}{personal.feed_secret}.ics")
    elsewhere = Client()
    if gone == "closed":
        Session.objects.update(access="closed")
    else:
        Session.objects.update(status="draft")
    make.release(edition)

    seen = [text(client, path) for path in places] + [text(elsewhere, personal.get_absolute_url())]
    assert not [page for page in seen if TITLE in page or "wages" in page]
    assert mark(client, wages).status_code == 404

    Session.objects.update(access="open", status="confirmed")
    make.release(edition)
    assert "Wages" in text(client)


def test_who_did_not_agree_to_be_listed_is_not_named(client: Client, edition: Edition) -> None:
    hidden = make.speaker(edition, name="Bo Bo", listed=False)
    session = make.session(edition, speakers=[make.speaker(edition, name="Aye Aye"), hidden])
    make.slot(session)
    make.release(edition)
    mark(client, session)
    personal = PersonalAgenda.objects.get()

    page, feed = text(client), text(client, f"{MINE}{personal.feed_secret}.ics")

    assert "Aye Aye" in page
    assert "Aye Aye" in feed
    assert "Bo Bo" not in page + feed


@pytest.mark.parametrize("what", ["page", "link", "marks", "feed"])
def test_it_needs_no_more_queries_for_three_sessions_than_for_one(
    client: Client, edition: Edition, queries: Queries, what: str
) -> None:
    def another() -> Session:
        speaker = make.speaker(edition, group=make.group(edition))
        session = make.session(edition, speakers=[speaker], track=make.track(edition))
        make.slot(session)
        make.release(edition)
        return session

    mark(client, another())
    personal = PersonalAgenda.objects.get()
    reader = Client() if what == "link" else client
    path = {
        "page": MINE,
        "marks": MARKS,
        "link": personal.get_absolute_url(),
        "feed": f"{MINE}{personal.feed_secret}.ics",
    }[what]
    reader.get(path)

    with queries() as with_one:
        reader.get(path)
    personal.mark([another().pk, another().pk])
    with queries() as with_three:
        reader.get(path)

    assert len(with_three) == len(with_one), with_three
    assert len(with_one) <= 12, with_one


# --- its calendar ----------------------------------------------------------------------------------------------


def events(client: Client, personal: PersonalAgenda) -> dict[str, Any]:
    answer = client.get(f"{MINE}{personal.feed_secret}.ics")
    assert answer.status_code == 200
    calendar = Calendar.from_ical(answer.content)
    return {str(event["summary"]): event for event in calendar.walk("VEVENT")}


def test_the_calendar_holds_what_is_marked_and_follows_moves_and_cancellations(
    client: Client, edition: Edition, wages: Session
) -> None:
    fees = make.session(edition, title="Fees", slug="fees")
    make.slot(fees, at="12:00")
    make.release(edition)
    personal = make.personal_agenda(edition, sessions=[wages])
    first = events(client, personal)

    wages.cancel(by=Actor.system())
    make.release(edition)
    personal.mark([fees.pk])
    later = events(client, personal)

    assert list(first) == [TITLE]
    assert first[TITLE]["transp"] == "OPAQUE"
    assert {*later} == {TITLE, "Fees"}
    assert later[TITLE]["uid"] == first[TITLE]["uid"]
    assert later[TITLE]["sequence"] > first[TITLE]["sequence"]
    assert later[TITLE]["status"] == "CANCELLED"


def test_a_new_address_of_the_calendar_ends_the_one_until_now(
    client: Client, edition: Edition, wages: Session
) -> None:
    mark(client, wages)
    before = PersonalAgenda.objects.get()

    client.post(f"{MINE}feed/")

    after = PersonalAgenda.objects.get()
    assert client.get(f"{MINE}{before.feed_secret}.ics").status_code == 404
    assert list(events(client, after)) == [TITLE]
    assert after.secret == before.secret


# --- its mail --------------------------------------------------------------------------------------------------


def mailed(client: Client, email: str = "me@example.org") -> PersonalAgenda:
    client.post(f"{MINE}mail/", {"email": email})
    return PersonalAgenda.objects.get()


def test_the_link_is_mailed_and_its_reader_can_ask_for_news(client: Client, wages: Session) -> None:
    mark(client, wages)
    personal = mailed(client)
    body = str(compose(Message.objects.get()).body)
    [asking] = [line for line in body.splitlines() if "/address/" in line]
    path = asking.removeprefix(Edition.link(""))

    assert personal.get_absolute_url() in body
    assert personal.address == ""
    assert "Yes, tell me" in text(Client(), path)
    assert PersonalAgenda.objects.to_be_told().count() == 0
    Client().post(path)

    personal.refresh_from_db()
    assert personal.address == "me@example.org"
    assert PersonalAgenda.objects.to_be_told().get() == personal


def test_the_token_of_one_address_confirms_no_other(client: Client, wages: Session) -> None:
    mark(client, wages)
    first = mailed(client)
    path = f"{first.get_absolute_url()}address/{first.token}/"
    mailed(client, "other@example.org")

    answer = Client().post(path, follow=True)

    assert "This link is not good any more" in answer.content.decode()
    assert PersonalAgenda.objects.get().email_confirmed_at is None


def test_the_same_address_once_more_stays_known(client: Client, wages: Session) -> None:
    mark(client, wages)
    personal = mailed(client)
    personal.confirm_address(personal.token)

    mailed(client, "Me@example.org")

    assert "/address/" not in compose(Message.objects.order_by("pk").last()).body
    assert PersonalAgenda.objects.to_be_told().exists()


def test_nobody_is_mailed_at_an_address_that_was_replaced_meanwhile(client: Client, wages: Session) -> None:
    mark(client, wages)
    mailed(client)
    mailed(client, "other@example.org")

    with pytest.raises(Pointless):
        compose(Message.objects.get(to="me@example.org"))


def test_an_address_is_mailed_three_times_an_hour_at_most(client: Client, wages: Session) -> None:
    mark(client, wages)
    for _ in range(5):
        mailed(client)

    assert Message.objects.count() == 3


def test_what_is_no_address_is_said_at_the_field(client: Client, wages: Session) -> None:
    mark(client, wages)

    page = client.post(f"{MINE}mail/", {"email": "me@"}).content.decode()

    assert "This is no e-mail address yet" in page
    assert "Wages" in page
    assert not Message.objects.exists()


def test_who_is_signed_in_is_mailed_at_their_own_address_whatever_is_sent(
    client: Client, wages: Session
) -> None:
    client.force_login(make.user("me@example.org"))
    mark(client, wages)

    mailed(client, "victim@example.org")

    assert Message.objects.get().to == "me@example.org"
    assert "/address/" not in compose(Message.objects.get()).body


def test_news_can_be_switched_off_and_on(client: Client, wages: Session) -> None:
    client.force_login(make.user("me@example.org"))
    mark(client, wages)
    assert PersonalAgenda.objects.to_be_told().exists()

    client.post(f"{MINE}news/", {"wanted": "no"})
    assert not PersonalAgenda.objects.to_be_told().exists()

    client.post(f"{MINE}news/", {"wanted": "yes"})
    assert PersonalAgenda.objects.to_be_told().exists()


# --- its end ---------------------------------------------------------------------------------------------------


def test_agendas_of_nobody_known_are_forgotten_two_months_after_the_forum(wages: Session) -> None:
    long_over = make.edition("past", starts_on=timezone.localdate() - timedelta(days=70))
    just_over = make.edition("past")
    forgotten = make.personal_agenda(long_over)
    make.personal_agenda(just_over)
    make.personal_agenda(long_over, user=make.user())

    sweep_personal_agendas()

    assert not PersonalAgenda.objects.filter(pk=forgotten.pk).exists()
    assert PersonalAgenda.objects.count() == 2


def test_an_agenda_in_which_nothing_is_marked_is_forgotten_after_a_month(
    edition: Edition, wages: Session
) -> None:
    long_ago = timezone.now() - timedelta(days=31)
    empty, used = make.personal_agenda(edition), make.personal_agenda(edition, sessions=[wages])
    PersonalAgenda.objects.update(used_at=long_ago)
    make.personal_agenda(edition)

    sweep_personal_agendas()

    assert not PersonalAgenda.objects.filter(pk=empty.pk).exists()
    assert PersonalAgenda.objects.filter(pk=used.pk).exists()
    assert PersonalAgenda.objects.count() == 2
