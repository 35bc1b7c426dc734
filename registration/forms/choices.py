"""The choices of the registration page: rows that say what each one means, and a list of countries."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django_countries import countries

from forum import writing


class _Records(forms.RadioSelect):
    """Radio buttons for records that the form has read; `records` maps each value to its record."""

    label_template: str
    records: dict[str, Any]

    def create_option(
        self,
        name: str,
        value: Any,
        label: Any,
        selected: bool,
        index: int,
        subindex: Any = None,
        attrs: Any = None,
    ) -> dict[str, Any]:
        record = self.records[str(value)]
        text = mark_safe(render_to_string(self.label_template, {"record": record}).strip())  # noqa: S308
        option = super().create_option(name, value, text, selected, index, subindex, attrs)
        option["attrs"].update(self.further_attrs(record))
        return option

    def further_attrs(self, record: Any) -> dict[str, Any]:
        """Attributes of the button that follow from its record."""
        return {}


class CountrySelect(forms.Select):
    """A list of all countries. Its 250 lines are drawn once for each language, not once for each visitor."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "country", **(attrs or {})})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        opening = format_html("<select{}>", flatatt(self.build_attrs({**self.attrs, "name": name}, attrs)))
        options = _options(get_language() or "")
        if value in dict(countries_by_name()):
            options = options.replace(f'value="{value}"', f'value="{value}" selected', 1)
        return mark_safe(f"{opening}{options}</select>")  # noqa: S308 - both were escaped when they were made


def countries_by_name() -> tuple[tuple[str, str], ...]:
    """Code (ISO 3166-1 alpha-2) and name of all countries, by name in the active language; first, none."""
    return _countries(get_language() or "")


@lru_cache(maxsize=16)
def _countries(language: str) -> tuple[tuple[str, str], ...]:
    named = sorted(
        ((code, str(name)) for code, name in countries), key=lambda one: writing.place_in_list(one[1])
    )
    return (("", gettext("Choose a country")), *named)


@lru_cache(maxsize=16)
def _options(language: str) -> str:
    return format_html_join("\n", '<option value="{}">{}</option>', _countries(language))


class GroupRadios(_Records):
    """A stakeholder group with what it means in plain words."""

    label_template = "registration/group_choice.html"


class TicketRadios(_Records):
    """A ticket type with its price, whom and which days it is for, and the places left in words.

    One without places is shown and cannot be chosen. `data-groups` tells the script whom it is for, `data-full-for` and
    `data-few-for` which of them find no place, or few of them, while others find more.
    """

    label_template = "registration/ticket_choice.html"

    def further_attrs(self, record: Any) -> dict[str, Any]:
        attrs: dict[str, Any] = {"data-groups": " ".join(group.slug for group in record.groups.all())}
        if record.left_in_words == "none":
            return {**attrs, "disabled": True}
        for name, words in (("data-full-for", "none"), ("data-few-for", "few")):
            if slugs := " ".join(group.slug for group in record.groups_that_find(words)):
                attrs[name] = slugs
        return attrs
