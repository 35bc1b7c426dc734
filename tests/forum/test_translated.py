"""Texts in several languages: what is shown, what is kept, what is found."""

from __future__ import annotations

import pytest
from django import forms
from django.utils.translation import override

from forum.models import Edition
from forum.translated import Translated, TranslatedFormField, searchable, speaking_mainly
from speakers.models import Speaker
from tests import make


def test_a_text_speaks_the_readers_language() -> None:
    text = Translated({"en": "Hello", "th": "สวัสดี"})

    with override("th"):
        assert str(text) == "สวัสดี"
    with override("en"):
        assert str(text) == "Hello"


def test_a_text_that_a_language_lacks_falls_back_to_the_editions_main_language() -> None:
    text = Translated({"en": "Hello", "th": "สวัสดี"})

    with override("my"), speaking_mainly("th"):
        assert str(text) == "สวัสดี"
        assert text.language() == "th"


def test_a_text_that_lacks_the_main_language_too_shows_any_it_has() -> None:
    text = Translated({"my": "မင်္ဂလာပါ"})

    with override("th"), speaking_mainly("en"):
        assert str(text) == "မင်္ဂလာပါ"
        assert text.language() == "my"


def test_an_empty_text_is_false_and_shows_nothing() -> None:
    assert not Translated()
    assert str(Translated({"en": ""})) == ""


def test_merging_keeps_the_languages_that_are_not_named_and_drops_those_made_empty() -> None:
    text = Translated({"en": "Hello", "th": "สวัสดี"})

    assert text.merged({"en": "Hi", "my": "မင်္ဂလာပါ"}) == {"en": "Hi", "th": "สวัสดี", "my": "မင်္ဂလာပါ"}
    assert text.merged({"th": ""}) == {"en": "Hello"}


def test_a_field_of_a_form_asks_for_the_main_language_only() -> None:
    field = TranslatedFormField(languages=["en", "th"], required=True)

    assert field.clean(["Hello", ""]) == {"en": "Hello", "th": ""}
    for empty in (["", "สวัสดี"], ["", ""], []):
        with pytest.raises(forms.ValidationError, match="English"):
            field.clean(empty)


@pytest.mark.django_db
def test_saving_a_form_that_shows_one_language_loses_no_other() -> None:
    edition = make.edition(tagline={"en": "Hello", "th": "สวัสดี"})

    class OneLanguage(forms.ModelForm):
        tagline = TranslatedFormField(languages=["en"], required=False)

        class Meta:
            model = Edition
            fields = ("tagline",)

    form = OneLanguage({"tagline_en": "Hi"}, instance=edition)
    assert form.is_valid(), form.errors
    form.save()

    edition.refresh_from_db()
    assert edition.tagline == {"en": "Hi", "th": "สวัสดี"}


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["12e3", "null", "true", '{"en": "x"}', "“quoted” \\ back", "ไทย ဗမာ 💥"])
def test_a_text_comes_back_as_it_was_written(text: str) -> None:
    edition = make.edition(tagline={"en": text})

    edition.refresh_from_db()

    assert edition.tagline == {"en": text}


@pytest.mark.embedded
@pytest.mark.django_db
def test_a_part_of_a_word_is_found_in_every_script_and_case() -> None:
    edition = make.edition()
    thai = make.speaker(edition, name="ไอริณ กล้าหาญ")
    burmese = make.speaker(edition, name="ဒေါ်ခင်နှင်းအေး")
    latin = make.speaker(edition, name="Łucja ŻÓŁĆ", role={"en": "Director", "th": "ผู้อำนวยการ"})

    found = {
        part: set(Speaker.objects.about(part)) for part in ("กล้า", "နှင်း", "żół", "ŁUC", "อำนวย", "director")
    }

    assert found["กล้า"] == {thai}
    assert found["နှင်း"] == {burmese}
    assert found["żół"] == found["ŁUC"] == found["อำนวย"] == found["director"] == {latin}


def test_texts_are_compared_in_one_form() -> None:
    assert searchable("  Cafe\u0301 \n STRASSE ") == searchable("café straße")
