"""The words of the interface: none is missing in a language, none has lost what is put into it."""

from __future__ import annotations

import re

import pytest
from babel import Locale
from babel.messages.catalog import Message
from django.conf import settings
from django.utils import translation
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext

from forum.site.catalogues import calendar, files, reading, words
from forum.site.catalogues.faults import faults

LANGUAGES = ["th", "my"]


@pytest.fixture(scope="module")
def due() -> dict[str, list[Message]]:
    """The catalogue of each language as it should be, read from the code as it is."""
    return {language: files.due(language) for language in LANGUAGES}


def test_every_language_but_english_has_a_catalogue() -> None:
    assert files.languages() == LANGUAGES
    assert [code for code, _name in settings.LANGUAGES] == ["en", *LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_visitors_see_is_translated(language: str, due: dict[str, list[Message]]) -> None:
    wrong = {words.key(message): found for message in due[language] if (found := faults(message))}

    listing = "\n".join(f"“{word}” {', '.join(found)}" for word, found in wrong.items())
    assert not wrong, f"In {files.path(language)}, after `manage.py catalogues`:\n{listing}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_what_is_shown_and_nothing_else_in_the_order_of_its_places(
    language: str, due: dict[str, list[Message]]
) -> None:
    written = files.path(language).read_text(encoding="utf-8")

    assert written == files.written(language, due[language]), "Run `manage.py catalogues`."
    assert ", fuzzy" not in written
    assert "#~" not in written
    assert not re.search(r"^#: .*(?:\d:|^/|site-packages)", written, re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str, due: dict[str, list[Message]]) -> None:
    message = next(message for message in due[language] if words.key(message) == "Register")

    with translation.override(language):
        assert gettext("Register") == message.string


def test_what_no_native_speaker_has_read_is_listed_and_nothing_else() -> None:
    written = reading.path().read_text(encoding="utf-8").partition(reading.MARK)[2]

    assert written == reading.due(), "Run `manage.py catalogues`."


def test_the_list_tells_the_languages_in_which_a_text_is_to_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = {"th": [_entry("Day", "วัน", read=True)], "my": [_entry("Day", "ရက်")]}
    monkeypatch.setattr(files, "read", lambda language: read[language])

    assert "- th: 0 of 1 to be read\n- my: 1 of 1 to be read" in reading.due()
    assert "\n   my  Day\n" in reading.due()


def _entry(english: str, text: str, *, read: bool = False, **fields: object) -> Message:
    return Message(english, text, user_comments=[] if read else ["unverified"], **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (_entry("See the day", ""), "is not translated"),
        (Message(("%(n)s day", "%(n)s days"), ("",)), "is not translated"),
        (_entry("See the day", "ดูวัน", flags=["fuzzy"]), "is fuzzy"),
        (_entry("Until %(day)s", "จนถึง"), "has lost %(day)s"),
        (_entry("Until {day}", "จนถึง {date}"), "has lost {day}"),
        (_entry("Until", "จนถึง %(day)s"), "has %(day)s that the English has not"),
        (_entry("Read <strong>this</strong>", "อ่าน<strong>นี่"), "has lost </strong>"),
        (_entry('<a href="%(link)s">', "<a href=%(link)s>"), 'has lost <a href="%(link)s">'),
        (Message(("One day", "%(n)s days"), ("วัน",)), "has lost %(n)s"),
        (_entry("\nHello", "สวัสดี"), "begins or ends with other white space"),
        (_entry("See the day", "See the day"), "is still English"),
    ],
)
def test_a_fault_of_a_translation_is_named(message: Message, fault: str) -> None:
    assert fault in faults(message)


@pytest.mark.parametrize("text", ["Stripe", "%(day)s · %(time)s", ":?.!"])
def test_a_name_and_what_has_no_letters_may_be_the_same_in_every_language(text: str) -> None:
    assert faults(_entry(text, text)) == []


def test_the_words_of_others_are_ours_to_translate_where_they_do_not(due: dict[str, list[Message]]) -> None:
    thai, burmese = ({words.key(message) for message in due[language]} for language in LANGUAGES)

    assert "This field is required." not in thai, "Django says it in Thai itself"
    assert "This field is required." in burmese
    assert "This password is too common." in thai & burmese
    assert {"Incorrect code.", "Use a security key"} <= burmese - thai, "allauth speaks Thai, not Burmese"


def test_the_back_office_and_the_demos_doors_stay_english(due: dict[str, list[Message]]) -> None:
    places = {place for message in due["my"] for place, _line in message.locations}

    assert "templates/registration/order.html" in places
    assert not [place for place in places if "admin" in place or "/dev/" in place or "/seed/" in place]


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_and_months_are_called_as_cldr_says(language: str) -> None:
    locale = Locale.parse(language)

    with translation.override(language):
        assert {day: str(name) for day, name in WEEKDAYS.items()} == dict(locale.days["format"]["wide"])
        assert {month: str(name) for month, name in MONTHS.items()} == dict(locale.months["format"]["wide"])
    known = files.read(language)
    assert all("CLDR" in known.get(word, context).user_comments for context, word in calendar.names(language))  # type: ignore[union-attr]
