"""Names as people have them, the whole path: typed into the form, kept, mailed, and printed on the badge."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forum.models import Message
from forum.tasks import send_message
from registration.forms import RegistrationForm
from registration.models import Attendee
from tests import make
from tests.registration.test_badges import NAMES, lacking
from tests.registration.test_register_page import PATH, answers, confirm, text
from tests.servers import MailServer

pytestmark = pytest.mark.django_db


def one_of_each(shared: Path) -> dict[str, str]:
    """One name of each language and place in the shared data; what the first letters cannot tell, the rest does."""
    faker = json.loads((shared / "names/faker-names-by-locale.json").read_text(encoding="utf-8"))
    cldr = json.loads((shared / "names/cldr-sample-names.json").read_text(encoding="utf-8"))
    return {
        **{locale: names[0] for locale, names in faker.items()},
        **{
            language: written(kinds["nativeFull"])
            for language, kinds in cldr.items()
            if "nativeFull" in kinds
        },
    }


def written(parts: dict[str, str]) -> str:
    """A name of CLDR's parts as one line, whatever their right order: the letters are what counts here."""
    return " ".join(part for kind, part in parts.items() if not kind.endswith("-informal"))


def real_names(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    return {
        name for part in (value.values() if isinstance(value, dict) else value) for name in real_names(part)
    }


def walk(client: Client, names: dict[str, str], server: MailServer) -> dict[str, str]:
    """Register each as a person would, have the mails sent, and say what is wrong with whose mail or badge."""
    edition = make.edition(languages=["en"])
    make.group(edition)
    make.ticket_type(edition)
    wrong = {}
    for number, (language, name) in enumerate(names.items()):
        email = f"person-{number}@example.org"
        # Each from a place of their own: a single one may register only so many an hour.
        place = f"192.0.2.{number % 250}"
        confirm(client, text(client.post(PATH, answers(edition, name=name, email=email))), place=place)
        kept = Attendee.objects.get(email=email).name
        send_message(Message.objects.get(to=email).pk)
        [mail] = server.to(email)
        [badge] = [
            part.get_content() for part in mail.iter_attachments() if part.get_filename() == "badge.pdf"
        ]
        body = mail.get_body(("plain",))
        assert body is not None
        if kept != " ".join(name.split()):
            wrong[language] = f"{name} is kept as {kept}"
        elif kept not in re.sub(r"\s+", " ", body.get_content()):
            wrong[language] = f"{name} is not in the mail"
        elif faces := lacking(badge):
            wrong[language] = f"{name} lacks letters of {faces} on the badge"
    return wrong


def test_a_name_in_any_script_stands_in_its_mail_and_on_its_badge(
    client: Client, mail_server: MailServer
) -> None:
    wrong = walk(client, {script: names[0] for script, names in NAMES.items()}, mail_server)

    assert wrong == {}


def test_a_name_of_each_language_in_the_shared_data_stands_in_its_mail_and_on_its_badge(
    client: Client, mail_server: MailServer, shared_data: Path
) -> None:
    names = one_of_each(shared_data)

    wrong = walk(client, names, mail_server)

    assert len(names) > 100
    assert wrong == {}


def test_every_name_and_part_of_a_name_in_the_shared_data_is_taken_by_the_form(shared_data: Path) -> None:
    edition = make.edition()
    group, kind = make.group(edition), make.ticket_type(edition)
    names: set[str] = set()
    for file in ("faker-names-by-locale.json", "cldr-sample-names.json"):
        names |= real_names(json.loads((shared_data / "names" / file).read_text(encoding="utf-8")))
    person = {"email": "a@example.org", "photo_consent": "ask", "group": group.slug, "ticket_type": kind.pk}
    form = RegistrationForm(edition, {**person, "name": "Jo"})
    assert form.is_valid(), form.errors

    taken = {name: form.fields["name"].clean(name) for name in names}

    assert len(names) > 4000
    assert taken == {name: " ".join(name.split()) for name in names}
